"""O08 NET: corrections converge."""

from __future__ import annotations

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.case import MASTERS, Case
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.settling import liveness
from hardclose_simulator.source_line import SourceVersion
from hardclose_simulator.verdict import Finding, Verdict

ID = "O08"


def check(case: Case) -> Verdict:
    """O08: once a posted fact was recalled, cancelled or edited, the books come to show the present truth.

    Judged at audit: what stands adds up to the latest approved revision, or to nothing where none is left. Reversing
    and posting anew, or posting the difference, are both right. What a person corrected in the ERP, what was paid and
    what lies visibly with a person is left alone rightly; so is what the integration was never told of."""
    findings, evaluated, closed = [], 0, []
    for fact in case.facts:
        change = _changed(case, fact) if fact.flow not in MASTERS else None
        if change is None:
            continue
        evaluated += 1
        live = case.live(fact)
        closed += [one.voided.wire_ns for one in case.documents_of(fact) if one.voided is not None]
        wanted, there = _truth(case, fact), sum(one.total for one in live)
        if there == wanted or _left_alone(case, fact) or (not live and not any(case.documents_of(fact))):
            continue
        if wanted and not live:
            continue  # Nothing stands: that is O09's business.
        findings.append(_finding(case, fact, change, live, wanted, there))
    return liveness(case, ID, findings, evaluated=evaluated, closed_ns=closed)


def _changed(case: Case, fact: Fact) -> SourceVersion | None:
    """The last change of the source after a document of it was made, told the integration long before the audit."""
    made = [one for one in case.documents_of(fact) if one.by_integration]
    if not made or case.audit is None:
        return None
    first = made[0].made.seq
    posted = {one.approved_revision or 0 for one in case.line_of(fact).versions if one.seq < first}
    for version in case.line_of(fact).versions:
        counts = version.approved_revision
        if version.seq > first and (counts is None or counts > max(posted, default=0)):
            known = case.knowledge.told_of(fact.system, fact.source, version.version, version.seq)
            return version if known is not None and case.long_before_audit(known) else None
    return None


def _truth(case: Case, fact: Fact) -> int:
    """What the latest state of the source wants in the books, minor units."""
    truth = case.line_of(fact).truth
    return int(truth.document.total) if truth is not None else 0


def _left_alone(case: Case, fact: Fact) -> bool:
    by_hand = any(not one.by_integration for one in case.documents_of(fact))
    paid = any(one.paid is not None for one in case.live(fact))
    listed = any(entry.open and fact.id in entry.mentions and entry.reason.strip() for entry in case.entries)
    return by_hand or paid or listed or bool(case.visible(fact))


def _finding(
    case: Case, fact: Fact, change: SourceVersion, live: tuple[ErpDocument, ...], wanted: int, there: int
) -> Finding:
    names = ", ".join(one.number for one in live) or "nothing"
    says = (
        f"{fact.source} came to be {change.status} (revision {change.revision}) after it was posted; {names} stands "
        f"over {Money(there, fact.currency)}, and {Money(wanted, fact.currency)} is the truth"
    )
    seqs = {case.fact_seqs[fact.id], change.seq, *(one.made.seq for one in live)}
    at_stake = Money(abs(there - wanted), fact.currency)
    return Finding(
        ID, fact.id, says, tuple(sorted(seqs)), at_stake, "a later revision or a recall is news like any other"
    )
