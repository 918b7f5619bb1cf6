"""The events that each mock system emits: their types, what they mean, and what their data always says.

The books name events as their rules go (`<document>.<what happened>`); this is the one list of all of them. What a
document looks like is the dialect's business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REPORT, REQUISITION = "expense_report", "requisition"
POSTING, ORDER = "expense_posting", "purchase_order"
DEBTS = (POSTING, "supplier_invoice")

TEXT: Mapping[str, Any] = {"type": "string", "minLength": 1}
INSTANT: Mapping[str, Any] = {"type": "string", "format": "date-time"}
MONEY: Mapping[str, Any] = {"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]{2,3})?$"}
YEAR: Mapping[str, Any] = {"type": "integer", "minimum": 1900, "maximum": 9999}
NOTHING: Mapping[str, Any] = {"type": "null"}


@dataclass(frozen=True, slots=True)
class EventType:
    """`subject` says in words what the envelope's subject is the number of."""

    system: str
    name: str
    says: str
    subject: str
    document: str | tuple[str, ...] | None = None
    """The kind of document that `data` is, as it was right after the event; or the kinds that it may be."""
    always: Mapping[str, Any] = field(default_factory=dict)
    """Schemas of members that are narrower here than the document's own, or that only this event has."""
    rare: str | None = None
    """Why a month end without mishaps does not have it."""

    @property
    def key(self) -> tuple[str, str]:
        return self.system, self.name

    @property
    def own(self) -> bool:
        """Whether `data` is the event's own, and no document."""
        return self.document is None


def _is(value: Any) -> dict[str, Any]:
    return {"const": value}


def _posting(state: str, **more: Mapping[str, Any]) -> dict[str, Any]:
    return {"posting": {"properties": {"state": _is(state), "at": INSTANT, **more}}}


def _of(system: str, kind: str, subject: str, rows: Mapping[str, Any]) -> list[EventType]:
    return [
        EventType(system, f"{kind}.{what}", says, subject, kind, always, rare[0] if rare else None)
        for what, (says, always, *rare) in rows.items()
    ]


_REPORTS = _of(
    "expense",
    REPORT,
    "the expense report",
    {
        "submitted": ("The employee submitted the report; it waits for its approvers.", {"status": _is("submitted")}),
        "approved": (
            "The last approver signed. From now on the report is due to be posted in the ERP.",
            {"status": _is("approved"), "approved_at": INSTANT},
        ),
        "sent_back": (
            "An approver sent the report back to the employee, with a reason.",
            {"status": _is("sent_back"), "reason": TEXT},
        ),
        "recalled": (
            "The employee took the report back; nothing of it is due any more.",
            {"status": _is("recalled")},
            "nobody recalls a report in it",
        ),
        "posted": (
            "The integration wrote back that the report is posted, and under which number.",
            {"status": _is("posted"), **_posting("posted", document=TEXT)},
        ),
        "paid": (
            "The integration wrote back that the ERP paid the report.",
            {"status": _is("paid"), **_posting("paid", document=TEXT)},
        ),
        "parked": (
            "The integration wrote back that the report cannot be posted for now, and why.",
            {"status": _is("approved"), **_posting("parked", reason=TEXT)},
        ),
        "rejected": (
            "The integration wrote back that the report will not be posted, and why.",
            {"status": _is("approved"), **_posting("rejected", reason=TEXT)},
            "the reference parks what it cannot post, it rejects nothing",
        ),
    },
)

_REQUISITIONS = _of(
    "procurement",
    REQUISITION,
    "the requisition",
    {
        "submitted": ("The requester submitted it; it waits for its approvers.", {"status": _is("submitted")}),
        "approved": (
            "The last approver signed. From now on the requisition is due to become a purchase order in the ERP.",
            {"status": _is("approved"), "approved_at": INSTANT},
        ),
        "rejected": ("An approver rejected it, with a reason.", {"status": _is("rejected"), "reason": TEXT}),
        "cancelled": (
            "The requester cancelled it before the last approval.",
            {"status": _is("cancelled")},
            "nobody cancels a requisition in it",
        ),
        "ordered": (
            "The integration wrote back that the requisition is ordered, and under which number.",
            {"status": _is("ordered"), **_posting("posted", document=TEXT)},
        ),
    },
)

_POSTINGS = _of(
    "erp",
    POSTING,
    "the expense posting",
    {
        "posted": (
            "An expense report was posted to the ledger.",
            {"status": _is("posted"), "payment": _is("open"), "reversal": NOTHING, "reverses": NOTHING},
        ),
        "reversed": (
            "A posting was reversed by another document, which `reversal` names; it counts no longer.",
            {"status": _is("reversed"), "reversal": TEXT},
            "nobody reverses a posting in it",
        ),
    },
)

_ORDERS = _of(
    "erp",
    ORDER,
    "the purchase order",
    {
        "issued": ("A purchase order was issued to the supplier.", {"status": _is("issued")}),
        "cancelled": (
            "A purchase order was cancelled; its budget is free again.",
            {"status": _is("cancelled")},
            "nobody cancels an order in it",
        ),
    },
)

