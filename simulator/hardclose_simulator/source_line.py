"""The versions of every source document in their order: what people had asked and approved at any moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

TAKEN_BACK = frozenset(
    {
        "recalled", "cancelled", "sent_back", "rejected", "draft", "submitted", "pending",
        "captured", "proposed", "reversed",
    }
)  # fmt: skip
"""Statuses of a source document under which nothing of it may be posted."""


@dataclass(frozen=True, slots=True)
class SourceVersion:
    """A source document as the record `seq` left it; `wire_ns` and `at` are when that was."""

    seq: int
    wire_ns: int
    at: datetime
    document: Any

    @property
    def number(self) -> str:
        return str(self.document.number)

    @property
    def revision(self) -> int:
        return int(self.document.revision)

    @property
    def version(self) -> int:
        return int(self.document.version)

    @property
    def status(self) -> str:
        return str(self.document.status)

    @property
    def approved(self) -> bool:
        """Whether any revision of it is, see `approved_revision`."""
        return self.status not in TAKEN_BACK

    @property
    def approved_revision(self) -> int | None:
        """The revision whose approval counts; None where none does. Kinds of documents that cannot be edited while they
        are approved do not tell it: it is their revision."""
        told = getattr(self.document, "approved_revision", None)
        return (self.revision if told is None else int(told)) if self.approved else None


@dataclass(frozen=True, slots=True)
class SourceLine:
    """All versions of one source document. Write-backs make versions too, and change neither revision nor approval."""

    versions: tuple[SourceVersion, ...] = ()

    def first_approval(self, revision: int | None = None) -> SourceVersion | None:
        """The first version in which that revision, or any, was approved."""
        return next((one for one in self.versions if one.approved and revision in (None, one.approved_revision)), None)

    def taken_back(self, revision: int, *, since_seq: int) -> SourceVersion | None:
        """The first later version in which that approved revision no longer counted."""
        for one in self.versions:
            counts = one.approved_revision
            if one.seq > since_seq and (counts is None or counts > revision):
                return one
        return None

    def revisions(self) -> tuple[SourceVersion, ...]:
        """The first version of each revision."""
        seen: dict[int, SourceVersion] = {}
        for one in self.versions:
            seen.setdefault(one.revision, one)
        return tuple(seen.values())

    @property
    def truth(self) -> SourceVersion | None:
        """The content whose approval counts at the end; None where none does."""
        counts = self.versions[-1].approved_revision if self.versions else None
        return next((one for one in self.revisions() if counts is not None and one.revision == counts), None)

    @property
    def latest(self) -> SourceVersion | None:
        return self.versions[-1] if self.versions else None


def is_source(document: object) -> bool:
    """Whether integrations write back to documents of this kind."""
    return all(hasattr(document, name) for name in ("posting", "revision", "version", "status"))


def lines_of(versions: Iterable[tuple[str, SourceVersion]]) -> dict[tuple[str, str], SourceLine]:
    """By (system, number)."""
    listed: dict[tuple[str, str], list[SourceVersion]] = {}
    for system, version in versions:
        listed.setdefault((system, version.number), []).append(version)
    return {name: SourceLine(tuple(found)) for name, found in listed.items()}
