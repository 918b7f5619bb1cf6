"""What commands leave in the books. Values: a change makes a new version with a higher `version`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hardclose_mocks.kernel.commands import ExpenseLine, OrderLine, PostingLine


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One side of a journal entry; exactly one of debit and credit is above zero (minor units)."""

    account: str
    debit: int
    credit: int
    cost_center: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ExpensePosting:
    """`status`: posted or reversed. `payment`: open or paid. `total` is gross, minor units of `currency`."""

    number: str
    company: str
    reference: str
    posting_date: date
    accounting_date: date | None
    fiscal_year: int
    period: int
    currency: str
    employee: str
    lines: tuple[PostingLine, ...]
    journal: tuple[JournalLine, ...]
    total: int
    text: str
    status: str
    payment: str
    payment_run: str | None
    reversal: str | None
    """Number of the document that reverses this one, once reversed."""
    reverses: str | None
    """Number of the document this one reverses; such a document is never live."""
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: str

    @property
    def live(self) -> bool:
        return self.status == "posted" and self.reverses is None


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """`status`: issued or cancelled. `total` is the net order value, minor units."""

    number: str
    company: str
    reference: str
    supplier: str
    order_date: date
    currency: str
    lines: tuple[OrderLine, ...]
    total: int
    text: str
    status: str
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: str

    @property
    def live(self) -> bool:
        return self.status == "issued"


@dataclass(frozen=True, slots=True)
class Approval:
    """One step of an approval chain that was taken."""

    approver: str
    on_behalf_of: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Posting:
    """What the integration wrote back. `state`: none, submitted, posted, paid, parked, rejected."""

    state: str = "none"
    document: str | None = None
    reason: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExpenseReport:
    """`status`: draft, submitted, pending, sent_back, approved, posted, paid, recalled.

    submitted: the chain has been computed and nobody has acted; pending: at least one approval, more to come.
    `posting` follows the integration's write-back; status becomes posted/paid with it."""

    number: str
    company: str
    employee: str
    currency: str
    lines: tuple[ExpenseLine, ...]
    text: str
    total: int
    status: str
    revision: int
    chain: tuple[str, ...]
    approvals: tuple[Approval, ...]
    approved_at: datetime | None
    reason: str | None
    posting: Posting
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Requisition:
    """`status`: draft, submitted, pending, approved, rejected, ordered, cancelled. `total` net, minor units."""

    number: str
    company: str
    requester: str
    supplier: str
    currency: str
    lines: tuple[OrderLine, ...]
    text: str
    total: int
    status: str
    revision: int
    chain: tuple[str, ...]
    approvals: tuple[Approval, ...]
    approved_at: datetime | None
    reason: str | None
    posting: Posting
    version: int
    created_at: datetime
    updated_at: datetime


Document = ExpensePosting | PurchaseOrder | ExpenseReport | Requisition


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
