"""Fiscal years and periods."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hardclose_mocks.kernel.calendars import first_day, fiscal_period, last_day, next_period
from hardclose_mocks.kernel.master import Company

from .small_world import DE01, JP01


def test_a_calendar_year_has_january_as_its_first_period() -> None:
    assert fiscal_period(DE01, date(2026, 1, 1)) == (2026, 1)
    assert fiscal_period(DE01, date(2026, 12, 31)) == (2026, 12)


def test_a_year_that_starts_in_april_bears_the_number_of_that_april() -> None:
    assert fiscal_period(JP01, date(2026, 3, 31)) == (2025, 12)
    assert fiscal_period(JP01, date(2026, 4, 1)) == (2026, 1)
    assert fiscal_period(JP01, date(2026, 11, 30)) == (2026, 8)
    assert first_day(JP01, 2025, 10) == date(2026, 1, 1)
    assert last_day(JP01, 2025, 11) == date(2026, 2, 28)


def test_after_the_twelfth_period_comes_the_first_of_the_next_year() -> None:
    assert next_period(2026, 12) == (2027, 1)
    assert next_period(2026, 1, by=-1) == (2025, 12)
    assert next_period(2026, 3, by=24) == (2028, 3)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12))
def test_every_day_lies_in_its_period_and_periods_meet_without_gap(day: date, starts: int) -> None:
    company = Company("X", "X", "EUR", "UTC", starts)
    year, period = fiscal_period(company, day)
    assert first_day(company, year, period) <= day <= last_day(company, year, period)
    assert first_day(company, *next_period(year, period)) == last_day(company, year, period) + timedelta(days=1)
    assert first_day(company, year, 1).month == starts
