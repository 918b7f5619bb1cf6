"""Fiscal calendars: twelve monthly periods, counted from the month a company's fiscal year starts in."""

from __future__ import annotations

from datetime import date, timedelta

from hardclose_mocks.kernel.master import Company

MONTHS = 12


def fiscal_period(company: Company, day: date) -> tuple[int, int]:
    """Fiscal year and period (1-12) of a day.

    A fiscal year bears the number of the calendar year it starts in: with a start in April, March 2027 is
    period 12 of 2026."""
    months = day.year * MONTHS + day.month - company.fiscal_year_starts
    return months // MONTHS, months % MONTHS + 1


def first_day(company: Company, year: int, period: int) -> date:
    """Asserts that there is such a period: 1 to 12."""
    assert 1 <= period <= MONTHS, f"a fiscal year has periods 1 to {MONTHS}, not {period}"
    months = year * MONTHS + company.fiscal_year_starts - 1 + period - 1
    return date(months // MONTHS, months % MONTHS + 1, 1)


def last_day(company: Company, year: int, period: int) -> date:
    return first_day(company, *next_period(year, period)) - timedelta(days=1)


def next_period(year: int, period: int, by: int = 1) -> tuple[int, int]:
    """The period `by` later; earlier if negative."""
    months = year * MONTHS + period - 1 + by
    return months // MONTHS, months % MONTHS + 1
