"""The plan decides from names and numbers alone: whatever came before, in whatever process, in whatever order."""

from __future__ import annotations

import json
import math
import random
import statistics
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardclose_mocks.faults.plan import Plan, Rule, draw, exponential, lognormal, plan_hash

MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
POST = "expense_posting.create"
LOST = Rule("w1", "F01", "erp", (POST,), share=0.1)
SUBJECTS = [f"R-{number}" for number in range(5000)]
words = st.text(alphabet="abcRQ-.0123456789", min_size=1, max_size=12)
nths = st.integers(1, 40)


def within(hits: int, of: int, share: float) -> bool:
    """Whether `hits` lies in the binomial interval of `share` that a fair draw leaves once in 300,000 times."""
    return abs(hits - of * share) <= 4.7 * math.sqrt(of * share * (1 - share)) + 1


def struck(plan: Plan, calls: Iterable[tuple[str, int]], *, at: datetime = MONDAY) -> list[bool]:
    return [bool(plan.strikes("wire", "erp", POST, subject, nth, at)) for subject, nth in calls]


# --- a pure function ------------------------------------------------------------------------------------------------


@given(
    st.integers(0, 2**63), st.lists(st.tuples(words, nths), min_size=1, max_size=60), st.randoms(use_true_random=False)
)
def test_the_order_of_calls_changes_no_decision(
    seed: int, calls: list[tuple[str, int]], shuffler: random.Random
) -> None:
    plan = Plan(seed, (replace(LOST, share=0.5),))
    before = dict(zip(calls, struck(plan, calls), strict=True))
    shuffled = list(calls)
    shuffler.shuffle(shuffled)
    assert dict(zip(shuffled, struck(Plan(seed, plan.rules), shuffled), strict=True)) == before


def test_another_process_with_another_hash_seed_decides_alike() -> None:
    program = (
        "import json, sys\n"
        "from hardclose_mocks.faults.plan import Plan, Rule, draw, plan_hash\n"
        "plan = Plan(7, (Rule('w1', 'F01', 'erp', ('expense_posting.create',), share=0.3),))\n"
        "hits = [plan.would_strike(plan.rules[0], 'expense_posting.create', f'R-{n}', 1) for n in range(300)]\n"
        "calls = {('erp', 'expense_posting.create', f'R-{n}') for n in range(300)}\n"
        "print(json.dumps([hits, plan_hash(plan, calls), draw(7, 'w1', 'x', 1)]))\n"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "4711")
    ]
    plan = Plan(7, (replace(LOST, share=0.3),))
    hits = [plan.would_strike(plan.rules[0], POST, f"R-{number}", 1) for number in range(300)]
    assert told[0] == told[1]
    assert json.loads(told[0])[0] == hits
    assert any(hits)
    assert not all(hits)


@given(st.integers(), words, words, words)
def test_a_draw_is_uniform_in_form_and_names_do_not_run_together(seed: int, rule: str, one: str, other: str) -> None:
    assert 0.0 <= draw(seed, rule, one, other) < 1.0
    assert draw(seed, rule, one, other) == draw(seed, rule, one, other)
    assert draw(seed, rule, one + other) != draw(seed, rule, one, other)


# --- weather --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.005, 0.05, 0.3, 0.9])
@pytest.mark.parametrize("seed", [1, 2, 31])
def test_weather_strikes_the_share_it_says(seed: int, share: float) -> None:
    hits = sum(struck(Plan(seed, (replace(LOST, share=share),)), ((subject, 1) for subject in SUBJECTS)))
    assert within(hits, len(SUBJECTS), share)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.02, 0.98), words)
def test_the_rate_holds_for_any_seed_share_and_rule_name(seed: int, share: float, name: str) -> None:
    rule = replace(LOST, id=name, share=share)
    hits = sum(struck(Plan(seed, (rule,)), ((subject, 1) for subject in SUBJECTS[:2000])))
    assert within(hits, 2000, share)


def test_the_same_seed_still_decides_differently_for_each_request() -> None:
    """A known tool's seed fixes one draw for all: then every request is struck, or none is."""
    for seed in range(40):
        hits = struck(Plan(seed, (replace(LOST, share=0.5),)), ((subject, 1) for subject in SUBJECTS[:64]))
        assert 0 < sum(hits) < 64


