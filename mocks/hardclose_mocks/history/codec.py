"""Records to canonical JSON and back, and the hash chain over them. Knows no store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from sys import intern
from typing import Any, TypeVar

import msgspec

from hardclose_mocks.history.packed import Packed
from hardclose_mocks.history.records import KINDS, Body, DeliveryTried, Emitted, Exchange, Record, Told

START = "0" * 32


def _written(value: Any) -> msgspec.Raw:
    """Packed objects were written by `to_json` once: they go as they are."""
    if isinstance(value, Packed):
        return msgspec.Raw(value.json)
    raise NotImplementedError(f"{type(value).__name__} is no JSON")


def _shown(value: Any) -> Any:
    if isinstance(value, Packed):
        return value.unpacked()
    raise NotImplementedError(f"{type(value).__name__} is no JSON")


_encode = msgspec.json.Encoder(order="deterministic", enc_hook=_written).encode
T = TypeVar("T")


class HistoryError(ValueError):
    """A stored history that cannot be believed: unreadable, truncated, or changed after it was written."""


def to_json(value: Any) -> bytes:
    """Canonical JSON: keys sorted, no blanks; dataclasses, dates and tuples included."""
    return _encode(value)


def plain(value: Any) -> Any:
    """The same value as plain JSON types."""
    return msgspec.to_builtins(value, enc_hook=_shown)


def from_plain(value: Any, kind: type[T]) -> T:
    """The typed value of plain JSON types; raises HistoryError naming the field that does not fit."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as wrong:
        raise HistoryError(f"not a {kind.__name__}: {wrong}") from wrong


def encode_body(record: Record) -> bytes:
    """What is hashed and stored of a record besides its own columns."""
    return to_json(record.body)


def chain(previous: str, record: Record, body: bytes) -> str:
    """The record's `h`: 128 bits of BLAKE2b over the previous hash and everything the record says."""
    return link(
        previous,
        record.seq,
        record.kind,
        record.wire_ns,
        record.business.isoformat(),
        record.system,
        record.actor,
        body,
    )


def link(previous: str, seq: int, kind: str, wire_ns: int, business: str, system: str, actor: str, body: bytes) -> str:
    """The same from the columns of a record that is not made yet."""
    head = f"{previous}{seq}|{kind}|{wire_ns}|{business}|{system}|{actor}|"
    return hashlib.blake2b(head.encode() + body, digest_size=16).hexdigest()


def check_chained(records: Iterable[Record]) -> None:
    """Raises HistoryError where records are missing, or were changed after they were written."""
    for _ in chained(records):
        pass


def chained(records: Iterable[Record]) -> Iterator[Record]:
    """The same records, each once it is known to be the one that was written after those before it."""
    last = START
    for place, record in enumerate(records):
        if record.seq != place:
            raise HistoryError(
                f"record {place} is missing: the history goes on with {record.seq}; it was cut or edited"
            )
        expected = chain(last, record, encode_body(record))
        if record.h != expected:
            raise HistoryError(
                f"record {place} ({record.kind}) was changed after it was written: its hash is {record.h}, its content "
                f"gives {expected}"
            )
        last = record.h
        yield record


def decode(seq: int, kind: str, wire_ns: int, business: str, system: str, actor: str, body: bytes, h: str) -> Record:
    """A record from its columns; raises HistoryError where they do not make one. SQLite vouches for no types."""
    if kind not in KINDS:
        raise HistoryError(f"record {seq} is of unknown kind {kind!r}: written by another version of hardclose?")
    for name, value, type_ in (
        ("wire_ns", wire_ns, int),
        ("system", system, str),
        ("actor", actor, str),
        ("h", h, str),
    ):
        if not isinstance(value, type_):
            raise HistoryError(f"record {seq} ({kind}) cannot be read: {name} is {value!r}")
    try:
        at = datetime.fromisoformat(business)
        if at.tzinfo is None:
            raise ValueError(f"{business} has no time zone")
        value = msgspec.json.decode(body, type=KINDS[kind])
    except (msgspec.DecodeError, ValueError, TypeError, RecursionError) as wrong:
        raise HistoryError(f"record {seq} ({kind}) cannot be read: {wrong}") from wrong
    return Record(seq, wire_ns, at, intern(system), intern(actor), _packed(value), h)


_NOTHING: Mapping[str, Any] = {}
_SHARED: dict[type, tuple[str, ...]] = {
    Exchange: ("op", "method", "credential", "subject"),
    Told: ("delivered", "form"),
    Emitted: ("id", "type", "subject", "company"),
    DeliveryTried: ("event", "message", "subscription", "subject", "label", "outcome", "payload"),
}
"""Texts that many records repeat: one copy of each will do."""
_OFTEN_EMPTY: dict[type, tuple[str, ...]] = {Exchange: ("query", "headers", "answer_headers"), Emitted: ("trace",)}


def _packed(body: Body) -> Body:
    """The same with its largest contents packed, those that next to nobody asks for, and its texts shared. Nobody has
    seen it yet, so it may be set in a frozen class."""
    kind = type(body)
    for name in _SHARED.get(kind, ()):
        object.__setattr__(body, name, intern(getattr(body, name)))
    for name in _OFTEN_EMPTY.get(kind, ()):
        if not getattr(body, name):
            object.__setattr__(body, name, _NOTHING)
    if isinstance(body, Emitted):
        object.__setattr__(body, "data", Packed(to_json(body.data)))
    elif isinstance(body, Exchange) and isinstance(body.answer, dict):
        object.__setattr__(body, "answer", Packed(to_json(body.answer)))
    return body
