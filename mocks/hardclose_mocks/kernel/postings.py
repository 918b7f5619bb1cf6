"""Expense postings of the ERP: posted, reversed, paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.commands import PostExpense, PostingLine, ReverseExpensePosting
from hardclose_mocks.kernel.documents import Done, Event, ExpensePosting
from hardclose_mocks.kernel.journal import check_balanced, expense_journal, gross, reversal_journal
from hardclose_mocks.kernel.ledger import Ledger, check_currency, check_filled
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.refusals import (
    Invalid,
    Refused,
    WrongState,
)
from hardclose_mocks.kernel.register import Register, check_reversible

KIND = "expense_posting"
MODULE = "expense"


class Postings:
    """Each method checks everything before it changes anything."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.register: Register[ExpensePosting] = Register(KIND)
        self._unpaid: dict[str, dict[str, None]] = {}
        """Live unpaid postings per company, in the order of posting."""

    def post(self, command: PostExpense, at: datetime, actor: str) -> Done:
        ledger, day = self._ledger, command.posting_date
        check_filled(reference=command.reference)
        _check_lines(command.lines)
        company = ledger.directory.company(command.company)
        ledger.check_masters(company, ("person", command.employee), command.lines, day)
        check_currency(company, command.currency)
        if command.unique_reference:
            self.register.check_unique(command.reference)
        ledger.periods.check(company, MODULE, day, at=at)
        journal = expense_journal(
            command.lines,
            input_tax=ledger.directory.account_of_kind("input_tax"),
            payable=ledger.directory.account_of_kind("employee_payable"),
            text=command.reference,
        )
        check_balanced(journal, command.currency, "journal")

        year, period = fiscal_period(company, day)
        posting = ExpensePosting(
            number=ledger.draw("EP", company.code),
            company=company.code,
            reference=command.reference,
            posting_date=day,
            accounting_date=command.accounting_date,
            fiscal_year=year,
            period=period,
            currency=command.currency,
            employee=command.employee,
            lines=command.lines,
            journal=journal,
            total=gross(command.lines),
            text=command.text,
            status="posted",
            payment="open",
            payment_run=None,
            reversal=None,
            reverses=None,
            version=1,
            created_at=at,
            updated_at=at,
            created_by=actor,
        )
        self.register.enter(posting)
        self._unpaid.setdefault(company.code, {})[posting.number] = None
        self._spend(company, posting.lines, day, 1)
        return Done(posting.number, 1, (_event("posted", posting, at),))

    def reverse(self, command: ReverseExpensePosting, at: datetime, actor: str) -> Done:
        """The document with the opposite journal is made beside it; the budget of its posting date gets the money."""
        ledger = self._ledger
        posting = self.register.named(command.number, command.expected_version)
        check_filled(reason=command.reason)
        check_reversible(KIND, posting)
        if posting.payment == "paid":
            raise Refused(WrongState(KIND, posting.number, "paid", "reversed"))
        company = ledger.directory.company(posting.company)
        year, period = ledger.reversal_period(company, MODULE, posting.posting_date, command.posting_date, at)
        reversal = replace(
            posting,
            number=ledger.draw("EP", company.code),
            posting_date=command.posting_date,
            accounting_date=None,
            fiscal_year=year,
            period=period,
            journal=reversal_journal(posting.journal),
            text=command.reason,
            reverses=posting.number,
            version=1,
            created_at=at,
            updated_at=at,
            created_by=actor,
        )
        undone = replace(
            posting, status="reversed", reversal=reversal.number, version=posting.version + 1, updated_at=at
        )
        self.register.enter(reversal)
        self.register.shelf.put(undone)
        self._unpaid[company.code].pop(posting.number)
        self._spend(company, posting.lines, command.posting_date, -1)
        return Done(undone.number, undone.version, (_event("reversed", undone, at),))

    def payable(self, company: str, cut_off: date) -> list[ExpensePosting]:
        """Live and unpaid, posted on or before `cut_off`, in the order of posting."""
        unpaid = (self.register.there(number) for number in self._unpaid.get(company, ()))
        return [posting for posting in unpaid if posting.posting_date <= cut_off]

    def pay(self, posting: ExpensePosting, run: str, at: datetime) -> None:
        paid = replace(posting, payment="paid", payment_run=run, version=posting.version + 1, updated_at=at)
        self.register.shelf.put(paid)
        del self._unpaid[posting.company][posting.number]

    def owe_again(self, number: str, at: datetime) -> None:
        """Its payment was returned."""
        posting = self.register.there(number)
        open_ = replace(posting, payment="open", payment_run=None, version=posting.version + 1, updated_at=at)
        self.register.shelf.put(open_)
        self._unpaid[posting.company][number] = None

    def _spend(self, company: Company, lines: Sequence[PostingLine], on: date, sign: int) -> None:
        for line in lines:
            self._ledger.budget(company, line.cost_center, on).actuals += sign * line.net


def _check_lines(lines: Sequence[PostingLine]) -> None:
    if not lines:
        raise Refused(Invalid("lines", "at least one line is needed"))
    total = gross(lines)
    if total <= 0:
        raise Refused(Invalid("lines", f"the gross total must be above zero, not {total} minor units"))


def _event(what: str, posting: ExpensePosting, at: datetime) -> Event:
    return Event(f"{KIND}.{what}", posting.number, 1, posting.company, at)
