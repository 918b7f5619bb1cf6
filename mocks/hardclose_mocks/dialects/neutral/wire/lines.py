"""Lines of receipts, invoices and journal entries on the neutral wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hardclose_mocks.dialects.neutral.wire import purchasing_answers as answers
from hardclose_mocks.dialects.neutral.wire.answers import JournalLine
from hardclose_mocks.dialects.neutral.wire.values import Amount, Number, Quantity, Text, Wire, amount, minor
from hardclose_mocks.kernel.lines import EntryLine, InvoiceLine, ReceiptLine


class ReceiptLineIn(Wire):
    """So many pieces of one line of the order; lines count from 1."""

    order_line: Quantity
    quantity: Quantity

    def line(self) -> ReceiptLine:
        return ReceiptLine(self.order_line, self.quantity)


class InvoiceLineIn(Wire):
    """Amounts are positive on credit notes too. `order_line` counts from 1; left out for what no order covers."""

    order_line: Quantity | None = None
    account: Number
    cost_center: Number
    project: Number | None = None
    text: Text = ""
    quantity: Quantity
    unit_price: Amount
    tax_code: Number
    tax: Amount

    def line(self, currency: str, field: str) -> InvoiceLine:
        return InvoiceLine(
            account=self.account,
            cost_center=self.cost_center,
            text=self.text,
            quantity=self.quantity,
            unit_price=minor(self.unit_price, currency, f"{field}.unit_price"),
            tax_code=self.tax_code,
            tax=minor(self.tax, currency, f"{field}.tax"),
            order_line=self.order_line,
            project=self.project,
        )


class EntryLineIn(Wire):
    """One side of a journal entry: exactly one of debit and credit is above zero."""

    account: Number
    debit: Amount = "0"
    credit: Amount = "0"
    cost_center: Number | None = None
    text: Text = ""

    def line(self, currency: str, field: str) -> EntryLine:
        return EntryLine(
            account=self.account,
            debit=minor(self.debit, currency, f"{field}.debit"),
            credit=minor(self.credit, currency, f"{field}.credit"),
            cost_center=self.cost_center,
            text=self.text,
        )


ReceiptLines = Annotated[list[ReceiptLineIn], Field(min_length=1, max_length=500)]
InvoiceLines = Annotated[list[InvoiceLineIn], Field(min_length=1, max_length=500)]
EntryLines = Annotated[list[EntryLineIn], Field(min_length=1, max_length=500)]


def receipt_line(line: ReceiptLine) -> answers.ReceiptLine:
    return {"order_line": line.order_line, "quantity": line.quantity}


def invoice_line(line: InvoiceLine, currency: str) -> answers.InvoiceLine:
    return {
        "order_line": line.order_line,
        "account": line.account,
        "cost_center": line.cost_center,
        "project": line.project,
        "text": line.text,
        "quantity": line.quantity,
        "unit_price": amount(line.unit_price, currency),
        "tax_code": line.tax_code,
        "tax": amount(line.tax, currency),
    }


def entry_line(line: EntryLine, currency: str) -> JournalLine:
    return {
        "account": line.account,
        "debit": amount(line.debit, currency),
        "credit": amount(line.credit, currency),
        "cost_center": line.cost_center,
        "text": line.text,
    }
