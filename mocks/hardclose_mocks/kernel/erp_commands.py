"""What can be asked of the ERP's books about documents, periods, budgets and payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hardclose_mocks.kernel.lines import EntryLine, InvoiceLine, OrderLine, PostingLine, ReceiptLine


@dataclass(frozen=True, slots=True)
class PostExpense:
    """Post an approved expense report. `reference` is the source's report number; `accounting_date` is the original
    date when `posting_date` was moved to an open period."""

    company: str
    reference: str
    posting_date: date
    currency: str
    employee: str
    lines: tuple[PostingLine, ...]
    text: str = ""
    accounting_date: date | None = None
    unique_reference: bool = False
    """Set by the server under capability profile C3: a live document with this reference refuses a second one."""


@dataclass(frozen=True, slots=True)
class ReverseExpensePosting:
    number: str
    posting_date: date
    reason: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class CreatePurchaseOrder:
    company: str
    reference: str
    supplier: str
    order_date: date
    currency: str
    lines: tuple[OrderLine, ...]
    text: str = ""
    unique_reference: bool = False
    two_way: tuple[int, ...] = ()
    """Lines (counted from 1) whose invoices need no goods receipt: only price and ordered quantity are matched."""


@dataclass(frozen=True, slots=True)
class CancelPurchaseOrder:
    number: str
    reason: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class SetPeriod:
    """The controller's hand: `module` is expense, purchasing, payables or journals; `state` is open, soft_closed or
    hard_closed.

    A hard-closed period may be reopened only to soft_closed or open by an explicit SetPeriod: it is recorded."""

    company: str
    module: str
    year: int
    period: int
    state: str


@dataclass(frozen=True, slots=True)
class ReviseBudget:
    """Adds `amount` (may be negative), effective at once."""

    company: str
    cost_center: str
    fiscal_year: int
    amount: int


@dataclass(frozen=True, slots=True)
class RunPayments:
    """Pays what the company owes and may pay: live, unpaid expense postings posted on or before `cut_off`, and live,
    unblocked supplier invoices due by then, to the account of the supplier that is verified as of now."""

    company: str
    run: str
    cut_off: date


@dataclass(frozen=True, slots=True)
class ReturnPayment:
    """The bank sent it back, or somebody stopped it: what it paid is owed again."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class PostGoodsReceipt:
    """Goods taken in for a live order; `order` is its ERP number, `reference` the number of the source's receipt."""

    company: str
    reference: str
    order: str
    posting_date: date
    lines: tuple[ReceiptLine, ...]
    text: str = ""
    accounting_date: date | None = None
    unique_reference: bool = False


@dataclass(frozen=True, slots=True)
class ReverseGoodsReceipt:
    number: str
    posting_date: date
    reason: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class PostSupplierInvoice:
    """`kind` is invoice or credit_note; a credit note names in `credits` the ERP number of what it credits.

    `reference` is the number in the source's inbox, `supplier_reference` the one the supplier printed: the latter is
    unique per supplier and kind among live ones, always. `order` is an ERP number; without it nothing is matched.
    `total`, where told, is the gross the supplier printed, and the lines have to add up to it."""

    company: str
    kind: str
    reference: str
    supplier: str
    supplier_reference: str
    invoice_date: date
    posting_date: date
    due_on: date
    currency: str
    lines: tuple[InvoiceLine, ...]
    order: str | None = None
    credits: str | None = None
    total: int | None = None
    text: str = ""
    accounting_date: date | None = None
    unique_reference: bool = False


@dataclass(frozen=True, slots=True)
class ReverseSupplierInvoice:
    number: str
    posting_date: date
    reason: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseInvoice:
    """A clerk or controller lifts the payment block that the match has set, and says why."""

    number: str
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class PostJournalEntry:
    """An accrual, say: debit an expense, credit accrued liabilities. `reverse_on` is when it is to be reversed."""

    company: str
    reference: str
    posting_date: date
    currency: str
    lines: tuple[EntryLine, ...]
    reverse_on: date | None = None
    text: str = ""
    accounting_date: date | None = None
    unique_reference: bool = False


@dataclass(frozen=True, slots=True)
class ReverseJournalEntry:
    number: str
    posting_date: date
    reason: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class AttachFile:
    """A file for an expense posting. The books keep what identifies it (bytes, SHA-256 in hexadecimal), no content.

    `unique_content`: set by the server under capability profile C3: the same content for one posting is refused."""

    posting: str
    name: str
    content_type: str
    size: int
    sha256: str
    unique_content: bool = False


DocumentCommand = (
    PostExpense
    | ReverseExpensePosting
    | CreatePurchaseOrder
    | CancelPurchaseOrder
    | PostGoodsReceipt
    | ReverseGoodsReceipt
    | PostSupplierInvoice
    | ReverseSupplierInvoice
    | ReleaseInvoice
    | PostJournalEntry
    | ReverseJournalEntry
    | AttachFile
    | SetPeriod
    | ReviseBudget
    | RunPayments
    | ReturnPayment
)
