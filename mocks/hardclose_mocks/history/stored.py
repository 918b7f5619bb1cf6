"""The records of a history that is kept in its store alone, read again in blocks: memory does not grow with a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, overload, runtime_checkable

from hardclose_mocks.history.records import Record
from hardclose_mocks.history.store import Store

BLOCK = 2_000
"""Records read at a time: some MB of them."""


@runtime_checkable
class Rereadable(Store, Protocol):
    """A store that hands back any part of what it keeps at once, without a network between."""

    def count(self) -> int: ...

    def part(self, first: int, most: int) -> list[Record]:
        """At most so many records, beginning with number `first`. Raises HistoryError."""
        ...


class StoredRecords(Sequence[Record]):
    """All records so far, as a list would show them. `flush` is called before reading: what is pending is part of
    them. Reading is a matter of some microseconds a record, and whoever asks waits for it."""

    def __init__(self, store: Rereadable, length: Callable[[], int], flush: Callable[[], None]) -> None:
        self._store, self._length, self._flush = store, length, flush

    def __len__(self) -> int:
        return self._length()

    def __iter__(self) -> Iterator[Record]:
        return self.since(0)

    def since(self, first: int) -> Iterator[Record]:
        """From record number `first` on, to the last one there is when the iterator gets there."""
        while True:
            self._flush()
            block = self._store.part(first, BLOCK)
            yield from block
            if not block:
                return
            first = block[-1].seq + 1

    @overload
    def __getitem__(self, place: int) -> Record: ...

    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...

    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        self._flush()
        if isinstance(place, slice):
            first, end, step = place.indices(len(self))
            assert step > 0, "histories are read forwards"
            return self._store.part(first, max(0, end - first))[::step]
        wanted = range(len(self))[place]
        return self._store.part(wanted, 1)[0]
