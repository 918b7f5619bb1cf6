"""What can be asked of the expense system's books."""

from __future__ import annotations

from dataclasses import dataclass

from hardclose_mocks.kernel.lines import ExpenseLine


@dataclass(frozen=True, slots=True)
class CreateReport:
    number: str
    company: str
    employee: str
    currency: str
    lines: tuple[ExpenseLine, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReviseReport:
    """New content for a draft, sent-back or recalled report; the revision counts up."""

    number: str
    lines: tuple[ExpenseLine, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class SubmitReport:
    number: str


@dataclass(frozen=True, slots=True)
class ApproveReport:
    number: str
    approver: str
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class SendBackReport:
    number: str
    approver: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecallReport:
    """Only while it is submitted or pending approval."""

    number: str


@dataclass(frozen=True, slots=True)
class AttachReceipt:
    """A receipt for a report before it is submitted: `id` names its content, which is made of id and size (bytes) and
    never stored. `required`: the posting is not complete without it."""

    number: str
    id: str
    name: str
    content_type: str
    size: int
    required: bool = False
