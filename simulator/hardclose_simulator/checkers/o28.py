"""O28 OWNER: writes only what its source owns; no echo."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hardclose_mocks.kernel.documents import SupplierRequest
from hardclose_simulator.attempts import INTEGRATION
from hardclose_simulator.case import Case
from hardclose_simulator.followed import FIELDS, Followed, fact_of, followed, same, sources_of
from hardclose_simulator.master_writes import MasterWrite
from hardclose_simulator.ownership import SUPPLIER_CARD, asked_for, owned_there
from hardclose_simulator.verdict import Finding, Verdict

ID = "O28"
SOURCE_CARD = "ownership.supplier: name, tax_id, payment_terms_days, contact and bank_account are procurement's"
CONTENT = ("name", "tax_id", "payment_terms_days", "contact", "bank_account", "pending_bank_account", "blocked")


def check(case: Case) -> Verdict:
    """O28: nobody's fields but the source's are changed, and what was changed once does not go to and fro.

    Write-backs are the integration's own to make; so are references and revisions. What it fills in when it makes a
    record, and a value that was there already, change nobody's. A block that the source asks for is carried over and
    lifted again. Tempted by every change that it makes of a record."""
    findings = [*_of_others(case), *_in_the_source(case)]
    findings += [finding for one in followed(case) for finding in _to_and_fro(one)]
    changes = sum(
        one.by_integration and one.before is not None for writes in case.master_writes.values() for one in writes
    )
    return Verdict.of(ID, findings, evaluated=changes)


def _of_others(case: Case) -> Iterator[Finding]:
    for name, writes in case.master_writes.items():
        theirs = owned_there(case, name)
        for write in writes:
            made = write.before is None and name[1] == "supplier"
            if not write.by_integration or made:
                continue
            for field in theirs:
                if write.changed(field) and not asked_for(case, write, field):
                    yield _breach(case, write, field)


def _breach(case: Case, write: MasterWrite, field: str) -> Finding:
    sources = sources_of(case, write.name)
    before = getattr(write.before, field) if write.before is not None else None
    says = (
        f"the integration changed `{field}` of {write.number} in the {write.name[0]} system from {before!r} to "
        f"{getattr(write.after, field)!r}: that is not its source's to say"
    )
    fact = fact_of(case, write.name, sources[0]) if sources else None
    card = SUPPLIER_CARD if write.name[1] == "supplier" else "ownership.cost_center: all of it is the ERP's"
    return Finding(ID, fact, says, (write.when.seq,), None, card)


def _in_the_source(case: Case) -> Iterator[Finding]:
    """What it wrote into procurement's own record of a supplier."""
    for (_, source), line in case.source_lines.items():
        for before, after in pairwise(line.versions):
            if not isinstance(after.document, SupplierRequest) or case.records[after.seq].actor != INTEGRATION:
                continue
            fields = [name for name in CONTENT if getattr(before.document, name) != getattr(after.document, name)]
            if fields:
                says = f"the integration changed {', '.join(fields)} of {source} at its source: an echo, or worse"
                fact = case.attribution.parties.registered.get(source)
                yield Finding(ID, fact, says, (after.seq,), None, SOURCE_CARD)


def _to_and_fro(one: Followed) -> Iterator[Finding]:
    """More than twice as many changes of a field as anybody gave cause for, and one for the start."""
    for field in FIELDS[one.kind]:
        changes = [write for write in one.writes if write.before is not None and write.changed(field)]
        mine = [write for write in changes if write.by_integration]
        values = [getattr(revision.document, field) for revision in one.revisions]
        causes = sum(not same(was, now) for was, now in pairwise(values)) + len(changes) - len(mine)
        if len(mine) > 2 * causes + 1:
            says = (
                f"`{field}` of {one.number} was changed {len(mine)} times by the integration, and {causes} times by "
                "anybody else: it goes to and fro"
            )
            yield Finding(ID, one.fact, says, tuple(write.when.seq for write in mine[:5]), None, "one edit, one write")
