"""What an event log holds, whatever its format: cases and their events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hardclose_simulator.logs.errors import LogError

ACCEPTED = "2026-11-30T17:05:00+01:00, 2026-11-30 17:05:00, 2026/11/30 17:05 or 30.11.2026 17:05"
FORMATS = (
    "%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y",
)  # fmt: skip
"""Read besides ISO 8601. Nothing with slashes that begins with a day or a month: nobody knows which it is."""
AMOUNT_NAMES = frozenset(
    ("amount", "requestedamount", "requested_amount", "total", "totalamount", "total_amount", "cost:total")
)


@dataclass(frozen=True, slots=True)
class LogEvent:
    """`at` is in UTC. `amount` is the text as it stands in the log."""

    activity: str
    at: datetime
    resource: str | None = None
    amount: str | None = None


@dataclass(frozen=True, slots=True)
class LogCase:
    """Events in order of time; those of one instant in the log's order. `oddities` counts what was put up with:
    naive_timestamps, undated_events, unnamed_events, unfinished_events (lifecycle other than complete),
    events_out_of_order."""

    id: str
    events: tuple[LogEvent, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)
    oddities: Mapping[str, int] = field(default_factory=dict)
    undated_line: int | None = None
    """Where its first event without a timestamp begins."""

    @property
    def amount(self) -> str | None:
        """The last amount its events name, else the case's own."""
        named = [event.amount for event in self.events if event.amount is not None]
        return named[-1] if named else amount_of(self.attributes)


@dataclass(slots=True)
class CaseUnderway:
    """A case while it is being read."""

    id: str
    attributes: dict[str, str] = field(default_factory=dict)
    undated_line: int | None = None
    _events: list[LogEvent] = field(default_factory=list)
    _oddities: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        path: Path,
        line: int,
        *,
        activity: str | None,
        timestamp: str | None,
        lifecycle: str | None = None,
        resource: str | None = None,
        amount: str | None = None,
    ) -> None:
        """One event as the log words it. LogError for a timestamp nobody can read."""
        if not (activity and activity.strip()):
            self._odd("unnamed_events")
        elif lifecycle and lifecycle.casefold() != "complete":
            self._odd("unfinished_events")
        elif not (timestamp and timestamp.strip()):
            self._odd("undated_events")
            self.undated_line = self.undated_line or line
        else:
            at = instant(timestamp)
            if at is None:
                says = f"'{timestamp}' is no timestamp; write it like {ACCEPTED}"
                raise LogError(path, line=line, case=self.id, says=says)
            if at.tzinfo is None:
                self._odd("naive_timestamps")
                at = at.replace(tzinfo=UTC)
            self._events.append(LogEvent(activity.strip(), at.astimezone(UTC), resource or None, amount or None))

    def done(self) -> LogCase:
        in_order = sorted(self._events, key=lambda event: event.at)
        if in_order != self._events:
            self._odd("events_out_of_order")
        return LogCase(self.id, tuple(in_order), self.attributes, self._oddities, self.undated_line)

    def _odd(self, kind: str) -> None:
        self._oddities[kind] = self._oddities.get(kind, 0) + 1


def instant(text: str) -> datetime | None:
    """ISO 8601 or one of FORMATS, naive where the text names no zone; None for anything else or out of all bounds."""
    text = re.sub(r"\s*UTC$", "+00:00", text.strip())
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = _by_format(text)  # type: ignore[assignment]  # None is looked at next
    # Neighbours of the calendar's ends would overflow when they are moved to UTC.
    return at if at is not None and 1900 <= at.year <= 9000 else None


def _by_format(text: str) -> datetime | None:
    for form in FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  # naive on purpose: the caller counts it
        except ValueError:
            continue
    return None


def amount_of(values: Mapping[str, str]) -> str | None:
    """The value of the first attribute called like an amount, with or without a `case` prefix."""
    for name, value in values.items():
        if names_amount(name) and value.strip():
            return value.strip()
    return None


def names_amount(name: str) -> bool:
    return plain_name(name).removeprefix("(case)_").removeprefix("case:") in AMOUNT_NAMES


def plain_name(name: str) -> str:
    """`Complete Timestamp` as `complete_timestamp`."""
    return re.sub(r"[\s\-]+", "_", name.strip().casefold())


def with_events(path: Path, cases: Iterable[LogCase]) -> Iterator[LogCase]:
    """The same cases; LogError at their end if there was none, or not one event with a timestamp."""
    count = events = 0
    first_undated: LogCase | None = None
    for case in cases:
        count += 1
        events += len(case.events)
        first_undated = first_undated or (case if case.undated_line else None)
        yield case
    if not count:
        raise LogError(path, says="holds no case; expected an event log with at least one case and one event")
    if not events and first_undated:
        says = f"no event of the {count} cases read has a timestamp, and without them there is no order; expected"
        says = f"{says} time:timestamp in XES, or a column of timestamps in CSV, written like {ACCEPTED}"
        raise LogError(path, line=first_undated.undated_line, case=first_undated.id, says=says)
    if not events:
        says = f"none of the {count} cases read has an event with a name (concept:name) that was completed"
        raise LogError(path, says=f"{says}; expected at least one")
