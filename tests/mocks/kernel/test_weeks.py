"""Fiscal years of weeks (4-4-5): where they begin, and that every day is in exactly one period."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hardclose_mocks.kernel.calendars import first_day, fiscal_period, last_day, next_period
from hardclose_mocks.kernel.master import Company

WEEKLY = Company("US03", "Weeks Inc", "USD", "Australia/Sydney", calendar="4-4-5")
YEARS = st.integers(1990, 2089)


def test_the_first_quarter_of_2026_has_four_four_and_five_weeks() -> None:
    spans = [(first_day(WEEKLY, 2026, one), last_day(WEEKLY, 2026, one)) for one in (1, 2, 3)]
    assert spans == [
        (date(2025, 12, 29), date(2026, 1, 25)),
        (date(2026, 1, 26), date(2026, 2, 22)),
        (date(2026, 2, 23), date(2026, 3, 29)),
    ]
    assert fiscal_period(WEEKLY, date(2026, 3, 30)) == (2026, 4)


def test_a_fifty_third_week_belongs_to_the_last_period() -> None:
    long = [year for year in range(2020, 2040) if (last_day(WEEKLY, year, 12) - first_day(WEEKLY, year, 1)).days == 370]
    assert long == [2020, 2026, 2032, 2037]
    assert all((last_day(WEEKLY, year, 12) - first_day(WEEKLY, year, 12)).days == 6 * 7 - 1 for year in long)


@given(st.dates(date(1990, 1, 1), date(2089, 12, 31)), st.integers(1, 12))
def test_every_day_lies_between_the_ends_of_its_period(day: date, starts: int) -> None:
    company = Company("US03", "Weeks Inc", "USD", "UTC", starts, "4-4-5")
    period = fiscal_period(company, day)
    assert first_day(company, *period) <= day <= last_day(company, *period)


@given(YEARS, st.integers(1, 12), st.integers(1, 12))
def test_periods_follow_one_another_without_a_gap_and_begin_on_mondays(year: int, period: int, starts: int) -> None:
    company = Company("US03", "Weeks Inc", "USD", "UTC", starts, "4-4-5")
    following = first_day(company, *next_period(year, period))
    assert following == last_day(company, year, period) + timedelta(days=1)
    assert following.weekday() == 0


@given(YEARS, st.integers(1, 12))
def test_the_middle_of_a_month_is_in_the_period_of_that_number(year: int, month: int) -> None:
    """A scenario names periods by their calendar month."""
    assert fiscal_period(WEEKLY, date(year, month, 15)) == (year, month)
