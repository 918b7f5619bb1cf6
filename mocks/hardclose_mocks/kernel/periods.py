"""Posting periods per company and module: open, soft_closed, hard_closed, or future. Knows no documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from hardclose_mocks.kernel.calendars import MONTHS, first_day, fiscal_period, last_day, next_period
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.refusals import Invalid, PeriodClosed, Refused

MODULES = ("expense", "purchasing", "payables", "journals")
STATES = ("open", "soft_closed", "hard_closed")
MONTHS_AHEAD = 24


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """`starts_on` and `ends_on` are both inside the period."""

    company: str
    module: str
    year: int
    period: int
    starts_on: date
    ends_on: date
    state: str


class Periods:
    """A period opens by itself when its first day begins in the company's time zone, unless somebody had set it.

    Days before `first_period` belong to the past before the sandbox: hard_closed, and not to be reopened."""

    def __init__(self, first_period: date) -> None:
        self._first_period = first_period
        self._set: dict[tuple[str, str, int, int], str] = {}

    def state_on(self, company: Company, module: str, day: date, *, at: datetime) -> str:
        """The state at instant `at` of the period that holds `day`."""
        return self._state(company, module, fiscal_period(company, day), fiscal_period(company, self._first_period), at)

    def check(self, company: Company, module: str, day: date, *, at: datetime) -> None:
        """Raises Refused(PeriodClosed) unless the period of `day` is open."""
        state = self.state_on(company, module, day, at=at)
        if state != "open":
            raise Refused(PeriodClosed(company.code, module, day, state))

    def set(self, company: Company, module: str, year: int, period: int, state: str, *, at: datetime) -> bool:
        """Raises Refused(Invalid) for what the calendar does not have. False if the period was in that state."""
        if module not in MODULES:
            raise Refused(Invalid("module", f"no module {module!r}; there are {', '.join(MODULES)}"))
        if state not in STATES:
            raise Refused(Invalid("state", f"no state {state!r}; there are {', '.join(STATES)}"))
        first, end = self._span(company, at)
        if not 1 <= period <= MONTHS or not first <= (year, period) <= end:
            says = f"{year}-{period:02} is not in the calendar of {company.code}, which runs from {first} to {end}"
            raise Refused(Invalid("period", says))
        if self._state(company, module, (year, period), first, at) == state:
            return False
        self._set[company.code, module, year, period] = state
        return True

    def listing(self, company: Company, module: str, *, at: datetime) -> list[PeriodRow]:
        """All periods of the calendar, oldest first. Raises Refused(Invalid) for an unknown module."""
        if module not in MODULES:
            raise Refused(Invalid("module", f"no module {module!r}; there are {', '.join(MODULES)}"))
        first, end = self._span(company, at)
        rows = []
        here = first
        while here <= end:
            state = self._state(company, module, here, first, at)
            starts_on, ends_on = first_day(company, *here), last_day(company, *here)
            rows.append(PeriodRow(company.code, module, *here, starts_on, ends_on, state))
            here = next_period(*here)
        return rows

    def facts(self) -> Iterator[object]:
        """What somebody has set, in a stable order, for a digest."""
        yield from sorted(self._set.items())

    def _state(
        self, company: Company, module: str, which: tuple[int, int], first: tuple[int, int], at: datetime
    ) -> str:
        if which < first:
            return "hard_closed"
        stated = self._set.get((company.code, module, *which))
        if stated is not None:
            return stated
        return "open" if which <= fiscal_period(company, company.business_date(at)) else "future"

    def _span(self, company: Company, at: datetime) -> tuple[tuple[int, int], tuple[int, int]]:
        first = fiscal_period(company, self._first_period)
        return first, max(next_period(*first, by=MONTHS_AHEAD), fiscal_period(company, company.business_date(at)))
