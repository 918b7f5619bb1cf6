"""O14 RECOVER: the backlog drains, and nobody stays sick after the cause is gone."""

from __future__ import annotations

from hardclose_mocks.clock import NS
from hardclose_simulator.case import Case
from hardclose_simulator.latency import due_ns, latencies, objective_s
from hardclose_simulator.verdict import Finding, Verdict

ID = "O14"
KAPPA = 2.0
"""So many times the least time in which the backlog could be worked off."""
CALLS_PER_FACT = 12.0
LAST_SHARE, GOODPUT_MIN = 0.1, 0.9


def check(case: Case) -> Verdict:
    """O14: after an outage the backlog clears in a time that capacity explains, while new work keeps coming.

    Judged where the run has a phase `recover`: arrivals go on without faults. What was open at the heal must be done
    within twice its share of the capacity that the card's limits and the declared callers leave, and one probe
    interval; and of what became due in the last tenth of the phase nine tenths must be done in time."""
    span = _recover(case)
    if span is None:
        return Verdict.of(ID, (), evaluated=0, note="no phase 'recover': nobody arrived after the heal")
    since, until = span
    done = {one.fact.id: one.done_ns for one in latencies(case)}
    end = case.records[-1].wire_ns
    facts = [fact for fact in case.facts if fact.flow in ("EXP", "RBP") and not case.superseded(fact)]
    backlog = [fact for fact in facts if due_ns(case, fact) < since <= done.get(fact.id, end)]
    arriving = [fact for fact in facts if since <= due_ns(case, fact) <= until]
    rate = len(arriving) / max((until - since) / NS, 1e-9)
    capacity = _capacity_per_s(case)
    if not backlog:
        return Verdict.of(ID, (), evaluated=0, note="nothing was left over at the heal")
    if capacity <= rate:
        note = f"more arrives ({rate:.2f}/s) than the card's limits let through ({capacity:.2f}/s)"
        return Verdict.of(ID, (), evaluated=0, note=note)
    allowed_s = KAPPA * len(backlog) / (capacity - rate) + probe_s(case)
    findings = []
    late = [fact for fact in backlog if done.get(fact.id, end) > since + round(allowed_s * NS)]
    if late:
        took = max((done.get(fact.id, end) - since) / NS for fact in late)
        ratio = f"{len(late)} of {len(backlog)}"
        says = f"{ratio} left over at the heal took up to {took:.1f} s, {allowed_s:.1f} s are explained"
        seqs = tuple(sorted(case.fact_seqs[fact.id] for fact in late[:8]))
        findings.append(Finding(ID, late[0].id, says, seqs, case.money(late[0])))
    last = [fact for fact in arriving if due_ns(case, fact) >= until - round((until - since) * LAST_SHARE)]
    objective_ns = round((objective_s(case) + probe_s(case)) * NS)
    sick = [fact for fact in last if done.get(fact.id, end) > due_ns(case, fact) + objective_ns]
    if last and len(sick) > (1 - GOODPUT_MIN) * len(last):
        says = f"at the end of the recovery {len(sick)} of the last {len(last)} facts were still not done in time"
        findings.append(Finding(ID, sick[0].id, says, tuple(sorted(case.fact_seqs[one.id] for one in sick[:8]))))
    return Verdict.of(ID, findings, evaluated=len(backlog))


def _recover(case: Case) -> tuple[int, int] | None:
    names = [phase.name for phase in case.phases]
    if "recover" not in names or "drain" not in names:
        return None
    at = {phase.name: phase.wire_ns for phase in case.phases}
    return at["recover"], at["drain"]


def _capacity_per_s(case: Case) -> float:
    """Facts per wire second that the tightest limit of any card, or the declared callers, let through."""
    rates = [
        float(limit["rate_per_s"]) / CALLS_PER_FACT
        for card in case.cards.values()
        for limit in card.get("limits", ())
        if limit.get("rate_per_s")
    ]
    served = sorted(one.ended_ns - one.started_ns for one in case.attempts if one.writes)
    median_s = max(served[len(served) // 2] / NS if served else 0.0, 0.01)
    return min([*rates, case.manifest.max_concurrency / (CALLS_PER_FACT * median_s)])


def probe_s(case: Case) -> float:
    """How long somebody may stay away before he looks whether the others are back, wire seconds."""
    manifest = case.manifest
    schedules = [card.get("webhooks", {}).get("schedule_s", ()) for card in case.cards.values()]
    longest = max((float(wait) for schedule in schedules for wait in schedule), default=0.0)
    waits = (manifest.poll_interval_s, manifest.batch_interval_s, manifest.retry_interval_s, objective_s(case))
    return max(*waits, longest, 2 * case.pace.client_timeout_s)
