"""O15 NOHOL: one bad document blocks nobody else."""

from __future__ import annotations

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Fact
from hardclose_simulator.attempts import BUSINESS_REFUSALS, Know
from hardclose_simulator.case import Case
from hardclose_simulator.latency import Latency, clear_of, due_ns, latencies, merged, objective_s, percentile, troubled
from hardclose_simulator.verdict import Finding, Verdict

ID = "O15"
SAMPLES_MIN = 5
"""Independent facts in the poison's time; a percentile of fewer is one document's luck."""


def check(case: Case) -> Verdict:
    """O15: a document that the books refuse delays itself and what depends on it, and nobody else.

    The poison's time runs from its first refusal to a service level after it last came up or was laid down, or
    to the audit where it never was. Facts that name another supplier and need no document of its are
    independent. They must not take longer than the service level, or three times as long as facts outside that
    time; those still open at audit count as taking until then. Faults of other kinds excuse a fact as in O13."""
    poisons = [(fact, since) for fact in case.facts if (since := _refused_ns(case, fact)) is not None]
    end = case.audit.wire_ns if case.audit is not None else case.records[-1].wire_ns
    after_ns = round(objective_s(case) * NS)
    windows = merged(sorted((since, _over_ns(case, fact, end) + after_ns) for fact, since in poisons))
    disturbed, bound = troubled(case), {fact.id for fact, _ in poisons}
    suppliers = {fact.partner for fact, _ in poisons if fact.flow != "EXP"}
    done = {one.fact.id: one for one in latencies(case)}
    suspects: list[Latency] = []
    outside: list[float] = []
    # A kind of document that it never tried to post is not held up by anybody: it is lost (O09).
    flows = {fact.flow for fact in case.facts if case.creations(fact)} & {"EXP", "RBP"}
    for fact in case.facts:
        if fact.id in bound or (fact.flow != "EXP" and fact.partner in suppliers) or fact.flow not in flows:
            continue
        due = due_ns(case, fact)
        one = done.get(fact.id, Latency(fact, due, end))
        if case.audit is None and fact.id not in done:
            continue
        if not clear_of(windows, due, due):
            suspects.append(one)
        elif clear_of(disturbed, due, one.done_ns) and fact.id in done:
            outside.append(one.took_s)
    allowed = max(objective_s(case), 3 * percentile(outside, 0.95))
    # A fault after the time that was allowed excuses nobody; one before it does.
    latest_ns = round(allowed * NS)
    inside = [one for one in suspects if clear_of(disturbed, one.due_ns, min(one.done_ns, one.due_ns + latest_ns))]
    if len(inside) < SAMPLES_MIN:
        return Verdict.of(ID, (), evaluated=0, note=f"{len(inside)} independent facts, {SAMPLES_MIN} are needed")
    took = percentile([one.took_s for one in inside], 0.95)
    findings = []
    if took > allowed:
        slowest = max(inside, key=lambda one: one.took_s)
        poison = next(fact for fact, since in poisons if since <= slowest.done_ns)
        says = (
            f"while {poison.source} was refused again and again, 95% of {len(inside)} independent facts took up to "
            f"{took:.1f} s, {allowed:.1f} s were allowed; {slowest.fact.source} took longest"
        )
        seqs = {case.fact_seqs[poison.id], case.fact_seqs[slowest.fact.id]}
        seqs |= {seq for one in case.creations(poison)[:3] for seq in one.evidence}
        findings.append(Finding(ID, slowest.fact.id, says, tuple(sorted(seqs)), case.money(slowest.fact)))
    return Verdict.of(ID, findings, evaluated=len(inside))


def _refused_ns(case: Case, fact: Fact) -> int | None:
    """When the books first refused the fact's document for a reason that no repetition cures."""
    refused = [
        one.ended_ns
        for one in case.creations(fact)
        if one.know is Know.FAIL and one.refusal in BUSINESS_REFUSALS - {"PeriodClosed", "DuplicateReference"}
    ]
    return min(refused, default=None)


def _over_ns(case: Case, fact: Fact, end: int) -> int:
    tries = [one.ended_ns for one in case.creations(fact)]
    return end if case.disposition(fact) == "NONE" else max([*tries, case.disposed_ns(fact) or 0])
