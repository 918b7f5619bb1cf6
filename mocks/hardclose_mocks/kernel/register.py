"""Documents of one kind in the ERP: by number, by reference, in the order of their last change."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from hardclose_mocks.kernel.refusals import DuplicateReference, Refused, UnknownDocument, VersionMismatch, WrongState
from hardclose_mocks.kernel.shelf import Shelf, Versioned


class Referring(Versioned, Protocol):
    @property
    def reference(self) -> str: ...
    @property
    def live(self) -> bool: ...


class Reversible(Referring, Protocol):
    @property
    def status(self) -> str: ...
    @property
    def reverses(self) -> str | None: ...


D = TypeVar("D", bound=Referring)


class Register(Generic[D]):
    """A shelf with an index of the source's references."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.shelf: Shelf[D] = Shelf()
        self._by_reference: dict[str, list[str]] = {}

    def enter(self, document: D) -> None:
        """A new one; new versions go to the shelf directly."""
        self.shelf.put(document)
        self._by_reference.setdefault(document.reference, []).append(document.number)

    def by_reference(self, reference: str) -> list[D]:
        """All with that reference, live or not, oldest first."""
        found = (self.shelf.get(number) for number in self._by_reference.get(reference, ()))
        return [one for one in found if one is not None]

    def check_unique(self, reference: str) -> None:
        """Raises Refused(DuplicateReference) if a live document has it."""
        for one in self.by_reference(reference):
            if one.live:
                raise Refused(DuplicateReference(reference, one.number))

    def there(self, number: str) -> D:
        """One that must be there: it is on a list of ours."""
        found = self.shelf.get(number)
        assert found is not None, f"there is no {self.kind} {number}"
        return found

    def named(self, number: str, expected_version: int | None = None) -> D:
        """Raises Refused: UnknownDocument, or VersionMismatch where a version is expected and not the current one."""
        found = self.shelf.get(number)
        if found is None:
            raise Refused(UnknownDocument(self.kind, number))
        if expected_version not in (None, found.version):
            raise Refused(VersionMismatch(number, expected_version or 0, found.version))
        return found


def check_reversible(kind: str, document: Reversible) -> None:
    """Raises Refused(WrongState) for a reversal, and for what is reversed already."""
    if document.reverses is not None:
        raise Refused(WrongState(kind, document.number, "reversal", "reversed"))
    if document.status == "reversed":
        raise Refused(WrongState(kind, document.number, "reversed", "reversed"))
