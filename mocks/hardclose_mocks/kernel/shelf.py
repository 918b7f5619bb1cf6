"""Documents of one kind by number, and in the order of their last change. Knows no business rule."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Generic, Protocol, TypeVar


class Versioned(Protocol):
    @property
    def number(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def updated_at(self) -> datetime: ...


D = TypeVar("D", bound=Versioned)
Change = tuple[datetime, str, int]
SPARE = 256
"""Outdated lines of the change log that are not worth a clean-up."""


class Shelf(Generic[D]):
    """A change costs one line in a sorted log; lines outdated by a later change are skipped, and swept when they
    outnumber the documents."""

    def __init__(self) -> None:
        self._documents: dict[str, D] = {}
        self._log: list[Change] = []
        self._hashes: dict[str, tuple[D, bytes]] = {}

    def __len__(self) -> int:
        return len(self._documents)

    def __contains__(self, number: str) -> bool:
        return number in self._documents

    def get(self, number: str) -> D | None:
        return self._documents.get(number)

    def put(self, document: D) -> None:
        """A new document, or a new version of one."""
        self._documents[document.number] = document
        change = (document.updated_at, document.number, document.version)
        if not self._log or self._log[-1] < change:
            self._log.append(change)
        else:
            insort(self._log, change)
        if len(self._log) > 2 * len(self._documents) + SPARE:
            # A new list: whoever still reads the old one keeps a consistent view.
            self._log = [line for line in self._log if self._documents[line[1]].version == line[2]]

    def changed(self, since: datetime | None = None) -> Iterator[D]:
        """Last changed at or after `since`, in order of (updated_at, number); all without it."""
        log, documents = self._log, self._documents
        start = 0 if since is None else bisect_left(log, (since, "", 0))
        for place in range(start, len(log)):
            _, number, version = log[place]
            document = documents[number]
            if document.version == version:
                yield document

    def facts(self) -> Iterator[object]:
        """A hash per document, in order of numbers, for a digest. Unchanged ones are not hashed again."""
        for number in sorted(self._documents):
            document = self._documents[number]
            known = self._hashes.get(number)
            if known is None or known[0] is not document:
                known = self._hashes[number] = (document, blake2b(repr(document).encode(), digest_size=16).digest())
            yield known[1]


def digest_of(*streams: Iterator[object]) -> str:
    """One hash over all that the streams yield, in that order."""
    total = blake2b(digest_size=16)
    for stream in streams:
        for fact in stream:
            total.update(fact if isinstance(fact, bytes) else repr(fact).encode())
            total.update(b"\n")
        total.update(b"\n\n")
    return total.hexdigest()
