"""Documents of one kind in a source system: by number, with one event at most for each new version."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from hardclose_mocks.kernel.documents import Done, Event
from hardclose_mocks.kernel.refusals import DuplicateReference, Refused, UnknownDocument
from hardclose_mocks.kernel.shelf import Shelf, Versioned


class Filed(Versioned, Protocol):
    @property
    def company(self) -> str: ...
    @property
    def revision(self) -> int: ...


D = TypeVar("D", bound=Filed)


class Filing(Generic[D]):
    """A shelf whose changes are told with the revision of the document. `numbers` are those taken by any kind: one
    number names one document of the system."""

    def __init__(self, kind: str, numbers: set[str]) -> None:
        self.kind = kind
        self._numbers = numbers
        self.shelf: Shelf[D] = Shelf()

    def named(self, number: str) -> D:
        """Raises Refused(UnknownDocument)."""
        found = self.shelf.get(number)
        if found is None:
            raise Refused(UnknownDocument(self.kind, number))
        return found

    def check_new(self, number: str) -> None:
        """Raises Refused(DuplicateReference)."""
        if number in self._numbers:
            raise Refused(DuplicateReference(number, number))

    def put(self, document: D, event: str | None = None) -> Done:
        self.shelf.put(document)
        self._numbers.add(document.number)
        events: tuple[Event, ...] = ()
        if event is not None:
            what = f"{self.kind}.{event}"
            events = (Event(what, document.number, document.revision, document.company, document.updated_at),)
        return Done(document.number, document.version, events)
