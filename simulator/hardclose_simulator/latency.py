"""How long each fact took from its approval to its document, and which of them nothing stood in the way of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import DeliveryTried, Exchange, Fact
from hardclose_simulator.attempts import Know
from hardclose_simulator.case import Case


@dataclass(frozen=True, slots=True)
class Latency:
    """Wire seconds from the approval to the document, or to the refusal that was shown instead."""

    fact: Fact
    due_ns: int
    done_ns: int

    @property
    def took_s(self) -> float:
        return (self.done_ns - self.due_ns) / NS


def objective_s(case: Case) -> float:
    """Within this a healthy integration of the declared style has posted, wire seconds."""
    manifest = case.manifest
    levels = case.cards.get("erp", {}).get("service_levels", {})
    posted_s = float(levels.get("posted_s", levels.get("exception_s", case.pace.exception_s)))
    polling_s = 2 * manifest.poll_interval_s if manifest.mode in ("poll", "hybrid") else 0.0
    batch_s = manifest.batch_interval_s + posted_s if manifest.batch_interval_s else 0.0
    return max(posted_s, polling_s, batch_s)


def due_ns(case: Case, fact: Fact) -> int:
    approval = case.line_of(fact).first_approval(fact.revision)
    return approval.wire_ns if approval is not None else case.records[case.fact_seqs[fact.id]].wire_ns


def latencies(case: Case) -> list[Latency]:
    """Of every fact that was posted, or parked where people see it, in the order of their approval."""
    found = []
    for fact in case.facts:
        done = _done_ns(case, fact)
        if done is not None:
            found.append(Latency(fact, due_ns(case, fact), done))
    return sorted(found, key=lambda one: one.due_ns)


def _done_ns(case: Case, fact: Fact) -> int | None:
    made = [one.made.wire_ns for one in case.documents_of(fact) if one.by_integration]
    told = [one.when.wire_ns for one in case.claims_of(fact) if (one.reason or "").strip()]
    return min([*made, *told], default=None)


def troubled(case: Case) -> list[tuple[int, int]]:
    """Wire times in which anything was broken, limited or refused an answer, with the card's time to recover after it:
    whoever was due then is not to be measured."""
    after_ns = round(max(2 * case.manifest.retry_interval_s, 2 * case.pace.client_timeout_s, objective_s(case)) * NS)
    hits = []
    for record in case.records:
        body = record.body
        if isinstance(body, Exchange | DeliveryTried) and body.fault is not None:
            hits.append(record.wire_ns)
    hits += [one.ended_ns for one in case.attempts if one.know in (Know.INFO, Know.TURNED_AWAY)]
    hits += case.losses
    return merged((at - after_ns, at + after_ns) for at in sorted(hits))


def merged(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted by their start; overlapping ones become one."""
    joined: list[tuple[int, int]] = []
    for since, until in windows:
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return joined


def clear_of(windows: Sequence[tuple[int, int]], since: int, until: int) -> bool:
    return not any(start <= until and since <= end for start, end in windows)


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank; 0 for none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
