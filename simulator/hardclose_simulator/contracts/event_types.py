"""The events that each mock system emits: their types, what they mean, and what their data always says.

The books name events as their rules go (`<document>.<what happened>`); this is the one list of all of them. What a
document looks like is the dialect's business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hardclose_simulator.contracts.event_type import MONEY, NOTHING, QUIET, TEXT, YEAR, EventType, events_about, exactly
from hardclose_simulator.contracts.event_types_of_sources import SOURCE_EVENTS

POSTING, ORDER = "expense_posting", "purchase_order"
DEBTS = (POSTING, "supplier_invoice")

_POSTINGS = events_about(
    "erp",
    POSTING,
    "the expense posting",
    {
        "posted": (
            "An expense report was posted to the ledger.",
            {"status": exactly("posted"), "payment": exactly("open"), "reversal": NOTHING, "reverses": NOTHING},
        ),
        "reversed": (
            "A posting was reversed by another document, which `reversal` names; it counts no longer.",
            {"status": exactly("reversed"), "reversal": TEXT},
            "nobody reverses a posting in it",
        ),
    },
)

_ORDERS = events_about(
    "erp",
    ORDER,
    "the purchase order",
    {
        "issued": ("A purchase order was issued to the supplier.", {"status": exactly("issued")}),
        "cancelled": (
            "A purchase order was cancelled; its budget is free again.",
            {"status": exactly("cancelled")},
            "nobody cancels an order in it",
        ),
    },
)

_RELEASES = "what is blocked in it stays blocked"
_MASTER: Mapping[str, Mapping[str, Any]] = {
    "created": {"version": exactly(1)},
    "changed": {},
    "merged": {"status": exactly("merged"), "merged_into": TEXT},
    "blocked": {"blocked": exactly(True)},
    "released": {"blocked": exactly(False)},
    "payment_blocked": {"payment_blocked": exactly(True)},
    "payment_released": {"payment_blocked": exactly(False)},
}
_MASTERS = [
    EventType("erp", f"{kind}.{what}", says, f"the {kind.replace('_', ' ')}", kind, _MASTER[what], rare)
    for kind, what, says, rare in (
        ("supplier", "created", "The supplier's master record was created.", QUIET),
        ("supplier", "changed", "Fields of the supplier were changed.", QUIET),
        ("supplier", "merged", "The supplier was a duplicate; `merged_into` took its place.", QUIET),
        ("supplier", "payment_blocked", "The supplier is not paid for now; it may still be ordered from.", QUIET),
        ("supplier", "payment_released", "The supplier is paid again.", QUIET),
        ("cost_center", "created", "The cost center was made.", QUIET),
        ("cost_center", "changed", "Name, owner or validity of the cost center changed.", QUIET),
        ("supplier", "blocked", "The supplier was blocked: no new orders.", None),
        ("supplier", "released", "The supplier may be used again.", _RELEASES),
        ("cost_center", "blocked", "The cost center was blocked: nothing may be booked on it.", None),
        ("cost_center", "released", "The cost center may be booked on again.", _RELEASES),
    )
]

_RECEIPTS = events_about(
    "erp",
    "goods_receipt",
    "the goods receipt",
    {
        "posted": ("Goods were taken in for a purchase order.", {"status": exactly("posted")}, QUIET),
        "reversed": ("A goods receipt was taken back.", {"status": exactly("reversed"), "reversal": TEXT}, QUIET),
    },
)
_INVOICES = events_about(
    "erp",
    "supplier_invoice",
    "the supplier invoice",
    {
        "posted": ("An invoice or credit note was posted.", {"status": exactly("posted")}, QUIET),
        "matched": ("It matches what was ordered and received.", {"match": exactly("matched")}, QUIET),
        "blocked": ("It does not match; nobody pays it for now.", {"payment_block": exactly(True)}, QUIET),
        "released": (
            "A person lifted the payment block, and said why.",
            {"payment_block": exactly(False), "released_by": TEXT, "released_because": TEXT},
            QUIET,
        ),
        "paid": ("A payment run paid it.", {"payment": exactly("paid"), "payment_document": TEXT}, QUIET),
        "reversed": ("It was taken back.", {"status": exactly("reversed"), "reversal": TEXT}, QUIET),
    },
)
_ENTRIES = events_about(
    "erp",
    "journal_entry",
    "the journal entry",
    {
        "posted": ("A journal entry was posted.", {"status": exactly("posted"), "reversal": NOTHING}, QUIET),
        "reversed": ("A journal entry was taken back.", {"status": exactly("reversed"), "reversal": TEXT}, QUIET),
    },
)

EVENT_TYPES: Mapping[tuple[str, str], EventType] = {
    one.key: one
    for one in (
        *SOURCE_EVENTS,
        *_POSTINGS,
        EventType(
            "erp",
            "payment.completed",
            "A payment run paid an expense posting or a supplier invoice.",
            "the expense posting or supplier invoice that was paid",
            DEBTS,
            {"payment": exactly("paid"), "payment_run": TEXT, "run": TEXT, "payment_document": TEXT},
        ),
        EventType(
            "erp",
            "payment.returned",
            "The bank sent a payment back, or somebody stopped it: what it paid is owed again.",
            "the expense posting or supplier invoice that is owed again",
            DEBTS,
            {"payment": exactly("open"), "run": TEXT, "reason": TEXT, "payment_document": TEXT},
            QUIET,
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
            QUIET,
        ),
    )
}
"""By system and type."""


def types_of(system: str) -> list[EventType]:
    return [one for one in EVENT_TYPES.values() if one.system == system]
