"""O09 NOLOSS: nothing lost."""

from __future__ import annotations

from hardclose_mocks.history.records import Fact
from hardclose_simulator import changes
from hardclose_simulator.case import CREATES, Case
from hardclose_simulator.settling import liveness
from hardclose_simulator.verdict import Finding, Verdict

ID = "O09"


def check(case: Case) -> Verdict:
    """O09: every fact that became due is posted, parked visibly, refused visibly, or taken back by people.

    Judged at audit only. What became due within the last quiet time has not had its own clock; an announcement that
    was never sent excuses an integration without polling only where the card says that senders do not drop."""
    due = [fact for fact in case.facts if _on_the_clock(case, fact) and not _never_told(case, fact)]
    findings = [
        Finding(
            ID,
            fact.id,
            f"{fact.source} was approved and is nowhere: no live document, no visible exception{_claimed(case, fact)}",
            _evidence(case, fact),
            case.money(fact),
            "webhooks: may_drop, at_least_once; lists are complete" if not case.announcements(fact) else None,
        )
        for fact in due
        if case.disposition(fact) == "NONE"
    ]
    moved = [change for change in case.changes if _on_the_clock(case, change) and not _unannounced(case, change)]
    findings += [
        Finding(
            ID,
            change.id,
            f"{change.source} was {_done(change)} (revision {change.revision}), and the other side does not show it: "
            "not carried over, no visible exception",
            _evidence(case, change),
            case.money(change),
            "webhooks: may_drop, at_least_once; lists are complete",
        )
        for change in moved
        if changes.disposition(case, change) == "NONE"
    ]
    closed = (ns for fact in case.facts if (ns := case.disposed_ns(fact)) is not None)
    return liveness(case, ID, findings, evaluated=len(due) + len(moved), closed_ns=closed)


def _on_the_clock(case: Case, fact: Fact) -> bool:
    return case.audit is None or case.long_before_audit(case.records[case.fact_seqs[fact.id]].wire_ns)


def _never_told(case: Case, fact: Fact) -> bool:
    webhooks = case.cards.get(fact.system, {}).get("webhooks", {})
    return case.manifest.mode == "webhook" and webhooks.get("may_drop", True) is False and not case.announcements(fact)


def _unannounced(case: Case, change: Fact) -> bool:
    """As `_never_told`: any event of this revision or a later one tells."""
    webhooks = case.cards.get(change.system, {}).get("webhooks", {})
    told = case.knowledge.announced.get((change.system, change.source), ())
    return (
        case.manifest.mode == "webhook"
        and webhooks.get("may_drop", True) is False
        and not any(one.tried.revision >= change.revision for one in told)
    )


def _done(change: Fact) -> str:
    return {"created": "opened", "bank_changed": "given another bank account", "bank_verified": "called back"}.get(
        change.what, change.what
    )


def _claimed(case: Case, fact: Fact) -> str:
    claim = case.last_claim(fact)
    return f", though the source was told '{claim.state}'" if claim is not None else ""


def _evidence(case: Case, fact: Fact) -> tuple[int, ...]:
    seqs = {case.fact_seqs[fact.id]}
    seqs |= {one.seq for one in case.announcements(fact)[-1:]}
    if fact.flow in CREATES:
        seqs |= {seq for one in case.creations(fact)[-2:] for seq in one.evidence}
    seqs |= {claim.when.seq for claim in case.claims_of(fact)[-1:]}
    return tuple(sorted(seqs))
