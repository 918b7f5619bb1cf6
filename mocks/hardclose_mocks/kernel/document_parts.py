"""What documents are made of besides their lines: sides of a journal, approvals, write-backs, files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One side of a journal entry; exactly one of debit and credit is above zero (minor units)."""

    account: str
    debit: int
    credit: int
    cost_center: str | None = None
    text: str = ""


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
class ReportAttachment:
    """A receipt of a report, `size` in bytes. Its content is made of `id` and `size` whenever somebody reads it."""

    id: str
    name: str
    content_type: str
    size: int
    required: bool
