"""A history in PostgreSQL: many streams in one table, one writer each, and a server that may be restarted meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from hardclose_mocks.history.codec import HistoryError, decode
from hardclose_mocks.history.records import Record
from hardclose_mocks.history.store import Row, cause

DRIVER = "postgresql+psycopg"
PATIENCE_S = 20.0
"""How long one `save` tries to reach a server that went away, wire seconds: a restart takes a few."""
LOCK_S = 3.0
"""The server may take a moment to notice that a killed writer is gone."""
PAUSE_S = 0.2
_LOCK = text("SELECT pg_try_advisory_lock(hashtext('hardclose_stream'), hashtext(:stream))")
_META = MetaData()
_RECORDS = Table(
    "hardclose_record",
    _META,
    Column("stream", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("wire_ns", BigInteger, nullable=False),
    Column("business", String, nullable=False),
    Column("system", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("h", String, nullable=False),
)
_COLUMNS = [column for column in _RECORDS.c if column.name != "stream"]
T = TypeVar("T")


class PostgresStore:
    """One stream of the shared history. An advisory lock makes this its only writer while it is open.

    `save` outlives a restart of the server: a commit whose answer was lost is looked for before it is sent again.
    Raises HistoryError where the server cannot be reached, the stream has another writer, or psycopg is missing."""

    remote = True

    def __init__(
        self, url: str, stream: str, *, read_only: bool = False, patience_s: float = PATIENCE_S, lock_s: float = LOCK_S
    ) -> None:
        self.stream, self._read_only, self._patience_s, self._lock_s = stream, read_only, patience_s, lock_s
        self._engine = _engine(url)
        self.address = self._engine.url.render_as_string(hide_password=True)
        self._connection: Connection | None = None
        try:
            if not read_only:
                self._prepare()
            self._connection = self._connect()
        except SQLAlchemyError as wrong:
            self._engine.dispose()
            raise HistoryError(f"{self.address} cannot be used as a history: {cause(wrong)}") from wrong

    def save(self, rows: Sequence[Row]) -> None:
        if rows:
            self._patiently(lambda connection: self._insert(connection, rows))

    def load(self) -> list[Record]:
        found = self._patiently(
            lambda connection: connection.execute(
                select(*_COLUMNS).where(_RECORDS.c.stream == self.stream).order_by(_RECORDS.c.seq)
            ).all()
        )
        return [decode(*row) for row in found]

    def close(self) -> None:
        if self._connection is not None:
            with suppress(SQLAlchemyError):  # a server that is gone holds no lock of ours
                self._connection.close()
        self._engine.dispose()

    # --- reaching the server ------------------------------------------------------------------------------------

    def _insert(self, connection: Connection, rows: Sequence[Row]) -> None:
        """What is there already was committed by a try whose answer never came: a stream has one writer."""
        last = connection.execute(select(func.max(_RECORDS.c.seq)).where(_RECORDS.c.stream == self.stream)).scalar()
        new = [row for row in rows if last is None or row[0] > last]
        if new:
            names = [column.name for column in _COLUMNS]
            values = [{"stream": self.stream, **dict(zip(names, row, strict=True))} for row in new]
            connection.execute(insert(_RECORDS), values)

    def _patiently(self, work: Callable[[Connection], T]) -> T:
        """In one transaction; again on a new connection where the server went away, until the patience is over."""
        until = time.monotonic() + self._patience_s
        while True:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                with self._connection.begin():
                    return work(self._connection)
            except SQLAlchemyError as wrong:
                self._hang_up()
                gone = isinstance(wrong, DBAPIError) and (wrong.connection_invalidated or _unreachable(wrong))
                if not gone or time.monotonic() >= until:
                    raise HistoryError(f"{self.address} cannot keep {self.stream}: {cause(wrong)}") from wrong
                time.sleep(PAUSE_S)

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.invalidate()
                connection.close()

    def _prepare(self) -> None:
        """Two processes may open the first history of a database at one time: one of them makes the table."""
        with self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('hardclose_record'))"))
            _META.create_all(connection)

    def _connect(self) -> Connection:
        connection = self._engine.connect()
        if self._read_only:
            return connection
        until = time.monotonic() + self._lock_s
        while not connection.execute(_LOCK, {"stream": self.stream}).scalar():
            connection.rollback()
            if time.monotonic() >= until:
                connection.close()
                says = f"{self.stream} at {self.address} is being written by another process; stop that one"
                raise HistoryError(says)
            time.sleep(PAUSE_S)
        connection.commit()
        return connection


def _unreachable(wrong: DBAPIError) -> bool:
    """Refused connections and servers that start or stop: class 57P of SQLSTATE, or none because nobody answered."""
    state = getattr(wrong.orig, "sqlstate", None)
    return state is None or str(state).startswith(("57P", "08"))


def _engine(url: str) -> Engine:
    """Raises HistoryError for what is no PostgreSQL address, and where the driver is not installed."""
    try:
        address = make_url(url)
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername=DRIVER)
        if address.drivername != DRIVER:
            raise HistoryError(
                f"{address.render_as_string(hide_password=True)!r} is no history: give {DRIVER}://user@host/database, "
                "or leave HARDCLOSE_HISTORY out for a SQLite file per run"
            )
        return create_engine(address, pool_size=1, max_overflow=0, connect_args={"connect_timeout": 5})
    except SQLAlchemyError as wrong:
        raise HistoryError(
            f"HARDCLOSE_HISTORY is no address ({cause(wrong)}); one looks like {DRIVER}://user@host/database"
        ) from wrong
    except ImportError as missing:
        raise HistoryError(
            f"histories in PostgreSQL need psycopg ({missing}): pip install 'hardclose[postgres]'"
        ) from missing
