"""Expense postings of the ERP: posted, reversed, paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.commands import PostExpense, PostingLine, ReverseExpensePosting, RunPayments
from hardclose_mocks.kernel.documents import Done, Event, ExpensePosting
from hardclose_mocks.kernel.journal import check_balanced, expense_journal, gross, reversal_journal
from hardclose_mocks.kernel.ledger import Ledger, check_currency, check_filled
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.refusals import (
    DuplicateReference,
    Invalid,
    Refused,
    UnknownDocument,
    VersionMismatch,
    WrongState,
)
from hardclose_mocks.kernel.shelf import Shelf

KIND = "expense_posting"
MODULE = "expense"


class Postings:
    """Each method checks everything before it changes anything."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.shelf: Shelf[ExpensePosting] = Shelf()
        self._by_reference: dict[str, list[str]] = {}
        self._unpaid: dict[str, dict[str, None]] = {}
        """Live unpaid postings per company, in the order of posting."""

    def by_reference(self, reference: str) -> list[ExpensePosting]:
        """All with that reference, live or not, oldest first."""
        found = (self.shelf.get(number) for number in self._by_reference.get(reference, ()))
        return [one for one in found if one is not None]

    def post(self, command: PostExpense, at: datetime, actor: str) -> Done:
        ledger, day = self._ledger, command.posting_date
        check_filled(reference=command.reference)
        _check_lines(command.lines)
        company = ledger.directory.company(command.company)
        ledger.check_masters(company, ("person", command.employee), command.lines, day)
        check_currency(company, command.currency)
        if command.unique_reference:
            self._check_unique(command.reference)
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
        self._enter(posting)
        self._unpaid.setdefault(company.code, {})[posting.number] = None
        self._spend(company, posting.lines, day, 1)
        return Done(posting.number, 1, (_event("posted", posting, at),))

    def reverse(self, command: ReverseExpensePosting, at: datetime, actor: str) -> Done:
        """The document with the opposite journal is made beside it; the budget of its posting date gets the money."""
        ledger = self._ledger
        posting = self.shelf.get(command.number)
        if posting is None:
            raise Refused(UnknownDocument(KIND, command.number))
        if command.expected_version not in (None, posting.version):
            raise Refused(VersionMismatch(posting.number, command.expected_version or 0, posting.version))
        check_filled(reason=command.reason)
        if posting.reverses is not None:
            raise Refused(WrongState(KIND, posting.number, "reversal", "reversed"))
        if posting.status == "reversed" or posting.payment == "paid":
            state = posting.payment if posting.payment == "paid" else posting.status
            raise Refused(WrongState(KIND, posting.number, state, "reversed"))
        if command.posting_date < posting.posting_date:
            says = f"a reversal on {command.posting_date} would precede the posting of {posting.posting_date}"
            raise Refused(Invalid("posting_date", says))
        company = ledger.directory.company(posting.company)
        ledger.periods.check(company, MODULE, command.posting_date, at=at)

        year, period = fiscal_period(company, command.posting_date)
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
        self._enter(reversal)
        self.shelf.put(undone)
        self._unpaid[company.code].pop(posting.number)
        self._spend(company, posting.lines, command.posting_date, -1)
        return Done(undone.number, undone.version, (_event("reversed", undone, at),))

    def pay(self, command: RunPayments, at: datetime) -> Done:
        """One event per posting paid, in the order of posting; nothing to pay is no refusal."""
        check_filled(run=command.run)
        self._ledger.directory.company(command.company)
        events = []
        for number in list(self._unpaid.get(command.company, ())):
            posting = self.shelf.get(number)
            assert posting is not None, f"{number} is unpaid and not there"
            if posting.posting_date > command.cut_off:
                continue
            paid = replace(posting, payment="paid", payment_run=command.run, version=posting.version + 1, updated_at=at)
            self.shelf.put(paid)
            del self._unpaid[command.company][number]
            data = {"run": command.run, "reference": posting.reference}
            events.append(Event("payment.completed", number, 1, posting.company, at, data))
        return Done(None, 0, tuple(events))

    def _check_unique(self, reference: str) -> None:
        for one in self.by_reference(reference):
            if one.live:
                raise Refused(DuplicateReference(reference, one.number))

    def _enter(self, posting: ExpensePosting) -> None:
        self.shelf.put(posting)
        self._by_reference.setdefault(posting.reference, []).append(posting.number)

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
