"""O16 MONO: newer truth is never overwritten by older."""

from __future__ import annotations

from collections.abc import Iterator

from hardclose_simulator.case import Case
from hardclose_simulator.followed import FIELDS, Followed, followed, same
from hardclose_simulator.master_writes import MasterWrite
from hardclose_simulator.verdict import Finding, Verdict

ID = "O16"
CARD = "events are unordered and may be repeated: the higher `revision` is the newer truth"


def check(case: Case) -> Verdict:
    """O16: what the integration writes of a supplier or a cost centre never goes back to an earlier revision.

    Judged field by field, by what was written and not by the revision that was told: there is a finding only where no
    assignment of revisions to the values, in the order they were written, is without a step back. A value that came
    back at the source (A, B, A) is a new revision; revisions may be skipped. At audit a record that says it is as of
    the latest revision must show it, but for what other people have set there since."""
    findings, tempted = [], 0
    for one in followed(case):
        tempted += len(one.revisions) > 1
        found = list(_steps_back(one)) or (list(_gaps(case, one)) if case.audit is not None else [])
        findings += found[:1]
    return Verdict.of(ID, findings, evaluated=tempted)


def _steps_back(one: Followed) -> Iterator[Finding]:
    for field in FIELDS[one.kind]:
        reached, newer = 0, None
        for write in one.writes:
            if not write.by_integration or not write.changed(field):
                continue
            value = getattr(write.after, field)
            bearing = one.bearing(field, value, before_seq=write.when.seq)
            onward = [number for number in bearing if number >= reached]
            if onward:
                reached, newer = onward[0], write
            elif bearing and newer is not None and newer.when.wire_ns < write.started_ns:
                # What was on its way already when the newer one came is not held against anybody.
                yield _step_back(one, field, newer, write, bearing[-1], reached)
                return


def _step_back(one: Followed, field: str, newer: MasterWrite, older: MasterWrite, was: int, had: int) -> Finding:
    says = (
        f"{one.number} of {one.source} had `{field}` as of revision {had}, and was then given the one of revision "
        f"{was}: {getattr(older.after, field)!r} in place of {getattr(older.before, field)!r}"
    )
    seqs = {newer.when.seq, older.when.seq, *(each.seq for each in one.revisions if each.number in (was, had))}
    return Finding(ID, one.fact, says, tuple(sorted(seq for seq in seqs if seq >= 0)), None, CARD)


def _gaps(case: Case, one: Followed) -> Iterator[Finding]:
    """What the record lacks of the revision that it claims to show."""
    record, latest = one.writes[-1].after, one.latest
    merged = getattr(record, "merged_into", None) is not None
    if record.revision < latest.number or merged or not case.long_before_audit(latest.wire_ns) or _shown(case, one):
        return
    for field in FIELDS[one.kind]:
        changed = [write for write in one.writes if write.changed(field)]
        value, wanted = getattr(record, field), getattr(latest.document, field)
        accepted = {value, getattr(record, "pending_bank_account", None)} if field == "bank_account" else {value}
        if not wanted or any(same(each, wanted) for each in accepted) or (one.kind, field) == ("supplier", "blocked"):
            continue
        if changed and changed[-1].by_integration:
            says = (
                f"{one.number} of {one.source} says that it is as of revision {record.revision}, and its `{field}` is "
                f"{value!r} where that revision has {wanted!r}"
            )
            yield Finding(ID, one.fact, says, tuple(sorted({changed[-1].when.seq, latest.seq})), None, CARD)


def _shown(case: Case, one: Followed) -> bool:
    """Whether people were told that something is the matter with it."""
    fact = case.facts_by_id.get(one.fact)
    listed = any(entry.open and one.source in (entry.source, *entry.reason.split()) for entry in case.entries)
    return listed or (fact is not None and bool(case.visible(fact)))
