"""The service's memory: jobs, received events, cursors and exceptions in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from hardclose_reference.job import SUPERSEDED, Job
from hardclose_reference.targets import kinds_of

_TABLES = """
CREATE TABLE IF NOT EXISTS job (
    kind TEXT, number TEXT, instance TEXT, open INTEGER, next_at REAL, content TEXT,
    PRIMARY KEY (kind, number, instance));
CREATE INDEX IF NOT EXISTS job_open ON job (open, next_at);
CREATE TABLE IF NOT EXISTS need (
    kind TEXT, number TEXT, by_kind TEXT, by_number TEXT, by_instance TEXT,
    PRIMARY KEY (kind, number, by_kind, by_number, by_instance));
CREATE TABLE IF NOT EXISTS event (system TEXT, id TEXT, content TEXT, PRIMARY KEY (system, id));
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS cursor (list TEXT PRIMARY KEY, since TEXT);
CREATE TABLE IF NOT EXISTS batch (name TEXT PRIMARY KEY, asked TEXT, told TEXT);
CREATE TABLE IF NOT EXISTS exception (
    system TEXT, source TEXT, reason TEXT, since TEXT, about TEXT, PRIMARY KEY (system, source, about));
"""


class Store:
    """Survives a killed process. Synchronous on purpose: the file is local, and a commit takes microseconds."""

    def __init__(self, folder: Path, *, on_disk: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "reference.sqlite" if on_disk else ":memory:", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLES)
        self._kinds: set[str] = set()
        self._in_use: WeakValueDictionary[tuple[str, str, str], Job] = WeakValueDictionary()

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """What is changed inside survives together, or not at all; within another, together with that."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # --- jobs ---------------------------------------------------------------------------------------------------

    def job(self, kind: str, number: str, instance: str = "") -> Job | None:
        """The same object for everybody who uses it at one time: news reaches him who works on it."""
        if (job := self._in_use.get((kind, number, instance))) is not None:
            return job
        row = self._db.execute(
            "SELECT content FROM job WHERE kind = ? AND number = ? AND instance = ?", (kind, number, instance)
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
        for kind, number in job.needs:
            self._db.execute("INSERT OR IGNORE INTO need VALUES (?, ?, ?, ?, ?)", (kind, number, *job.key))
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

    def waiting_for(self, job: Job) -> list[Job]:
        """Those that need it, whatever became of them."""
        rows = self._db.execute(
            "SELECT by_kind, by_number, by_instance FROM need WHERE kind = ? AND number = ?", (job.kind, job.number)
        ).fetchall()
        return [waiting for row in rows if (waiting := self.job(*row)) is not None]

    def shown_as(self, system: str, number: str) -> list[Job]:
        """The document of that number and its errands, as people see them."""
        own = [job for kind in kinds_of(system) if (job := self.job(kind, number)) is not None]
        errands = [job for one in own for job in self.waiting_for(one) if job.home == [system, number]]
        return own + errands

    def needed(self) -> list[Job]:
        rows = self._db.execute("SELECT DISTINCT kind, number FROM need").fetchall()
        return [job for row in rows if (job := self.job(*row)) is not None]

    def has_number(self, number: str) -> bool:
        """Whether there ever was a job of any kind under that number."""
        return self._db.execute("SELECT 1 FROM job WHERE number = ? LIMIT 1", (number,)).fetchone() is not None

    def knows(self, kind: str) -> bool:
        """Whether there ever was a job of that kind."""
        if kind not in self._kinds and self._db.execute("SELECT 1 FROM job WHERE kind = ? LIMIT 1", (kind,)).fetchone():
            self._kinds.add(kind)
        return kind in self._kinds

    def jobs(self) -> Iterator[Job]:
        for row in self._db.execute("SELECT content FROM job ORDER BY kind, number"):
            yield Job(**json.loads(row[0]))

    def _used(self, job: Job) -> Job:
        return self._in_use.setdefault(job.key, job)

    # --- how a job ends -----------------------------------------------------------------------------------------

    def done(self, job: Job, document: str) -> None:
        job.done(document)
        self.close_exception(job.system, job.shown_as, about=_about(job))
        self.save(job)

    def park(self, job: Job, reason: str, since: str) -> None:
        """Visible twice: in our own list of exceptions, and at the source (see `telling`)."""
        job.parked(reason)
        self.show(job, reason, since)
        self.save(job)

    def show(self, job: Job, reason: str, since: str) -> None:
        """To a person, while it is tried on."""
        self.raise_exception(job.system, job.shown_as, reason, since, about=_about(job))

    def drop(self, job: Job) -> None:
        """Nothing is to be done about it any more."""
        job.state = SUPERSEDED
        self.close_exception(job.system, job.shown_as, about=_about(job))
        self.save(job)

    # --- events, cursors, exceptions ----------------------------------------------------------------------------

    def keep_event(self, event_id: str, system: str, content: str) -> bool:
        """False if it was there before."""
        done = self._db.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?)", (system, event_id, content))
        return done.rowcount == 1

    def keep_batch(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        self._db.execute("INSERT OR IGNORE INTO batch VALUES (?, ?, NULL)", (name, json.dumps(rows)))

    def batch(self, name: str) -> list[dict[str, Any]]:
        """Its rows, as they were sent first."""
        row = self._db.execute("SELECT asked FROM batch WHERE name = ?", (name,)).fetchone()
        return list(json.loads(row[0]))

    def keep_batch_results(self, name: str, results: Sequence[Mapping[str, Any]]) -> None:
        self._db.execute("UPDATE batch SET told = ? WHERE name = ?", (json.dumps(results), name))

    def batch_results(self, name: str) -> list[Mapping[str, Any]] | None:
        """None while nothing was told of it."""
        row = self._db.execute("SELECT told FROM batch WHERE name = ?", (name,)).fetchone()
        return list(json.loads(row[0])) if row[0] else None

    def secret(self, name: str) -> str:
        """One that was replaced since we were started first; empty if there is none."""
        row = self._db.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def keep_secret(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO secret VALUES (?, ?)", (name, value))

    def secrets_of(self, system: str) -> SecretsOf:
        """The same under one system's name."""
        return SecretsOf(self, system)

    def cursor(self, list_name: str) -> str | None:
        row = self._db.execute("SELECT since FROM cursor WHERE list = ?", (list_name,)).fetchone()
        return str(row[0]) if row else None

    def move_cursor(self, list_name: str, since: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (list_name, since))

    def raise_exception(self, system: str, source: str, reason: str, since: str, *, about: str = "") -> None:
        """`about` tells the errands of one source document apart."""
        self._db.execute(
            "INSERT OR REPLACE INTO exception VALUES (?, ?, ?, ?, ?)", (system, source, reason, since, about)
        )

    def close_exception(self, system: str, source: str, *, about: str = "") -> None:
        self._db.execute("DELETE FROM exception WHERE system = ? AND source = ? AND about = ?", (system, source, about))

    def exceptions(self) -> list[dict[str, str]]:
        rows = self._db.execute("SELECT system, source, reason, since FROM exception ORDER BY since, source")
        return [dict(zip(("system", "source", "reason", "since"), row, strict=True)) for row in rows]


@dataclass(frozen=True, slots=True)
class SecretsOf:
    """A system's part of the secrets."""

    store: Store
    system: str

    def secret(self, name: str) -> str:
        return self.store.secret(f"{self.system}/{name}")

    def keep_secret(self, name: str, value: str) -> None:
        self.store.keep_secret(f"{self.system}/{name}", value)


def _about(job: Job) -> str:
    return f"{job.kind} {job.instance}" if job.home else ""
