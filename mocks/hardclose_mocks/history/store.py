"""Where histories are kept: memory, and a SQLite file per stream. PostgreSQL has a module of its own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import (
    URL,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from hardclose_mocks.collector import resting
from hardclose_mocks.history.codec import HistoryError, decode, encode_body
from hardclose_mocks.history.records import Record

Row = tuple[int, str, int, str, str, str, bytes, str]


class Store(Protocol):
    """Keeps rows for good. `save` returns once they survive the end of this process, or raises HistoryError and has
    kept none of them. A `remote` one may wait for a network and is asked from a thread of its own."""

    @property
    def remote(self) -> bool: ...

    def save(self, rows: Sequence[Row]) -> None: ...

    def load(self) -> list[Record]: ...

    def close(self) -> None: ...


class MemoryStore:
    """For virtual runs: nothing outlives the process, nothing is encoded twice."""

    remote = False

    def save(self, rows: Sequence[Row]) -> None:
        pass

    def load(self) -> list[Record]:
        return []

    def close(self) -> None:
        pass


_META = MetaData()
_RECORDS = Table(
    "record",
    _META,
    Column("seq", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("wire_ns", Integer, nullable=False),
    Column("business", String, nullable=False),
    Column("system", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("h", String, nullable=False),
)


ROWS_PER_CHECKPOINT = 10_000
ROWS_PER_FETCH = 1_000
_INSERT = f"INSERT INTO {_RECORDS.name} VALUES ({', '.join('?' * len(_RECORDS.c))})"  # noqa: S608  # our own names


def _engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)))

    @event.listens_for(engine, "connect")
    def tune(connection: sqlite3.Connection, _: object) -> None:
        # WAL with NORMAL survives a killed process, not a power cut; the promise is exactly that.
        # Until it holds something nobody waits for the disk either: a file that is not made yet cannot be lost.
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")  # a thread of ours does it: no caller waits for the disk

    return engine


def _reading_engine(path: Path) -> Engine:
    # A URI, because only that can say read-only; `as_uri` quotes what means something in one. Without a log beside it
    # nobody writes the file, and as immutable it can be read where nothing may be written, and leaves nothing behind.
    written = Path(f"{path.resolve()}-wal").exists()
    address = f"{path.resolve().as_uri()}?" + ("mode=ro" if written else "immutable=1")
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True))


_UNREADABLE = (OSError, SQLAlchemyError, UnicodeDecodeError)
"""Whatever SQLite and its driver make of a file they cannot use; damaged text is not even an error of theirs."""


class SqliteStore:
    """A file per stream. Raises HistoryError when the file cannot be opened, is no history, or cannot be written."""

    remote = False

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._unmoved, self._mover = 0, threading.Thread()
        try:
            if read_only:
                self._engine = _reading_engine(path)
                self._connection = self._engine.connect()
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            self._engine = _engine(path)
            self._connection = self._engine.connect()
            _META.create_all(self._connection)
            self._connection.commit()
            self._connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
            self._connection.commit()
        except _UNREADABLE as wrong:
            raise HistoryError(f"{path} cannot be used as a history: {cause(wrong)}") from wrong

    def save(self, rows: Sequence[Row]) -> None:
        try:
            with self._connection.begin():
                # Rows go to the driver as they are: what SQLAlchemy does for each parameter costs a tenth of a request.
                self._connection.exec_driver_sql(_INSERT, list(rows))
        except SQLAlchemyError as wrong:
            raise HistoryError(f"{self.path} cannot be written: {cause(wrong)}") from wrong
        self._unmoved += len(rows)
        if self._unmoved >= ROWS_PER_CHECKPOINT and not self._mover.is_alive():
            self._unmoved = 0
            self._mover = threading.Thread(target=_checkpoint, args=(self.path,), name="checkpoint", daemon=True)
            self._mover.start()

    def load(self) -> list[Record]:
        return self._read(select(_RECORDS).order_by(_RECORDS.c.seq))

    def part(self, first: int, most: int) -> list[Record]:
        """At most so many records, beginning with number `first`."""
        return self._read(select(_RECORDS).where(_RECORDS.c.seq >= first).order_by(_RECORDS.c.seq).limit(most))

    def count(self) -> int:
        try:
            with self._connection.begin():
                return int(self._connection.execute(select(func.count()).select_from(_RECORDS)).scalar_one())
        except _UNREADABLE as wrong:
            raise HistoryError(f"{self.path} cannot be read as a history: {cause(wrong)}") from wrong

    def _read(self, asked: Select[Any]) -> list[Record]:
        try:
            with resting(), self._connection.begin():
                rows = self._connection.execution_options(yield_per=ROWS_PER_FETCH).execute(asked)
                return [decode(*row) for row in rows]
        except _UNREADABLE as wrong:
            raise HistoryError(f"{self.path} cannot be read as a history: {cause(wrong)}") from wrong

    def close(self) -> None:
        if self._mover.is_alive():
            self._mover.join()
        self._connection.close()
        self._engine.dispose()


def _checkpoint(path: Path) -> None:
    """Moves the log into the file beside a writer that goes on; whatever is in its way, the next one does it."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def read(path: Path) -> list[Record]:
    """The records of a stored run, oldest first; raises HistoryError with what to do about it."""
    if not path.is_file():
        raise HistoryError(f"{path} is not there; a stored run is the folder or the history.sqlite of an earlier run")
    store = SqliteStore(path, read_only=True)
    try:
        records = store.load()
    finally:
        store.close()
    if not records:
        raise HistoryError(f"{path} holds no records; the run ended before its first one")
    return records


def cause(wrong: BaseException) -> str:
    """What the driver says, without what SQLAlchemy says about it."""
    return str(getattr(wrong, "orig", None) or wrong)


def save_records(path: Path, records: Sequence[Record]) -> None:
    """A finished run's records as a file of its own. Raises HistoryError when it cannot be written."""
    store = SqliteStore(path)
    try:
        store.save(
            [
                (
                    one.seq,
                    one.kind,
                    one.wire_ns,
                    one.business.isoformat(),
                    one.system,
                    one.actor,
                    encode_body(one),
                    one.h,
                )
                for one in records
            ]
        )
    finally:
        store.close()
