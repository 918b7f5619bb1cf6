"""The kinds of source documents, where each is listed, and what it becomes in the ERP. A leaf: knows nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """Where documents of one kind come from and go to. `list_path` is the source's list, `erp_path` the ERP's.

    `ready` is the status in which a document becomes work, `module` whose period it needs (empty: none's). `undo` is
    what takes its ERP document back, under that document's own path."""

    kind: str
    system: str
    list_path: str
    operation: str
    erp_path: str
    module: str
    undo: str = "reversal"
    ready: str = "approved"

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
    ),
    Target(
        "requisition",
        "procurement",
        "/v1/requisitions",
        "purchase_order.create",
        "/v1/purchase-orders",
        "purchasing",
        "cancellation",
    ),
)

TARGETS: Mapping[str, Target] = {target.kind: target for target in _ALL}
"""By kind: the first half of its events' types, `expense_report.approved`."""


def kinds_of(system: str) -> list[str]:
    return [target.kind for target in _ALL if target.system == system]
