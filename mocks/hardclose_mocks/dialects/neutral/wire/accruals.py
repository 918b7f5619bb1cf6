"""Accruals on the neutral wire: procurement's proposals, and the ERP's journal entries."""

from __future__ import annotations

from typing import Any

from hardclose_mocks.dialects.neutral.wire import purchasing_answers as answers
from hardclose_mocks.dialects.neutral.wire.lines import EntryLines, entry_line
from hardclose_mocks.dialects.neutral.wire.progress import approvals, booked, changes, journal, posting
from hardclose_mocks.dialects.neutral.wire.values import (
    Amount,
    Currency,
    Day,
    DocumentNumber,
    Number,
    Quantity,
    Text,
    Wire,
    amount,
    instant,
    minor,
)
from hardclose_mocks.kernel.commands import PostJournalEntry, ProposeAccrual
from hardclose_mocks.kernel.documents import Accrual, JournalEntry
from hardclose_mocks.kernel.master import Company


class AccrualIn(Wire):
    """Received and not invoiced: `amount` is net, for one line (from 1) of a requisition. `person` proposes it."""

    number: DocumentNumber
    company: Number
    requisition: Number
    order_line: Quantity
    amount: Amount
    currency: Currency
    accrued_on: Day
    reverse_on: Day
    person: Number

    def command(self) -> ProposeAccrual:
        return ProposeAccrual(
            number=self.number,
            company=self.company,
            requisition=self.requisition,
            order_line=self.order_line,
            amount=minor(self.amount, self.currency, "amount"),
            accrued_on=self.accrued_on,
            reverse_on=self.reverse_on,
            person=self.person,
        )


class JournalEntryIn(Wire):
    """Debits and credits balance. `reverse_on` is when it is to be taken back: somebody has to do it."""

    company: Number
    reference: Number
    posting_date: Day
    accounting_date: Day | None = None
    currency: Currency
    reverse_on: Day | None = None
    text: Text = ""
    lines: EntryLines

    def command(self, *, unique_reference: bool = False) -> PostJournalEntry:
        return PostJournalEntry(
            company=self.company,
            reference=self.reference,
            posting_date=self.posting_date,
            currency=self.currency,
            lines=tuple(line.line(self.currency, f"lines.{at}") for at, line in enumerate(self.lines)),
            reverse_on=self.reverse_on,
            text=self.text,
            accounting_date=self.accounting_date,
            unique_reference=unique_reference,
        )


# --- the other direction ---------------------------------------------------------------------------------------


def propose_accrual(command: ProposeAccrual, currency: str) -> dict[str, Any]:
    return {
        "number": command.number,
        "company": command.company,
        "requisition": command.requisition,
        "order_line": command.order_line,
        "amount": amount(command.amount, currency),
        "currency": currency,
        "accrued_on": command.accrued_on.isoformat(),
        "reverse_on": command.reverse_on.isoformat(),
        "person": command.person,
    }


def post_journal_entry(command: PostJournalEntry) -> dict[str, Any]:
    return {
        "company": command.company,
        "reference": command.reference,
        "posting_date": command.posting_date.isoformat(),
        "accounting_date": command.accounting_date.isoformat() if command.accounting_date else None,
        "currency": command.currency,
        "reverse_on": command.reverse_on.isoformat() if command.reverse_on else None,
        "text": command.text,
        "lines": [entry_line(line, command.currency) for line in command.lines],
    }


def accrual(document: Accrual, company: Company) -> answers.Accrual:
    return {
        "number": document.number,
        "company": document.company,
        "requisition": document.requisition,
        "order_line": document.order_line,
        "account": document.account,
        "cost_center": document.cost_center,
        "amount": amount(document.amount, document.currency),
        "currency": document.currency,
        "accrued_on": document.accrued_on.isoformat(),
        "reverse_on": document.reverse_on.isoformat(),
        "person": document.person,
        "status": document.status,
        "revision": document.revision,
        "approvals": approvals(document.approvals, company),
        "approved_at": instant(document.approved_at, company),
        "posting": posting(document.posting, company),
        **changes(document, company),
    }


def journal_entry(document: JournalEntry, company: Company) -> answers.JournalEntry:
    currency = document.currency
    return {
        **booked(document, company),
        "currency": currency,
        "reverse_on": document.reverse_on.isoformat() if document.reverse_on else None,
        "total": amount(document.total, currency),
        "lines": [entry_line(line, currency) for line in document.lines],
        "journal": journal(document.journal, currency),
    }
