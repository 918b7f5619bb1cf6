"""What each operation asks, answers, refuses and leads to. By the operation ids of the routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hardclose_mocks.dialects.neutral.description import examples, purchasing_examples
from hardclose_mocks.dialects.neutral.description.parts import PARAMETERS, Part, choice
from hardclose_mocks.dialects.neutral.description.schemas import LIST, PAGE
from hardclose_mocks.dialects.neutral.routes.erp import POSTINGS
from hardclose_mocks.dialects.neutral.routes.expense import REPORTS
from hardclose_mocks.dialects.neutral.routes.paging import Filter
from hardclose_mocks.dialects.neutral.routes.procurement import REQUISITIONS
from hardclose_mocks.dialects.neutral.routes.resources import Action, Creation, Resource
from hardclose_mocks.dialects.neutral.routes.table import RESOURCES


@dataclass(frozen=True, slots=True)
class Words:
    """`answer` is the schema of a success; `asks` names shared parameters; `refuses` are statuses besides those that
    go with a path, a body or any call; `example` is the document number (or code) in the path, or what is there by
    name; `leads` are the operations that go on with the document answered."""

    summary: str
    answer: str | None
    asks: tuple[str | Part, ...] = ()
    refuses: tuple[int, ...] = ()
    headers: tuple[str, ...] = ()
    bodies: examples.Examples | None = None
    example: str | Mapping[str, str] | None = None
    leads: tuple[str, ...] = ()
    by_person: bool = False
    """A human's hand: an integration is refused."""
    upload: bool = False
    """The body is a file of any type."""
    download: bool = False
    """So is what is answered."""
    may_be_job: bool = False
    """Where the contract card says so, it is accepted with 202 and carried out later."""


def _gets(what: str, answer: str, example: str, leads: tuple[str, ...] = ()) -> Words:
    return Words(
        f"One {what}", answer, asks=("IfNoneMatch",), refuses=(304,), headers=("ETag",), example=example, leads=leads
    )


def _pages(what: str, answer: str, filters: Mapping[str, Filter], *asks: str) -> Words:
    narrowed = tuple(_narrowing(name, one) for name, one in filters.items())
    return Words(
        f"{what} by page, in the order of their last change",
        answer + PAGE,
        asks=("Limit", "Cursor", "UpdatedSince", *narrowed, *asks),
        refuses=(400,),
    )


def _narrowing(name: str, one: Filter) -> str | Part:
    if name.title() in PARAMETERS and not one.values:
        return name.title()
    return choice(name, one.values, f"Only those whose {name.replace('_', ' ')} is this.")


def _makes(resource: Resource, creation: Creation) -> Words:
    return Words(
        creation.summary,
        resource.answer,
        asks=("IdempotencyKey",),
        refuses=(400, 403, 409, 413, 422, 423, *((404,) if creation.names_documents else ())),
        headers=("ETag", "Location"),
        bodies=creation.bodies,
        may_be_job=creation.by_reference,
        leads=tuple(resource.operation(lead) for lead in creation.leads),
    )


def _changes(resource: Resource, action: Action) -> Words:
    return Words(
        action.summary,
        resource.answer,
        asks=("IdempotencyKey", "IfMatch") if action.if_match else ("IdempotencyKey",),
        refuses=(400, 403, 409, 413, 422, 423, *((412,) if action.if_match else ())),
        headers=("ETag",),
        bodies=action.bodies,
        example=resource.example,
        leads=tuple(resource.operation(lead) for lead in action.leads),
        by_person=action.by_person,
    )


def _offers(resource: Resource) -> dict[str, Words]:
    """All operations of a kind of document."""
    leads = tuple(resource.operation(lead) for lead in resource.get_leads)
    by_reference = ("Reference",) if resource.by_reference else ()
    return {
        **({resource.operation("create"): _makes(resource, resource.creation)} if resource.creation else {}),
        resource.operation("list"): _pages(resource.tag.capitalize(), resource.answer, resource.filters, *by_reference),
        resource.operation("get"): _gets(resource.words, resource.answer, resource.example, leads),
        **{resource.operation(action.name): _changes(resource, action) for action in resource.actions},
    }


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
    "client.rotate": Words(
        "Hand over the secret that took the place of the caller's (see RFC 7591)",
        "ClientSecret",
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
        refuses=(400, 403, 413, 422),
        bodies=examples.SUBSCRIPTIONS,
        leads=("subscription.renew", "subscription.secret", "subscription.delete"),
    ),
    "subscription.list": Words("All subscriptions", "Subscription" + LIST),
    "subscription.renew": Words(
        "Have events delivered for another life of the subscription",
        "Subscription",
        refuses=(403, 413),
        example="sub_erp_1",
        leads=("subscription.delete",),
    ),
    "subscription.secret": Words(
        "What deliveries are signed with", "SigningSecret", headers=("CacheControl",), example="sub_erp_1"
    ),
    "subscription.delete": Words("Have no more events delivered", None, refuses=(403,), example="sub_erp_1"),
    "job.get": Words("What became of a request that was accepted", "Job", example="job_T0_erp_1"),
    "delivery.list": Words("The last 200 attempts to deliver, newest first", "Delivery" + LIST),
}