def test_the_attempts_of_one_subject_are_drawn_each_for_itself() -> None:
    plan = Plan(1, (replace(LOST, share=0.5),))
    both = sum(all(struck(plan, [(subject, 1), (subject, 2)])) for subject in SUBJECTS)
    assert within(both, len(SUBJECTS), 0.25)


@pytest.mark.parametrize(
    "other",
    [replace(LOST, id="w2"), replace(LOST, fault="F02"), replace(LOST, system="expense"), replace(LOST, operations=())],
    ids=["rule", "fault", "system", "same names"],
)
def test_rules_draw_independently_unless_they_are_the_same(other: Rule) -> None:
    one, two = replace(LOST, share=0.5), replace(other, share=0.5)
    same = sum(
        Plan(1).would_strike(one, POST, subject, 1) == Plan(1).would_strike(two, POST, subject, 1)
        for subject in SUBJECTS
    )
    if not other.operations:
        assert same == len(SUBJECTS), "to name the operations must not change the draws"
    else:
        assert within(same, len(SUBJECTS), 0.5)


def test_seeds_and_operations_draw_independently() -> None:
    rule = replace(LOST, share=0.5, operations=())
    seeds = sum(Plan(1).would_strike(rule, POST, s, 1) == Plan(2).would_strike(rule, POST, s, 1) for s in SUBJECTS)
    operations = sum(
        Plan(1).would_strike(rule, POST, s, 1) == Plan(1).would_strike(rule, "purchase_order.create", s, 1)
        for s in SUBJECTS
    )
    assert within(seeds, len(SUBJECTS), 0.5)
    assert within(operations, len(SUBJECTS), 0.5)


def test_a_share_of_one_strikes_always_and_of_nothing_never() -> None:
    calls = [(subject, nth) for subject in SUBJECTS[:500] for nth in (1, 2)]
    assert all(struck(Plan(1, (replace(LOST, share=1.0),)), calls))
    assert not any(struck(Plan(1, (replace(LOST, share=0.0),)), calls))


@given(st.integers(0, 2**32), words, nths, st.floats(0, 1), st.floats(0, 1))
def test_more_weather_strikes_whatever_less_weather_strikes(
    seed: int, subject: str, nth: int, one: float, other: float
) -> None:
    less, more = sorted((one, other))
    plan = Plan(seed)
    weak, strong = replace(LOST, share=less), replace(LOST, share=more)
    assert plan.would_strike(weak, POST, subject, nth) <= plan.would_strike(strong, POST, subject, nth)


# --- aimed, windows, where ------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32), nths)
def test_aimed_strikes_exactly_the_nth_call_of_its_subject(seed: int, nth: int) -> None:
    rule = replace(LOST, aimed="R-7", nth=nth, share=0.0)
    calls = [(subject, number) for subject in ("R-7", "R-70", "R-8") for number in range(1, 42)]
    hits = [call for call, hit in zip(calls, struck(Plan(seed, (rule,)), calls), strict=True) if hit]
    assert hits == [("R-7", nth)]


@given(st.integers(-7200, 7200), words)
def test_a_window_gates_and_changes_no_draw(seconds: int, subject: str) -> None:
    always = replace(LOST, share=0.5)
    gated = replace(always, starts=MONDAY, ends=MONDAY + timedelta(hours=1))
    at = MONDAY + timedelta(seconds=seconds)
    wanted = struck(Plan(1, (always,)), [(subject, 1)], at=at)[0] and 0 <= seconds < 3600
    assert struck(Plan(1, (gated,)), [(subject, 1)], at=at) == [wanted]


def test_a_window_is_open_on_its_first_instant_and_shut_on_its_last() -> None:
    rule = replace(LOST, share=1.0, starts=MONDAY, ends=MONDAY + timedelta(hours=1))
    instants = [MONDAY - timedelta(microseconds=1), MONDAY, MONDAY + timedelta(minutes=59), MONDAY + timedelta(hours=1)]
    assert [struck(Plan(1, (rule,)), [("R-1", 1)], at=at)[0] for at in instants] == [False, True, True, False]


