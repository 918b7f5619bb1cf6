"""Which suppliers and cost centres of the ERP were blocked at every instant. Knows no documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hardclose_mocks.history.records import Carried
from hardclose_mocks.kernel.master import Master

_BLOCKS = {"BlockSupplier": "supplier", "BlockCostCenter": "cost_center"}
Use = tuple[str, str]
"""Kind and number of a master."""


@dataclass(frozen=True, slots=True)
class BlockChange:
    seq: int
    at: datetime
    blocked: bool


@dataclass(frozen=True, slots=True)
class MasterLine:
    """`known` are the masters the ERP opened with, and whether each was blocked then; `changes` in their order."""

    known: Mapping[Use, bool]
    changes: Mapping[Use, tuple[BlockChange, ...]]

    @classmethod
    def of(cls, master: Master, commands: Iterable[tuple[int, Carried]]) -> MasterLine:
        """`commands` are the ERP's accepted ones with their record numbers."""
        known: dict[Use, bool] = {("supplier", one.number): one.blocked for one in master.suppliers}
        known |= {("cost_center", one.number): one.blocked for one in master.cost_centers}
        changes: dict[Use, list[BlockChange]] = {}
        for seq, carried in commands:
            kind = _BLOCKS.get(carried.command)
            if kind is not None:
                change = BlockChange(seq, carried.at, bool(carried.arguments["blocked"]))
                changes.setdefault((kind, str(carried.arguments["number"])), []).append(change)
        return cls(known, {use: tuple(listed) for use, listed in changes.items()})

    def blocked_throughout(self, use: Use, since: datetime, until: datetime) -> bool:
        """At every instant from `since` to `until`, both included."""
        if not self.blocked_at(use, since):
            return False
        return not any(since < one.at <= until and not one.blocked for one in self.changes.get(use, ()))

    def blocked_at(self, use: Use, at: datetime) -> bool:
        state = self.known.get(use, False)
        for one in self.changes.get(use, ()):
            if one.at <= at:
                state = one.blocked
        return state

    def evidence(self, use: Use) -> tuple[int, ...]:
        return tuple(one.seq for one in self.changes.get(use, ()))
