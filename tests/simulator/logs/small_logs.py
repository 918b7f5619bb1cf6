"""Small event logs for tests, written on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import quoteattr

from hardclose_simulator.logs.activities import built_in
from hardclose_simulator.logs.cases import LogCase, LogEvent
from hardclose_simulator.logs.moves import Walk, walk

MONDAY = datetime.fromisoformat("2026-11-02T09:00:00+01:00")


def event(activity: str, at: str | None, **more: str) -> str:
    values = {"concept:name": activity, **{name.replace("__", ":"): value for name, value in more.items()}}
    lines = [f"<string key={quoteattr(key)} value={quoteattr(value)}/>" for key, value in values.items()]
    if at is not None:
        lines.append(f'<date key="time:timestamp" value="{at}"/>')
    return "\n".join(["<event>", *lines, "</event>"])


def trace(name: str, *events: str, more: str = "") -> str:
    return "\n".join(["<trace>", f'<string key="concept:name" value="{name}"/>', more, *events, "</trace>"])


def xes(*traces: str) -> str:
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<log xes.version="1.0" xmlns="http://www.xes-standard.org">',
            '<global scope="event"><string key="concept:name" value="name"/></global>',
            *traces,
            "</log>",
            "",
        ]
    )


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def case_of(*activities: str, name: str = "c1", amount: str | None = None) -> LogCase:
    """A case whose events lie an hour apart."""
    events = tuple(
        LogEvent(activity, MONDAY + timedelta(hours=hour), amount=amount) for hour, activity in enumerate(activities)
    )
    return LogCase(name, events)


def walked(*activities: str) -> Walk:
    return walk(case_of(*activities), built_in())


def kinds(path: Walk) -> Sequence[str]:
    return [move.kind for move in path.moves]
