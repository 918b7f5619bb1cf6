"""What the control plane checks before it acts, and the words in which it declines: with the nearest known word."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from hardclose_mocks.faults.catalogue import highest_of, nearest
from hardclose_mocks.faults.kinds import FaultKind
from hardclose_mocks.history.codec import to_json
from hardclose_mocks.history.records import KINDS, Record
from hardclose_mocks.pace import Pace
from hardclose_mocks.server.sandbox import SANDBOX, System
from hardclose_mocks.server.world import World


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FaultIn(Strict):
    """A rule by hand. `ttl_s` is its time to live in wire seconds; `aimed` a source reference or document number."""

    fault: str
    system: str
    operations: list[str] = []
    share: Annotated[float, Field(ge=0, le=1)] = 1.0
    aimed: str | None = None
    nth: Annotated[int, Field(ge=1)] = 1
    parameters: dict[str, float | str] = {}
    ttl_s: Annotated[float | None, Field(gt=0, le=86_400)] = None


class ControlError(Exception):
    """A request the control plane cannot carry out; the message says what to do instead."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


def check_operations(world: World, kind: FaultKind, body: FaultIn) -> None:
    """What a wire fault may strike is known; deliveries are named by event types, of which there is no list."""
    home = system_of(world, body.system)
    known = home.dialect.operations(body.system)
    for name in body.operations if kind.carrier == "wire" else ():
        if name not in known:
            raise ControlError(422, f"{body.system} has no operation {name!r}{nearest(name, known)}")


def check_parameters(pace: Pace, kind: FaultKind, given: Mapping[str, float | str]) -> None:
    for name, value in given.items():
        known = kind.parameters.get(name)
        if known is None:
            raise ControlError(422, f"{kind.id} has no parameter {name!r}{nearest(name, list(kind.parameters))}")
        if isinstance(known.default, str):
            if not isinstance(value, str):
                raise ControlError(422, f"{name} is {value!r}, not a word: {known.means}")
            if value not in known.choices:
                raise ControlError(422, f"{name} cannot be {value!r}{nearest(value, list(known.choices))}")
            continue
        highest = highest_of(kind.id, name, pace.late_commit_s)
        if isinstance(value, str) or not known.lowest <= value <= highest:
            raise ControlError(
                422, f"{name} is {value!r}, not a number from {known.lowest:g} to {highest:g}: {known.means}"
            )


def fits(record: Record, kind: str | None, system: str | None, where: Mapping[str, Any]) -> bool:
    return (
        (kind is None or record.kind == kind)
        and (system is None or record.system == system)
        and all(to_json(getattr(record.body, name)) == to_json(value) for name, value in where.items())
    )


def check_kind(kind: str | None) -> None:
    if kind is not None and kind not in KINDS:
        raise ControlError(422, f"no record kind {kind!r}{nearest(kind, list(KINDS))}")


def check_home(world: World, name: str | None) -> None:
    """Whose records: a system's, or the sandbox's own."""
    if name is not None and name != SANDBOX:
        system_of(world, name)


def system_of(world: World, name: str) -> System:
    if name not in world.sandbox.systems:
        raise ControlError(404, f"there is no system {name!r}{nearest(name, list(world.sandbox.systems))}")
    return world.sandbox.systems[name]


def check_names(what: str, role: str, given: Iterable[str], kind: type) -> None:
    """That a value of that dataclass has fields of these names."""
    fields = [field.name for field in dataclasses.fields(kind)]
    for name in given:
        if name not in fields:
            raise ControlError(422, f"{what} has no {role} {name!r}{nearest(name, fields)}")
