"""Events of the source systems: what people did there, and what the integration wrote back about it."""

from __future__ import annotations

from hardclose_simulator.contracts.event_type import (
    INSTANT,
    NOTHING,
    QUIET,
    TEXT,
    EventType,
    events_about,
    exactly,
    posting,
)

_REPORTS = events_about(
    "expense",
    "expense_report",
    "the expense report",
    {
        "submitted": (
            "The employee submitted the report; it waits for its approvers.",
            {"status": exactly("submitted")},
        ),
        "approved": (
            "The last approver signed. From now on the report is due to be posted in the ERP.",
            {"status": exactly("approved"), "approved_at": INSTANT},
        ),
        "sent_back": (
            "An approver sent the report back to the employee, with a reason.",
            {"status": exactly("sent_back"), "reason": TEXT},
        ),
        "recalled": (
            "The employee took the report back; nothing of it is due any more.",
            {"status": exactly("recalled")},
            "nobody recalls a report in it",
        ),
        "edited": (
            "The employee changed a report that was approved or posted: see `approvals` on the card.",
            {"revision": {"type": "integer", "minimum": 2}},
            "nobody edits an approved report in it",
        ),
        "posted": (
            "The integration wrote back that the report is posted, and under which number.",
            {"status": exactly("posted"), **posting("posted", document=TEXT)},
        ),
        "paid": (
            "The integration wrote back that the ERP paid the report.",
            {"status": exactly("paid"), **posting("paid", document=TEXT)},
        ),
        "parked": (
            "The integration wrote back that the report cannot be posted for now, and why.",
            {"status": exactly("approved"), **posting("parked", reason=TEXT)},
        ),
        "rejected": (
            "The integration wrote back that the report will not be posted, and why.",
            {"status": exactly("approved"), **posting("rejected", reason=TEXT)},
            "the reference parks what it cannot post, it rejects nothing",
        ),
    },
)

_REQUISITIONS = events_about(
    "procurement",
    "requisition",
    "the requisition",
    {
        "submitted": ("The requester submitted it; it waits for its approvers.", {"status": exactly("submitted")}),
        "approved": (
            "The last approver signed. From now on the requisition is due to become a purchase order in the ERP.",
            {"status": exactly("approved"), "approved_at": INSTANT},
        ),
        "rejected": ("An approver rejected it, with a reason.", {"status": exactly("rejected"), "reason": TEXT}),
        "cancelled": (
            "The requester cancelled it before the last approval.",
            {"status": exactly("cancelled")},
            "nobody cancels a requisition in it",
        ),
        "ordered": (
            "The integration wrote back that the requisition is ordered, and under which number.",
            {"status": exactly("ordered"), **posting("posted", document=TEXT)},
        ),
    },
)

_SUPPLIER_REQUESTS = events_about(
    "procurement",
    "supplier_request",
    "the supplier request",
    {
        "submitted": (
            "The requester submitted it; it waits for its approvers.",
            {"status": exactly("submitted")},
            QUIET,
        ),
        "approved": (
            "The last approver signed. From now on the supplier is due to be created in the ERP.",
            {"status": exactly("approved"), "approved_at": INSTANT},
            QUIET,
        ),
        "rejected": (
            "An approver rejected it, with a reason.",
            {"status": exactly("rejected"), "reason": TEXT},
            QUIET,
        ),
        "changed": (
            "Fields of an approved supplier changed, or another bank account waits to be verified.",
            {"status": exactly("approved")},
            QUIET,
        ),
        "blocked": ("The supplier is blocked in procurement.", {"blocked": exactly(True)}, QUIET),
        "released": ("The supplier may be used again.", {"blocked": exactly(False)}, QUIET),
        "merged": (
            "It was a duplicate; `merged_into` took its place.",
            {"status": exactly("merged"), "merged_into": TEXT},
            QUIET,
        ),
        "bank_verified": (
            "The supplier was called back: the pending bank account is the account now.",
            {"bank_account": TEXT, "pending_bank_account": NOTHING},
            QUIET,
        ),
        "posted": (
            "The integration wrote back under which number the ERP knows the supplier.",
            posting("posted", document=TEXT),
            QUIET,
        ),
    },
)
_ARRIVALS = events_about(
    "procurement",
    "receipt",
    "the receipt",
    {
        "recorded": (
            "Goods came for a requisition. From now on they are due to be taken in in the ERP.",
            {"status": exactly("recorded")},
            QUIET,
        ),
        "reversed": (
            "The goods went back, or were counted wrong: what the ERP took in is due to be taken back.",
            {"status": exactly("reversed"), "reason": TEXT, "reversed_by": TEXT},
            QUIET,
        ),
        "posted": (
            "The integration wrote back that the goods are taken in, and under which number.",
            posting("posted", document=TEXT),
            QUIET,
        ),
    },
)
_INBOX = events_about(
    "procurement",
    "invoice",
    "the invoice or credit note",
    {
        "approved": (
            "A person approved it. From now on it is due to be posted in the ERP.",
            {"status": exactly("approved"), "approved_at": INSTANT},
            QUIET,
        ),
        "rejected": (
            "A person rejected it, with a reason.",
            {"status": exactly("rejected"), "reason": TEXT},
            QUIET,
        ),
        "cancelled": ("It was given up before it was approved.", {"status": exactly("cancelled")}, QUIET),
        "posted": (
            "The integration wrote back that it is posted, and under which number.",
            {"status": exactly("posted"), **posting("posted", document=TEXT)},
            QUIET,
        ),
        "paid": (
            "The integration wrote back that the ERP paid it.",
            {"status": exactly("paid"), **posting("paid", document=TEXT)},
            QUIET,
        ),
    },
)
_ACCRUALS = events_about(
    "procurement",
    "accrual",
    "the accrual",
    {
        "approved": (
            "A person approved it. From now on it is due to be posted in the ERP.",
            {"status": exactly("approved"), "approved_at": INSTANT},
            QUIET,
        ),
        "posted": (
            "The integration wrote back that it is posted, and under which number.",
            {"status": exactly("posted"), **posting("posted", document=TEXT)},
            QUIET,
        ),
    },
)

SOURCE_EVENTS: tuple[EventType, ...] = (
    *_REPORTS,
    *_REQUISITIONS,
    *_SUPPLIER_REQUESTS,
    *_ARRIVALS,
    *_INBOX,
    *_ACCRUALS,
)
