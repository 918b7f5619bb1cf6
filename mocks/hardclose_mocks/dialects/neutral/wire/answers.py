"""What the neutral systems answer, as types: the encoders fill them, and the API description is made of them."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict  # pydantic wants this one below Python 3.12

from hardclose_mocks.dialects.neutral.wire.values import CURRENCY
from hardclose_mocks.kernel.periods import MODULES

POSTING_STATUSES = ("posted", "reversed")
PAYMENTS = ("open", "paid")
ORDER_STATUSES = ("issued", "cancelled")
POSTING_STATES = ("none", "submitted", "posted", "paid", "parked", "rejected")
REPORT_STATUSES = ("draft", "submitted", "pending", "sent_back", "approved", "posted", "paid", "recalled")
REQUISITION_STATUSES = ("draft", "submitted", "pending", "approved", "rejected", "ordered", "cancelled")


def one_of(*values: str) -> Any:
    """The values a text has, for the description: the books know them as plain text."""
    return Field(json_schema_extra={"enum": [*values]})


Money = Annotated[str, Field(pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]{2,3})?$", examples=["119.00"])]
"""A decimal string with exactly as many decimals as the currency has: none for JPY, three for KWD."""
Currency = Annotated[str, Field(pattern=CURRENCY, examples=["EUR"])]
Date = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-11-30"])]
Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-30T17:45:12.000+01:00"])]
"""RFC 3339 with the company's own offset: the first ten characters are the company-local date."""
Version = Annotated[int, Field(ge=1)]
"""Counts up with every change; quoted it is the document's ETag."""


# --- documents -------------------------------------------------------------------------------------------------


class PostingLine(TypedDict):
    account: str
    cost_center: str
    project: str | None
    net: Money
    tax_code: str
    tax: Money
    text: str


class JournalLine(TypedDict):
    """One side of the journal entry; exactly one of debit and credit is above zero."""

    account: str
    debit: Money
    credit: Money
    cost_center: str | None
    text: str


class Changes(TypedDict):
    """When a document was made and changed last."""

    version: Version
    created_at: Instant
    updated_at: Instant


class ExpensePosting(Changes):
    """`reverses` is the number of the document this one takes back, `reversal` of the one that took this one back."""

    number: str
    company: str
    reference: str
    posting_date: Date
    accounting_date: Date | None
    fiscal_year: int
    period: Annotated[int, Field(ge=1, le=12)]
    currency: Currency
    employee: str
    total: Money
    text: str
    status: Annotated[str, one_of(*POSTING_STATUSES)]
    payment: Annotated[str, one_of(*PAYMENTS)]
    payment_run: str | None
    reversal: str | None
    reverses: str | None
    lines: list[PostingLine]
    journal: list[JournalLine]
    created_by: str


class OrderLine(TypedDict):
    text: str
    quantity: Annotated[int, Field(ge=1)]
    unit_price: Money
    account: str
    cost_center: str
    project: str | None
    tax_code: str


class PurchaseOrder(Changes):
    number: str
    company: str
    reference: str
    supplier: str
    order_date: Date
    currency: Currency
    total: Money
    text: str
    status: Annotated[str, one_of(*ORDER_STATUSES)]
    lines: list[OrderLine]
    created_by: str


class Approval(TypedDict):
    """`on_behalf_of` names the absent approver whose delegate signed."""

    approver: str
    on_behalf_of: str | None
    at: Instant


class Posting(TypedDict):
    """What the integration wrote back last."""

    state: Annotated[str, one_of(*POSTING_STATES)]
    document: str | None
    reason: str | None
    at: Instant | None


class Workflow(Changes):
    """What happens alike to reports and requisitions. `revision` counts the times its content was changed."""

    total: Money
    revision: Annotated[int, Field(ge=1)]
    approvals: list[Approval]
    approved_at: Instant | None
    reason: str | None
    posting: Posting


class Allocation(TypedDict):
    cost_center: str
    project: str | None
    net: Money
    tax: Money


class ExpenseLine(TypedDict):
    """`rate` is report currency per unit of `paid_currency`; allocations are in the report's currency."""

    account: str
    text: str
    spent_on: Date
    tax_code: str
    paid_amount: Money
    paid_currency: Currency
    rate: str
    allocations: list[Allocation]


class ReportAttachment(TypedDict):
    """`size` in bytes, `sha256` of the content, hexadecimal. `required`: the posting is not complete without it."""

    id: str
    name: str
    content_type: str
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    required: bool


