"""A closed-loop HTTP/1.1 load generator: so many kept connections, each asks again as soon as it is answered.

Our own, because a benchmark that only runs where wrk is installed is run by nobody, and because the usual Python
clients need more time per call than the servers measured here: they would measure themselves. It parses nothing but
status, Content-Length and what a conversation looks for, and times from the call that hands a request to the socket to
the last byte of its answer. Under saturation such latencies are mostly queueing. Loopback only; bounded in time and in
answers. Knows no server and no document.
"""

from __future__ import annotations

import asyncio
import gc
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, cast

import uvloop

LOOPBACK = "127.0.0.1"
ANSWERS_MAX = 1_000_000
GRACE_S = 10.0
"""A server that lets a connection wait this much longer than the whole measurement has failed it."""
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class WrongAnswer(Exception):
    """The server did not do what it was asked: a benchmark of that is worth nothing."""


class Conversation(Protocol):
    """What one connection says. `asks` names the request under way, for separate latencies."""

    asks: str

    def request(self) -> bytes:
        """The next request, whole."""
        ...

    def take(self, status: int, body: bytes) -> None:
        """Its answer; raises WrongAnswer."""
        ...


@dataclass(slots=True)
class Measured:
    """`latencies_ms` by what was asked, in order of time. `pieces` counts the reads from sockets they took."""

    seconds: float = 0.0
    answers: int = 0
    pieces: int = 0
    busy: float = 0.0
    """Share of one core this generator used: near 1 it is the bottleneck."""
    latencies_ms: dict[str, list[float]] = field(default_factory=dict)

    @property
    def per_s(self) -> float:
        return self.answers / self.seconds

    def percentile(self, share: float, asks: str | None = None) -> float:
        """In ms, of all answers or of those to one kind of request; the smallest that `share` of them do not exceed."""
        kinds = [asks] if asks else list(self.latencies_ms)
        found = sorted(latency for kind in kinds for latency in self.latencies_ms[kind])
        return found[min(len(found) - 1, int(share * len(found)))]


def measure(port: int, conversations: Sequence[Conversation], seconds: float, warm_up_s: float) -> Measured:
    """Let every conversation run on a connection of its own. Raises WrongAnswer, also for a lost connection."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        gc.collect()
        gc.disable()  # a collection here would look like a pause of the server
        try:
            return runner.run(_measure(port, conversations, seconds, warm_up_s))
        finally:
            gc.enable()


async def _measure(port: int, conversations: Sequence[Conversation], seconds: float, warm_up_s: float) -> Measured:
    loop = asyncio.get_running_loop()
    round_ = _Round(loop.create_future(), len(conversations))
    round_.begins = time.perf_counter() + warm_up_s
    round_.ends = round_.begins + seconds
    loop.call_later(warm_up_s, round_.begin)
    for conversation in conversations:
        await loop.create_connection(partial(_Connection, round_, conversation), LOOPBACK, port)
    try:
        async with asyncio.timeout(warm_up_s + seconds + GRACE_S):
            await round_.over
    except TimeoutError:
        raise WrongAnswer(f"{round_.open} of {len(conversations)} connections got no answer in {GRACE_S} s") from None
    measured = round_.measured
    measured.seconds = min(round_.last, round_.ends) - round_.begins
    measured.busy = (round_.busy_s or time.process_time() - round_.busy_from_s) / measured.seconds
    if measured.answers == 0:
        raise WrongAnswer("not one answer in the time measured")
    return measured


@dataclass(slots=True)
class _Round:
    """What all connections of one measurement share."""

    over: asyncio.Future[None]
    open: int
    begins: float = 0.0
    ends: float = 0.0
    last: float = 0.0
    busy_from_s: float = 0.0
    busy_s: float = 0.0
    measured: Measured = field(default_factory=Measured)

    def begin(self) -> None:
        self.busy_from_s = time.process_time()

    def fail(self, wrong: Exception) -> None:
        if not self.over.done():
            self.over.set_exception(wrong)

    def leave(self) -> None:
        """The first connection to find the time over takes the generator's own."""
        self.busy_s = self.busy_s or time.process_time() - self.busy_from_s
        self.open -= 1
        if self.open == 0 and not self.over.done():
            self.over.set_result(None)


class _Connection(asyncio.Protocol):
    def __init__(self, round_: _Round, talk: Conversation) -> None:
        self._round, self._talk, self._buffer, self._done = round_, talk, b"", False
        self._asked, self._pieces = 0.0, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._ask()

    def _ask(self) -> None:
        request = self._talk.request()
        self._pieces = 0
        self._asked = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        now, round_ = time.perf_counter(), self._round
        self._pieces += 1
        buffer = self._buffer + data if self._buffer else data
        split = buffer.find(b"\r\n\r\n")
        if split < 0:
            self._buffer = buffer
            return
        head = buffer[:split]
        length = _CONTENT_LENGTH.search(head)
        if length is None:
            self._stop(WrongAnswer(f"an answer without Content-Length: {head[:200]!r}"))
            return
        missing = split + 4 + int(length[1]) - len(buffer)
        if missing > 0:
            self._buffer = buffer
            return
        self._buffer = b""
        asks = self._talk.asks
        try:
            self._talk.take(int(head[9:12]), buffer[split + 4 :])
        except WrongAnswer as wrong:
            self._stop(wrong)
            return
        round_.last = now
        if round_.begins <= self._asked and now <= round_.ends:
            round_.measured.answers += 1
            round_.measured.pieces += self._pieces
            round_.measured.latencies_ms.setdefault(asks, []).append((now - self._asked) * 1000)
        if now > round_.ends or round_.measured.answers >= ANSWERS_MAX:
            self._stop()
        else:
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done:
            self._stop(WrongAnswer(f"the server closed the connection ({exc or 'end of stream'})"))

    def _stop(self, wrong: WrongAnswer | None = None) -> None:
        self._done = True
        self._transport.abort()
        if wrong is not None:
            self._round.fail(wrong)
        else:
            self._round.leave()