def test_rules_strike_their_own_carrier_system_and_operations() -> None:
    plan = Plan(1, (replace(LOST, share=1.0), Rule("d", "F30", "erp"), Rule("all", "F02", "erp")))
    names = [
        [rule.id for rule in plan.strikes(carrier, system, operation, "R-1", 1, MONDAY)]
        for carrier, system, operation in (
            ("wire", "erp", POST),
            ("wire", "erp", "period.list"),
            ("wire", "expense", POST),
            ("delivery", "erp", "payment.completed"),
        )
    ]
    assert names == [["w1", "all"], ["all"], [], ["d"]]


def test_a_parameter_is_the_rules_own_or_the_catalogues() -> None:
    rule = Rule("g", "F06", "erp", parameters={"commits": 0.25})
    assert (rule.number("commits"), Rule("g", "F06", "erp").number("commits")) == (0.25, 0.5)
    assert Rule("l", "F10", "erp").word("wait") == "seconds"


# --- delays ---------------------------------------------------------------------------------------------------------


def test_exponential_delays_have_their_mean_and_their_end() -> None:
    delays = [exponential(1, "r", subject, mean=1.0, highest=4.0) for subject in SUBJECTS]
    assert max(delays) <= 4.0
    assert min(delays) >= 0.0
    assert statistics.fmean(delays) == pytest.approx(1 - math.exp(-4), rel=0.06)


def test_log_normal_delays_have_their_median_spread_and_end() -> None:
    delays = [lognormal(1, "r", subject, median=0.3, sigma=0.6, highest=60.0) for subject in SUBJECTS]
    assert statistics.median(delays) == pytest.approx(0.3, rel=0.06)
    assert statistics.stdev(map(math.log, delays)) == pytest.approx(0.6, rel=0.06)
    assert max(lognormal(1, "r", subject, median=0.3, sigma=0.6, highest=1.5) for subject in SUBJECTS) == 1.5


@given(st.integers(0, 2**32), words, st.floats(0.01, 60), st.floats(0, 3), st.floats(0, 300))
def test_no_delay_is_negative_or_longer_than_it_may_be(
    seed: int, subject: str, median: float, sigma: float, highest: float
) -> None:
    assert 0.0 <= lognormal(seed, "r", subject, median=median, sigma=sigma, highest=highest) <= highest
    assert 0.0 <= exponential(seed, "r", subject, mean=median, highest=highest) <= highest


# --- the hash -------------------------------------------------------------------------------------------------------

CALLS = [("erp", POST, subject) for subject in SUBJECTS[:200]] + [("expense", "expense_report.posting", "R-1")]


def test_the_plan_hash_depends_on_the_draws_and_not_on_the_order_of_the_calls() -> None:
    plan = Plan(1, (LOST, Rule("x", "F02", "expense", share=0.5)))
    digest = plan_hash(plan, CALLS)
    assert plan_hash(plan, list(reversed(CALLS))) == digest
    assert plan_hash(Plan(1, plan.rules), iter(CALLS)) == digest


@pytest.mark.parametrize(
    ("plan", "calls"),
    [
        (Plan(2, (LOST,)), CALLS),
        (Plan(1, (replace(LOST, share=0.2),)), CALLS),
        (Plan(1, (replace(LOST, id="w9"),)), CALLS),
        (Plan(1, (replace(LOST, aimed="R-3"),)), CALLS),
        (Plan(1, ()), CALLS),
        (Plan(1, (LOST,)), CALLS[1:]),
    ],
    ids=["seed", "share", "rule", "aim", "no rules", "other calls"],
)
def test_the_plan_hash_changes_with_what_would_strike(plan: Plan, calls: list[tuple[str, str, str]]) -> None:
    assert plan_hash(plan, calls) != plan_hash(Plan(1, (LOST,)), CALLS)


def test_the_plan_hash_covers_later_attempts() -> None:
    first, fourth = (Plan(1, (replace(LOST, aimed="R-3", nth=nth),)) for nth in (1, 4))
    assert plan_hash(first, CALLS) != plan_hash(fourth, CALLS)
