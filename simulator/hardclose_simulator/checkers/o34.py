"""O34 DURABLEACK: a 2xx on a webhook is a promise."""

from __future__ import annotations

from hardclose_mocks.history.records import Fact
from hardclose_simulator.case import Case
from hardclose_simulator.knowledge import Delivery
from hardclose_simulator.settling import liveness
from hardclose_simulator.verdict import Finding, Verdict

ID = "O34"


def check(case: Case) -> Verdict:
    """O34: once an announcement is acknowledged, its document survives any loss of the process.

    Judged at audit only, for documents that were announced and acknowledged, and not yet done with when the process
    was lost. Whoever finds them again by other means (by polling, say) has kept the promise."""
    tempted = [(fact, acknowledged, loss) for fact in case.facts for acknowledged, loss in _promised(case, fact)[:1]]
    findings = [
        _finding(case, fact, acknowledged, loss)
        for fact, acknowledged, loss in tempted
        if case.disposition(fact) == "NONE"
    ]
    closed = (ns for fact in case.facts if (ns := case.disposed_ns(fact)) is not None)
    return liveness(case, ID, findings, evaluated=len(tempted), closed_ns=closed)


def _promised(case: Case, fact: Fact) -> list[tuple[Delivery, int]]:
    """Acknowledged announcements, each with the first loss after it, while the fact was open."""
    done = case.disposed_ns(fact)
    found = []
    for one in case.announcements(fact):
        loss = next((loss for loss in case.losses if loss >= one.tried.ended_ns), None)
        open_then = loss is not None and (done is None or done >= loss)
        if one.acknowledged and loss is not None and open_then and case.long_before_audit(loss):
            found.append((one, loss))
    return found


def _finding(case: Case, fact: Fact, acknowledged: Delivery, loss: int) -> Finding:
    lost = next(record.seq for record in case.records if record.wire_ns == loss and record.kind == "SutProcess")
    after_s = (loss - acknowledged.tried.ended_ns) / 1e9
    return Finding(
        ID,
        fact.id,
        f"{fact.source} was announced and acknowledged with {acknowledged.tried.status}, the process was lost "
        f"{after_s:.2f} s later, and nothing ever came of the document",
        tuple(sorted({case.fact_seqs[fact.id], acknowledged.seq, lost})),
        case.money(fact),
        "webhooks: at_least_once; what is acknowledged is not sent again",
    )
