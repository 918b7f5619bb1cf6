"""What documents of all kinds have alike on the neutral wire: their changes, approvals, and what was written back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hardclose_mocks.dialects.neutral.wire import answers
from hardclose_mocks.dialects.neutral.wire.values import instant
from hardclose_mocks.kernel.documents import Approval, Posting
from hardclose_mocks.kernel.master import Company


class Changing(Protocol):
    @property
    def version(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def updated_at(self) -> datetime: ...


def changes(document: Changing, company: Company) -> answers.Changes:
    return {
        "version": document.version,
        "created_at": instant(document.created_at, company),
        "updated_at": instant(document.updated_at, company),
    }


def approvals(signed: Sequence[Approval], company: Company) -> list[answers.Approval]:
    return [
        {"approver": one.approver, "on_behalf_of": one.on_behalf_of, "at": instant(one.at, company)} for one in signed
    ]


def posting(written: Posting, company: Company) -> answers.Posting:
    return {
        "state": written.state,
        "document": written.document,
        "reason": written.reason,
        "at": instant(written.at, company),
    }
