"""What documents of all kinds have alike on the neutral wire: their changes, approvals, and what was written back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hardclose_mocks.dialects.neutral.wire import answers, purchasing_answers
from hardclose_mocks.dialects.neutral.wire.values import amount, instant
from hardclose_mocks.kernel.documents import Approval, GoodsReceipt, JournalEntry, JournalLine, Posting, SupplierInvoice
from hardclose_mocks.kernel.master import Company


class Changing(Protocol):
    @property
    def version(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def updated_at(self) -> datetime: ...


def changes(document: Changing, company: Company) -> answers.Changes:
    return {
        "version": document.version,
        "created_at": instant(document.created_at, company),
        "updated_at": instant(document.updated_at, company),
    }


def booked(document: GoodsReceipt | SupplierInvoice | JournalEntry, company: Company) -> purchasing_answers.Booked:
    return {
        "number": document.number,
        "company": document.company,
        "reference": document.reference,
        "posting_date": document.posting_date.isoformat(),
        "accounting_date": document.accounting_date.isoformat() if document.accounting_date else None,
        "fiscal_year": document.fiscal_year,
        "period": document.period,
        "text": document.text,
        "status": document.status,
        "reversal": document.reversal,
        "reverses": document.reverses,
        **changes(document, company),
        "created_by": document.created_by,
    }


def journal(lines: Sequence[JournalLine], currency: str) -> list[answers.JournalLine]:
    return [
        {
            "account": line.account,
            "debit": amount(line.debit, currency),
            "credit": amount(line.credit, currency),
            "cost_center": line.cost_center,
            "text": line.text,
        }
        for line in lines
    ]


def approvals(signed: Sequence[Approval], company: Company) -> list[answers.Approval]:
    return [
        {"approver": one.approver, "on_behalf_of": one.on_behalf_of, "at": instant(one.at, company)} for one in signed
    ]


def posting(written: Posting, company: Company) -> answers.Posting:
    return {
        "state": written.state,
        "document": written.document,
        "reason": written.reason,
        "at": instant(written.at, company),
    }
