"""The markers, read into values: what `scenario` and `sandbox` may say, and what is wrong with one that says else."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hardclose_simulator.scenario import Scenario

STYLES = ("webhooks", "polling", "webhooks-only")
MARKERS = (
    "scenario(name, seed=1, profile=None, style=None, variant=None): play a hardclose scenario against the integration "
    "under test; the fixture `verdict` holds the judgement. style and variant are the bundled reference's.",
    "sandbox(like='month-end', seed=1, profile=None, opened_at=None): companies and people of a scenario, without its "
    "story, for the fixtures `hardclose`, `erp`, `procurement`, `expense`.",
)


class MarkError(ValueError):
    """A marker that cannot be obeyed; the message names it, and the nearest word that would do."""


@dataclass(frozen=True, slots=True)
class ScenarioMark:
    """`name` is a scenario's name, or its file: beside the test or below the root folder."""

    name: str
    seed: int = 1
    profile: str | None = None
    style: str | None = None
    variant: str | None = None


@dataclass(frozen=True, slots=True)
class SandboxMark:
    """`opened_at` is the business instant at which the clock stands; the scenario's beginning unless given."""

    like: str = "month-end"
    seed: int = 1
    profile: str | None = None
    opened_at: datetime | None = None


DEFAULT = SandboxMark(opened_at=datetime.fromisoformat("2026-11-30T08:30:00+00:00"))
"""The last day of a month in Berlin (09:30), Los Angeles (00:30) and Tokyo (17:30)."""


def scenario_mark(item: pytest.Item) -> ScenarioMark | None:
    """The nearest `scenario` marker, checked. Raises MarkError."""
    found = item.get_closest_marker("scenario")
    if found is None:
        return None
    values = _arguments(found, ("name", "seed", "profile", "style", "variant"))
    if "name" not in values:
        raise MarkError('scenario wants a name, such as @pytest.mark.scenario("smoke", seed=7)')
    mark = ScenarioMark(**{**values, "name": _located(values["name"], item)})
    _checked(found.name, mark.name, mark.seed, mark.profile)
    _one_of("style", mark.style, STYLES)
    if mark.variant is not None:
        from hardclose_reference.behaviour import VARIANTS

        _one_of("variant", mark.variant, [*VARIANTS])
    return mark


def sandbox_mark(item: pytest.Item) -> SandboxMark:
    """The nearest `sandbox` marker, checked; DEFAULT without one. Raises MarkError."""
    found = item.get_closest_marker("sandbox")
    if found is None:
        return DEFAULT
    values = _arguments(found, ("like", "seed", "profile", "opened_at"))
    values["like"] = _located(values.get("like", DEFAULT.like), item)
    if "opened_at" in values:
        values["opened_at"] = _instant(values["opened_at"])
    mark = SandboxMark(**values)
    _checked(found.name, mark.like, mark.seed, mark.profile)
    return mark


def check(item: pytest.Item) -> str | None:
    """What is wrong with the markers of a test, in one line; None if nothing is."""
    marked: Mapping[str, Callable[[pytest.Item], object]] = {"scenario": scenario_mark, "sandbox": sandbox_mark}
    names = {mark.name for mark in item.iter_markers() if mark.name in marked}
    if not names:
        return None
    try:
        for name in sorted(names):
            marked[name](item)
        if "scenario" in names:
            if "sandbox" in names:
                raise MarkError("scenario brings a sandbox of its own; leave the marker sandbox out")
            if "verdict" not in getattr(item, "fixturenames", ()):
                raise MarkError("scenario is played for the fixture `verdict`; add it to the test's arguments")
    except MarkError as wrong:
        return f"{item.nodeid}: hardclose marker: {wrong}"
    return None


@functools.cache
def story(name: str, profile: str | None) -> Scenario:
    """The scenario, under that profile if one is given; read once. Raises ScenarioError."""
    from hardclose_simulator.scenario import load

    scenario = load(name)
    return scenario.with_profile(profile) if profile else scenario


def _arguments(mark: pytest.Mark, known: Sequence[str]) -> dict[str, Any]:
    """By name. The first may stand without one."""
    from hardclose_mocks.faults.catalogue import nearest

    if len(mark.args) > 1:
        raise MarkError(f"{mark.name} takes {known[0]} alone without a name; write {known[1]}=... and so on")
    values: dict[str, Any] = dict(zip(known, mark.args, strict=False))
    for name, value in mark.kwargs.items():
        if name not in known:
            raise MarkError(f"{mark.name} has no argument {name!r}{nearest(name, list(known))}")
        if name in values:
            raise MarkError(f"{mark.name} is given {name} twice")
        values[name] = value
    return values


def _checked(marker: str, name: str, seed: object, profile: object) -> None:
    """Raises MarkError for a scenario that is not there or broken, and for values that no scenario can have."""
    from hardclose_simulator.scenario import ScenarioError

    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise MarkError(f"{marker}: seed is a whole number, 0 or more, not {seed!r}")
    if profile is not None and not isinstance(profile, str):
        raise MarkError(f"{marker}: profile is a name such as 'C4', not {profile!r}")
    try:
        story(name, profile)
    except ScenarioError as wrong:
        raise MarkError(str(wrong)) from wrong


def _one_of(what: str, value: str | None, known: Sequence[str]) -> None:
    from hardclose_mocks.faults.catalogue import nearest

    if value is not None and value not in known:
        raise MarkError(f"there is no {what} {value!r}{nearest(str(value), list(known))}")


def _located(name: object, item: pytest.Item) -> str:
    """A file is looked for beside the test, then below the root folder; a name stays as it is."""
    if not isinstance(name, (str, Path)):
        raise MarkError(f"a scenario is named by a text such as 'month-end', not by {name!r}")
    if Path(name).suffix in (".yaml", ".yml"):
        for folder in (item.path.parent, item.config.rootpath):
            if (folder / name).is_file():
                return str(folder / name)
    return str(name)


def _instant(value: object) -> datetime:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as wrong:
        raise MarkError(f"opened_at: {wrong}; write it like '2026-11-30T09:00:00+01:00'") from wrong
    if at.tzinfo is None:
        raise MarkError(f"opened_at: {value} has no offset; write it like '2026-11-30T09:00:00+01:00'")
    return at
