"""What an activity of a log means for an expense report: patterns, first match wins. Knows no cases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from hardclose_mocks.faults.catalogue import nearest
from hardclose_simulator.logs.errors import LogError
from hardclose_simulator.scenario_yaml import YamlError, plain_yaml

Step = Literal["saved", "submitted", "approved", "final_approval", "rejected", "request_payment", "payment", "ignored"]
STEPS: tuple[Step, ...] = get_args(Step)
BY_ROLE = r"(?:\b.*?\bby (?P<role>.+))?"
BUILT_IN: tuple[tuple[Step, str], ...] = (
    # A travel permit is a document of its own: its approval must not approve the declaration that follows it.
    ("ignored", r"^permit\b"),
    ("rejected", r"\b(?:rejected|declined|denied|disapproved|not approved|sent back|returned)" + BY_ROLE),
    ("final_approval", r"\bfinal(?:ly)? approv(?:ed|al)" + BY_ROLE),
    ("approved", r"\b(?:approved|approval granted)" + BY_ROLE),
    ("submitted", r"\b(?:re)?submitted\b"),
    ("saved", r"\b(?:saved|drafted)\b"),
    ("request_payment", r"\b(?:request payment|payment request(?:ed)?)\b"),
    ("payment", r"\bpayment (?:handled|made|executed|completed|done)\b|\bpaid\b"),
)
"""Reads the declarations and payment requests of the BPI Challenge 2020 (doi 10.4121/uuid:52fb97d4-4588-43c9-9d04-
3604d4613b51), whose activities read `Declaration FINAL_APPROVED by SUPERVISOR`, and what is worded like them."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """`role` is in small letters: `budget owner`."""

    step: Step
    role: str | None = None


class Activities:
    """Patterns in the order in which they are tried. Case does not count, and `_` or `-` may stand for a blank."""

    def __init__(self, patterns: tuple[tuple[Step, re.Pattern[str]], ...]) -> None:
        self._patterns = patterns
        self._known: dict[str, Meaning | None] = {}

    def meaning(self, activity: str) -> Meaning | None:
        """None for an activity that means nothing here."""
        if activity not in self._known:
            self._known[activity] = self._look_up(activity)
        return self._known[activity]

    def _look_up(self, activity: str) -> Meaning | None:
        worded = re.sub(r"[_\-\s]+", " ", activity).strip()
        for step, pattern in self._patterns:
            if match := pattern.search(activity) or pattern.search(worded):
                role = match.groupdict().get("role")
                role = re.sub(r"[_\-\s]+", " ", role).strip().casefold() if role else None
                return None if step == "ignored" else Meaning(step, role)
        return None


def built_in() -> Activities:
    return Activities(tuple((step, re.compile(pattern, re.IGNORECASE)) for step, pattern in BUILT_IN))


def load_activities(path: Path) -> Activities:
    """The user's own patterns, tried before the built-in ones. Raises LogError naming file and key.

    A mapping from step to one regular expression or a list of them, `(?P<role>...)` for who did it;
    `built_in: false` does without the built-in ones."""
    try:
        data = plain_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as no:
        raise LogError(path, says=f"cannot be read: {no}") from no
    except YamlError as no:
        raise LogError(path, says=str(no)) from no
    if not isinstance(data, dict) or not data:
        says = f"expected a mapping from steps to patterns, like `submitted: [handed in]`; steps: {', '.join(STEPS)}"
        raise LogError(path, says=says)
    with_built_in = data.pop("built_in", True)
    if not isinstance(with_built_in, bool):
        raise LogError(path, key="built_in", says=f"'{with_built_in}' is neither true nor false")
    own = tuple(_own(path, data))
    if not own and not with_built_in:
        raise LogError(path, key="built_in", says="false, but there is no pattern of your own; nothing would be mapped")
    return Activities(own + (built_in()._patterns if with_built_in else ()))


def _own(path: Path, data: dict[str, Any]) -> Iterator[tuple[Step, re.Pattern[str]]]:
    for key, given in data.items():
        step = next((step for step in STEPS if step == key), None)
        if step is None:
            raise LogError(path, key=key, says=f"there is no such step{nearest(key, [*STEPS, 'built_in'])}")
        patterns = given if isinstance(given, list) else [given]
        for place, pattern in enumerate(patterns):
            where = f"{key}[{place}]" if isinstance(given, list) else key
            if not isinstance(pattern, str) or not pattern.strip():
                raise LogError(path, key=where, says=f"{pattern!r} is no pattern; write text, quoted if need be")
            try:
                yield step, re.compile(pattern, re.IGNORECASE)
            except re.error as no:
                says = f"'{pattern}' is no regular expression: {no}; put a backslash before ( ) [ ] * + ? meant as such"
                raise LogError(path, key=where, says=says) from no
