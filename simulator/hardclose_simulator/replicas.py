"""Master data carried from one system to another: what was set where, when and by whom. Knows no facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hardclose_mocks.history.records import Record
from hardclose_simulator.lives import Moment, accepted

_SETS: dict[str, tuple[str, str]] = {
    "ChangeSupplier": ("supplier", "number"),
    "BlockSupplier": ("supplier", "number"),
    "BlockPayments": ("supplier", "number"),
    "CreateSupplier": ("supplier", ""),
    "CreateCostCenter": ("cost_center", "number"),
    "ChangeCostCenter": ("cost_center", "number"),
    "BlockCostCenter": ("cost_center", "number"),
    "PutCostCenter": ("cost_center", "number"),
}
"""Commands that set fields of a master, the kind, and the argument with its number; empty where the books draw it."""
_NO_FIELDS = frozenset({"number", "expected_version", "unique_reference", "refuse_older"})


@dataclass(frozen=True, slots=True)
class Setting:
    """Fields of one master set by one command. `revision` is the source's, where the command told it."""

    when: Moment
    actor: str
    command: str
    fields: Mapping[str, Any]
    revision: int | None


Replicas = Mapping[tuple[str, str, str], tuple[Setting, ...]]
"""By system, kind and number, in order."""


def fold_replicas(records: Sequence[Record]) -> Replicas:
    found: dict[tuple[str, str, str], list[Setting]] = {}
    for record, carried in accepted(records):
        if carried.command not in _SETS:
            continue
        kind, argument = _SETS[carried.command]
        number = str(carried.arguments[argument]) if argument else str(carried.document)
        fields = {
            name: value for name, value in carried.arguments.items() if name not in _NO_FIELDS and value is not None
        }
        if carried.command == "BlockPayments":
            fields = {"payment_blocked": fields["blocked"]}
        setting = Setting(
            Moment(record.seq, record.wire_ns, carried.at),
            record.actor,
            carried.command,
            fields,
            fields.get("revision"),
        )
        found.setdefault((record.system, kind, number), []).append(setting)
    return {name: tuple(listed) for name, listed in found.items()}


def value_of(settings: Sequence[Setting], field: str) -> Any:
    """What was set last; None if nobody ever set it."""
    return next((one.fields[field] for one in reversed(settings) if field in one.fields), None)
