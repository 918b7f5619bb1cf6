"""Goods on the neutral wire: procurement's receipts, and the ERP's goods receipts against its orders."""

from __future__ import annotations

from typing import Any

from hardclose_mocks.dialects.neutral.wire import purchasing_answers as answers
from hardclose_mocks.dialects.neutral.wire.lines import ReceiptLines, receipt_line
from hardclose_mocks.dialects.neutral.wire.progress import booked, changes, posting
from hardclose_mocks.dialects.neutral.wire.values import Day, DocumentNumber, Number, Text, Wire
from hardclose_mocks.kernel.commands import PostGoodsReceipt, RecordReceipt
from hardclose_mocks.kernel.documents import GoodsReceipt, Receipt
from hardclose_mocks.kernel.master import Company


class ReceiptIn(Wire):
    """`requisition` is procurement's own number, whatever the ERP calls its order."""

    number: DocumentNumber
    requisition: Number
    receiver: Number
    received_on: Day
    lines: ReceiptLines

    def command(self) -> RecordReceipt:
        lines = tuple(line.line() for line in self.lines)
        return RecordReceipt(self.number, self.requisition, self.receiver, self.received_on, lines)


class GoodsReceiptIn(Wire):
    """`order` is the ERP's number; `reference` is the number of the source's receipt. `accounting_date` is the original
    date when `posting_date` was moved to an open period."""

    company: Number
    reference: Number
    order: Number
    posting_date: Day
    accounting_date: Day | None = None
    text: Text = ""
    lines: ReceiptLines

    def command(self, *, unique_reference: bool = False) -> PostGoodsReceipt:
        return PostGoodsReceipt(
            company=self.company,
            reference=self.reference,
            order=self.order,
            posting_date=self.posting_date,
            accounting_date=self.accounting_date,
            text=self.text,
            lines=tuple(line.line() for line in self.lines),
            unique_reference=unique_reference,
        )


# --- the other direction ---------------------------------------------------------------------------------------


def record_receipt(command: RecordReceipt) -> dict[str, Any]:
    return {
        "number": command.number,
        "requisition": command.requisition,
        "receiver": command.receiver,
        "received_on": command.received_on.isoformat(),
        "lines": [receipt_line(line) for line in command.lines],
    }


def post_goods_receipt(command: PostGoodsReceipt) -> dict[str, Any]:
    return {
        "company": command.company,
        "reference": command.reference,
        "order": command.order,
        "posting_date": command.posting_date.isoformat(),
        "accounting_date": command.accounting_date.isoformat() if command.accounting_date else None,
        "text": command.text,
        "lines": [receipt_line(line) for line in command.lines],
    }


def receipt(document: Receipt, company: Company) -> answers.Receipt:
    return {
        "number": document.number,
        "company": document.company,
        "requisition": document.requisition,
        "receiver": document.receiver,
        "received_on": document.received_on.isoformat(),
        "lines": [receipt_line(line) for line in document.lines],
        "status": document.status,
        "revision": document.revision,
        "reason": document.reason,
        "reversed_by": document.reversed_by,
        "posting": posting(document.posting, company),
        **changes(document, company),
    }


def goods_receipt(document: GoodsReceipt, company: Company) -> answers.GoodsReceipt:
    return {
        **booked(document, company),
        "order": document.order,
        "supplier": document.supplier,
        "lines": [receipt_line(line) for line in document.lines],
    }
