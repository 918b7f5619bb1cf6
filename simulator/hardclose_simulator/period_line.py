"""The state of every posting period at every instant, from what the controllers did. Knows no documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hardclose_mocks.history.codec import from_plain
from hardclose_mocks.history.records import Carried
from hardclose_mocks.kernel.calendars import first_day, fiscal_period, next_period
from hardclose_mocks.kernel.commands import SetPeriod
from hardclose_mocks.kernel.master import Company

Period = tuple[int, int]
"""Fiscal year and period."""
TICK = timedelta(milliseconds=1)
"""Two instants closer than this may have come in either order."""
MONTHS_AHEAD = 24
MODULE_OF = {"EXP": "expense", "RBP": "purchasing", "REC": "purchasing", "INV": "payables", "JNL": "journals"}
"""Which module's periods a flow's documents are posted in; masters are in none."""


@dataclass(frozen=True, slots=True)
class PeriodChange:
    seq: int
    at: datetime
    company: str
    module: str
    period: Period
    state: str


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """`changes` in their order. What nobody touched is open from its first day in the company's zone on."""

    companies: Mapping[str, Company]
    first_period: date
    changes: tuple[PeriodChange, ...]

    @classmethod
    def of(
        cls, companies: Iterable[Company], first_period: date, commands: Iterable[tuple[int, Carried]]
    ) -> PeriodLine:
        """`commands` are the ERP's accepted ones with their record numbers."""
        changes = []
        for seq, carried in commands:
            if carried.command == "SetPeriod":
                asked = from_plain(carried.arguments, SetPeriod)
                period = (asked.year, asked.period)
                changes.append(PeriodChange(seq, carried.at, asked.company, asked.module, period, asked.state))
        return cls({company.code: company for company in companies}, first_period, tuple(changes))

    def period_of(self, company: str, day: date) -> Period:
        return fiscal_period(self.companies[company], day)

    def state(self, company: str, module: str, period: Period, at: datetime) -> str:
        """open, soft_closed, hard_closed or future; a change counts from its own instant on."""
        if period < self.period_of(company, self.first_period):
            return "hard_closed"
        stated = [one.state for one in self._of(company, module) if one.period == period and one.at <= at]
        if stated:
            return stated[-1]
        owner = self.companies[company]
        return "open" if period <= fiscal_period(owner, owner.business_date(at)) else "future"

    def moments(self, company: str, module: str, since: datetime, until: datetime) -> tuple[datetime, ...]:
        """Instants that show every state anybody could have seen between the two, both included, a tick to spare."""
        instants = {since - TICK, since, until}
        for change in self._of(company, module):
            if since - TICK <= change.at <= until + TICK:
                instants |= {change.at - TICK, change.at}
        owner = self.companies[company]
        period = self.period_of(company, owner.business_date(since))
        for _ in range(3):
            period = next_period(*period)
            opens = datetime.combine(first_day(owner, *period), datetime.min.time(), ZoneInfo(owner.zone))
            if since <= opens <= until + TICK:
                instants |= {opens - TICK, opens}
        return tuple(sorted(instants))

    def earliest_open_after(self, company: str, module: str, period: Period, at: datetime) -> Period | None:
        for _ in range(MONTHS_AHEAD):
            period = next_period(*period)
            if self.state(company, module, period, at) == "open":
                return period
        return None

    def changes_of(self, company: str, module: str) -> tuple[PeriodChange, ...]:
        return tuple(self._of(company, module))

    def _of(self, company: str, module: str) -> Iterator[PeriodChange]:
        return (one for one in self.changes if one.company == company and one.module == module)
