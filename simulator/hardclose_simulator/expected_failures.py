"""Promises that a team knows to be broken: excused by a file, and the file is held to be true. Judges nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from hardclose_mocks.faults.catalogue import nearest
from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.scenario_keys import Keys
from hardclose_simulator.scenario_yaml import YamlError, first_complaint, plain_yaml
from hardclose_simulator.verdict import PROMISE_BROKEN, RunVerdict, Status, exit_code


class ExpectedFailuresError(ValueError):
    """A file the user got wrong: the file, the entry, and what would be right."""


class ExpectedFailure(Keys):
    """`scenario` limits it to one; after `until` (inclusive) it excuses nothing more."""

    obligation: str
    reason: Annotated[str, Field(min_length=1)]
    scenario: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Excused:
    """The verdict with its new exit code, and what became of each entry, in words."""

    verdict: RunVerdict
    notes: tuple[str, ...]


def load_expected_failures(path: Path) -> tuple[ExpectedFailure, ...]:
    """A YAML list of entries; raises ExpectedFailuresError."""
    try:
        values = plain_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as no:
        raise ExpectedFailuresError(f"{path}: cannot be read: {getattr(no, 'strerror', None) or no}") from no
    except YamlError as broken:
        raise ExpectedFailuresError(f"{path}: {broken}") from broken
    if not isinstance(values, list):
        raise ExpectedFailuresError(f"{path}: a list of entries is expected, such as '- obligation: O10'")
    entries = []
    for place, value in enumerate(values, 1):
        try:
            entry = ExpectedFailure.model_validate_json(json.dumps(value))
        except ValidationError as no:
            key, says = first_complaint(no, ExpectedFailure)
            raise ExpectedFailuresError(f"{path}: entry {place}: {key}: {says}") from no
        if entry.obligation not in OBLIGATIONS:
            hint = nearest(entry.obligation, [*OBLIGATIONS])
            raise ExpectedFailuresError(f"{path}: entry {place}: no obligation '{entry.obligation}'{hint}")
        entries.append(entry)
    return tuple(entries)


def excuse(verdict: RunVerdict, entries: Sequence[ExpectedFailure], today: date) -> Excused:
    """Expected failures count no more; an entry whose promise was kept is stale, and that fails the run.

    What was never tempted or is unknown proves no entry stale: it says nothing of the integration."""
    statuses = {one.obligation: one.status for one in verdict.verdicts}
    excused: set[str] = set()
    stale, notes = False, list[str]()
    for entry in entries:
        if entry.scenario is not None and entry.scenario != verdict.scenario:
            continue
        if entry.until is not None and today > entry.until:
            notes.append(f"{entry.obligation}: expected until {entry.until} only ({entry.reason}); it counts again")
        elif statuses.get(entry.obligation) is Status.FAIL:
            excused.add(entry.obligation)
            notes.append(f"{entry.obligation}: fails as expected ({entry.reason})")
        elif statuses.get(entry.obligation) is Status.PASS:
            stale = True
            notes.append(f"{entry.obligation}: expected to fail, and kept; take the entry out ({entry.reason})")
    code = exit_code(
        [
            replace(one, status=Status.PASS) if one.obligation in excused and one.status is Status.FAIL else one
            for one in verdict.verdicts
        ],
        must_happen=verdict.must_happen,
        unfired=verdict.unfired,
        soundness=verdict.soundness,
        crashed=verdict.crashed,
    )
    return Excused(replace(verdict, exit_code=PROMISE_BROKEN if stale else code), tuple(notes))
