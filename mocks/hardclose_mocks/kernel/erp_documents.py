"""The ERP's documents. Values: a change makes a new version with a higher `version`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hardclose_mocks.kernel.document_parts import JournalLine
from hardclose_mocks.kernel.lines import EntryLine, InvoiceLine, OrderLine, PostingLine, ReceiptLine


@dataclass(frozen=True, slots=True)
class ExpensePosting:
    """`status`: posted or reversed. `payment`: open or paid. `total` is gross, minor units of `currency`."""

    number: str
    company: str
    reference: str
    posting_date: date
    accounting_date: date | None
    fiscal_year: int
    period: int
    currency: str
    employee: str
    lines: tuple[PostingLine, ...]
    journal: tuple[JournalLine, ...]
    total: int
    text: str
    status: str
    payment: str
    payment_run: str | None
    reversal: str | None
    """Number of the document that reverses this one, once reversed."""
    reverses: str | None
    """Number of the document this one reverses; such a document is never live."""
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: str

    @property
    def live(self) -> bool:
        return self.status == "posted" and self.reverses is None


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """`status`: issued or cancelled. `total` is the net order value, minor units."""

    number: str
    company: str
    reference: str
    supplier: str
    order_date: date
    currency: str
    lines: tuple[OrderLine, ...]
    total: int
    text: str
    status: str
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: str
    two_way: tuple[int, ...] = ()
    """Lines (from 1) that need no goods receipt."""

    @property
    def live(self) -> bool:
        return self.status == "issued"


@dataclass(frozen=True, slots=True)
class GoodsReceipt:
    """`status`: posted or reversed. Quantities only: the expense comes with the invoice, or an accrual at close."""

    number: str
    company: str
    reference: str
    order: str
    supplier: str
    posting_date: date
    accounting_date: date | None
    fiscal_year: int
    period: int
    lines: tuple[ReceiptLine, ...]
    text: str
    status: str
    reversal: str | None
    """Number of the document that reverses this one, once reversed."""
    reverses: str | None
    """Number of the document this one reverses; such a document is never live."""
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: str

    @property
    def live(self) -> bool:
        return self.status == "posted" and self.reverses is None


@dataclass(frozen=True, slots=True)
class SupplierInvoice:
    """`kind`: invoice or credit_note; `total` is gross, minor units, negative on a credit note.

    `match`: matched, quantity, price, missing_receipt or not_required; `status`: posted or reversed; `payment`: open,
    paid, or cleared (nothing left to pay, or the credit note was used up). `credited` is what credit notes took off."""

    number: str
    company: str
    kind: str
    reference: str
    supplier: str
    supplier_reference: str
    invoice_date: date
    posting_date: date
    accounting_date: date | None
    due_on: date
    fiscal_year: int
    period: int
    currency: str
    order: str | None
    credits: str | None
    lines: tuple[InvoiceLine, ...]
    journal: tuple[JournalLine, ...]
    total: int
    text: str
    match: str
    payment_block: bool
    released_by: str | None
    released_because: str | None
    credited: int
    status: str
    payment: str
    payment_run: str | None
    payment_document: str | None
    reversal: str | None
    reverses: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: str

    @property
    def live(self) -> bool:
        return self.status == "posted" and self.reverses is None

    @property
    def owed(self) -> int:
        """Gross less what was credited, minor units; what a payment run would pay."""
        return self.total - self.credited


@dataclass(frozen=True, slots=True)
class Payment:
    """One debt paid: `document` is an expense posting or a supplier invoice, `reference` that document's reference.

    `payee` is a supplier or an employee, `bank_account` the supplier's verified one as of then ("" for employees).
    `status`: completed or returned."""

    number: str
    company: str
    run: str
    reference: str
    document: str
    payee: str
    bank_account: str
    amount: int
    currency: str
    paid_on: date
    status: str
    reason: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: str

    @property
    def live(self) -> bool:
        return self.status == "completed"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """`status`: posted or reversed. `total` is the sum of its debits, minor units."""

    number: str
    company: str
    reference: str
    posting_date: date
    accounting_date: date | None
    fiscal_year: int
    period: int
    currency: str
    lines: tuple[EntryLine, ...]
    journal: tuple[JournalLine, ...]
    total: int
    reverse_on: date | None
    text: str
    status: str
    reversal: str | None
    reverses: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: str

    @property
    def live(self) -> bool:
        return self.status == "posted" and self.reverses is None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of an expense posting, `size` in bytes; `reference` is the posting's. It lives as long as the posting."""

    number: str
    company: str
    reference: str
    posting: str
    name: str
    content_type: str
    size: int
    sha256: str
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: str
