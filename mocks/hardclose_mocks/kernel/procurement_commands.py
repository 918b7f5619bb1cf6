"""What can be asked of procurement's books: suppliers, requisitions, receipts, invoices, accruals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hardclose_mocks.kernel.lines import InvoiceLine, OrderLine, ReceiptLine


@dataclass(frozen=True, slots=True)
class CreateRequisition:
    """A draft. `number` is drawn by whoever fills in the form (it carries the run tag)."""

    number: str
    company: str
    requester: str
    supplier: str
    currency: str
    lines: tuple[OrderLine, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReviseRequisition:
    """New content for a draft or a rejected requisition; the revision counts up."""

    number: str
    lines: tuple[OrderLine, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class SubmitRequisition:
    number: str


@dataclass(frozen=True, slots=True)
class ApproveRequisition:
    """`approver` acts; `on_behalf_of` names the absent approver whose delegate he is."""

    number: str
    approver: str
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class RejectRequisition:
    number: str
    approver: str
    reason: str


@dataclass(frozen=True, slots=True)
class CancelRequisition:
    number: str


# --- suppliers -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegisterSupplier:
    """A draft of a new supplier. Its bank account is taken as verified once the request is approved."""

    number: str
    company: str
    requester: str
    name: str
    currency: str
    tax_id: str
    payment_terms_days: int = 30
    contact: str = ""
    bank_account: str = ""


@dataclass(frozen=True, slots=True)
class ReviseSupplierRequest:
    """New content for a draft, a rejected or an approved request; the revision counts up. An approved one stays so."""

    number: str
    name: str
    tax_id: str
    payment_terms_days: int = 30
    contact: str = ""


@dataclass(frozen=True, slots=True)
class SubmitSupplierRequest:
    number: str


@dataclass(frozen=True, slots=True)
class ApproveSupplierRequest:
    number: str
    approver: str
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class RejectSupplierRequest:
    number: str
    approver: str
    reason: str


@dataclass(frozen=True, slots=True)
class BlockRequestedSupplier:
    """Only once approved; the revision counts up."""

    number: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class MergeSupplierRequests:
    """`number` was a duplicate of `into`, which survives. Both are approved, of one company."""

    number: str
    into: str


@dataclass(frozen=True, slots=True)
class ChangeBankAccount:
    """Of an approved request: the new account is pending until somebody verifies it."""

    number: str
    bank_account: str


@dataclass(frozen=True, slots=True)
class VerifyBankAccount:
    """`person` called the supplier back: the pending account becomes the account. Never by who asked for it."""

    number: str
    person: str


# --- receipts --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordReceipt:
    """Goods that arrived for an approved requisition, whatever was ordered. `received_on` is the receiver's day."""

    number: str
    requisition: str
    receiver: str
    received_on: date
    lines: tuple[ReceiptLine, ...]


@dataclass(frozen=True, slots=True)
class ReverseReceipt:
    """The goods went back, or were counted wrong; the revision counts up."""

    number: str
    person: str
    reason: str


# --- invoices --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaptureInvoice:
    """An invoice or credit note (`kind`) as it came in. `clerk` captured it and may not approve it; `requisition` and
    `credits` are numbers of procurement's own; `total`, where told, is the gross the supplier printed."""

    number: str
    company: str
    kind: str
    clerk: str
    supplier: str
    supplier_reference: str
    invoice_date: date
    due_on: date
    currency: str
    lines: tuple[InvoiceLine, ...]
    requisition: str | None = None
    credits: str | None = None
    total: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReviseInvoice:
    """New content for a captured or rejected invoice; the revision counts up."""

    number: str
    supplier: str
    supplier_reference: str
    invoice_date: date
    due_on: date
    lines: tuple[InvoiceLine, ...]
    total: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ApproveInvoice:
    """By one person whose limit covers its gross total."""

    number: str
    approver: str


@dataclass(frozen=True, slots=True)
class RejectInvoice:
    number: str
    approver: str
    reason: str


@dataclass(frozen=True, slots=True)
class CancelInvoice:
    """Only before it is approved."""

    number: str


# --- accruals --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProposeAccrual:
    """Goods or services received and not invoiced at close: `amount` net, minor units, for one line (from 1) of a
    requisition, whose account and cost centre bear it."""

    number: str
    company: str
    requisition: str
    order_line: int
    amount: int
    accrued_on: date
    reverse_on: date
    person: str


@dataclass(frozen=True, slots=True)
class ApproveAccrual:
    """By a controller, or a person whose limit covers it; never by who proposed it."""

    number: str
    approver: str