class ExpenseReport(Workflow):
    """`approved_revision` is the revision whose approval counts. After an edit it may be behind `revision`: what the
    report says now waits for its approval then; see `approvals` on the card. `attachments` are its receipts; a report
    without any has no such member."""

    number: str
    company: str
    employee: str
    currency: Currency
    text: str
    lines: list[ExpenseLine]
    status: Annotated[str, one_of(*REPORT_STATUSES)]
    approved_revision: int | None
    attachments: NotRequired[list[ReportAttachment]]


class Requisition(Workflow):
    number: str
    company: str
    requester: str
    supplier: str
    currency: Currency
    text: str
    lines: list[OrderLine]
    status: Annotated[str, one_of(*REQUISITION_STATUSES)]


# --- everything else -------------------------------------------------------------------------------------------


class Company(TypedDict):
    """`business_date` is the accounting date of whatever happens there now; the host's clock is not."""

    code: str
    name: str
    base_currency: Currency
    time_zone: str
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)]
    fiscal_calendar: Annotated[str, one_of("months", "4-4-5")]
    business_date: Date
    business_time: Instant


class Period(TypedDict):
    """`starts_on` and `ends_on` are both inside the period."""

    company: str
    module: Annotated[str, one_of(*MODULES)]
    year: int
    period: Annotated[int, Field(ge=1, le=12)]
    starts_on: Date
    ends_on: Date
    state: Annotated[str, one_of("open", "soft_closed", "hard_closed", "future")]


class BudgetCheck(TypedDict):
    """`available` is negative once a revision cut too deep."""

    company: str
    cost_center: str
    currency: Currency
    available: Money
    requested: Money
    sufficient: bool


class Subscription(TypedDict):
    """Events are delivered while it is active. `expires_at` is an instant of the wire clock (the HTTP Date header's);
    null is never."""

    id: str
    url: str
    types: list[str]
    state: Annotated[str, one_of("active", "expired", "disabled")]
    expires_at: Annotated[str | None, Field(json_schema_extra={"format": "date-time"})]


class NewSubscription(Subscription):
    """`secret` signs the deliveries (Standard Webhooks); it is the system's own, alike for all its subscriptions."""

    secret: str


class SigningSecret(TypedDict):
    """`former_expires_at`: seconds since 1970 until which deliveries bear a second signature with the secret before;
    0 where they bear one only."""

    secret: str
    former_expires_at: Annotated[int, Field(ge=0)]


class Delivery(TypedDict):
    """One attempt to deliver. Times are nanoseconds on the wire clock of this sandbox."""

    event: str
    message: str
    subscription: str
    subject: str
    revision: int
    attempt: int
    status: int | None
    outcome: str
    started_ns: int
    ended_ns: int
    next_ns: int | None


class Job(TypedDict):
    """`status` and `result` are what the request would have been answered with; null while it is pending. `partly`:
    some rows of a batch were refused."""

    id: str
    operation: str
    state: Annotated[str, one_of("pending", "done", "failed", "partly")]
    href: str
    status: int | None
    result: dict[str, Any] | None


class RowResult(TypedDict):
    """`row` counts from 0 in the order of the request. `document` of a row that was posted, `problem` of one that was
    refused."""

    row: Annotated[int, Field(ge=0)]
    reference: str
    status: int
    document: ExpensePosting | None
    problem: dict[str, Any] | None


class BatchResult(TypedDict):
    """In any order, and possibly without refused rows: see the contract card."""

    results: list[RowResult]


class Token(TypedDict):
    """`expires_in` in seconds. `client_secret_expires_at` (RFC 7591): seconds since 1970, 0 for never; anything else
    says that the secret was replaced and opens this endpoint until then. `refresh_token` where the card offers them."""

    access_token: str
    token_type: Annotated[str, one_of("Bearer")]
    expires_in: Annotated[int, Field(ge=1)]
    client_secret_expires_at: Annotated[int, Field(ge=0)]
    refresh_token: NotRequired[str]


class ClientSecret(TypedDict):
    """The client's present secret; `client_secret_expires_at` is 0: it has not been replaced."""

    client_id: str
    client_secret: str
    client_secret_expires_at: Annotated[int, Field(ge=0)]


class TokenRefusal(TypedDict):
    """RFC 6749, 5.2."""

    error: Annotated[str, one_of("invalid_client", "invalid_grant", "unsupported_grant_type")]


class InvalidField(TypedDict):
    """`pointer` is a JSON Pointer into the request body, or names the parameter."""

    pointer: str
    detail: str


class Problem(TypedDict):
    """RFC 9457. `type` is stable: clients switch on it. Further members are the refusal's own fields."""

    type: Annotated[str, Field(json_schema_extra={"format": "uri"})]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    errors: NotRequired[list[InvalidField]]
