"""Whether the history itself can be believed: unbroken, unaltered, and the books are what it says they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hardclose_mocks.history.codec import HistoryError, check_chained, from_plain
from hardclose_mocks.history.records import Acted, Carried, Exchange, Genesis, JobEnded, Record, Snapshot, Told
from hardclose_mocks.kernel.books import COMMANDS, Books, open_books
from hardclose_mocks.kernel.master import Master
from hardclose_mocks.kernel.refusals import Refused
from hardclose_mocks.server.calls import CRASHED
from hardclose_simulator.master_writes import MasterWrite, MasterWrites, by_name, master_before, master_write
from hardclose_simulator.source_line import SourceLine, SourceVersion, is_source, lines_of

PROBLEMS_SHOWN = 20


def check_unbroken(records: Sequence[Record]) -> None:
    """Raises HistoryError where records are missing, or were changed after they were written."""
    if not records:
        raise HistoryError("the history holds no records; there is nothing to judge")
    try:
        check_chained(records)
    except HistoryError as wrong:
        raise HistoryError(f"{wrong}; judge the run's original history.sqlite") from wrong


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source document as the second fold has it at the end. `approved_version` is 0 if nobody approved it."""

    status: str
    revision: int
    approved_version: int
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Refold:
    """The books opened again and every accepted command done again. `problems` is empty when they came out equal."""

    sources: dict[tuple[str, str], SourceState]
    problems: tuple[str, ...]
    source_lines: dict[tuple[str, str], SourceLine]
    master_writes: MasterWrites


def refold(records: Sequence[Record]) -> Refold:
    """Does every accepted command again and compares numbers, versions and the digests of every Snapshot."""
    folder = _Folder()
    for record in records:
        folder.take(record)
    return Refold(
        folder.sources, tuple(folder.problems[:PROBLEMS_SHOWN]), lines_of(folder.versions), by_name(folder.writes)
    )


class _Folder:
    def __init__(self) -> None:
        self.books: dict[str, Books] = {}
        self.sources: dict[tuple[str, str], SourceState] = {}
        self.problems: list[str] = []
        self.versions: list[tuple[str, SourceVersion]] = []
        self.writes: list[MasterWrite] = []
        self._exchanges: set[int] = set()
        self._told: set[int] = set()
        self._jobs_ended: set[int] = set()

    def take(self, record: Record) -> None:
        match record.body:
            case Genesis(master=master, opened_at=opened_at):
                self.books[record.system] = open_books(record.system, from_plain(master, Master), opened_at)
            case Exchange(carried=carried):
                self._exchanges.add(record.seq)
                if record.body.refusal == CRASHED:
                    self.problems.append(
                        f"record {record.seq}: a route of the {record.system} system crashed: see its log"
                    )
                for one in carried:
                    self._redo(record, one)
            case JobEnded(exchange=exchange, carried=carried):
                if exchange not in self._exchanges or exchange in self._jobs_ended:
                    self.problems.append(f"record {record.seq} ends a job that exchange {exchange} did not leave open")
                self._jobs_ended.add(exchange)
                if record.body.refusal == CRASHED:
                    self.problems.append(f"record {record.seq}: a job of the {record.system} system crashed")
                for one in carried:
                    self._redo(record, one)
            case Acted(carried=one):
                self._redo(record, one)
            case Told(exchange=exchange):
                if exchange not in self._exchanges:
                    self.problems.append(f"record {record.seq} tells of exchange {exchange}, which is not there")
                if exchange in self._told:
                    self.problems.append(f"record {record.seq} tells of exchange {exchange} a second time")
                self._told.add(exchange)
            case Snapshot():
                self._compare(record, record.body)
            case _:
                pass

    def _redo(self, record: Record, carried: Carried) -> None:
        if carried.refusal is not None:
            return
        books, kind = self.books.get(record.system), COMMANDS.get(record.system, {}).get(carried.command)
        if books is None or kind is None:
            self.problems.append(
                f"record {record.seq}: {carried.command} was done in {record.system}, which never opened"
            )
            return
        before = master_before(books, carried)
        try:
            done = books.do(from_plain(carried.arguments, kind), at=carried.at, actor=record.actor)
        except Refused as no:
            self.problems.append(
                f"record {record.seq}: {carried.command} was accepted and is refused now: {no.refusal}"
            )
            return
        if (done.document, done.version) != (carried.document, carried.version):
            self.problems.append(
                f"record {record.seq}: {carried.command} made {carried.document} version {carried.version}, "
                f"now {done.document} version {done.version}"
            )
        self._note_source(record, carried, books, done.document)
        write = master_write(record, carried, books, before, done.document)
        if write is not None:
            self.writes.append(write)

    def _note_source(self, record: Record, carried: Carried, books: Books, number: str | None) -> None:
        system = record.system
        document: Any = books.find(number) if number is not None else None
        if document is None or not is_source(document):
            return
        self.versions.append((system, SourceVersion(record.seq, record.wire_ns, carried.at, document)))
        # Goods are there when they are recorded: nobody approves them.
        approved_at = document.approved_at if hasattr(document, "approved_at") else document.created_at
        before = self.sources.get((system, document.number))
        version = before.approved_version if before is not None else 0
        if approved_at is not None and (before is None or before.approved_at != approved_at):
            version = document.version
        self.sources[system, document.number] = SourceState(document.status, document.revision, version, approved_at)

    def _compare(self, record: Record, snapshot: Snapshot) -> None:
        books = self.books.get(record.system)
        if books is None:
            self.problems.append(f"record {record.seq}: a snapshot of {record.system}, which never opened")
        elif (books.digest(), books.count()) != (snapshot.digest, snapshot.documents):
            self.problems.append(
                f"record {record.seq}: the {record.system} books held {snapshot.documents} documents (digest "
                f"{snapshot.digest}); folded from the history they hold {books.count()} ({books.digest()})"
            )