_ERP: dict[str, Words] = {
    "expense_posting.batch": Words(
        "Post several approved expense reports; each row by itself",
        "BatchResult",
        asks=("IdempotencyKey",),
        refuses=(400, 403, 409, 413, 422, 423),
        bodies=examples.BATCHES,
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
    **_masters("account", "Account", "account", "6200"),
    **_masters("project", "Project", "project", "DE01-P01"),
    **_masters("tax code", "TaxCode", "tax_code", "V19"),
}

_FILE = "AT-DE01-000001"
_RECEIPTS = {"number": REPORTS.example, "id": "F-2026-1101"}
_FILES: dict[str, Words] = {
    "attachment.create": Words(
        "Attach a file to an expense posting",
        "Attachment",
        asks=("IdempotencyKey", "FileName", "FileDigest"),
        refuses=(400, 409, 413, 422),
        headers=("ETag", "Location"),
        example=POSTINGS.example,
        leads=("attachment.get",),
        upload=True,
    ),
    "attachment.list": Words(
        "Files of an expense posting by page, in the order of their last change",
        "Attachment" + PAGE,
        asks=("Limit", "Cursor", "UpdatedSince"),
        refuses=(400,),
        example=POSTINGS.example,
    ),
    "attachment.get": _gets("file of an expense posting", "Attachment", _FILE),
    "report_attachment.create": Words(
        "Attach a receipt to a report, before it is submitted",
        "ReportAttachment",
        asks=("IdempotencyKey",),
        refuses=(400, 409, 413, 422),
        bodies=purchasing_examples.REPORT_ATTACHMENTS,
        example=REPORTS.example,
    ),
    "report_attachment.list": Words("All receipts of a report", "ReportAttachment" + LIST, example=REPORTS.example),
    "report_attachment.content": Words(
        "What a receipt holds", None, headers=("ContentETag",), example=_RECEIPTS, download=True
    ),
}

_PROCUREMENT: dict[str, Words] = {
    "order.list": _pages("Requisitions that became orders", REQUISITIONS.answer, REQUISITIONS.filters),
}

OPERATIONS: dict[str, Words] = {
    **_EVERYWHERE,
    **_ERP,
    **_PROCUREMENT,
    **_FILES,
    **{name: words for resource in RESOURCES for name, words in _offers(resource).items()},
}
TAGS: dict[str, str] = {
    "access": "Tokens, and the contract card.",
    "webhooks": "Who is told about events, and what was delivered.",
    "jobs": "Requests that were accepted and are carried out later.",
    "companies": "Companies, their time zones and business dates.",
    "expense postings": "Approved expense reports in the ledger.",
    "purchase orders": "Orders with suppliers and what they commit.",
    "periods": "Which days may be posted to.",
    "budgets": "What cost centres may still commit.",
    "masters": "Accounts, projects and tax codes.",
    "suppliers": "Suppliers' master records.",
    "cost centers": "Cost centers: the ERP's own, and their copies elsewhere.",
    "goods receipts": "Goods taken in for purchase orders.",
    "supplier invoices": "Invoices and credit notes: journal, match, payment block.",
    "journal entries": "Journal entries, accruals among them.",
    "payments": "What was paid, to whom and which account.",
    "attachments": "Receipts of reports, and files of postings.",
    "supplier requests": "Suppliers from request to verified bank account.",
    "receipts": "Goods as they came in.",
    "invoices": "The inbox of invoices and credit notes.",
    "accruals": "What came and was not invoiced at close.",
    "requisitions": "Requisitions from draft to order.",
    "orders": "Orders as procurement knows them.",
    "expense reports": "Expense reports from draft to paid.",
}


def extra(words: Words) -> dict[str, Any]:
    """Who calls it, for readers and for programs."""
    return {"x-hardclose-caller": "person"} if words.by_person else {}
