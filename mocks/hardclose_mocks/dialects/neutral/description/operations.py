"""What each operation asks, answers, refuses and leads to. By the operation ids of the routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hardclose_mocks.dialects.neutral.description import examples
from hardclose_mocks.dialects.neutral.description.parts import Part, choice
from hardclose_mocks.dialects.neutral.description.schemas import LIST, PAGE
from hardclose_mocks.dialects.neutral.routes.erp import ORDER_FILTERS, POSTING_FILTERS
from hardclose_mocks.dialects.neutral.routes.paging import Filter
from hardclose_mocks.dialects.neutral.routes.sources import REPORT_FILTERS, REQUISITION_FILTERS


@dataclass(frozen=True, slots=True)
class Words:
    """`answer` is the schema of a success; `asks` names shared parameters; `refuses` are statuses besides those that
    go with a path, a body or any call; `example` is the document number (or code) in the path; `leads` are the
    operations that go on with the document answered."""

    summary: str
    answer: str | None
    asks: tuple[str | Part, ...] = ()
    refuses: tuple[int, ...] = ()
    headers: tuple[str, ...] = ()
    bodies: examples.Examples | None = None
    example: str | None = None
    leads: tuple[str, ...] = ()
    by_person: bool = False
    """A human's hand: an integration is refused."""


def _gets(what: str, answer: str, example: str, leads: tuple[str, ...] = ()) -> Words:
    return Words(
        f"One {what}", answer, asks=("IfNoneMatch",), refuses=(304,), headers=("ETag",), example=example, leads=leads
    )


def _pages(what: str, answer: str, filters: Mapping[str, Filter], *asks: str) -> Words:
    narrowed = tuple(
        choice(name, one.values, f"Only those whose {name.replace('_', ' ')} is this.") if one.values else name.title()
        for name, one in filters.items()
    )
    return Words(
        f"{what} by page, in the order of their last change",
        answer + PAGE,
        asks=("Limit", "Cursor", "UpdatedSince", *narrowed, *asks),
        refuses=(400,),
    )


def _makes(summary: str, answer: str, bodies: examples.Examples, leads: tuple[str, ...]) -> Words:
    return Words(
        summary,
        answer,
        asks=("IdempotencyKey",),
        refuses=(400, 409, 413, 422),
        headers=("ETag", "Location"),
        bodies=bodies,
        leads=leads,
    )


def _changes(
    summary: str,
    answer: str,
    bodies: examples.Examples | None = None,
    *,
    example: str,
    leads: tuple[str, ...],
    if_match: bool = False,
    by_person: bool = False,
) -> Words:
    return Words(
        summary,
        answer,
        asks=("IdempotencyKey", "IfMatch") if if_match else ("IdempotencyKey",),
        refuses=(400, 409, 413, 422, *((412,) if if_match else ()), *((403,) if by_person else ())),
        headers=("ETag",),
        bodies=bodies,
        example=example,
        leads=leads,
        by_person=by_person,
    )


def _masters(what: str, answer: str, kind: str, example: str) -> dict[str, Words]:
    return {
        f"{kind}.list": Words(f"All {what}s", answer + LIST),
        f"{kind}.get": Words(f"One {what}", answer, example=example),
    }


_ACCESS: dict[str, Words] = {
    "token": Words(
        "Client id and secret for an access token (RFC 6749, 4.4)",
        "Token",
        headers=("CacheControl",),
    ),
    "card": Words("What this system promises its callers. No login", "ContractCard"),
}
_EVERYWHERE: dict[str, Words] = {
    **_ACCESS,
    "company.list": Words("All companies", "Company" + LIST),
    "company.get": Words("One company, with its current business date", "Company", example="DE01"),
    "subscription.create": Words(
        "Have events delivered to an address",
        "NewSubscription",
        refuses=(400, 413, 422),
        bodies=examples.SUBSCRIPTIONS,
        leads=("subscription.delete",),
    ),
    "subscription.list": Words("All subscriptions", "Subscription" + LIST),
    "subscription.delete": Words("Have no more events delivered", None, example="sub_erp_1"),
    "delivery.list": Words("The last 200 attempts to deliver, newest first", "Delivery" + LIST),
}

_POSTING, _ORDER = "EP-DE01-000001", "PO-DE01-000001"
_ERP: dict[str, Words] = {
    "expense_posting.create": _makes(
        "Post an approved expense report",
        "ExpensePosting",
        examples.POSTINGS,
        ("expense_posting.get", "expense_posting.reverse"),
    ),
    "expense_posting.list": _pages("Expense postings", "ExpensePosting", POSTING_FILTERS, "Reference"),
    "expense_posting.get": _gets("expense posting", "ExpensePosting", _POSTING, ("expense_posting.reverse",)),
    "expense_posting.reverse": _changes(
        "Take a posting back by a reversing document",
        "ExpensePosting",
        examples.REVERSALS,
        example=_POSTING,
        leads=("expense_posting.get",),
        if_match=True,
    ),
    "purchase_order.create": _makes(
        "Issue a purchase order",
        "PurchaseOrder",
        examples.ORDERS,
        ("purchase_order.get", "purchase_order.cancel"),
    ),
    "purchase_order.list": _pages("Purchase orders", "PurchaseOrder", ORDER_FILTERS, "Reference"),
    "purchase_order.get": _gets("purchase order", "PurchaseOrder", _ORDER, ("purchase_order.cancel",)),
    "purchase_order.cancel": _changes(
        "Cancel a purchase order; its commitment is released",
        "PurchaseOrder",
        examples.REASONS,
        example=_ORDER,
        leads=("purchase_order.get",),
        if_match=True,
    ),
    "period.list": Words(
        "Posting periods of a company, oldest first", "Period" + LIST, asks=("Module",), refuses=(422,), example="DE01"
    ),
    "budget.check": Words(
        "What may still be committed; reserves nothing",
        "BudgetCheck",
        refuses=(400, 413, 422),
        bodies=examples.BUDGET_CHECKS,
    ),
    **_masters("supplier", "Supplier", "supplier", "DE01-S01"),
    **_masters("cost center", "CostCenter", "cost_center", "DE01-CC01"),
    **_masters("account", "Account", "account", "6200"),
    **_masters("project", "Project", "project", "DE01-P01"),
    **_masters("tax code", "TaxCode", "tax_code", "V19"),
}

