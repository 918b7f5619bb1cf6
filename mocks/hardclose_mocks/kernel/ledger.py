"""What expense postings and purchase orders share: masters, periods, budgets, number ranges, and the first checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from hardclose_mocks.kernel.budgets import Budget, Budgets
from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.directory import Directory, Use
from hardclose_mocks.kernel.lines import InvoiceLine, OrderLine, PostingLine
from hardclose_mocks.kernel.master import Company, Master
from hardclose_mocks.kernel.periods import Periods
from hardclose_mocks.kernel.refusals import Invalid, Refused

Charged = Sequence[PostingLine] | Sequence[OrderLine] | Sequence[InvoiceLine]
"""Lines that name an account and who bears it."""


class Ledger:
    """The ERP's state besides its documents."""

    def __init__(self, master: Master) -> None:
        self.directory = Directory(master)
        self.periods = Periods(master.first_period)
        self.budgets = Budgets(master.budgets)
        self.hard_budget = master.hard_budget
        self.tolerances = master.tolerances
        self._drawn: Counter[str] = Counter()

    def draw(self, prefix: str, company: str) -> str:
        """The next document number: `EP-DE01-000001`."""
        series = f"{prefix}-{company}"
        self._drawn[series] += 1
        return f"{series}-{self._drawn[series]:06}"

    def reversal_period(
        self, company: Company, module: str, posted_on: date, on: date, at: datetime, *, what: str = "posting"
    ) -> tuple[int, int]:
        """Fiscal year and period of a reversal on that day. Raises Refused before the day it reverses, and where the
        period is not open."""
        if on < posted_on:
            raise Refused(Invalid("posting_date", f"a reversal on {on} would precede the {what} of {posted_on}"))
        self.periods.check(company, module, on, at=at)
        return fiscal_period(company, on)

    def budget(self, company: Company, cost_center: str, on: date) -> Budget:
        """The budget that `on` spends from."""
        return self.budgets.of(company.code, cost_center, fiscal_period(company, on)[0])

    def check_masters(self, company: Company, partner: Use, lines: Charged, on: date) -> None:
        """Raises Refused: for an unknown, blocked or invalid master, then for an account that bears no expense."""
        self.directory.check(company.code, [partner, *uses_of(lines)], on)
        check_accounts(self.directory, [line.account for line in lines])

    def facts(self) -> Iterator[object]:
        for part in (self.directory, self.periods, self.budgets):
            yield from part.facts()
            yield b""
        yield from sorted(self._drawn.items())


def uses_of(lines: Charged) -> Iterator[Use]:
    """The masters that lines name, in their order."""
    for line in lines:
        yield "account", line.account
        yield "cost_center", line.cost_center
        yield "tax_code", line.tax_code
        if line.project is not None:
            yield "project", line.project


def check_accounts(directory: Directory, accounts: Sequence[str]) -> None:
    """Only expense accounts are debited by hand. The accounts are known."""
    for at, number in enumerate(accounts):
        kind = directory.accounts[number].kind
        if kind != "expense":
            raise Refused(Invalid(f"lines.{at}.account", f"account {number} is of kind {kind}, not expense"))


def check_currency(company: Company, currency: str) -> None:
    if currency != company.currency:
        raise Refused(Invalid("currency", f"{company.code} keeps its books in {company.currency}, not {currency!r}"))


def check_filled(**fields: str) -> None:
    """Raises Refused(Invalid) for the first that is blank."""
    for name, value in fields.items():
        if not value.strip():
            raise Refused(Invalid(name, f"{name} must not be blank"))


def check_order_lines(lines: Sequence[OrderLine]) -> None:
    if not lines:
        raise Refused(Invalid("lines", "at least one line is needed"))
    for at, line in enumerate(lines):
        if line.quantity <= 0:
            raise Refused(Invalid(f"lines.{at}.quantity", f"quantity must be above zero, not {line.quantity}"))
        if line.unit_price < 0:
            raise Refused(Invalid(f"lines.{at}.unit_price", f"unit price must not be negative, not {line.unit_price}"))


def order_total(lines: Sequence[OrderLine]) -> int:
    """Net, minor units."""
    return sum(line.quantity * line.unit_price for line in lines)


def moment_of(at: datetime, latest: datetime) -> datetime:
    """`at` in UTC, but never before `latest`: what was changed later must not look older."""
    assert at.tzinfo is not None, f"{at} has no time zone"
    return max(at.astimezone(UTC), latest)
