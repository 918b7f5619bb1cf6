"""Fiscal calendars: twelve periods a year, by months or by weeks (4-4-5), from the month a fiscal year starts in."""

from __future__ import annotations

from datetime import date, timedelta

from hardclose_mocks.kernel.master import Company

MONTHS = 12
WEEKS = (4, 4, 5) * 4
"""Of the periods of a 4-4-5 year. A 53rd week, where there is one, belongs to the last of them."""


def fiscal_period(company: Company, day: date) -> tuple[int, int]:
    """Fiscal year and period (1-12) of a day.

    A fiscal year bears the number of the calendar year it starts in: with a start in April, March 2027 is
    period 12 of 2026. A 4-4-5 year bears that of the month it starts nearest to."""
    if company.calendar == "4-4-5":
        year = next(year for year in (day.year + 1, day.year, day.year - 1) if _first_monday(company, year) <= day)
        return year, next(period for period in range(MONTHS, 0, -1) if first_day(company, year, period) <= day)
    months = day.year * MONTHS + day.month - company.fiscal_year_starts
    return months // MONTHS, months % MONTHS + 1


def first_day(company: Company, year: int, period: int) -> date:
    """Asserts that there is such a period: 1 to 12."""
    assert 1 <= period <= MONTHS, f"a fiscal year has periods 1 to {MONTHS}, not {period}"
    if company.calendar == "4-4-5":
        return _first_monday(company, year) + timedelta(weeks=sum(WEEKS[: period - 1]))
    months = year * MONTHS + company.fiscal_year_starts - 1 + period - 1
    return date(months // MONTHS, months % MONTHS + 1, 1)


def last_day(company: Company, year: int, period: int) -> date:
    return first_day(company, *next_period(year, period)) - timedelta(days=1)


def next_period(year: int, period: int, by: int = 1) -> tuple[int, int]:
    """The period `by` later; earlier if negative."""
    months = year * MONTHS + period - 1 + by
    return months // MONTHS, months % MONTHS + 1


def _first_monday(company: Company, year: int) -> date:
    """The Monday nearest to the first of the month in which the fiscal year starts."""
    first = date(year, company.fiscal_year_starts, 1)
    return first + timedelta(days=3) - timedelta(days=(first + timedelta(days=3)).weekday())
