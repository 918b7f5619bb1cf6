"""O10 CLOSED: the write-back loop is closed."""

from __future__ import annotations

from hardclose_mocks.history.records import Fact
from hardclose_simulator.case import Case
from hardclose_simulator.lives import NEGATIVE, POSITIVE, ErpDocument
from hardclose_simulator.settling import liveness
from hardclose_simulator.verdict import Finding, Verdict

ID = "O10"


def check(case: Case) -> Verdict:
    """O10: the source knows the document number and the payment state of what is posted, and why the rest is not.

    Judged at audit only. Posted or paid within the last quiet time need not have arrived yet."""
    findings, closed, evaluated = [], [], 0
    for fact in case.facts:
        live = case.live(fact)
        if live and not any(case.answerable(one) for one in live):
            continue  # People did it, and know.
        claim = case.last_claim(fact)
        if live:
            evaluated += 1
            if claim is not None and claim.state in POSITIVE:
                closed.append(claim.when.wire_ns)
            if says := _open_end(case, fact, live):
                findings.append(_finding(case, fact, live, says))
        elif case.disposition(fact) in ("PARKED", "REJECTED"):
            evaluated += 1
            if not case.visible(fact):
                findings.append(_finding(case, fact, (), "is parked without a reason anybody can read"))
    return liveness(case, ID, findings, evaluated=evaluated, closed_ns=closed)


def _open_end(case: Case, fact: Fact, live: tuple[ErpDocument, ...]) -> str:
    """What the source does not know; empty when it knows all it should."""
    settled = [one for one in live if case.long_before_audit(one.made.wire_ns)]
    if case.audit is not None and not settled:
        return ""
    claim = case.last_claim(fact)
    names = " or ".join(sorted(one.number for one in live))
    if claim is None:
        return f"is posted as {names}, and its source was never told"
    if claim.state in NEGATIVE and (claim.reason or "").strip() and any(case.held(one) for one in live):
        return ""
    if claim.state in NEGATIVE:
        return f"is posted as {names}, and its source says '{claim.state}' ({claim.reason})"
    if claim.state not in POSITIVE:
        return f"is posted as {names}, and its source says no more than '{claim.state}'"
    document = case.documents.get(claim.document or "")
    if document is None or not document.live or not case.may_be(document, fact):
        return f"is posted as {names}, and its source names {claim.document}"
    if claim.state == "posted" and document.paid is not None and case.long_before_audit(document.paid.wire_ns):
        return f"was paid ({document.number}), and its source still says 'posted'"
    return ""


def _finding(case: Case, fact: Fact, live: tuple[ErpDocument, ...], says: str) -> Finding:
    seqs = {case.fact_seqs[fact.id], *(one.made.seq for one in live)}
    seqs |= {one.paid.seq for one in live if one.paid is not None}
    seqs |= {claim.when.seq for claim in case.claims_of(fact)[-1:]}
    tries = [one for one in case.attempts_by_fact.get(fact.id, ()) if one.op.endswith(".posting")]
    seqs |= {seq for one in tries[-2:] for seq in one.evidence}
    return Finding(
        ID,
        fact.id,
        f"{fact.source} {says}",
        tuple(sorted(seqs)),
        case.money(fact),
        "write-back: PUT .../{number}/posting",
    )
