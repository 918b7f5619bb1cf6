"""Business time as a function of wire time, from the changes that were recorded."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import ClockSet, Record


@dataclass(frozen=True, slots=True)
class ClockLine:
    """Piecewise straight, one piece per change; before the first change business time stands still."""

    pieces: tuple[ClockSet, ...]

    @classmethod
    def of(cls, records: Iterable[Record]) -> ClockLine:
        changes = [record.body for record in records if isinstance(record.body, ClockSet)]
        return cls(tuple(sorted(changes, key=lambda change: change.wire_ns)))

    def business_at(self, wire_ns: int) -> datetime | None:
        """None where no clock was ever recorded."""
        if not self.pieces:
            return None
        place = bisect_right(self.pieces, wire_ns, key=lambda change: change.wire_ns) - 1
        if place < 0:
            return self.pieces[0].business
        piece = self.pieces[place]
        return piece.business + timedelta(seconds=(wire_ns - piece.wire_ns) / NS * piece.rate)
