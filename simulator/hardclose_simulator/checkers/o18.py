"""O18 NOCLOBBER: no blind overwrite."""

from __future__ import annotations

from hardclose_simulator.case import Case
from hardclose_simulator.followed import fact_of, sources_of
from hardclose_simulator.master_writes import MasterWrite
from hardclose_simulator.ownership import SUPPLIER_CARD, asked_for, owned_there, set_by_others
from hardclose_simulator.verdict import Finding, Verdict

ID = "O18"


def check(case: Case) -> Verdict:
    """O18: a change either carries the version that it replaces, or leaves alone what others have set.

    Judged on what the books held before and after: whoever sends the whole record with what he has just read, and
    nobody came in between, has overwritten nothing. What the source owns may be set without a look. Tempted by every
    change of a record on which other people have set fields of their own."""
    findings, tempted = [], 0
    for name, writes in case.master_writes.items():
        theirs = owned_there(case, name)
        for place, write in enumerate(writes):
            if not write.by_integration or write.before is None:
                continue
            set_before = {field: one for field in theirs if (one := set_by_others(writes, place, field)) is not None}
            tempted += bool(set_before)
            if write.expected_version is not None:
                continue
            findings += [
                _finding(case, write, field, edit)
                for field, edit in set_before.items()
                if write.changed(field) and not asked_for(case, write, field)
            ]
    return Verdict.of(ID, findings, evaluated=tempted)


def _finding(case: Case, write: MasterWrite, field: str, edit: MasterWrite) -> Finding:
    sources = sources_of(case, write.name)
    who = edit.actor.removeprefix("person:")
    says = (
        f"{who} set `{field}` of {write.number} to {getattr(write.before, field)!r}; a change without a version put "
        f"{getattr(write.after, field)!r} in its place"
    )
    return Finding(
        ID,
        fact_of(case, write.name, sources[0]) if sources else None,
        says,
        tuple(sorted({edit.when.seq, write.when.seq})),
        None,
        f"{SUPPLIER_CARD}; If-Match refuses a change of what has changed since",
    )
