"""Masters by number: which exist, belong to a company, are blocked, are valid on a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from hardclose_mocks.kernel.master import (
    Account,
    Company,
    CostCenter,
    Master,
    Person,
    Project,
    Supplier,
    TaxCode,
)
from hardclose_mocks.kernel.money import exponent
from hardclose_mocks.kernel.refusals import BlockedMaster, MergedMaster, NotValidOn, Refused, UnknownMaster

MasterRecord = Company | Supplier | CostCenter | Account | Project | TaxCode | Person
Use = tuple[str, str]
"""Kind and number of a master that a document names."""
KINDS = ("company", "supplier", "cost_center", "account", "project", "tax_code", "person")
EVERYBODY = ""
"""The company of masters that belong to none."""


@dataclass(slots=True)
class _Entry:
    blocked: bool
    valid_from: date
    valid_to: date
    survivor: str | None = None
    """What it was merged into."""


class Directory:
    """The masters of one system: those of the opening, with what commands have put, blocked and merged since.

    Raises MoneyError for a company that keeps its books in a currency the sandbox does not trade in."""

    def __init__(self, master: Master) -> None:
        for company in master.companies:
            exponent(company.currency)
        self.companies = {company.code: company for company in master.companies}
        self.people = {person.id: person for person in master.people}
        self.accounts = {account.number: account for account in master.accounts}
        opening: dict[str, tuple[MasterRecord, ...]] = {
            "company": master.companies,
            "supplier": master.suppliers,
            "cost_center": master.cost_centers,
            "account": master.accounts,
            "project": master.projects,
            "tax_code": master.tax_codes,
            "person": master.people,
        }
        self._entries: dict[Use, dict[str, _Entry]] = {}
        self._records: dict[str, dict[tuple[str, str], MasterRecord]] = {}
        for kind, records in opening.items():
            self._records[kind] = {}
            for record in records:
                self.put(kind, record)
        self._blocks: dict[Use, bool] = {}

    def put(self, kind: str, record: MasterRecord) -> None:
        """A new master, or another state of one. Whoever puts it keeps the document it comes from, for the digest."""
        number, owner = _key(record)
        self._records[kind][number, owner] = record
        entry = _entry(record)
        before = self._entries.setdefault((kind, number), {}).get(owner)
        if before is not None:
            entry.survivor = before.survivor
        self._entries[kind, number][owner] = entry

    def merge(self, kind: str, number: str, survivor: str) -> None:
        """It stays, and may not be used any more. The master is known."""
        for entry in self._entries[kind, number].values():
            entry.survivor = survivor

    def company(self, code: str) -> Company:
        """Raises Refused(UnknownMaster)."""
        found = self.companies.get(code)
        if found is None:
            raise Refused(UnknownMaster("company", code))
        return found

    def person(self, id: str) -> Person:
        """Raises Refused(UnknownMaster)."""
        found = self.people.get(id)
        if found is None:
            raise Refused(UnknownMaster("person", id))
        return found

    def tax_code(self, code: str, company: str) -> TaxCode:
        """Of a company that has it."""
        found = self._records["tax_code"][code, company]
        assert isinstance(found, TaxCode)
        return found

    def check(self, company: str, uses: Iterable[Use], on: date) -> None:
        """Raises Refused: first for any unknown master, then for any blocked or merged one, then for any that is not
        valid on that day or belongs to another company."""
        entries = self._entries
        used: list[tuple[Use, dict[str, _Entry]]] = []
        for use in dict.fromkeys(uses):
            found = entries.get(use)
            if found is None:
                raise Refused(UnknownMaster(*use))
            used.append((use, found))
        for use, found in used:
            entry = found.get(company) or found.get(EVERYBODY)
            if entry is not None and entry.blocked:
                raise Refused(BlockedMaster(*use))
            if entry is not None and entry.survivor is not None:
                raise Refused(MergedMaster(*use, entry.survivor))
        for use, found in used:
            entry = found.get(company) or found.get(EVERYBODY)
            if entry is None or not entry.valid_from <= on <= entry.valid_to:
                raise Refused(NotValidOn(*use, on))

    def account_of_kind(self, kind: str) -> str:
        """The first account of that kind. Raises Refused(UnknownMaster) if the chart of accounts has none."""
        for account in self.accounts.values():
            if account.kind == kind:
                return account.number
        raise Refused(UnknownMaster("account", kind))

    def known(self, kind: str, number: str, company: str) -> bool:
        """Whether that company may name this master, blocked or not."""
        found = self._entries.get((kind, number), {})
        return company in found or EVERYBODY in found

    def block(self, kind: str, number: str, blocked: bool) -> str | None:
        """Block or release. The company it belongs to, or None if it was so already. Raises Refused(UnknownMaster)."""
        found = self._entries.get((kind, number))
        if found is None:
            raise Refused(UnknownMaster(kind, number))
        changed = None
        for company, entry in found.items():
            if entry.blocked != blocked:
                entry.blocked = blocked
                changed = company
        if changed is not None:
            self._blocks[kind, number] = blocked
        return changed

    def masters(self, kind: str) -> list[MasterRecord]:
        """All of a kind with their present block, in the order of the master data."""
        assert kind in self._records, f"no masters of kind {kind!r}; there are {', '.join(KINDS)}"
        return [self._present(kind, record) for record in self._records[kind].values()]

    def facts(self) -> Iterator[object]:
        """Blocks as they were last set, in a stable order, for a digest."""
        yield from sorted(self._blocks.items())

    def _present(self, kind: str, record: MasterRecord) -> MasterRecord:
        if not isinstance(record, Supplier | CostCenter | Project):
            return record
        blocked = self._entries[kind, record.number][record.company].blocked
        return record if record.blocked == blocked else replace(record, blocked=blocked)


def _key(record: MasterRecord) -> tuple[str, str]:
    """Number and company."""
    match record:
        case Company(code=code):
            return code, EVERYBODY
        case Account(number=number):
            return number, EVERYBODY
        case TaxCode(code=code, company=company):
            return code, company
        case Person(id=number, company=company):
            return number, company
        case Supplier(number=number, company=company) | CostCenter(number=number, company=company):
            return number, company
        case Project(number=number, company=company):
            return number, company


def _entry(record: MasterRecord) -> _Entry:
    match record:
        case CostCenter(blocked=blocked, valid_from=first, valid_to=last):
            return _Entry(blocked, first, last)
        case Project(blocked=blocked, valid_from=first, valid_to=last):
            return _Entry(blocked, first, last)
        case TaxCode(valid_from=first, valid_to=last):
            return _Entry(False, first, last)
        case Supplier(blocked=blocked):
            return _Entry(blocked, date.min, date.max)
        case Company() | Account() | Person():
            return _Entry(False, date.min, date.max)
