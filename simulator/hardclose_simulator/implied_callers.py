"""How many sequential callers a stream of requests needs to be explained, each of whom waits when told to.

Callers are exchangeable. So at the start of a request there are at least as many as requests in flight, plus waits
that are not over, plus the one that starts."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hardclose_mocks.clock import NS
from hardclose_simulator.attempts import Attempt

CLOCK_NS = 50_000_000
"""Two clocks and a scheduler may disagree by this much about when a wait is over or an answer had arrived."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """A request that starts, those in flight at that moment, and those whose wait is not over."""

    starts: Attempt
    in_flight: tuple[Attempt, ...]
    waiting: tuple[Attempt, ...]

    @property
    def callers(self) -> int:
        return len(self.in_flight) + len(self.waiting) + 1


def crowds(attempts: Iterable[Attempt], losses: Sequence[int] = ()) -> Iterable[Crowd]:
    """One per request, in order of their starts. Only what was answered in full counts as in flight: a caller that
    gave up may be anywhere. What was told in the same instant in which a request starts may have come later.

    `losses` are the instants at which the integration was lost, in order. Its callers went with it; who came after
    was told nothing."""
    ordered = sorted(attempts, key=lambda one: (one.started_ns, one.seq))
    told = sorted((one for one in ordered if wait_over_ns(one) > one.ended_ns), key=lambda one: (one.ended_ns, one.seq))
    flying: list[tuple[int, int, Attempt]] = []
    waiting: list[tuple[int, int, Attempt]] = []
    next_told = deaths = 0
    born = -1
    for attempt in ordered:
        now = attempt.started_ns
        while deaths < len(losses) and losses[deaths] < now:
            born = losses[deaths]
            deaths += 1
            waiting, flying = [], []
        while next_told < len(told) and told[next_told].ended_ns < now:
            one = told[next_told]
            if one.started_ns > born:
                heapq.heappush(waiting, (wait_over_ns(one), one.seq, one))
            next_told += 1
        while waiting and waiting[0][0] <= now:
            heapq.heappop(waiting)
        while flying and flying[0][0] <= now:
            heapq.heappop(flying)
        yield Crowd(attempt, tuple(one for _, _, one in flying), tuple(one for _, _, one in waiting))
        if attempt.delivered == "full":
            heapq.heappush(flying, (attempt.ended_ns - CLOCK_NS, attempt.seq, attempt))


def most_callers(attempts: Sequence[Attempt], losses: Sequence[int] = ()) -> Crowd | None:
    """The first moment that needs the most callers; None without requests. `losses` as for `crowds`."""
    return max(crowds(attempts, losses), key=lambda crowd: crowd.callers, default=None)


def wait_over_ns(attempt: Attempt) -> int:
    """When the wait it was told is over, less what clocks may differ; its end if it was told none."""
    if not attempt.wait_s:
        return attempt.ended_ns
    return max(attempt.ended_ns, attempt.ended_ns + round(attempt.wait_s * NS) - CLOCK_NS)
