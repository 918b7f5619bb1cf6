"""Posting periods open with the company's own midnight, and close by the controller's hand."""

from __future__ import annotations

from datetime import date

import pytest

from hardclose_mocks.kernel.periods import Periods
from hardclose_mocks.kernel.refusals import Invalid, PeriodClosed, Refused

from .small_world import DE01, JP01, MONDAY, US01, instant

NOVEMBER, DECEMBER = date(2026, 11, 30), date(2026, 12, 1)


def periods() -> Periods:
    return Periods(date(2026, 1, 15))


def test_all_periods_up_to_today_are_open_and_the_next_is_future() -> None:
    assert periods().state_on(DE01, "expense", date(2026, 1, 1), at=MONDAY) == "open"
    assert periods().state_on(DE01, "expense", NOVEMBER, at=MONDAY) == "open"
    assert periods().state_on(DE01, "expense", DECEMBER, at=MONDAY) == "future"


def test_what_lies_before_the_first_period_is_hard_closed() -> None:
    assert periods().state_on(DE01, "expense", date(2025, 12, 31), at=MONDAY) == "hard_closed"


def test_december_opens_with_each_company_s_own_midnight() -> None:
    moment = instant("2026-11-30 15:30")  # 00:30 of 1 December in Tokyo
    assert periods().state_on(JP01, "expense", DECEMBER, at=moment) == "open"
    assert periods().state_on(DE01, "expense", DECEMBER, at=moment) == "future"
    assert periods().state_on(DE01, "expense", DECEMBER, at=instant("2026-11-30 22:59:59")) == "future"
    assert periods().state_on(DE01, "expense", DECEMBER, at=instant("2026-11-30 23:00")) == "open"
    assert periods().state_on(US01, "expense", DECEMBER, at=instant("2026-12-01 07:59:59")) == "future"
    assert periods().state_on(US01, "expense", DECEMBER, at=instant("2026-12-01 08:00")) == "open"


def test_closing_one_module_leaves_the_other_and_other_companies_open() -> None:
    calendar = periods()
    assert calendar.set(DE01, "expense", 2026, 11, "soft_closed", at=MONDAY)
    with pytest.raises(Refused) as no:
        calendar.check(DE01, "expense", NOVEMBER, at=MONDAY)
    assert no.value.refusal == PeriodClosed("DE01", "expense", NOVEMBER, "soft_closed")
    calendar.check(DE01, "purchasing", NOVEMBER, at=MONDAY)
    calendar.check(US01, "expense", NOVEMBER, at=MONDAY)


def test_setting_a_period_to_the_state_it_has_changes_nothing() -> None:
    calendar = periods()
    assert not calendar.set(DE01, "expense", 2026, 11, "open", at=MONDAY)
    assert list(calendar.facts()) == []


def test_a_hard_closed_period_is_reopened_by_hand_only() -> None:
    calendar = periods()
    calendar.set(DE01, "expense", 2026, 11, "hard_closed", at=MONDAY)
    assert calendar.state_on(DE01, "expense", NOVEMBER, at=instant("2027-01-15 08:00")) == "hard_closed"
    assert calendar.set(DE01, "expense", 2026, 11, "open", at=MONDAY)
    calendar.check(DE01, "expense", NOVEMBER, at=MONDAY)


def test_a_future_period_may_be_opened_early_or_closed_beforehand() -> None:
    calendar = periods()
    calendar.set(DE01, "expense", 2026, 12, "open", at=MONDAY)
    calendar.check(DE01, "expense", DECEMBER, at=MONDAY)
    calendar.set(DE01, "purchasing", 2026, 12, "soft_closed", at=MONDAY)
    assert calendar.state_on(DE01, "purchasing", DECEMBER, at=instant("2026-12-02 08:00")) == "soft_closed"


@pytest.mark.parametrize(
    ("module", "year", "period", "state", "field"),
    [
        ("sales", 2026, 11, "open", "module"),
        ("expense", 2026, 11, "future", "state"),
        ("expense", 2026, 13, "open", "period"),
        ("expense", 2025, 12, "open", "period"),
        ("expense", 2028, 2, "open", "period"),
    ],
)
def test_the_calendar_says_what_it_does_not_have(module: str, year: int, period: int, state: str, field: str) -> None:
    with pytest.raises(Refused) as no:
        periods().set(DE01, module, year, period, state, at=MONDAY)
    assert isinstance(no.value.refusal, Invalid)
    assert no.value.refusal.field == field


def test_the_listing_runs_from_the_first_period_to_24_months_later() -> None:
    rows = periods().listing(JP01, "expense", at=MONDAY)
    assert (rows[0].year, rows[0].period, rows[0].starts_on) == (2025, 10, date(2026, 1, 1))
    assert (rows[-1].year, rows[-1].period, rows[-1].ends_on) == (2027, 10, date(2028, 1, 31))
    assert [row.state for row in rows] == ["open"] * 11 + ["future"] * 14


def test_a_period_that_has_begun_is_listed_however_late_it_is() -> None:
    rows = periods().listing(DE01, "expense", at=instant("2030-05-01 08:00"))
    assert (rows[-1].year, rows[-1].period, rows[-1].state) == (2030, 5, "open")
