"""O12 VISIBLE: refusals reach a person."""

from __future__ import annotations

from hardclose_mocks.history.records import Fact
from hardclose_simulator.attempts import BUSINESS_REFUSALS, Attempt, Know
from hardclose_simulator.case import Case
from hardclose_simulator.coding import miscoded
from hardclose_simulator.lives import NEGATIVE
from hardclose_simulator.settling import liveness
from hardclose_simulator.verdict import Finding, Verdict

ID = "O12"


def check(case: Case) -> Verdict:
    """O12: a business refusal becomes an exception that people see, and the exception goes when it is cured.

    Judged at audit. A refusal that the integration mended itself needs none; neither does one it was never told of,
    nor one whose document people took back."""
    findings, evaluated = [], 0
    for fact in case.facts:
        refusals = _told(case, fact)
        evaluated += bool(refusals)
        live = case.live(fact)
        if live:
            # Posted under a default, twice, or with its payment blocked: the exception keeps people at it, not stale.
            wanted = len(live) > 1 or any(miscoded(case, fact, one) or case.held(one) for one in live)
            stale = set() if wanted else _stale(case, fact)
            if stale and any(case.long_before_audit(one.made.wire_ns) for one in live):
                seqs = {case.fact_seqs[fact.id], live[0].made.seq, *stale}
                says = f"{fact.source} is posted as {live[0].number}, and its exception still stands"
                findings.append(Finding(ID, fact.id, says, tuple(sorted(seqs)), case.money(fact)))
        elif refusals and not case.visible(fact) and not case.superseded(fact):
            findings.append(_silent(case, fact, refusals))
    closed = [ns for fact in case.facts if (ns := case.disposed_ns(fact)) is not None]
    return liveness(case, ID, findings, evaluated=evaluated, closed_ns=closed)


def _told(case: Case, fact: Fact) -> list[Attempt]:
    """Refusals of the books that the integration has read."""
    return [one for one in case.creations(fact) if one.know is Know.FAIL and one.refusal in BUSINESS_REFUSALS]


def _stale(case: Case, fact: Fact) -> set[int]:
    """Records of exceptions that are still open: the source's, or the list's own."""
    claim = case.last_claim(fact)
    seqs = {claim.when.seq} if claim is not None and claim.state in NEGATIVE else set()
    return seqs | {entry.seq for entry in case.entries if entry.open and entry.about == fact.id}


def _silent(case: Case, fact: Fact, refusals: list[Attempt]) -> Finding:
    last = refusals[-1]
    name = last.refusal or "refused"
    times = f" {len(refusals)} times" if len(refusals) > 1 else ""
    exception_s = case.cards.get(fact.system, {}).get("service_levels", {}).get("exception_s", case.pace.exception_s)
    return Finding(
        ID,
        fact.id,
        f"{fact.source} was refused{times} ({name}), and nobody can see it",
        tuple(sorted({case.fact_seqs[fact.id], *(seq for one in (refusals[0], last) for seq in one.evidence)})),
        case.money(fact),
        f"service_levels.exception_s: {exception_s:g}",
    )