_REPORT = "R-2026-1103"
_EXPENSE: dict[str, Words] = {
    "expense_report.create": _makes(
        "Fill in a report; it is a draft until submitted",
        "ExpenseReport",
        examples.REPORTS,
        ("expense_report.get", "expense_report.revise", "expense_report.submit"),
    ),
    "expense_report.list": _pages("Expense reports", "ExpenseReport", REPORT_FILTERS),
    "expense_report.get": _gets("expense report", "ExpenseReport", _REPORT, ("expense_report.posting",)),
    "expense_report.revise": _changes(
        "New content for a draft, sent-back or recalled report",
        "ExpenseReport",
        examples.REVISED_REPORTS,
        example=_REPORT,
        leads=("expense_report.submit",),
    ),
    "expense_report.submit": _changes(
        "Submit a report for approval",
        "ExpenseReport",
        example=_REPORT,
        leads=("expense_report.approve", "expense_report.send_back", "expense_report.recall"),
    ),
    "expense_report.approve": _changes(
        "Approve, as the next in the chain",
        "ExpenseReport",
        examples.APPROVALS,
        example=_REPORT,
        leads=("expense_report.approve", "expense_report.posting"),
        by_person=True,
    ),
    "expense_report.send_back": _changes(
        "Send back, as the next in the chain",
        "ExpenseReport",
        examples.REASONS,
        example=_REPORT,
        leads=("expense_report.revise",),
        by_person=True,
    ),
    "expense_report.recall": _changes(
        "Take a submitted report back", "ExpenseReport", example=_REPORT, leads=("expense_report.revise",)
    ),
    "expense_report.posting": _changes(
        "Tell what became of an approved report",
        "ExpenseReport",
        examples.WRITE_BACKS,
        example=_REPORT,
        leads=("expense_report.get", "expense_report.posting"),
        if_match=True,
    ),
}

_REQUISITION = "Q-2026-1103"
_PROCUREMENT: dict[str, Words] = {
    "requisition.create": _makes(
        "Fill in a requisition; it is a draft until submitted",
        "Requisition",
        examples.REQUISITIONS,
        ("requisition.get", "requisition.revise", "requisition.submit", "requisition.cancel"),
    ),
    "requisition.list": _pages("Requisitions", "Requisition", REQUISITION_FILTERS),
    "requisition.get": _gets("requisition", "Requisition", _REQUISITION, ("requisition.posting",)),
    "requisition.revise": _changes(
        "New content for a draft or rejected requisition",
        "Requisition",
        examples.REVISED_REQUISITIONS,
        example=_REQUISITION,
        leads=("requisition.submit",),
    ),
    "requisition.submit": _changes(
        "Submit a requisition for approval",
        "Requisition",
        example=_REQUISITION,
        leads=("requisition.approve", "requisition.reject"),
    ),
    "requisition.approve": _changes(
        "Approve, as the next in the chain",
        "Requisition",
        examples.APPROVALS,
        example=_REQUISITION,
        leads=("requisition.approve", "requisition.posting"),
        by_person=True,
    ),
    "requisition.reject": _changes(
        "Reject, as the next in the chain",
        "Requisition",
        examples.REASONS,
        example=_REQUISITION,
        leads=("requisition.revise",),
        by_person=True,
    ),
    "requisition.cancel": _changes(
        "Give a requisition up", "Requisition", example=_REQUISITION, leads=("requisition.get",)
    ),
    "requisition.posting": _changes(
        "Tell what became of an approved requisition",
        "Requisition",
        examples.WRITE_BACKS,
        example=_REQUISITION,
        leads=("requisition.get", "requisition.posting"),
        if_match=True,
    ),
    "order.list": _pages("Requisitions that became orders", "Requisition", REQUISITION_FILTERS),
}

OPERATIONS: dict[str, Words] = {**_EVERYWHERE, **_ERP, **_EXPENSE, **_PROCUREMENT}
TAGS: dict[str, str] = {
    "access": "Tokens, and the contract card.",
    "webhooks": "Who is told about events, and what was delivered.",
    "companies": "Companies, their time zones and business dates.",
    "expense postings": "Approved expense reports in the ledger.",
    "purchase orders": "Orders with suppliers and what they commit.",
    "periods": "Which days may be posted to.",
    "budgets": "What cost centres may still commit.",
    "masters": "Suppliers, cost centres, accounts, projects and tax codes.",
    "requisitions": "Requisitions from draft to order.",
    "orders": "Orders as procurement knows them.",
    "expense reports": "Expense reports from draft to paid.",
}


def extra(words: Words) -> dict[str, Any]:
    """Who calls it, for readers and for programs."""
    return {"x-hardclose-caller": "person"} if words.by_person else {}
