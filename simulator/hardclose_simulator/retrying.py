"""Retries: the same request sent again after it failed, and how long its caller stood back. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import SutProcess
from hardclose_simulator.attempts import Attempt, Know
from hardclose_simulator.case import Case
from hardclose_simulator.implied_callers import CLOCK_NS


@dataclass(frozen=True, slots=True)
class Retry:
    """`again` is the next try of what `failed`; `gap_ns` how long its caller stood back, at most.

    `chosen`: nobody but the caller decided on the gap. It was not what a Retry-After had told it, it was neither lost
    nor frozen meanwhile, and nobody announced the document again."""

    failed: Attempt
    again: Attempt
    gap_ns: int
    chosen: bool

    @property
    def op(self) -> str:
        """Equal for tries of one request."""
        return f"{self.failed.system}|{self.failed.same}"


def failed(attempt: Attempt) -> bool:
    """Whether whoever sent it must send it again: nothing came back, or an answer that says `not now`."""
    if attempt.know not in (Know.INFO, Know.TURNED_AWAY) or attempt.status == 401:
        return False
    return attempt.status is None or attempt.status >= 500 or attempt.status in (408, 409, 423, 425, 429)


def runs_of(case: Case) -> Iterator[list[Retry]]:
    """For each writing request the stretches in which it failed again and again, as the retries in them."""
    groups: dict[str, list[Attempt]] = {}
    for attempt in case.attempts:
        if attempt.writes:
            groups.setdefault(f"{attempt.system}|{attempt.same}", []).append(attempt)
    if not any(len(group) > 1 for group in groups.values()):
        return
    troubles = _troubles(case)
    owners = {attempt.seq: fact for fact, listed in case.attempts_by_fact.items() for attempt in listed}
    facts = {fact.id: (fact.system, fact.source) for fact in case.facts}
    for group in groups.values():
        source = facts.get(owners.get(group[0].seq, ""))
        told = [one.tried.ended_ns for one in case.knowledge.announced.get(source, ())] if source is not None else []
        yield from _runs(sorted(group, key=lambda one: (one.started_ns, one.seq)), sorted([*troubles, *told]))


def _runs(group: Sequence[Attempt], excuses: Sequence[int]) -> Iterator[list[Retry]]:
    run: list[Retry] = []
    for before, again in pairwise(group):
        if not failed(before):
            if run:
                yield run
            run = []
        elif again.started_ns >= before.ended_ns or before.delivered != "full":
            run.append(_retry(before, again, excuses))
    if run:
        yield run


def _retry(before: Attempt, again: Attempt, excuses: Sequence[int]) -> Retry:
    # Who got no answer may have given up long before we knew: the whole time counts as its pause.
    since = before.ended_ns if before.delivered == "full" else before.started_ns
    gap = max(0, again.started_ns - since)
    dictated = bool(before.wait_s) and gap >= round((before.wait_s or 0.0) * NS) - CLOCK_NS
    disturbed = any(before.started_ns <= one <= again.started_ns for one in excuses)
    return Retry(before, again, gap, not dictated and not disturbed)


def _troubles(case: Case) -> list[int]:
    """When our hand was on the integration's process: killed, started again, frozen, thawed."""
    return [record.wire_ns for record in case.records if isinstance(record.body, SutProcess)]


def stretches(attempts: Iterable[Attempt]) -> Iterator[list[Attempt]]:
    """Failures in a row, in order of their starts, whatever they were about."""
    row: list[Attempt] = []
    for attempt in sorted(attempts, key=lambda one: (one.started_ns, one.seq)):
        if failed(attempt):
            row.append(attempt)
        elif row:
            yield row
            row = []
    if row:
        yield row
