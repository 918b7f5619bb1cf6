"""The service's memory: jobs, received events, cursors and exceptions in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

DUE, POSTED, PARKED, SUPERSEDED = "due", "posted", "parked", "superseded"


@dataclass(slots=True, weakref_slot=True)
class Job:
    """One approved document of a source system, on its way into the ERP and back.

    `number` is the source's, `document` the ERP's. While we do not know the outcome of an attempt, `in_doubt_since` and
    `last_sent_at` (epoch seconds) are when its first and its last request left. `refusals` counts definite refusals:
    each correction is a new attempt with a key of its own. `moves` counts those for a closed period since a person
    looked. `told` is what the source has confirmed; `paid` and `voided` are what the ERP says. `instance` is empty but
    for duplicates by intent."""

    system: str
    number: str
    revision: int
    source: dict[str, Any]
    instance: str = ""
    state: str = DUE
    posting_date: str | None = None
    refusals: int = 0
    moves: int = 0
    tries: int = 0
    in_doubt_since: float | None = None
    last_sent_at: float | None = None
    document: str | None = None
    reason: str | None = None
    told: list[str | None] | None = None
    next_at: float = 0.0
    paid: bool = False
    voided: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        return self.system, self.number, self.instance

    @property
    def accounting_date(self) -> str:
        """The company-local date of the final approval, as the card says."""
        return str(self.source["approved_at"])[:10]

    def wanted(self) -> list[str | None] | None:
        """What the source should be told by now: state, document, reason."""
        if self.state == POSTED and self.voided:
            return ["parked", None, f"{self.document} was reversed in the ERP"]
        if self.state == POSTED:
            return ["paid" if self.paid else "posted", self.document, None]
        return ["parked", None, self.reason] if self.state == PARKED else None

    @property
    def open(self) -> bool:
        return self.state == DUE or self.wanted() not in (None, self.told)


_TABLES = """
CREATE TABLE IF NOT EXISTS job (
    system TEXT, number TEXT, instance TEXT, open INTEGER, next_at REAL, content TEXT,
    PRIMARY KEY (system, number, instance));
CREATE INDEX IF NOT EXISTS job_open ON job (open, next_at);
CREATE TABLE IF NOT EXISTS event (system TEXT, id TEXT, content TEXT, PRIMARY KEY (system, id));
CREATE TABLE IF NOT EXISTS cursor (list TEXT PRIMARY KEY, since TEXT);
CREATE TABLE IF NOT EXISTS exception (
    system TEXT, source TEXT, reason TEXT, since TEXT, PRIMARY KEY (system, source));
"""


class Store:
    """Survives a killed process. Synchronous on purpose: the file is local, and a commit takes microseconds."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "reference.sqlite", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLES)
        self._in_use: WeakValueDictionary[tuple[str, str, str], Job] = WeakValueDictionary()

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """What is changed inside survives together, or not at all."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # --- jobs ---------------------------------------------------------------------------------------------------

    def job(self, system: str, number: str, instance: str = "") -> Job | None:
        """The same object for everybody who uses it at one time: news reaches him who works on it."""
        if (job := self._in_use.get((system, number, instance))) is not None:
            return job
        row = self._db.execute(
            "SELECT content FROM job WHERE system = ? AND number = ? AND instance = ?", (system, number, instance)
        ).fetchone()
        return self._used(Job(**json.loads(row[0]))) if row else None

    def save(self, job: Job) -> None:
        """A newer revision takes the place of the one before, for good."""
        latest = self._in_use.get(job.key)
        if latest is not None and latest.revision > job.revision:
            return
        self._db.execute(
            "INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?, ?)",
            (*job.key, job.open, job.next_at, json.dumps(asdict(job))),
        )
        self._in_use[job.key] = job

    def ready_jobs(self, now: float, *, limit: int) -> list[Job]:
        """Jobs with something left to do now, the longest waiting first."""
        rows = self._db.execute(
            "SELECT content FROM job WHERE open = 1 AND next_at <= ? ORDER BY next_at, rowid LIMIT ?", (now, limit)
        )
        return [self._used(Job(**json.loads(row[0]))) for row in rows]

    def next_at(self, *, after: float) -> float | None:
        """When the next job that waits for its time is due, epoch seconds."""
        row = self._db.execute("SELECT min(next_at) FROM job WHERE open = 1 AND next_at > ?", (after,)).fetchone()
        return None if row[0] is None else float(row[0])

    def jobs(self) -> Iterator[Job]:
        for row in self._db.execute("SELECT content FROM job ORDER BY system, number"):
            yield Job(**json.loads(row[0]))

    def _used(self, job: Job) -> Job:
        return self._in_use.setdefault(job.key, job)

    # --- events, cursors, exceptions ----------------------------------------------------------------------------

    def keep_event(self, event_id: str, system: str, content: str) -> bool:
        """False if it was there before."""
        done = self._db.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?)", (system, event_id, content))
        return done.rowcount == 1

    def cursor(self, list_name: str) -> str | None:
        row = self._db.execute("SELECT since FROM cursor WHERE list = ?", (list_name,)).fetchone()
        return str(row[0]) if row else None

    def move_cursor(self, list_name: str, since: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (list_name, since))

    def raise_exception(self, system: str, source: str, reason: str, since: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO exception VALUES (?, ?, ?, ?)", (system, source, reason, since))

    def close_exception(self, system: str, source: str) -> None:
        self._db.execute("DELETE FROM exception WHERE system = ? AND source = ?", (system, source))

    def exceptions(self) -> list[dict[str, str]]:
        rows = self._db.execute("SELECT system, source, reason, since FROM exception ORDER BY since, source")
        return [dict(zip(("system", "source", "reason", "since"), row, strict=True)) for row in rows]
