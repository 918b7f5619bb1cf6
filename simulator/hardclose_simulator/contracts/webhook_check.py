"""Sends the vocabulary of deliveries to a receiver and judges what it answered. Knows no terminal and no files."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from hardclose_simulator.contracts.webhook_sender import Request, Sender
from hardclose_simulator.contracts.webhook_vocabulary import ACCEPT, GENUINE, MUST, SHOULD, Case

NO_CRASH = "A 5xx says that trying again may help: the sender repeats what will never be taken."
NO_SILENCE = "What is refused is answered: the sender waits for an answer until he gives up, and then repeats it."
NO_REDIRECT = "A delivery is not redirected; a redirect is a failure."


class Unreachable(Exception):
    """Nobody listens there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one delivery was answered. `status` is None where there was no answer; `why` says then why."""

    label: str
    status: int | None
    answer_ms: float
    why: str = ""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def redirected(self) -> bool:
        return self.status is not None and 300 <= self.status < 400

    @property
    def words(self) -> str:
        told = str(self.status) if self.status is not None else self.why
        return f"{told} ({self.label})" if self.label else told


@dataclass(frozen=True, slots=True)
class Line:
    """One case as it went. `broken` is the level of what was broken, empty where all is well; `judged` is False for
    a case that could say nothing: who refuses everything refuses forgeries too."""

    case: Case
    outcomes: tuple[Outcome, ...] = ()
    broken: str = ""
    says: str = ""
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """One receiver of one system's events."""

    system: str
    target: str
    timeout_s: float
    lines: tuple[Line, ...]

    def broken(self, level: str) -> list[Line]:
        return [line for line in self.lines if line.broken == level]

    @property
    def answer_ms(self) -> tuple[float, float]:
        """Median and longest time until a delivery that was to be accepted was answered."""
        times = [
            one.answer_ms for line in self.lines if line.case.expect == ACCEPT for one in line.outcomes if one.accepted
        ]
        return (statistics.median(times), max(times)) if times else (0.0, 0.0)

    def document(self) -> dict[str, Any]:
        median, longest = self.answer_ms
        return {
            "system": self.system,
            "target": self.target,
            "timeout_s": self.timeout_s,
            "answer_ms": {"median": round(median, 1), "longest": round(longest, 1)},
            "broken": {level: len(self.broken(level)) for level in (MUST, SHOULD)},
            "deliveries": [_line_document(line) for line in self.lines],
        }


def _line_document(line: Line) -> dict[str, Any]:
    case = line.case
    return {
        "name": case.name,
        "title": case.title,
        "expected": case.expect,
        "level": case.level,
        "judged": line.judged,
        "broken": line.broken or None,
        "says": line.says or None,
        "rule": case.says,
        "source": case.source,
        "answers": [
            {"label": one.label, "status": one.status, "why": one.why, "answer_ms": round(one.answer_ms, 1)}
            for one in line.outcomes
        ],
    }


@dataclass(slots=True)
class Receiver:
    """`monotonic` is the clock that answers are timed by."""

    target: str
    timeout_s: float
    transport: httpx2.AsyncBaseTransport | None = None
    monotonic: Callable[[], float] = time.perf_counter
    _client: httpx2.AsyncClient = field(init=False)

    async def check(
        self, sender: Sender, cases: Sequence[Case], watch: Callable[[Line], None] = lambda _: None
    ) -> Check:
        """Raises Unreachable if nobody is there at all."""
        lines: list[Line] = []
        # A connection each: one that the receiver is about to close must not be mistaken for an answer.
        limits = httpx2.Limits(max_connections=100, max_keepalive_connections=0)
        async with httpx2.AsyncClient(
            transport=self.transport, timeout=self.timeout_s, limits=limits, follow_redirects=False, trust_env=False
        ) as self._client:
            for case in cases:
                if lines and not lines[0].outcomes[0].accepted:
                    line = Line(case, judged=False, says="not sent: genuine deliveries are refused too")
                else:
                    line = _judged(case, await self._deliver(case, case.build(sender)))
                lines.append(line)
                watch(line)
        return Check(sender.system, self.target, self.timeout_s, tuple(lines))

    async def _deliver(self, case: Case, requests: Sequence[Request]) -> tuple[Outcome, ...]:
        if case.at_once:
            return tuple(await asyncio.gather(*(self._post(one) for one in requests)))
        outcomes = [await self._post(one) for one in requests]
        if case is GENUINE and outcomes[0].why.startswith("no connection"):
            raise Unreachable(outcomes[0].why)
        return tuple(outcomes)

    async def _post(self, request: Request) -> Outcome:
        began = self.monotonic()
        status, why = await _answer(self._client.post, self.target, request, self.timeout_s)
        return Outcome(request.label, status, (self.monotonic() - began) * 1000, why)


async def _answer(
    post: Callable[..., Awaitable[httpx2.Response]], target: str, request: Request, timeout_s: float
) -> tuple[int | None, str]:
    try:
        # Whole answers count, not only their beginning: the client's own limit is per read.
        async with asyncio.timeout(timeout_s):
            answer = await post(target, content=request.body, headers=dict(request.headers))
    except (TimeoutError, httpx2.TimeoutException):
        return None, f"no answer within {timeout_s:g} s"
    except httpx2.ConnectError as wrong:
        return None, f"no connection: {wrong}"
    except httpx2.HTTPError as wrong:
        return None, f"connection broken off: {str(wrong) or type(wrong).__name__}"
    return answer.status_code, ""


def _judged(case: Case, outcomes: tuple[Outcome, ...]) -> Line:
    if case.expect == ACCEPT:
        for one in outcomes:
            if not one.accepted:
                why = f". {NO_REDIRECT}" if one.redirected else ""
                return Line(case, outcomes, case.level, f"refused and should have been accepted: {one.words}{why}")
        return Line(case, outcomes)
    for one in outcomes:
        if one.accepted:
            return Line(case, outcomes, case.level, f"accepted and should have been refused: {one.words}")
    for one in outcomes:
        if one.status is not None and one.status >= 500:
            return Line(case, outcomes, SHOULD, f"refused by an error of the receiver's own: {one.words}. {NO_CRASH}")
        # Cutting off somebody who sends too much is an answer of its own kind.
        if one.status is None and one.why.startswith("no answer"):
            return Line(case, outcomes, SHOULD, f"refused in silence: {one.words}. {NO_SILENCE}")
    return Line(case, outcomes)


def kept(checks: Sequence[Check], *, strict: bool) -> bool:
    """Whether all receivers keep what they must; in strict mode also what they should."""
    levels = (MUST, SHOULD) if strict else (MUST,)
    return not any(check.broken(level) for check in checks for level in levels)
