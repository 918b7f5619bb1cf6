"""SimPy on asyncio: one driver for real, scaled and virtual time; only the loop's clock differs."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import simpy

GRAIN_S = 1e-6
"""Sleep this much longer than asked (wire seconds): an event is never carried out before its business instant."""


class Bridge:
    """Steps a SimPy environment whose unit is one business second along a business clock.

    `now` is business seconds since the environment's zero, `wire_s(business_s)` how long that takes on the loop."""

    def __init__(self, now: Callable[[], float], wire_s: Callable[[float], float]) -> None:
        self.env = simpy.Environment()
        self._now, self._wire_s = now, wire_s
        self._wake = asyncio.Event()
        self._in_flight = 0

    def call(self, work: Coroutine[Any, Any, Any]) -> simpy.Event:
        """In a process: `answer = yield bridge.call(coroutine)`; an exception comes out of the yield."""
        done = self.env.event()
        self._in_flight += 1

        def settle(task: asyncio.Task[Any]) -> None:
            self._in_flight -= 1
            if not task.cancelled():
                wrong = task.exception()
                if isinstance(wrong, Exception):
                    failure = wrong
                    self._inject(lambda: done.fail(failure))
                else:
                    self._inject(lambda: done.succeed(task.result()))

        asyncio.get_running_loop().create_task(work).add_done_callback(settle)
        return done

    def process(self, story: Generator[simpy.Event, Any, Any]) -> simpy.Process:
        return self.env.process(story)

    async def run(self) -> None:
        """Until nothing is scheduled and nothing is in flight."""
        while True:
            upcoming = self.env.peek()
            if upcoming == math.inf and not self._in_flight:
                return
            self._wake.clear()
            if upcoming == math.inf:
                await self._wake.wait()
                continue
            delay = self._wire_s(upcoming - self._now())
            if delay > 0:
                try:
                    async with asyncio.timeout(delay + GRAIN_S):
                        await self._wake.wait()
                    continue
                except TimeoutError:
                    pass
            else:
                await asyncio.sleep(0)
            if self.env.peek() <= upcoming:
                self.env.step()

    def _inject(self, act: Callable[[], Any]) -> None:
        """Run `act` at the present simulated time and wake the driver."""
        event = self.env.event()
        assert event.callbacks is not None
        event.callbacks.append(lambda _: act())
        event._ok, event._value = True, None
        self.env.schedule(event, delay=max(0.0, self._now() - self.env.now))
        self._wake.set()
