"""Liveness is judged only here: after heal, recover, drain and audit, and not while the backlog was still melting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hardclose_simulator.case import Case
from hardclose_simulator.verdict import Finding, Verdict


def liveness(
    case: Case,
    obligation: str,
    findings: Sequence[Finding],
    *,
    evaluated: int,
    closed_ns: Iterable[int],
    note: str = "",
) -> Verdict:
    """FAIL with findings, unless the run never came to its audit or was cut off while facts were still being closed.

    `closed_ns` are the wire times at which facts came out of the open."""
    if case.audit is None:
        return Verdict.unknown(obligation, evaluated=evaluated, note="the run never reached its audit")
    if findings and case.settled == "drain_max":
        since = case.audit.wire_ns - case.quiet_ns
        melting = sum(1 for closed in closed_ns if since < closed <= case.audit.wire_ns)
        if melting:
            says = (
                f"the drain was cut off with {len(findings)} open while {melting} had just been closed; grant more time"
            )
            return Verdict.unknown(obligation, evaluated=evaluated, note=says)
    return Verdict.of(obligation, findings, evaluated=evaluated, note=note)
