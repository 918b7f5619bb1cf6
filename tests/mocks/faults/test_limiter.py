"""F10: the bucket admits exactly what the card says."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardclose_mocks.cards import Limit
from hardclose_mocks.faults.limiter import Limiter

NS = 1_000_000_000
WAITS = (1.0, 2.0)
rates = st.sampled_from([0.1, 0.5, 1.0, 2.5, 3.0, 7.0, 10.0, 25.0, 50.0])
gaps_ns = st.one_of(st.integers(0, 3 * NS), st.sampled_from([0, 1, NS // 10, NS // 3, NS // 50, NS]))


def admitted_by_the_book(limit: Limit, instants: list[int]) -> list[bool]:
    """A token bucket in exact arithmetic."""
    level, then, admitted = Fraction(limit.burst), instants[0] if instants else 0, []
    for now in instants:
        level = min(Fraction(limit.burst), level + Fraction(now - then, NS) * Fraction(str(limit.rate_per_s)))
        then = now
        admitted.append(level >= 1)
        level -= level >= 1
    return admitted


@given(rates, st.integers(1, 60), st.lists(gaps_ns, max_size=200))
@example(10.0, 1, [NS // 10] * 100)
@example(0.1, 1, [NS] * 100)
@example(3.0, 1, [NS // 3 + 1] * 90)
def test_it_admits_exactly_what_a_bucket_in_exact_arithmetic_admits(rate: float, burst: int, gaps: list[int]) -> None:
    limit = Limit(rate, burst)
    limiter, now, instants = Limiter(limit, WAITS), 5 * NS, []
    for gap in gaps:
        now += gap
        instants.append(now)
    assert [limiter.admit("c", at) is None for at in instants] == admitted_by_the_book(limit, instants)


def test_a_greedy_caller_gets_the_burst_and_then_the_rate() -> None:
    limiter = Limiter(Limit(10.0, 5), WAITS)
    instants = [at * NS // 1000 for at in range(0, 3001)]
    assert sum(limiter.admit("c", at) is None for at in instants) == 5 + 30


def test_an_idle_bucket_fills_to_the_burst_and_no_further() -> None:
    limiter = Limiter(Limit(10.0, 3), WAITS)
    assert [limiter.admit("c", 3600 * NS) is None for _ in range(4)] == [True, True, True, False]
    assert [limiter.admit("c", 7200 * NS) is None for _ in range(4)] == [True, True, True, False]


def test_credentials_have_buckets_of_their_own() -> None:
    limiter = Limiter(Limit(1.0, 2), WAITS)
    assert [limiter.admit("one", 0) is None for _ in range(3)] == [True, True, False]
    assert [limiter.admit("other", 0) is None for _ in range(3)] == [True, True, False]
    assert (limiter.left("one"), limiter.left("nobody yet")) == (0, 2)


@given(
    rates, st.integers(1, 60), st.lists(gaps_ns, max_size=100), st.sampled_from([(1.0, 2.0), (1.0, 60.0), (3.0, 3.0)])
)
def test_every_wait_lies_within_the_pace(rate: float, burst: int, gaps: list[int], waits: tuple[float, float]) -> None:
    limiter, now = Limiter(Limit(rate, burst), waits), 0
    for gap in gaps:
        now += gap
        wait = limiter.admit("c", now)
        assert wait is None or waits[0] <= wait <= waits[1]


@given(rates, st.integers(1, 10), st.integers(0, 20))
def test_whoever_waits_as_told_is_admitted_where_the_pace_allows_waits_that_long(
    rate: float, burst: int, calls: int
) -> None:
    limiter = Limiter(Limit(rate, burst), (1.0, 60.0))
    waits = [limiter.admit("c", 0) for _ in range(burst + calls)]
    told = waits[-1]
    if told is not None:
        assert limiter.admit("c", round(told * NS)) is None


@pytest.mark.parametrize("burst", [1, 7])
def test_refused_calls_cost_nothing(burst: int) -> None:
    limiter = Limiter(Limit(1.0, burst), WAITS)
    for _ in range(100):
        limiter.admit("c", 0)
    assert limiter.admit("c", NS) is None
    assert limiter.admit("c", NS) is not None