_QUIET = "its story has no suppliers, receipts, invoices or accruals of its own"
_RELEASES = "what is blocked in it stays blocked"
_MASTER: Mapping[str, Mapping[str, Any]] = {
    "created": {"version": _is(1)},
    "changed": {},
    "merged": {"status": _is("merged"), "merged_into": TEXT},
    "blocked": {"blocked": _is(True)},
    "released": {"blocked": _is(False)},
    "payment_blocked": {"payment_blocked": _is(True)},
    "payment_released": {"payment_blocked": _is(False)},
}
_MASTERS = [
    EventType("erp", f"{kind}.{what}", says, f"the {kind.replace('_', ' ')}", kind, _MASTER[what], rare)
    for kind, what, says, rare in (
        ("supplier", "created", "The supplier's master record was created.", _QUIET),
        ("supplier", "changed", "Fields of the supplier were changed.", _QUIET),
        ("supplier", "merged", "The supplier was a duplicate; `merged_into` took its place.", _QUIET),
        ("supplier", "payment_blocked", "The supplier is not paid for now; it may still be ordered from.", _QUIET),
        ("supplier", "payment_released", "The supplier is paid again.", _QUIET),
        ("cost_center", "created", "The cost center was made.", _QUIET),
        ("cost_center", "changed", "Name, owner or validity of the cost center changed.", _QUIET),
        ("supplier", "blocked", "The supplier was blocked: no new orders.", None),
        ("supplier", "released", "The supplier may be used again.", _RELEASES),
        ("cost_center", "blocked", "The cost center was blocked: nothing may be booked on it.", None),
        ("cost_center", "released", "The cost center may be booked on again.", _RELEASES),
    )
]

_RECEIPTS = _of(
    "erp",
    "goods_receipt",
    "the goods receipt",
    {
        "posted": ("Goods were taken in for a purchase order.", {"status": _is("posted")}, _QUIET),
        "reversed": ("A goods receipt was taken back.", {"status": _is("reversed"), "reversal": TEXT}, _QUIET),
    },
)
_INVOICES = _of(
    "erp",
    "supplier_invoice",
    "the supplier invoice",
    {
        "posted": ("An invoice or credit note was posted.", {"status": _is("posted")}, _QUIET),
        "matched": ("It matches what was ordered and received.", {"match": _is("matched")}, _QUIET),
        "blocked": ("It does not match; nobody pays it for now.", {"payment_block": _is(True)}, _QUIET),
        "released": (
            "A person lifted the payment block, and said why.",
            {"payment_block": _is(False), "released_by": TEXT, "released_because": TEXT},
            _QUIET,
        ),
        "paid": ("A payment run paid it.", {"payment": _is("paid"), "payment_document": TEXT}, _QUIET),
        "reversed": ("It was taken back.", {"status": _is("reversed"), "reversal": TEXT}, _QUIET),
    },
)
_ENTRIES = _of(
    "erp",
    "journal_entry",
    "the journal entry",
    {
        "posted": ("A journal entry was posted.", {"status": _is("posted"), "reversal": NOTHING}, _QUIET),
        "reversed": ("A journal entry was taken back.", {"status": _is("reversed"), "reversal": TEXT}, _QUIET),
    },
)

EVENT_TYPES: Mapping[tuple[str, str], EventType] = {
    one.key: one
    for one in (
        *_REPORTS,
        *_REQUISITIONS,
        *_POSTINGS,
        EventType(
            "erp",
            "payment.completed",
            "A payment run paid an expense posting or a supplier invoice.",
            "the expense posting or supplier invoice that was paid",
            DEBTS,
            {"payment": _is("paid"), "payment_run": TEXT, "run": TEXT, "payment_document": TEXT},
        ),
        EventType(
            "erp",
            "payment.returned",
            "The bank sent a payment back, or somebody stopped it: what it paid is owed again.",
            "the expense posting or supplier invoice that is owed again",
            DEBTS,
            {"payment": _is("open"), "run": TEXT, "reason": TEXT, "payment_document": TEXT},
            _QUIET,
        ),
        *_ORDERS,
        EventType(
            "erp",
            "budget.exceeded",
            "A purchase order was issued beyond a cost center's budget, where budgets only warn.",
            "the purchase order",
            ORDER,
            {"cost_center": TEXT, "requested": MONEY, "available": MONEY},
            "its budgets are hard: what goes beyond is refused",
        ),
        EventType(
            "erp",
            "budget.revised",
            "A budget was raised or cut; `amount` is the difference, `available` what is left.",
            "the cost center",
            "cost_center",
            always={"fiscal_year": YEAR, "amount": MONEY, "available": MONEY},
            rare="nobody revises a budget in it",
        ),
        EventType(
            "erp",
            "period.changed",
            "The controller opened or closed a posting period of one module.",
            "the period, as company/module/year-month",
            always={
                "module": {"enum": ["expense", "purchasing"]},
                "year": YEAR,
                "period": {"type": "integer", "minimum": 1, "maximum": 12},
                "state": {"enum": ["open", "soft_closed", "hard_closed"]},
            },
        ),
        *_MASTERS,
        *_RECEIPTS,
        *_INVOICES,
        *_ENTRIES,
        EventType(
            "erp",
            "attachment.created",
            "A file was attached to an expense posting.",
            "the attachment",
            "attachment",
            {"posting": TEXT},
            _QUIET,
        ),
    )
}
"""By system and type."""


def types_of(system: str) -> list[EventType]:
    return [one for one in EVENT_TYPES.values() if one.system == system]
