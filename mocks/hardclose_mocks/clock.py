"""Two clocks: wire time governs protocol promises, business time dates documents. And the event loop that can jump."""

from __future__ import annotations

import asyncio
import functools
import selectors
import time
from datetime import UTC, datetime, timedelta
from typing import NoReturn, Protocol

NS = 1_000_000_000


class WireClock(Protocol):
    """Wire time: monotonic nanoseconds, and the UTC instant that belongs to them (HTTP `Date`, webhook timestamps)."""

    def ns(self) -> int: ...

    def utc(self) -> datetime: ...


class HostClock:
    """Wire time of a sandbox on a network: the host's."""

    def ns(self) -> int:
        return time.monotonic_ns()

    def utc(self) -> datetime:
        return datetime.now(UTC)


class LoopClock:
    """Wire time of a virtual run: whatever the event loop says, counted from a fixed instant."""

    def __init__(self, loop: asyncio.AbstractEventLoop, epoch: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._loop, self._epoch = loop, epoch

    def ns(self) -> int:
        return round(self._loop.time() * NS)

    def utc(self) -> datetime:
        return self._epoch + timedelta(seconds=self._loop.time())


class BusinessClock:
    """Business time as a straight line over wire time; `set` bends it, freezes it (rate 0) or lets it jump."""

    def __init__(self, wire: WireClock, business: datetime, rate: float, wire_ns: int | None = None) -> None:
        self._wire = wire
        self.set(business, rate, wire_ns)

    def set(self, business: datetime, rate: float, wire_ns: int | None = None) -> None:
        """From `wire_ns` (default: now) business time is `business` and runs at `rate` business seconds per second."""
        assert rate >= 0, "business time does not run backwards"
        self.business, self.rate = business.astimezone(UTC), rate
        self.wire_ns = self._wire.ns() if wire_ns is None else wire_ns

    def at(self, wire_ns: int) -> datetime:
        return self.business + timedelta(seconds=(wire_ns - self.wire_ns) / NS * self.rate)

    def now(self) -> datetime:
        return self.at(self._wire.ns())

    def wire_ns_of(self, business: datetime) -> int:
        """When it will be `business`, at the present rate; business time must run."""
        assert self.rate > 0, "business time stands still"
        return self.wire_ns + round((business - self.business).total_seconds() / self.rate * NS)


class VirtualTimeStopped(RuntimeError):
    """Nothing is scheduled and nothing is ready: a virtual run would wait for ever."""


class _JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting for the next timer it moves the clock there; descriptors are looked at in passing."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0 or (timeout is not None and timeout < 0):
            return ready
        if timeout is None:
            raise VirtualTimeStopped("nothing is scheduled on the virtual clock: every task waits for another")
        self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer when nothing is ready. It refuses threads: while a thread
    worked, the clock would run ahead of it."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self._jumping.now

    def run_in_executor(self, executor: object, func: object, *args: object) -> NoReturn:  # noqa: ARG002
        raise RuntimeError(f"no threads on the virtual clock: {_name_of(func)} must be async")


def _name_of(func: object) -> str:
    """`asyncio.to_thread` hands over a partial of `Context.run`; what was to run is its first argument."""
    inner = func.args[0] if isinstance(func, functools.partial) and func.args else func
    return getattr(inner, "__qualname__", repr(inner))
