"""Invoices and credit notes on the neutral wire: procurement's inbox, and the ERP's supplier invoices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from hardclose_mocks.dialects.neutral.wire import purchasing_answers as answers
from hardclose_mocks.dialects.neutral.wire.lines import InvoiceLineIn, InvoiceLines, invoice_line
from hardclose_mocks.dialects.neutral.wire.progress import approvals, booked, changes, journal, posting
from hardclose_mocks.dialects.neutral.wire.values import (
    Amount,
    Currency,
    Day,
    DocumentNumber,
    Number,
    Text,
    Wire,
    amount,
    instant,
    minor,
)
from hardclose_mocks.kernel.commands import CaptureInvoice, InvoiceLine, PostSupplierInvoice, ReviseInvoice
from hardclose_mocks.kernel.documents import Invoice, SupplierInvoice
from hardclose_mocks.kernel.master import Company

Kind = Literal["invoice", "credit_note"]


class InvoiceIn(Wire):
    """An invoice or credit note as it came in. `supplier` is a number of the ERP's, or of a request of procurement's;
    `total` is the gross that the supplier printed."""

    number: DocumentNumber
    company: Number
    kind: Kind = "invoice"
    clerk: Number
    supplier: Number
    supplier_reference: Number
    invoice_date: Day
    due_on: Day
    currency: Currency
    requisition: Number | None = None
    credits: Number | None = None
    total: Amount | None = None
    text: Text = ""
    lines: InvoiceLines

    def command(self) -> CaptureInvoice:
        return CaptureInvoice(
            number=self.number,
            company=self.company,
            kind=self.kind,
            clerk=self.clerk,
            supplier=self.supplier,
            supplier_reference=self.supplier_reference,
            invoice_date=self.invoice_date,
            due_on=self.due_on,
            currency=self.currency,
            lines=_lines(self.lines, self.currency),
            requisition=self.requisition,
            credits=self.credits,
            total=_total(self.total, self.currency),
            text=self.text,
        )


class InvoiceChange(Wire):
    supplier: Number
    supplier_reference: Number
    invoice_date: Day
    due_on: Day
    total: Amount | None = None
    text: Text = ""
    lines: InvoiceLines

    def command(self, number: str, currency: str) -> ReviseInvoice:
        return ReviseInvoice(
            number=number,
            supplier=self.supplier,
            supplier_reference=self.supplier_reference,
            invoice_date=self.invoice_date,
            due_on=self.due_on,
            lines=_lines(self.lines, currency),
            total=_total(self.total, currency),
            text=self.text,
        )


class SupplierInvoiceIn(Wire):
    """`reference` is the number in the source's inbox, `supplier_reference` the one that the supplier printed. `order`
    and `credits` are numbers of the ERP's; without an order nothing is matched."""

    company: Number
    kind: Kind = "invoice"
    reference: Number
    supplier: Number
    supplier_reference: Number
    invoice_date: Day
    posting_date: Day
    accounting_date: Day | None = None
    due_on: Day
    currency: Currency
    order: Number | None = None
    credits: Number | None = None
    total: Amount | None = None
    text: Text = ""
    lines: InvoiceLines

    def command(self, *, unique_reference: bool = False) -> PostSupplierInvoice:
        return PostSupplierInvoice(
            company=self.company,
            kind=self.kind,
            reference=self.reference,
            supplier=self.supplier,
            supplier_reference=self.supplier_reference,
            invoice_date=self.invoice_date,
            posting_date=self.posting_date,
            due_on=self.due_on,
            currency=self.currency,
            lines=_lines(self.lines, self.currency),
            order=self.order,
            credits=self.credits,
            total=_total(self.total, self.currency),
            text=self.text,
            accounting_date=self.accounting_date,
            unique_reference=unique_reference,
        )


def _lines(lines: Sequence[InvoiceLineIn], currency: str) -> tuple[InvoiceLine, ...]:
    return tuple(line.line(currency, f"lines.{at}") for at, line in enumerate(lines))


def _total(total: str | None, currency: str) -> int | None:
    return None if total is None else minor(total, currency, "total")


# --- the other direction ---------------------------------------------------------------------------------------


def capture_invoice(command: CaptureInvoice) -> dict[str, Any]:
    return {
        "number": command.number,
        "company": command.company,
        "kind": command.kind,
        "clerk": command.clerk,
        "currency": command.currency,
        "requisition": command.requisition,
        "credits": command.credits,
        **revise_invoice(command, command.currency),
    }


def revise_invoice(command: CaptureInvoice | ReviseInvoice, currency: str) -> dict[str, Any]:
    """The number is in the path, the currency the invoice's own."""
    return {
        "supplier": command.supplier,
        "supplier_reference": command.supplier_reference,
        "invoice_date": command.invoice_date.isoformat(),
        "due_on": command.due_on.isoformat(),
        "total": None if command.total is None else amount(command.total, currency),
        "text": command.text,
        "lines": [invoice_line(line, currency) for line in command.lines],
    }


def post_supplier_invoice(command: PostSupplierInvoice) -> dict[str, Any]:
    return {
        "company": command.company,
        "kind": command.kind,
        "reference": command.reference,
        "supplier": command.supplier,
        "supplier_reference": command.supplier_reference,
        "invoice_date": command.invoice_date.isoformat(),
        "posting_date": command.posting_date.isoformat(),
        "accounting_date": command.accounting_date.isoformat() if command.accounting_date else None,
        "due_on": command.due_on.isoformat(),
        "currency": command.currency,
        "order": command.order,
        "credits": command.credits,
        "total": None if command.total is None else amount(command.total, command.currency),
        "text": command.text,
        "lines": [invoice_line(line, command.currency) for line in command.lines],
    }


def invoice(document: Invoice, company: Company) -> answers.Invoice:
    return {
        "number": document.number,
        "company": document.company,
        "kind": document.kind,
        "clerk": document.clerk,
        "supplier": document.supplier,
        "supplier_reference": document.supplier_reference,
        "invoice_date": document.invoice_date.isoformat(),
        "due_on": document.due_on.isoformat(),
        "currency": document.currency,
        "requisition": document.requisition,
        "credits": document.credits,
        "total": amount(document.total, document.currency),
        "text": document.text,
        "lines": [invoice_line(line, document.currency) for line in document.lines],
        "status": document.status,
        "revision": document.revision,
        "approvals": approvals(document.approvals, company),
        "approved_at": instant(document.approved_at, company),
        "reason": document.reason,
        "posting": posting(document.posting, company),
        **changes(document, company),
    }


def supplier_invoice(document: SupplierInvoice, company: Company) -> answers.SupplierInvoice:
    currency = document.currency
    return {
        **booked(document, company),
        "kind": document.kind,
        "supplier": document.supplier,
        "supplier_reference": document.supplier_reference,
        "invoice_date": document.invoice_date.isoformat(),
        "due_on": document.due_on.isoformat(),
        "currency": currency,
        "order": document.order,
        "credits": document.credits,
        "total": amount(document.total, currency),
        "credited": amount(document.credited, currency),
        "match": document.match,
        "payment_block": document.payment_block,
        "released_by": document.released_by,
        "released_because": document.released_because,
        "payment": document.payment,
        "payment_run": document.payment_run,
        "payment_document": document.payment_document,
        "lines": [invoice_line(line, currency) for line in document.lines],
        "journal": journal(document.journal, currency),
    }
