"""Promises that a team knows to be broken: excused by a file, and the file is held to be true. Judges nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
    """The verdict with its new exit code, and what became of each entry that bore on it.

    `reasons` are those of the promises that were broken as expected, by obligation; `stale` are the obligations that
    were expected to be broken, and kept; `notes` say it in words, by obligation."""

    verdict: RunVerdict
    reasons: Mapping[str, str]
    stale: tuple[str, ...]
    notes: Mapping[str, str]


def load_expected_failures(path: Path) -> tuple[ExpectedFailure, ...]:
    """A YAML list of entries, empty once the last one is mended; raises ExpectedFailuresError."""
    try:
        values = plain_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as no:
        raise ExpectedFailuresError(f"{path}: cannot be read: {getattr(no, 'strerror', None) or no}") from no
    except YamlError as broken:
        raise ExpectedFailuresError(f"{path}: {broken}") from broken
    if values is None:
        return ()
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
    reasons, notes = dict[str, str](), dict[str, str]()
    stale: list[str] = []
    for entry in entries:
        status = statuses.get(entry.obligation)
        if entry.scenario is not None and entry.scenario != verdict.scenario:
            continue
        if entry.until is not None and today > entry.until:
            notes.setdefault(entry.obligation, f"expected until {entry.until} only ({entry.reason}); it counts again")
        elif status is Status.FAIL:
            reasons[entry.obligation] = entry.reason
            notes[entry.obligation] = f"fails as expected ({entry.reason})"
        elif status is Status.PASS:
            stale.append(entry.obligation)
            notes[entry.obligation] = f"expected to fail, and kept; take the entry out ({entry.reason})"
    # An excused promise is left out, not taken for kept: where nothing else was proven, nothing was.
    code = exit_code(
        [one for one in verdict.verdicts if one.obligation not in reasons],
        must_happen=verdict.must_happen,
        unfired=verdict.unfired,
        soundness=verdict.soundness,
        crashed=verdict.crashed,
    )
    judged = replace(verdict, exit_code=PROMISE_BROKEN if stale else code)
    return Excused(judged, reasons, tuple(dict.fromkeys(stale)), notes)
