"""What wire faults do to one call: in the phase they say, in the share they say, and no wait longer than they say."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.faults.wire import Ordeal, ordeal

NAMES = [("expense_posting.create", f"R-{number}", 1) for number in range(3000)]
kinds = st.sampled_from(["F01", "F02", "F03", "F06", "F07"])


def within(hits: int, of: int, share: float) -> bool:
    return abs(hits - of * share) <= 4.7 * math.sqrt(of * share * (1 - share)) + 1


def rule(fault: str, **parameters: float) -> Rule:
    return Rule(f"r-{fault}", fault, "erp", parameters=parameters)


def test_a_lost_request_ends_before_the_books_and_a_lost_response_after_them() -> None:
    request, response = ordeal(1, [rule("F02")], NAMES[0]), ordeal(1, [rule("F01")], NAMES[0])
    assert (request.before, request.after) != (None, None)
    assert request.before is not None
    assert (request.before.hit.stage, request.before.instead, request.after) == ("before_commit", None, None)
    assert response.after is not None
    assert (response.after.hit.stage, response.after.instead, response.before) == ("after_commit", None, None)
    assert response.hit == response.after.hit


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_gateway_error_hides_a_commit_in_the_share_it_says(share: float) -> None:
    met = [ordeal(1, [rule("F06", commits=share)], names) for names in NAMES]
    assert all((one.before is None) != (one.after is None) for one in met)
    assert within(sum(one.after is not None for one in met), len(met), share)
    told = {blow.instead for one in met for blow in (one.before, one.after) if blow is not None}
    assert told == {"bad_gateway", "gateway_timeout"}


def test_an_error_burst_answers_503_with_the_wait_or_mixes_in_500s() -> None:
    waiting = [ordeal(1, [rule("F07", retry_after_s=7.0)], names).before for names in NAMES]
    assert {(one.instead, one.retry_after_s) for one in waiting if one} == {("unavailable", 7.0)}
    silent = [ordeal(1, [rule("F07")], names).before for names in NAMES]
    assert {one.retry_after_s for one in silent if one} == {None}
    assert within(sum(one.instead == "server_error" for one in silent if one), len(NAMES), 0.5)


def test_a_slow_answer_waits_before_the_work_or_after_it_and_never_too_long() -> None:
    met = [ordeal(1, [rule("F03", median_s=0.5, sigma=1.0, highest_s=1.5)], names) for names in NAMES]
    assert all((one.delay_before_s > 0) != (one.delay_after_s > 0) for one in met)
    assert within(sum(one.delay_before_s > 0 for one in met), len(met), 0.5)
    assert max(one.delay_before_s + one.delay_after_s for one in met) == 1.5
    assert all(one.hit is not None and (one.hit.fault, one.hit.stage) == ("F03", "on_response") for one in met)


@given(st.lists(kinds, max_size=5), st.integers(0, 2**32), st.sampled_from(NAMES[:50]))
def test_what_a_call_meets_depends_on_names_alone(faults: list[str], seed: int, names: tuple[str, str, int]) -> None:
    rules = [replace(rule(fault), id=f"r{place}") for place, fault in enumerate(faults)]
    met = ordeal(seed, rules, names)
    assert ordeal(seed, rules, names) == met
    assert ordeal(seed, list(reversed(rules)), names).delay_before_s == met.delay_before_s
    assert (met == Ordeal()) == (not faults)
    assert met.delay_before_s <= 1.5
    assert met.delay_after_s <= 1.5
    if "F02" in faults or "F07" in faults:
        assert met.before is not None


def test_several_slow_rules_do_not_add_up_beyond_the_card() -> None:
    slow = [replace(rule("F03", median_s=9.0, highest_s=1.5), id=f"s{place}") for place in range(6)]
    for names in NAMES[:200]:
        met = ordeal(1, slow, names)
        assert max(met.delay_before_s, met.delay_after_s) == 1.5
