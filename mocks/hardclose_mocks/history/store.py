"""The writer of a history and its stores: memory, and a SQLite file with group commit. One writer per stream."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Column, Integer, LargeBinary, MetaData, String, Table, create_engine, event, insert, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from hardclose_mocks.history.codec import START, HistoryError, chain, decode, encode_body
from hardclose_mocks.history.records import Body, Record

Row = tuple[int, str, int, str, str, str, bytes, str]


class Store(Protocol):
    """Keeps rows for good. `save` returns once they survive the end of this process, or raises HistoryError and has
    kept none of them."""

    def save(self, rows: Sequence[Row]) -> None: ...

    def load(self) -> list[Record]: ...

    def close(self) -> None: ...


class MemoryStore:
    """For virtual runs: nothing outlives the process, nothing is encoded twice."""

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


def _engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)))

    @event.listens_for(engine, "connect")
    def tune(connection: sqlite3.Connection, _: object) -> None:
        # WAL with NORMAL survives a killed process, not a power cut; the promise is exactly that.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

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

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
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
        except _UNREADABLE as wrong:
            raise HistoryError(f"{path} cannot be used as a history: {_cause(wrong)}") from wrong

    def save(self, rows: Sequence[Row]) -> None:
        try:
            with self._connection.begin():
                self._connection.execute(
                    insert(_RECORDS), [dict(zip(_RECORDS.c.keys(), row, strict=True)) for row in rows]
                )
        except SQLAlchemyError as wrong:
            raise HistoryError(f"{self.path} cannot be written: {_cause(wrong)}") from wrong

    def load(self) -> list[Record]:
        try:
            with self._connection.begin():
                rows = self._connection.execute(select(_RECORDS).order_by(_RECORDS.c.seq)).all()
        except _UNREADABLE as wrong:
            raise HistoryError(f"{self.path} cannot be read as a history: {_cause(wrong)}") from wrong
        return [decode(*row) for row in rows]

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


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


def _noted(tick: asyncio.Future[None]) -> None:
    """A failed commit is told to whoever waits for it; nobody waiting is no reason to complain at shutdown."""
    if not tick.cancelled():
        tick.exception()


def _cause(wrong: BaseException) -> str:
    return str(getattr(wrong, "orig", None) or wrong)


class History:
    """The one writer of a stream: numbers and chains records, and commits them once per event-loop tick.

    `append` queues; `await committed()` returns when everything appended so far is durable. Without a running loop
    (building a sandbox, tests) use `flush`."""

    def __init__(
        self, store: Store, wire_ns: Callable[[], int], business: Callable[[], datetime], *, keep: bool = True
    ) -> None:
        self._store, self._wire_ns, self._business, self._keep = store, wire_ns, business, keep
        self._records: list[Record] = store.load()
        self._next = len(self._records)
        self._last = self._records[-1].h if self._records else START
        self._pending: list[Row] = []
        self._tick: asyncio.Future[None] | None = None
        if not keep:
            self._records = []

    @property
    def records(self) -> Sequence[Record]:
        """Everything so far, if it is kept in memory."""
        return self._records

    @property
    def length(self) -> int:
        return self._next

    @property
    def last_hash(self) -> str:
        return self._last

    def append(self, system: str, actor: str, body: Body) -> Record:
        """The next record; durable only after `committed`."""
        bare = Record(self._next, self._wire_ns(), self._business(), system, actor, body)
        encoded = encode_body(bare)
        record = Record(bare.seq, bare.wire_ns, bare.business, system, actor, body, h=chain(self._last, bare, encoded))
        self._last, self._next = record.h, self._next + 1
        self._pending.append(
            (record.seq, record.kind, record.wire_ns, record.business.isoformat(), system, actor, encoded, record.h)
        )
        if self._keep:
            self._records.append(record)
        return record

    @property
    def unsaved(self) -> bool:
        return bool(self._pending)

    def soon(self) -> None:
        """Have what is pending committed at the end of this tick of the loop, without waiting for it."""
        if self._pending and self._tick is None:
            loop = asyncio.get_running_loop()
            self._tick = loop.create_future()
            self._tick.add_done_callback(_noted)
            loop.call_soon(self._commit_tick)

    async def committed(self) -> None:
        """Group commit: whoever asks within one tick of the loop shares one transaction."""
        if not self._pending:
            return
        self.soon()
        assert self._tick is not None
        await asyncio.shield(self._tick)

    def _commit_tick(self) -> None:
        tick, self._tick = self._tick, None
        assert tick is not None
        try:
            self.flush()
        except HistoryError as wrong:
            if not tick.cancelled():
                tick.set_exception(wrong)
            return
        if not tick.cancelled():
            tick.set_result(None)

    def flush(self) -> None:
        """Save what is pending, now. Raises HistoryError; then it is pending still, and the next flush tries again:
        a history with a gap would be worth nothing."""
        if self._pending:
            self._store.save(self._pending)
            self._pending = []

    def close(self) -> None:
        try:
            self.flush()
        finally:
            self._store.close()


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
