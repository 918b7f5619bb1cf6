"""What the neutral systems answer about suppliers, goods receipts, invoices, accruals and attachments, as types."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic wants this one below Python 3.12

from hardclose_mocks.dialects.neutral.wire.answers import (
    Approval,
    Changes,
    Currency,
    Date,
    Instant,
    JournalLine,
    Money,
    Posting,
    one_of,
)
from hardclose_mocks.dialects.neutral.wire.values import SHA256

REQUEST_STATUSES = ("draft", "submitted", "pending", "approved", "rejected", "merged")
SUPPLIER_STATUSES = ("active", "blocked", "merged")
COST_CENTER_STATUSES = ("active", "blocked")
RECEIPT_STATUSES = ("recorded", "posted", "reversed")
INVOICE_KINDS = ("invoice", "credit_note")
INVOICE_STATUSES = ("captured", "approved", "rejected", "cancelled", "posted", "paid")
ACCRUAL_STATUSES = ("proposed", "approved", "posted")
MATCHES = ("matched", "quantity", "price", "missing_receipt", "not_required")
BOOKED_STATUSES = ("posted", "reversed")
INVOICE_PAYMENTS = ("open", "paid", "cleared")
PAYMENT_STATUSES = ("completed", "returned")


# --- masters ---------------------------------------------------------------------------------------------------


class Supplier(Changes):
    """Payments go to `bank_account` only; `pending_bank_account` is not verified yet. `reference` and `revision` are
    the request it was made of and which of its revisions was carried over last, "" and 1 on the opening day."""

    number: str
    company: str
    reference: str
    name: str
    currency: Currency
    tax_id: str
    payment_terms_days: int
    contact: str
    bank_account: str
    pending_bank_account: str | None
    reconciliation_account: str
    blocked: bool
    blocked_by: Annotated[str, one_of("", "erp", "source")]
    payment_blocked: bool
    merged_into: str | None
    status: Annotated[str, one_of(*SUPPLIER_STATUSES)]
    revision: Annotated[int, Field(ge=1)]
    created_by: str


class CostCenter(Changes):
    """`revision` counts the changes in the ERP; a copy in another system bears the one that it was made from."""

    number: str
    company: str
    name: str
    owner: str
    valid_from: Date
    valid_to: Date
    blocked: bool
    status: Annotated[str, one_of(*COST_CENTER_STATUSES)]
    revision: Annotated[int, Field(ge=1)]
    created_by: str


# --- lines -----------------------------------------------------------------------------------------------------


class ReceiptLine(TypedDict):
    """So many pieces of one line of the order; `order_line` counts from 1."""

    order_line: Annotated[int, Field(ge=1)]
    quantity: Annotated[int, Field(ge=1)]


class InvoiceLine(TypedDict):
    """Amounts are positive on credit notes too. `order_line` counts from 1; null for what no order covers."""

    order_line: Annotated[int, Field(ge=1)] | None
    account: str
    cost_center: str
    project: str | None
    text: str
    quantity: Annotated[int, Field(ge=1)]
    unit_price: Money
    tax_code: str
    tax: Money


# --- procurement's documents -----------------------------------------------------------------------------------


class SourceDocument(Changes):
    """What every document of a source system has. `revision` counts the times its content was changed."""

    number: str
    company: str
    revision: Annotated[int, Field(ge=1)]
    posting: Posting


class SupplierRequest(SourceDocument):
    """A changed bank account is `pending_bank_account` until a second person has verified it; `merged_into` is the
    request that took this one's place."""

    requester: str
    name: str
    currency: Currency
    tax_id: str
    payment_terms_days: int
    contact: str
    bank_account: str
    pending_bank_account: str | None
    blocked: bool
    merged_into: str | None
    status: Annotated[str, one_of(*REQUEST_STATUSES)]
    approvals: list[Approval]
    approved_at: Instant | None
    reason: str | None


class Receipt(SourceDocument):
    """Goods that came for a requisition."""

    requisition: str
    receiver: str
    received_on: Date
    lines: list[ReceiptLine]
    status: Annotated[str, one_of(*RECEIPT_STATUSES)]
    reason: str | None
    reversed_by: str | None


class Invoice(SourceDocument):
    """`supplier_reference` is the number that the supplier printed, `credits` the invoice that a credit note is for.
    The `total`, gross, of a credit note is negative."""

    kind: Annotated[str, one_of(*INVOICE_KINDS)]
    clerk: str
    supplier: str
    supplier_reference: str
    invoice_date: Date
    due_on: Date
    currency: Currency
    requisition: str | None
    credits: str | None
    total: Money
    text: str
    lines: list[InvoiceLine]
    status: Annotated[str, one_of(*INVOICE_STATUSES)]
    approvals: list[Approval]
    approved_at: Instant | None
    reason: str | None


class Accrual(SourceDocument):
    """Received and not invoiced at close: `amount`, net, is accrued on one day and taken back on another."""

    requisition: str
    order_line: Annotated[int, Field(ge=1)]
    account: str
    cost_center: str
    amount: Money
    currency: Currency
    accrued_on: Date
    reverse_on: Date
    person: str
    status: Annotated[str, one_of(*ACCRUAL_STATUSES)]
    approvals: list[Approval]
    approved_at: Instant | None


# --- the ERP's documents ---------------------------------------------------------------------------------------


class Booked(Changes):
    """What every posted document has. `reverses` is the number of the one this takes back, `reversal` of the one that
    took this back."""

    number: str
    company: str
    reference: str
    posting_date: Date
    accounting_date: Date | None
    fiscal_year: int
    period: Annotated[int, Field(ge=1, le=12)]
    text: str
    status: Annotated[str, one_of(*BOOKED_STATUSES)]
    reversal: str | None
    reverses: str | None
    created_by: str


class GoodsReceipt(Booked):
    """Quantities only; `order` is the number of the purchase order."""

    order: str
    supplier: str
    lines: list[ReceiptLine]


class SupplierInvoice(Booked):
    """`match` is the outcome of the match; while `payment_block` stands nobody pays it. `total`, gross, is negative on
    a credit note; `credited` is what credit notes took off."""

    kind: Annotated[str, one_of(*INVOICE_KINDS)]
    supplier: str
    supplier_reference: str
    invoice_date: Date
    due_on: Date
    currency: Currency
    order: str | None
    credits: str | None
    total: Money
    credited: Money
    match: Annotated[str, one_of(*MATCHES)]
    payment_block: bool
    released_by: str | None
    released_because: str | None
    payment: Annotated[str, one_of(*INVOICE_PAYMENTS)]
    payment_run: str | None
    payment_document: str | None
    lines: list[InvoiceLine]
    journal: list[JournalLine]


class JournalEntry(Booked):
    """`reverse_on` is when it is to be taken back; `total` the sum of its debits."""

    currency: Currency
    reverse_on: Date | None
    total: Money
    lines: list[JournalLine]
    journal: list[JournalLine]


class Payment(Changes):
    """`document` is the expense posting or supplier invoice that was paid, `reference` that document's. `bank_account`
    is the supplier's verified one as of then, "" for employees."""

    number: str
    company: str
    run: str
    reference: str
    document: str
    payee: str
    bank_account: str
    amount: Money
    currency: Currency
    paid_on: Date
    status: Annotated[str, one_of(*PAYMENT_STATUSES)]
    reason: str | None
    created_by: str


class Attachment(Changes):
    """A file of an expense posting. `size` in bytes, `sha256` hexadecimal; the content is not kept."""

    number: str
    company: str
    reference: str
    posting: str
    name: str
    content_type: str
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=SHA256)]
    created_by: str
