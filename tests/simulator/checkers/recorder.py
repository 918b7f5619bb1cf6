"""Writes records as a sandbox would: real books, numbered and chained, in order of wire time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hardclose_mocks.clock import NS
from hardclose_mocks.history.codec import START, chain, encode_body, plain
from hardclose_mocks.history.records import Acted, Carried, Emitted, JobEnded, Record, Told
from hardclose_mocks.kernel.books import Books
from hardclose_mocks.kernel.documents import Event
from hardclose_mocks.kernel.refusals import Refused
from hardclose_mocks.pace import CI

DAY_ZERO = datetime(2026, 11, 30, tzinfo=UTC)
RATE = CI.business_rate
TIME = re.compile(r"^(\d{1,3}):(\d\d)(?::(\d\d))?(?:\+([\d.]+)s)?$")


def wire_ns_of(text: str) -> int:
    """Nanoseconds of `09:00`, `09:00:30`, `33:00` or `09:00+0.4s`."""
    found = TIME.match(text)
    assert found, f"{text!r} is no time; write 09:00, 09:00:30 or 09:00+0.4s"
    hours, minutes, seconds, wire = found.groups()
    business_s = int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)
    return round((business_s / RATE + float(wire or 0)) * NS)


def business_at(wire_ns: int) -> datetime:
    return DAY_ZERO + timedelta(seconds=wire_ns / NS * RATE)


def rehashed(records: Sequence[Record]) -> list[Record]:
    """The same records numbered and chained anew; exchanges keep their tellings."""
    places = {record.seq: place for place, record in enumerate(records)}
    last, fresh = START, []
    for place, record in enumerate(records):
        body = record.body
        if isinstance(body, Told | JobEnded):
            body = replace(body, exchange=places[body.exchange])
        bare = replace(record, seq=place, body=body, h="")
        last = chain(last, bare, encode_body(bare))
        fresh.append(replace(bare, h=last))
    return fresh


@dataclass(slots=True)
class _Item:
    wire_ns: int
    system: str
    actor: str
    body: Any
    tells: int | None


@dataclass(slots=True)
class Recorder:
    """`now_ns` is the wire clock. `names` are the script's names for documents."""

    books: dict[str, Books] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    now_ns: int = 0
    _items: list[_Item] = field(default_factory=list)
    _events: int = 0
    untold: list[tuple[str, Event]] = field(default_factory=list)
    """Events of commands over the wire, which only `tell` writes down."""

    @property
    def at(self) -> datetime:
        return business_at(self.now_ns)

    def note(
        self, system: str, body: Any, actor: str = "harness", *, at_ns: int | None = None, tells: int | None = None
    ) -> int:
        """Its place, for a telling to name: `tells`."""
        self._items.append(_Item(self.now_ns if at_ns is None else at_ns, system, actor, body, tells))
        return len(self._items) - 1

    def act(self, system: str, command: Any, actor: str) -> tuple[str, int]:
        """A person's command; the id of its last event and the document's version."""
        done = self.books[system].do(command, at=self.at, actor=actor)
        kind, arguments = type(command).__name__, plain(command)
        self.note(system, Acted(Carried(kind, arguments, self.at, done.document, done.version)), actor)
        name = ""
        for event in done.events:
            self._events += 1
            name = f"evt_{self._events}"
            emitted = Emitted(
                name, event.type, event.subject, event.revision, event.company, event.at, dict(event.data)
            )
            self.note(system, emitted, "books")
        return name, done.version

    def carry(self, system: str, command: Any, actor: str, alias: str | None) -> tuple[Carried, str | None, int]:
        """A command over the wire: what was carried, the refusal's name and the status."""
        kind, arguments = type(command).__name__, plain(command)
        try:
            done = self.books[system].do(command, at=self.at, actor=actor)
        except Refused as no:
            name = type(no.refusal).__name__
            return Carried(kind, arguments, self.at, refusal=name, refusal_data=plain(no.refusal)), name, 422
        self.untold += [(system, event) for event in done.events]
        if alias is not None and done.document is not None:
            self.names[alias] = done.document
        return Carried(kind, arguments, self.at, done.document, done.version), None, 201

    def tell(self) -> None:
        """Writes down what the books announced since."""
        for system, event in self.untold:
            self._events += 1
            name = f"evt_{self._events}"
            emitted = Emitted(
                name, event.type, event.subject, event.revision, event.company, event.at, dict(event.data)
            )
            self.note(system, emitted, "books")
        self.untold.clear()

    def records(self) -> list[Record]:
        """In order of wire time; what is written at one instant keeps the order it was noted in."""
        order = sorted(range(len(self._items)), key=lambda place: self._items[place].wire_ns)
        seqs = {place: seq for seq, place in enumerate(order)}
        last, records = START, []
        for seq, place in enumerate(order):
            item = self._items[place]
            body = replace(item.body, exchange=seqs[item.tells]) if item.tells is not None else item.body
            bare = Record(seq, item.wire_ns, business_at(item.wire_ns), item.system, item.actor, body)
            last = chain(last, bare, encode_body(bare))
            records.append(replace(bare, h=last))
        return records
