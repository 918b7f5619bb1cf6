"""Virtual time jumps and never hangs; business time is a straight line over wire time until it is bent."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardclose_mocks.clock import NS, BusinessClock, HostClock, LoopClock, VirtualLoop, VirtualTimeStopped

from .sandboxes import virtually

MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


class Hands:
    """A wire clock moved by hand."""

    def __init__(self, now_ns: int = 0) -> None:
        self.now_ns = now_ns

    def ns(self) -> int:
        return self.now_ns

    def utc(self) -> datetime:
        return MONDAY + timedelta(microseconds=self.now_ns // 1000)


@virtually
async def test_a_week_of_waiting_takes_no_time() -> None:
    loop, began = asyncio.get_running_loop(), time.monotonic()
    await asyncio.sleep(7 * 86_400)
    assert loop.time() == pytest.approx(7 * 86_400, abs=1e-6)
    assert time.monotonic() - began < 5


@virtually
async def test_sleepers_wake_in_the_order_of_their_instants() -> None:
    woken: list[tuple[float, str]] = []

    async def sleep(name: str, delay: float) -> None:
        await asyncio.sleep(delay)
        woken.append((asyncio.get_running_loop().time(), name))

    await asyncio.gather(sleep("late", 3.5), sleep("early", 0.25), sleep("noon", 1.0), sleep("noon too", 1.0))
    assert [name for _, name in woken] == ["early", "noon", "noon too", "late"]
    assert [at for at, _ in woken] == pytest.approx([0.25, 1.0, 1.0, 3.5])


@virtually
async def test_work_that_is_ready_takes_no_virtual_time() -> None:
    for _ in range(1000):
        await asyncio.sleep(0)
    assert asyncio.get_running_loop().time() == 0


@virtually
async def test_a_timeout_strikes_at_its_instant() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2.5):
            await asyncio.Event().wait()
    assert asyncio.get_running_loop().time() == pytest.approx(2.5)


def test_tasks_that_wait_for_each_other_stop_the_virtual_loop() -> None:
    loop = VirtualLoop()
    try:
        with pytest.raises(VirtualTimeStopped, match="every task waits for another"):
            loop.run_until_complete(asyncio.Event().wait())
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@virtually
async def test_the_virtual_loop_refuses_threads_by_name() -> None:
    def crunch() -> None:
        raise AssertionError("it must not run")

    with pytest.raises(RuntimeError, match="crunch must be async"):
        await asyncio.to_thread(crunch)


@given(st.lists(st.floats(0.0, 100_000.0), min_size=1, max_size=20))
def test_the_virtual_clock_never_runs_back_and_stops_at_the_last_timer(delays: list[float]) -> None:
    seen: list[float] = []

    @virtually
    async def story() -> None:
        loop = asyncio.get_running_loop()

        async def sleep(delay: float) -> None:
            await asyncio.sleep(delay)
            seen.append(loop.time())

        await asyncio.gather(*map(sleep, delays))

    story()
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(max(delays), abs=1e-6)


@virtually
async def test_the_loop_clock_counts_from_a_fixed_instant() -> None:
    clock = LoopClock(asyncio.get_running_loop(), MONDAY)
    assert (clock.ns(), clock.utc()) == (0, MONDAY)
    await asyncio.sleep(90)
    assert clock.ns() == 90 * NS
    assert clock.utc() == MONDAY + timedelta(seconds=90)


def test_the_host_clock_is_monotonic_and_in_utc() -> None:
    clock = HostClock()
    readings = [clock.ns() for _ in range(1000)]
    assert readings == sorted(readings)
    assert abs(clock.utc() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_business_day_passes_in_twenty_seconds_at_pace_ci() -> None:
    wire = Hands(5 * NS)
    clock = BusinessClock(wire, MONDAY, 4320.0)
    assert clock.now() == MONDAY
    wire.now_ns += 20 * NS
    assert clock.now() == MONDAY + timedelta(days=1)
    assert clock.wire_ns_of(MONDAY + timedelta(days=2)) == 45 * NS


def test_a_frozen_business_clock_stands_still_and_goes_on_where_it_was_set() -> None:
    wire = Hands()
    clock = BusinessClock(wire, MONDAY, 0.0)
    wire.now_ns = 1000 * NS
    assert clock.now() == MONDAY
    clock.set(MONDAY + timedelta(hours=3), 2.0)
    wire.now_ns += 10 * NS
    assert clock.now() == MONDAY + timedelta(hours=3, seconds=20)


def test_a_clock_set_for_an_earlier_wire_instant_has_run_on_since() -> None:
    clock = BusinessClock(Hands(100 * NS), MONDAY, 3.0, wire_ns=40 * NS)
    assert clock.now() == MONDAY + timedelta(seconds=180)


def test_business_time_in_another_zone_is_the_same_instant() -> None:
    clock = BusinessClock(Hands(), MONDAY.astimezone(timezone(timedelta(hours=9))), 1.0)
    assert (clock.business, clock.business.tzinfo) == (MONDAY, UTC)


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.sampled_from([0.0, 0.5, 1.0, 4320.0]))
def test_business_time_never_runs_back(one: int, other: int, rate: float) -> None:
    clock = BusinessClock(Hands(), MONDAY, rate)
    assert clock.at(min(one, other)) <= clock.at(max(one, other))


@given(st.integers(0, 10**6), st.sampled_from([0.5, 1.0, 60.0, 4320.0]))
def test_the_wire_instant_of_a_business_instant_leads_back_to_it(seconds: int, rate: float) -> None:
    clock = BusinessClock(Hands(17), MONDAY, rate)
    wanted = MONDAY + timedelta(seconds=seconds)
    assert abs(clock.at(clock.wire_ns_of(wanted)) - wanted) <= timedelta(microseconds=10)


def test_business_time_does_not_run_backwards() -> None:
    with pytest.raises(AssertionError, match="backwards"):
        BusinessClock(Hands(), MONDAY, -1.0)
    with pytest.raises(AssertionError, match="stands still"):
        BusinessClock(Hands(), MONDAY, 0.0).wire_ns_of(MONDAY)
