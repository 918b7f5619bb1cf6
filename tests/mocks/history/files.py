"""Histories in files for tests: written by a clock that ticks, looked at over another connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hardclose_mocks.history.store import Row, SqliteStore
from hardclose_mocks.history.writer import History

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


class Ticking:
    """Wire and business clock of a test: each look is a millisecond later."""

    def __init__(self) -> None:
        self.looks = 0

    def ns(self) -> int:
        self.looks += 1
        return self.looks * 1_000_000

    def business(self) -> datetime:
        return NOON + timedelta(milliseconds=self.looks)


def opened(path: Path, store: SqliteStore | None = None) -> History:
    clock = Ticking()
    return History(store or SqliteStore(path), clock.ns, clock.business)


def stored(path: Path) -> int:
    """How many records another connection sees."""
    with closing(sqlite3.connect(path)) as other:
        return int(other.execute("SELECT count(*) FROM record").fetchone()[0])


class CountingStore(SqliteStore):
    """A real store that remembers how large its transactions were."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.sizes: list[int] = []

    def save(self, rows: Sequence[Row]) -> None:
        super().save(rows)
        self.sizes.append(len(rows))
