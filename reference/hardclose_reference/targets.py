"""The kinds of source documents, where each is listed, and what it becomes in the ERP. A leaf: knows nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """Where documents of one kind come from and go to. `list_path` is the source's list, `erp_path` the ERP's.

    `list_status` narrows the source's list; it is empty where later changes are told as other statuses. `date` is the
    field with the accounting date, `ready` the status in which a document becomes work, `module` whose period it needs
    (empty: none's). `undo` is what takes its ERP document back, under that document's own path."""

    kind: str
    system: str
    list_path: str
    operation: str
    erp_path: str
    module: str
    undo: str = "reversal"
    ready: str = "approved"
    list_status: str = ""
    date: str = "approved_at"

    @property
    def read_back(self) -> bool:
        """Whether the ERP does something to the document afterwards that its source must hear of."""
        return self.kind != "supplier_request"

    @property
    def dated_undo(self) -> bool:
        """Whether taking it back is a posting of its own, with a date."""
        return self.undo == "reversal"


_ALL = (
    Target(
        "expense_report",
        "expense",
        "/v1/expense-reports",
        "expense_posting.create",
        "/v1/expense-postings",
        "expense",
        list_status="approved",
    ),
    Target(
        "supplier_request",
        "procurement",
        "/v1/supplier-requests",
        "supplier.create",
        "/v1/suppliers",
        "",
        "",
    ),
    Target(
        "requisition",
        "procurement",
        "/v1/requisitions",
        "purchase_order.create",
        "/v1/purchase-orders",
        "purchasing",
        "cancellation",
        list_status="approved",
    ),
    Target(
        "receipt",
        "procurement",
        "/v1/receipts",
        "goods_receipt.create",
        "/v1/goods-receipts",
        "purchasing",
        date="received_on",
        ready="recorded",
    ),
    Target(
        "invoice",
        "procurement",
        "/v1/invoices",
        "supplier_invoice.create",
        "/v1/supplier-invoices",
        "payables",
        list_status="approved",
    ),
    Target(
        "accrual",
        "procurement",
        "/v1/accruals",
        "journal_entry.create",
        "/v1/journal-entries",
        "journals",
        date="accrued_on",
        list_status="approved",
    ),
)
ALWAYS_READ = ("expense_report", "requisition")
"""Kinds whose lists are read at every look. Those of the others are, once there has been one of the kind."""

TARGETS: Mapping[str, Target] = {target.kind: target for target in _ALL}
"""By kind: the first half of its events' types, `expense_report.approved`."""


def kinds_of(system: str) -> list[str]:
    return [target.kind for target in _ALL if target.system == system]
