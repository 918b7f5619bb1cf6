"""What can be asked of procurement and of the expense system alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Delegate:
    """`delegate` may approve for `approver` on days first..last, both inclusive, in the approver's company zone."""

    approver: str
    delegate: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class RecordPosting:
    """The integration's write-back: `state` is submitted, posted, paid, parked or rejected.

    `document` is the ERP number (wanted for posted and paid); `reason` is wanted for parked and rejected."""

    number: str
    state: str
    document: str | None = None
    reason: str | None = None
    expected_version: int | None = None
