"""A simulation on an event loop: nothing happens before its business instant, and what goes wrong comes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any

import pytest
import simpy

from hardclose_mocks.clock import BusinessClock, LoopClock, VirtualLoop
from hardclose_simulator.run.bridge import Bridge

ZERO = datetime(2026, 11, 30, tzinfo=UTC)
RATE = 60.0
"""Business seconds per wire second."""


class Hall:
    """A bridge on a loop, and the business seconds since the simulation's zero."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.clock = BusinessClock(LoopClock(loop), ZERO, RATE)
        self.bridge = Bridge(self.now, lambda business_s: business_s / RATE)
        self.seen: list[tuple[str, float]] = []

    def now(self) -> float:
        return (self.clock.now() - ZERO).total_seconds()

    def note(self, what: str) -> None:
        self.seen.append((what, self.now()))


Story = Callable[[Hall], Generator[simpy.Event, Any, None]]


def play(*stories: Story, loop: asyncio.AbstractEventLoop | None = None) -> Hall:
    loop = loop or VirtualLoop()

    async def run() -> Hall:
        hall = Hall(loop)
        for story in stories:
            hall.bridge.process(story(hall))
        await hall.bridge.run()
        return hall

    try:
        return loop.run_until_complete(run())
    finally:
        loop.close()


def every(seconds: float, times: int, what: str) -> Story:
    def story(hall: Hall) -> Generator[simpy.Event, Any, None]:
        for turn in range(1, times + 1):
            yield hall.bridge.env.timeout(seconds)
            assert hall.now() >= turn * seconds, "carried out before its time"
            hall.note(what)

    return story


async def answer(value: str, after_s: float) -> str:
    await asyncio.sleep(after_s)
    return value


def test_events_come_at_their_business_instants_and_in_their_order() -> None:
    hall = play(every(60.0, 3, "a"), every(100.0, 2, "b"))
    assert [what for what, _ in hall.seen] == ["a", "b", "a", "a", "b"]
    assert [at for _, at in hall.seen] == pytest.approx([60.0, 100.0, 120.0, 180.0, 200.0], abs=0.01)


@pytest.mark.wall
def test_no_event_comes_early_on_the_hosts_clock_either() -> None:
    """At 60 business seconds per second a clock that jitters by a millisecond would show."""
    hall = play(every(0.3, 40, "a"), every(0.7, 20, "b"), loop=asyncio.new_event_loop())
    assert len(hall.seen) == 60


def test_an_answer_comes_back_at_the_instant_it_was_given() -> None:
    def story(hall: Hall) -> Generator[simpy.Event, Any, None]:
        yield hall.bridge.env.timeout(30.0)
        hall.note((yield hall.bridge.call(answer("done", after_s=2.0))))

    (what, at) = play(story).seen[0]
    assert what == "done"
    assert at == pytest.approx(30.0 + 2.0 * RATE, abs=0.01)


def test_while_one_waits_for_an_answer_the_others_go_on() -> None:
    def slow(hall: Hall) -> Generator[simpy.Event, Any, None]:
        hall.note((yield hall.bridge.call(answer("slow", after_s=2.5))))

    hall = play(slow, every(60.0, 4, "a"))
    assert [what for what, _ in hall.seen] == ["a", "a", "slow", "a", "a"]


def test_an_exception_comes_out_of_the_yield() -> None:
    async def refuse() -> None:
        await asyncio.sleep(1.0)
        raise PermissionError("not for you")

    def story(hall: Hall) -> Generator[simpy.Event, Any, None]:
        try:
            yield hall.bridge.call(refuse())
        except PermissionError as no:
            hall.note(str(no))

    assert [what for what, _ in play(story).seen] == ["not for you"]


def test_an_exception_nobody_catches_ends_the_simulation_and_comes_out_of_it() -> None:
    async def break_down() -> None:
        raise ZeroDivisionError("a bug of ours")

    def story(hall: Hall) -> Generator[simpy.Event, Any, None]:
        yield hall.bridge.call(break_down())

    with pytest.raises(ZeroDivisionError, match="a bug of ours"):
        play(story, every(60.0, 1000, "a"))


def test_it_is_over_when_nothing_is_scheduled_and_nothing_under_way() -> None:
    def last(hall: Hall) -> Generator[simpy.Event, Any, None]:
        hall.note((yield hall.bridge.call(answer("last", after_s=100.0))))

    hall = play(last, every(1.0, 1, "a"))
    assert [what for what, _ in hall.seen] == ["a", "last"]
    assert play().seen == []


def test_what_is_late_is_done_at_once_and_in_order() -> None:
    """Somebody kept the loop busy for longer than the gaps between events."""
    loop = VirtualLoop()

    async def run() -> Hall:
        hall = Hall(loop)
        await asyncio.sleep(10.0)  # ten minutes of business time before anybody began
        hall.bridge.process(every(60.0, 3, "a")(hall))
        hall.bridge.process(every(100.0, 1, "b")(hall))
        await hall.bridge.run()
        return hall

    hall = loop.run_until_complete(run())
    loop.close()
    assert [what for what, _ in hall.seen] == ["a", "b", "a", "a"]
    assert {round(at) for _, at in hall.seen} == {600}
