"""Cost centres: made and changed in the ERP, copied to the source systems with the ERP's revision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from hardclose_mocks.kernel.commands import BlockCostCenter, ChangeCostCenter, CreateCostCenter, PutCostCenter
from hardclose_mocks.kernel.directory import Directory
from hardclose_mocks.kernel.documents import CostCenterMaster, Done, Event
from hardclose_mocks.kernel.ledger import check_filled
from hardclose_mocks.kernel.master import CostCenter
from hardclose_mocks.kernel.refusals import DuplicateReference, Invalid, OlderRevision, Refused, UnknownMaster
from hardclose_mocks.kernel.shelf import Shelf
from hardclose_mocks.kernel.suppliers import OPENING

KIND = "cost_center"


class CostCenters:
    """Each method checks everything before it changes anything. The ERP's directory is kept up with every change."""

    def __init__(self, directory: Directory, opened_at: datetime, numbers: set[str] | None = None) -> None:
        """`numbers` are those taken by any kind, where whoever writes draws them."""
        self._directory, self._numbers = directory, set[str]() if numbers is None else numbers
        self.shelf: Shelf[CostCenterMaster] = Shelf()
        for master in directory.masters(KIND):
            assert isinstance(master, CostCenter)
            assert master.number not in self.shelf, f"two cost centres are called {master.number}"
            self._keep(_opening(master, opened_at))

    # --- the ERP's own ---

    def create(self, command: CreateCostCenter, at: datetime, actor: str) -> Done:
        check_filled(number=command.number, name=command.name)
        _check_validity(command.valid_from, command.valid_to)
        company = self._directory.company(command.company)
        self._check_owner(company.code, command.owner)
        if command.number in self.shelf:
            raise Refused(DuplicateReference(command.number, command.number))
        made = CostCenterMaster(
            command.number, company.code, command.name, command.owner, command.valid_from, command.valid_to,
            blocked=False, revision=1, version=1, created_at=at, updated_at=at, created_by=actor,
        )  # fmt: skip
        return self._put(made, "created")

    def change(self, command: ChangeCostCenter, at: datetime) -> Done:
        before = self._named(command.number)
        names = ("name", "owner", "valid_from", "valid_to")
        after = replace(before, **{n: value for n in names if (value := getattr(command, n)) is not None})
        check_filled(name=after.name)
        _check_validity(after.valid_from, after.valid_to)
        self._check_owner(after.company, after.owner)
        if after == before:
            return Done(before.number, before.version, ())
        return self._put(_next(after, at), "changed")

    def block(self, command: BlockCostCenter, at: datetime) -> Done:
        """Masters' blocks name no document in what they achieved."""
        before = self._named(command.number)
        if before.blocked == command.blocked:
            return Done(None, 0, ())
        done = self._put(
            _next(replace(before, blocked=command.blocked), at), "blocked" if command.blocked else "released"
        )
        return Done(None, 0, done.events)

    # --- the source systems' copies ---

    def copy(self, command: PutCostCenter, at: datetime, actor: str) -> Done:
        """Raises Refused(OlderRevision) where the card says so; otherwise what comes last stands.

        A center that was unknown may be used from now on. Beyond that a copy is on record and refuses no form: what
        people get done must not depend on how fast an integration is."""
        check_filled(number=command.number, name=command.name)
        _check_validity(command.valid_from, command.valid_to)
        if command.revision < 1:
            raise Refused(Invalid("revision", f"revisions count from 1, not {command.revision}"))
        company = self._directory.company(command.company)
        self._check_owner(company.code, command.owner)
        before = self.shelf.get(command.number)
        made = CostCenterMaster(
            command.number, company.code, command.name, command.owner, command.valid_from, command.valid_to,
            command.blocked, command.revision, version=1, created_at=at, updated_at=at, created_by=actor,
        )  # fmt: skip
        if before is None:
            if command.number in self._numbers:
                raise Refused(DuplicateReference(command.number, command.number))
            self._offer(made)
            return self._keep(made)
        if before.company != company.code:
            raise Refused(Invalid("company", f"{before.number} is a cost centre of {before.company}"))
        if command.refuse_older and command.revision < before.revision:
            raise Refused(OlderRevision(KIND, before.number, command.revision, before.revision))
        same = replace(
            made,
            version=before.version,
            created_at=before.created_at,
            updated_at=before.updated_at,
            created_by=before.created_by,
        )
        if same == before:
            return Done(before.number, before.version, ())
        return self._keep(replace(same, version=before.version + 1, updated_at=at))

    def _named(self, number: str) -> CostCenterMaster:
        found = self.shelf.get(number)
        if found is None:
            raise Refused(UnknownMaster(KIND, number))
        return found

    def _check_owner(self, company: str, owner: str) -> None:
        if not self._directory.known("person", owner, company):
            raise Refused(UnknownMaster("person", owner))

    def _put(self, master: CostCenterMaster, event: str) -> Done:
        done = self._keep(master)
        self._offer(master)
        told = Event(f"{KIND}.{event}", master.number, master.revision, master.company, master.updated_at)
        return replace(done, events=(told,))

    def _keep(self, master: CostCenterMaster) -> Done:
        self.shelf.put(master)
        self._numbers.add(master.number)
        return Done(master.number, master.version, ())

    def _offer(self, master: CostCenterMaster) -> None:
        record = CostCenter(
            master.number, master.name, master.company, master.owner, master.valid_from, master.valid_to, master.blocked
        )
        self._directory.put(KIND, record)


def _next(master: CostCenterMaster, at: datetime) -> CostCenterMaster:
    return replace(master, revision=master.revision + 1, version=master.version + 1, updated_at=at)


def _check_validity(first: date, last: date) -> None:
    if last < first:
        raise Refused(Invalid("valid_to", f"{last} is before {first}"))


def _opening(master: CostCenter, at: datetime) -> CostCenterMaster:
    return CostCenterMaster(
        master.number, master.company, master.name, master.owner, master.valid_from, master.valid_to, master.blocked,
        revision=1, version=1, created_at=at, updated_at=at, created_by=OPENING,
    )  # fmt: skip
