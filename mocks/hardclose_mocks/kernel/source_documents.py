"""The documents of the source systems, which the integration carries to the ERP. Values, like the ERP's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hardclose_mocks.kernel.document_parts import Approval, Posting, ReportAttachment
from hardclose_mocks.kernel.lines import ExpenseLine, InvoiceLine, OrderLine, ReceiptLine


@dataclass(frozen=True, slots=True)
class ExpenseReport:
    """`status`: draft, submitted, pending, sent_back, approved, posted, paid, recalled.

    submitted: the chain has been computed and nobody has acted; pending: at least one approval, more to come.
    `approved_revision` is the one whose approval counts; behind `revision` after an edit that left the approval alone.
    `posting` follows the integration's write-back; status becomes posted/paid with it."""

    number: str
    company: str
    employee: str
    currency: str
    lines: tuple[ExpenseLine, ...]
    text: str
    total: int
    status: str
    revision: int
    chain: tuple[str, ...]
    approvals: tuple[Approval, ...]
    approved_at: datetime | None
    reason: str | None
    posting: Posting
    version: int
    created_at: datetime
    updated_at: datetime
    attachments: tuple[ReportAttachment, ...] = ()
    approved_revision: int | None = None

    @property
    def amended(self) -> bool:
        """Whether it was edited since, and the approval of the edit is still to come."""
        return self.approved_revision is not None and self.approved_revision < self.revision


@dataclass(frozen=True, slots=True)
class Requisition:
    """`status`: draft, submitted, pending, approved, rejected, ordered, cancelled. `total` net, minor units."""

    number: str
    company: str
    requester: str
    supplier: str
    currency: str
    lines: tuple[OrderLine, ...]
    text: str
    total: int
    status: str
    revision: int
    chain: tuple[str, ...]
    approvals: tuple[Approval, ...]
    approved_at: datetime | None
    reason: str | None
    posting: Posting
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SupplierRequest:
    """`status`: draft, submitted, pending, approved, rejected, merged. Approved it stays while the integration carries
    it; each later change counts the revision up. `pending_bank_account` waits to be verified."""

    number: str
    company: str
    requester: str
    name: str
    currency: str
    tax_id: str
    payment_terms_days: int
    contact: str
    bank_account: str
    pending_bank_account: str | None
    blocked: bool
    merged_into: str | None
    status: str
    revision: int
    chain: tuple[str, ...]
    approvals: tuple[Approval, ...]
    approved_at: datetime | None
    reason: str | None
    posting: Posting
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def total(self) -> int:
        """No money is spent: the first in line who may approve anything approves it."""
        return 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """`status`: recorded, posted, reversed."""

    number: str
    company: str
    requisition: str
    receiver: str
    received_on: date
    lines: tuple[ReceiptLine, ...]
    status: str
    revision: int
    reason: str | None
    reversed_by: str | None
    posting: Posting
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Invoice:
    """The inbox's. `kind`: invoice or credit_note; `status`: captured, approved, rejected, cancelled, posted, paid.
    `total` is gross, minor units, negative on a credit note."""

    number: str
    company: str
    kind: str
    clerk: str
    supplier: str
    supplier_reference: str
    invoice_date: date
    due_on: date
    currency: str
    requisition: str | None
    credits: str | None
    lines: tuple[InvoiceLine, ...]
    total: int
    text: str
    status: str
    revision: int
    approvals: tuple[Approval, ...]
    approved_at: datetime | None
    reason: str | None
    posting: Posting
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Accrual:
    """`status`: proposed, approved, posted. `amount` net, minor units; account and cost centre are the order line's."""

    number: str
    company: str
    requisition: str
    order_line: int
    account: str
    cost_center: str
    amount: int
    currency: str
    accrued_on: date
    reverse_on: date
    person: str
    status: str
    revision: int
    approvals: tuple[Approval, ...]
    approved_at: datetime | None
    posting: Posting
    version: int
    created_at: datetime
    updated_at: datetime
