"""O30 THROTTLE: Retry-After respected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hardclose_mocks.clock import NS
from hardclose_simulator.attempts import Attempt
from hardclose_simulator.case import CREATES, WRITE_BACKS, Case
from hardclose_simulator.implied_callers import CLOCK_NS, most_callers, wait_over_ns
from hardclose_simulator.verdict import Finding, Verdict

ID = "O30"
OUTSIDE = frozenset({"token", "card", "openapi", "docs"})
"""Operations outside the limits' scope."""
SHOWN = 8


def check(case: Case) -> Verdict:
    """O30: after being told to wait, callers wait.

    Two ways to break it. A credential's requests need more callers that wait than the manifest declares. Or the very
    same request for a document is sent again before its own wait was over, though nothing but the refused caller
    was there to send it: no second one was seen at work, and nothing else ever called for one."""
    streams: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in case.attempts:
        if attempt.op not in OUTSIDE:
            streams.setdefault((attempt.system, attempt.credential), []).append(attempt)
    waits = [one for stream in streams.values() for one in stream if one.wait_s]
    findings = [
        finding
        for (system, credential), stream in streams.items()
        if any(one.wait_s for one in stream)
        for finding in _too_many(case, system, credential, stream)
    ]
    for system in dict.fromkeys(one.system for one in waits):
        findings.extend(_too_soon(case, system))
    return Verdict.of(ID, findings, evaluated=len(waits))


# --- more callers than declared --------------------------------------------------------------------------------


def _too_many(case: Case, system: str, credential: str, stream: Sequence[Attempt]) -> Iterator[Finding]:
    crowd = most_callers(stream, case.losses)
    declared = case.manifest.max_concurrency
    if crowd is None or crowd.callers <= declared:
        return
    around = [*crowd.waiting[:SHOWN], *crowd.in_flight[:SHOWN], crowd.starts]
    yield Finding(
        ID,
        None,
        f"{credential} started a request at the {system} system while {len(crowd.waiting)} announced waits were not "
        f"over and {len(crowd.in_flight)} requests were running: that takes {crowd.callers} callers, and the manifest "
        f"declares {declared}",
        tuple(sorted({seq for one in around for seq in one.evidence})),
        card_line=_limit(case, system),
    )


# --- the same request too soon ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Early:
    fact: str
    refused: Attempt
    again: Attempt

    @property
    def after_s(self) -> float:
        return (self.again.started_ns - self.refused.ended_ns) / NS


def _too_soon(case: Case, system: str) -> Iterator[Finding]:
    early = sorted(_early(case, system), key=lambda one: one.again.started_ns)
    if not early:
        return
    first = early[0]
    more = f"; so were {len(early) - 1} more" if len(early) > 1 else ""
    yield Finding(
        ID,
        first.fact,
        f"{first.again.op} for {first.again.subject} was told to wait {first.refused.wait_s:g} s and sent again after "
        f"{first.after_s:.2f} s{more}",
        tuple(sorted({seq for one in early[:SHOWN] for tried in (one.refused, one.again) for seq in tried.evidence})),
        card_line=_limit(case, system),
    )


def _early(case: Case, system: str) -> Iterator[_Early]:
    operations = {*CREATES.values(), *WRITE_BACKS.values()}
    for fact, attempts in case.attempts_by_fact.items():
        groups: dict[str, list[Attempt]] = {}
        for attempt in attempts:
            if attempt.system == system and attempt.op in operations:
                groups.setdefault(attempt.same, []).append(attempt)
        for group in groups.values():
            if len(group) > 1 and any(one.wait_s for one in group):
                yield from _early_in(case, fact, sorted(group, key=lambda one: (one.started_ns, one.seq)))


def _early_in(case: Case, fact: str, group: Sequence[Attempt]) -> Iterator[_Early]:
    """`together` is how many callers were seen at this very request side by side; as many may each wait their own."""
    together = 1
    for place, attempt in enumerate(group):
        now, before = attempt.started_ns, group[:place]
        flying = [one for one in before if one.ended_ns - CLOCK_NS > now]
        together = max(together, 1 + sum(one.ended_ns + CLOCK_NS > now for one in before))
        waiting = [one for one in before if one.ended_ns < now < wait_over_ns(one)]
        if not waiting:
            continue
        since = min(one.ended_ns for one in waiting)
        # Whoever was called before the refusal may have stood in a queue until now.
        possible = max(together + _called(case, fact, since, now), _called(case, fact, 0, now))
        if len(flying) + len(waiting) + 1 > possible:
            yield _Early(fact, waiting[-1], attempt)


def _called(case: Case, fact_id: str, since: int, until: int) -> int:
    """Reasons for a caller to take the document up: announcements, list reads, a restart."""
    fact = next(one for one in case.facts if one.id == fact_id)
    numbers = {fact.source, *case.attribution.documents_of(fact_id)}
    told = sum(
        one.tried.subject in numbers and one.tried.started_ns <= until and one.tried.ended_ns >= since
        for one in case.deliveries
        if one.sent
    )
    read = sum(
        one.op.endswith(".list") and since <= one.ended_ns and one.started_ns <= until
        for one in case.attempts
        if one.served is not None and any(number in numbers for number, _ in one.served.documents)
    )
    return told + read + sum(since <= loss <= until for loss in case.losses)


def _limit(case: Case, system: str) -> str:
    limits = case.cards.get(system, {}).get("limits", [])
    if not limits:
        return "Retry-After on 429 and 503"
    rate, told = limits[0].get("rate_per_s"), limits[0].get("retry_after", "seconds")
    return f"limits: {rate:g} calls/s per credential, Retry-After told in {told}"
