"""What commands leave in the books, and what happens by them. Values: a change makes a new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hardclose_mocks.kernel.document_parts import (
    Approval,
    JournalLine,
    Posting,
    ReportAttachment,
)
from hardclose_mocks.kernel.erp_documents import (
    Attachment,
    ExpensePosting,
    GoodsReceipt,
    JournalEntry,
    Payment,
    PurchaseOrder,
    SupplierInvoice,
)
from hardclose_mocks.kernel.master_documents import (
    CostCenterMaster,
    SupplierMaster,
)
from hardclose_mocks.kernel.source_documents import (
    Accrual,
    ExpenseReport,
    Invoice,
    Receipt,
    Requisition,
    SupplierRequest,
)

__all__ = [
    "Accrual",
    "Approval",
    "Attachment",
    "CostCenterMaster",
    "Document",
    "Done",
    "Event",
    "ExpensePosting",
    "ExpenseReport",
    "GoodsReceipt",
    "Invoice",
    "JournalEntry",
    "JournalLine",
    "Payment",
    "Posting",
    "PurchaseOrder",
    "Receipt",
    "ReportAttachment",
    "Requisition",
    "SupplierInvoice",
    "SupplierMaster",
    "SupplierRequest",
]

Document = (
    ExpensePosting
    | PurchaseOrder
    | GoodsReceipt
    | SupplierInvoice
    | Payment
    | JournalEntry
    | Attachment
    | SupplierMaster
    | CostCenterMaster
    | ExpenseReport
    | Requisition
    | SupplierRequest
    | Receipt
    | Invoice
    | Accrual
)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the business event stream; webhooks, polling and feeds are views of it.

    `subject` is the document number, `revision` the source revision (1 where a document has none),
    `data` plain JSON values."""

    type: str
    subject: str
    revision: int
    company: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """What a command achieved: the document it made or changed (None where it changed masters), its new version."""

    document: str | None
    version: int
    events: tuple[Event, ...]
