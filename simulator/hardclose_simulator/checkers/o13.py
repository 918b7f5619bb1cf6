"""O13 FRESH: on time when healthy."""

from __future__ import annotations

from hardclose_simulator.case import Case
from hardclose_simulator.latency import clear_of, latencies, objective_s, percentile, troubled
from hardclose_simulator.verdict import Finding, Verdict

ID = "O13"
SAMPLES_MIN = 200
"""Fewer say nothing about a ninety-fifth percentile."""


def check(case: Case) -> Verdict:
    """O13: without faults, what is approved is posted, or lies visibly with a person, within the service level.

    Ninety-five of a hundred within the objective of the declared style, ninety-nine within three times as much. Only
    facts whose whole life is clear of faults, limits, lost answers and the time to recover from them are measured."""
    windows, objective = troubled(case), objective_s(case)
    sample = [one for one in latencies(case) if clear_of(windows, one.due_ns, one.done_ns)]
    if len(sample) < SAMPLES_MIN:
        note = f"not judged: {len(sample)} facts lived clear of faults, {SAMPLES_MIN} are needed"
        return Verdict.of(ID, (), evaluated=0, note=note)
    findings = []
    for share, allowed in ((0.95, objective), (0.99, 3 * objective)):
        took = percentile([one.took_s for one in sample], share)
        if took > allowed:
            late = sorted((one for one in sample if one.took_s > allowed), key=lambda one: -one.took_s)
            says = f"{share:.0%} of {len(sample)} undisturbed facts took up to {took:.1f} s, {allowed:g} s are promised"
            seqs = tuple(sorted(case.fact_seqs[one.fact.id] for one in late[:8]))
            findings.append(Finding(ID, late[0].fact.id, says, seqs, card_line=f"service_levels: {objective:g} s"))
            break
    return Verdict.of(ID, findings, evaluated=len(sample))
