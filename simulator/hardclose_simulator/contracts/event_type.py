"""One type of event: who emits it, what it means, and what its data always says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

QUIET = "its story has no suppliers, receipts, invoices or accruals of its own"
"""Why a month end has none of procure-to-pay beyond orders."""

TEXT: Mapping[str, Any] = {"type": "string", "minLength": 1}
INSTANT: Mapping[str, Any] = {"type": "string", "format": "date-time"}
MONEY: Mapping[str, Any] = {"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]{2,3})?$"}
YEAR: Mapping[str, Any] = {"type": "integer", "minimum": 1900, "maximum": 9999}
NOTHING: Mapping[str, Any] = {"type": "null"}


@dataclass(frozen=True, slots=True)
class EventType:
    """`subject` says in words what the envelope's subject is the number of."""

    system: str
    name: str
    says: str
    subject: str
    document: str | tuple[str, ...] | None = None
    """The kind of document that `data` is, as it was right after the event; or the kinds that it may be."""
    always: Mapping[str, Any] = field(default_factory=dict)
    """Schemas of members that are narrower here than the document's own, or that only this event has."""
    rare: str | None = None
    """Why a month end without mishaps does not have it."""

    @property
    def key(self) -> tuple[str, str]:
        return self.system, self.name

    @property
    def own(self) -> bool:
        """Whether `data` is the event's own, and no document."""
        return self.document is None


def exactly(value: Any) -> dict[str, Any]:
    return {"const": value}


def posting(state: str, **more: Mapping[str, Any]) -> dict[str, Any]:
    """What the integration wrote back."""
    return {"posting": {"properties": {"state": exactly(state), "at": INSTANT, **more}}}


def events_about(system: str, kind: str, subject: str, rows: Mapping[str, Any]) -> list[EventType]:
    return [
        EventType(system, f"{kind}.{what}", says, subject, kind, always, rare[0] if rare else None)
        for what, (says, always, *rare) in rows.items()
    ]
