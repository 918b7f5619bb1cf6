"""Every change of a supplier or cost centre with the record before and after it, and which source it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hardclose_mocks.history.records import Carried, Exchange, JobEnded, Record
from hardclose_mocks.kernel.books import Books
from hardclose_simulator.attempts import INTEGRATION
from hardclose_simulator.lives import Moment

SETS = {
    "CreateSupplier": "supplier", "ChangeSupplier": "supplier", "BlockSupplier": "supplier",
    "BlockPayments": "supplier", "CreateCostCenter": "cost_center", "ChangeCostCenter": "cost_center",
    "BlockCostCenter": "cost_center", "PutCostCenter": "cost_center",
}  # fmt: skip
"""Commands that set fields of a master, and its kind."""
Name = tuple[str, str, str]
"""System, kind and number."""


@dataclass(frozen=True, slots=True)
class MasterWrite:
    """One accepted command. `before` is None where it made the record; both are the books' own.

    `started_ns` is when its request arrived, `expected_version` the precondition it carried, if any."""

    name: Name
    when: Moment
    started_ns: int
    actor: str
    command: str
    before: Any
    after: Any
    expected_version: int | None

    @property
    def number(self) -> str:
        return self.name[2]

    @property
    def by_integration(self) -> bool:
        return self.actor == INTEGRATION

    def changed(self, field: str) -> bool:
        """Whether it left another value than it found. What it made was empty before."""
        return bool(getattr(self.after, field) != (getattr(self.before, field) if self.before is not None else None))


MasterWrites = Mapping[Name, tuple[MasterWrite, ...]]
"""By name, in order."""


def master_before(books: Books, carried: Carried) -> Any:
    """The record a command is about to change; None for other commands, and where there is none yet."""
    number = carried.arguments.get("number")
    return books.find(str(number)) if carried.command in SETS and number else None


def master_write(record: Record, carried: Carried, books: Books, before: Any, made: str | None) -> MasterWrite | None:
    """What a command has just done in `books`; None for commands that are about no master."""
    if carried.command not in SETS:
        return None
    number = str(carried.arguments.get("number") or made)
    after = books.find(number)
    assert after is not None, f"record {record.seq}: {carried.command} left no {number}"
    started = record.body.started_ns if isinstance(record.body, (Exchange, JobEnded)) else record.wire_ns
    return MasterWrite(
        name=(record.system, SETS[carried.command], number),
        when=Moment(record.seq, record.wire_ns, carried.at),
        started_ns=started,
        actor=record.actor,
        command=carried.command,
        before=before,
        after=after,
        expected_version=carried.arguments.get("expected_version"),
    )


def by_name(writes: Iterable[MasterWrite]) -> MasterWrites:
    found: dict[Name, list[MasterWrite]] = {}
    for one in writes:
        found.setdefault(one.name, []).append(one)
    return {name: tuple(listed) for name, listed in found.items()}


def record_at(writes: Iterable[MasterWrite], at: datetime) -> Any:
    """The record as it stood at that business instant, by what was written; None before the first write, unless it is
    older than the story."""
    found, seen = None, False
    for one in writes:
        if not seen:
            found, seen = one.before, True
        if one.when.at <= at:
            found = one.after
    return found
