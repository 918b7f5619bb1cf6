"""Records that an integration keeps up with a source: suppliers in the ERP, copies of cost centres. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hardclose_simulator.case import Case
from hardclose_simulator.master_writes import MasterWrite, Name

FIELDS = {
    "supplier": ("name", "tax_id", "payment_terms_days", "contact", "bank_account", "blocked"),
    "cost_center": ("name", "owner", "valid_from", "valid_to", "blocked"),
}
"""By kind: fields that the source and the record both have."""


@dataclass(frozen=True, slots=True)
class Revision:
    """What the source said from the record `seq` on."""

    seq: int
    wire_ns: int
    number: int
    document: Any


@dataclass(frozen=True, slots=True)
class Followed:
    """A record with what was done to it, and the approved revisions of the one source that it stands for."""

    name: Name
    source: str
    fact: str
    writes: tuple[MasterWrite, ...]
    revisions: tuple[Revision, ...]

    @property
    def number(self) -> str:
        return self.name[2]

    @property
    def kind(self) -> str:
        return self.name[1]

    @property
    def latest(self) -> Revision:
        return self.revisions[-1]

    def bearing(self, field: str, value: Any, *, before_seq: int) -> list[int]:
        """The revisions with that value which were there by then, ascending."""
        return [
            one.number for one in self.revisions if one.seq < before_seq and same(getattr(one.document, field), value)
        ]


def followed(case: Case) -> Iterator[Followed]:
    """Records that the integration has written to, with their source; none where several sources share a record, or
    nothing says whose it is."""
    for name, writes in case.master_writes.items():
        if not any(one.by_integration for one in writes):
            continue
        sources = sources_of(case, name)
        if len(sources) != 1:
            continue
        revisions = revisions_of(case, name, sources[0])
        if revisions:
            yield Followed(name, sources[0], fact_of(case, name, sources[0]), writes, revisions)


def sources_of(case: Case, name: Name) -> tuple[str, ...]:
    """The numbers, at the source, of what this record stands for: by its references, and by what was written back."""
    system, kind, number = name
    if kind == "cost_center":
        return (number,) if system != "erp" else ()
    told = [write.after.reference for write in case.master_writes[name] if write.by_integration]
    told += case.claimed.get(number, ())
    document = case.documents.get(number)
    fact = case.fact_of(document) if document is not None else None
    told += [fact.source] if fact is not None else []
    return tuple(dict.fromkeys(one for one in told if ("procurement", one) in case.source_lines))


def revisions_of(case: Case, name: Name, source: str) -> tuple[Revision, ...]:
    """In order: of a request those that were approved, of a cost centre what the ERP made of it."""
    found: dict[int, Revision] = {}
    if name[1] == "cost_center":
        writes = case.master_writes.get(("erp", "cost_center", source), ())
        for one in writes:
            if one.before is not None:
                found.setdefault(one.before.revision, Revision(-1, 0, one.before.revision, one.before))
            revision = Revision(one.when.seq, one.when.wire_ns, one.after.revision, one.after)
            found.setdefault(one.after.revision, revision)
    else:
        for version in case.source_lines["procurement", source].versions:
            if version.approved:
                revision = Revision(version.seq, version.wire_ns, version.revision, version.document)
                found.setdefault(version.revision, revision)
    return tuple(found.values())


def fact_of(case: Case, name: Name, source: str) -> str:
    """The id of the fact that asked for the record; its source's number where there is none."""
    if name[1] == "supplier":
        return case.attribution.parties.registered.get(source, source)
    return next((one.id for one in case.changes if one.flow == "MDM" and one.source == source), source)


def same(one: Any, other: Any) -> bool:
    """Equal, however it is spelt: systems trim, and write numbers with and without blanks."""
    return bool(plainly(one) == plainly(other))


def plainly(value: Any) -> Any:
    return "".join(letter for letter in value if letter.isalnum()).casefold() if isinstance(value, str) else value
