"""Where a run's history lies: a SQLite file, or a stream in PostgreSQL that a small file in its place names."""

from __future__ import annotations

import secrets
from pathlib import Path

from hardclose_mocks.history.codec import HistoryError
from hardclose_mocks.history.postgres import PostgresStore
from hardclose_mocks.history.records import Record
from hardclose_mocks.history.store import SqliteStore, Store, read

POINTER = ".postgresql"
"""Suffix of the file that names the stream; the server's address, which may hold a password, is not in it."""


def open_history(path: Path, url: str | None) -> Store:
    """The store for `path` (`.../history.sqlite`): that file, or with `url` the stream named beside it, a new one
    where none is. Raises HistoryError."""
    if url is None:
        if pointer(path).exists():
            raise HistoryError(
                f"{pointer(path)} says that this history lies in PostgreSQL; set HARDCLOSE_HISTORY to its address"
            )
        return SqliteStore(path)
    if path.exists():
        raise HistoryError(f"{path} holds this history already; leave HARDCLOSE_HISTORY out, or choose another folder")
    if (stream := _named(path)) is not None:
        return PostgresStore(url, stream)
    stream = f"{path.parent.parent.name}/{path.parent.name}-{secrets.token_hex(4)}"
    store = PostgresStore(url, stream)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pointer(path).write_text(stream + "\n", encoding="utf-8")
    except OSError as wrong:
        store.close()
        raise HistoryError(f"{pointer(path)} cannot be written: {wrong.strerror}") from wrong
    return store


def read_history(path: Path, url: str | None) -> list[Record]:
    """The records of a stored run, wherever it lies; raises HistoryError with what to do about it."""
    stream = None if path.exists() else _named(path)
    if stream is None:
        return read(path)
    if url is None:
        raise HistoryError(f"{stream} lies in PostgreSQL; set HARDCLOSE_HISTORY to that server's address")
    store = PostgresStore(url, stream, read_only=True)
    try:
        records = store.load()
    finally:
        store.close()
    if not records:
        raise HistoryError(f"{stream} is not at {store.address}, or ended before its first record")
    return records


def pointer(path: Path) -> Path:
    return path.with_suffix(POINTER)


def there(path: Path) -> bool:
    """Whether a history was begun in that place, of either kind."""
    return path.exists() or pointer(path).exists()


def _named(path: Path) -> str | None:
    try:
        return pointer(path).read_text(encoding="utf-8").strip() or None
    except OSError:
        return None
