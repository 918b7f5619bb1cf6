"""Suppliers of the ERP: created, changed field by field, blocked, merged, and which bank account is verified."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from hardclose_mocks.kernel.commands import BlockPayments, BlockSupplier, ChangeSupplier, CreateSupplier
from hardclose_mocks.kernel.documents import Done, Event, SupplierMaster
from hardclose_mocks.kernel.ledger import Ledger, check_currency, check_filled
from hardclose_mocks.kernel.master import Supplier
from hardclose_mocks.kernel.refusals import (
    DuplicateReference,
    Invalid,
    MergedMaster,
    Refused,
    UnknownMaster,
    VersionMismatch,
    WrongState,
)
from hardclose_mocks.kernel.shelf import Shelf

KIND = "supplier"
OPENING = "opening"
"""Who created the masters of the opening day."""
PLAIN = ("name", "tax_id", "payment_terms_days", "contact", "payment_blocked", "reconciliation_account", "reference")
"""Fields that a change sets as they are."""


class Suppliers:
    """Each method checks everything before it changes anything. The directory is kept up with every change."""

    def __init__(self, ledger: Ledger, opened_at: datetime) -> None:
        self._ledger = ledger
        self.shelf: Shelf[SupplierMaster] = Shelf()
        self._by_reference: dict[str, str] = {}
        for master in ledger.directory.masters(KIND):
            assert isinstance(master, Supplier)
            assert master.number not in self.shelf, f"two suppliers are called {master.number}"
            self.shelf.put(_opening(master, opened_at))

    def create(self, command: CreateSupplier, at: datetime, actor: str) -> Done:
        ledger = self._ledger
        check_filled(reference=command.reference, name=command.name)
        check_terms(command.payment_terms_days)
        company = ledger.directory.company(command.company)
        check_currency(company, command.currency)
        self._check_reconciliation(command.reconciliation_account)
        existing = self._by_reference.get(command.reference)
        if command.unique_reference and existing is not None:
            raise Refused(DuplicateReference(command.reference, existing))
        account = command.bank_account
        made = SupplierMaster(
            number=ledger.draw("SU", company.code),
            company=company.code,
            reference=command.reference,
            name=command.name,
            currency=command.currency,
            tax_id=command.tax_id,
            payment_terms_days=command.payment_terms_days,
            contact=command.contact,
            bank_account=account if command.bank_verified else "",
            pending_bank_account=account if account and not command.bank_verified else None,
            reconciliation_account=command.reconciliation_account,
            blocked=False,
            blocked_by="",
            payment_blocked=False,
            merged_into=None,
            revision=command.revision,
            version=1,
            created_at=at,
            updated_at=at,
            created_by=actor,
        )
        self._by_reference.setdefault(made.reference, made.number)
        return self._put(made, "created")

    def change(self, command: ChangeSupplier, at: datetime) -> Done:
        """One event per kind of change; none if nothing changes."""
        before = self._named(command.number)
        if command.expected_version not in (None, before.version):
            raise Refused(VersionMismatch(before.number, command.expected_version or 0, before.version))
        if command.payment_terms_days is not None:
            check_terms(command.payment_terms_days)
        if command.name is not None:
            check_filled(name=command.name)
        self._check_reconciliation(command.reconciliation_account or "")
        told = {name: getattr(command, name) for name in PLAIN if getattr(command, name) is not None}
        after = replace(before, **told, **_bank(before, command))
        if command.revision is not None:
            after = replace(after, revision=command.revision)
        if command.blocked is not None and command.blocked != before.blocked:
            after = replace(after, blocked=command.blocked, blocked_by="source" if command.blocked else "")
        if command.merged_into is not None:
            after = replace(after, merged_into=self._survivor(before, command.merged_into))
        if after == before:
            return Done(before.number, before.version, ())
        if before.merged_into is not None:
            raise Refused(WrongState(KIND, before.number, "merged", "changed"))
        return self._put(replace(after, version=before.version + 1, updated_at=at), *_news(before, after))

    def block(self, command: BlockSupplier, at: datetime) -> Done:
        """By a person in the ERP. Masters' blocks name no document in what they achieved."""
        before = self.shelf.get(command.number)
        if before is None:
            raise Refused(UnknownMaster(KIND, command.number))
        if before.blocked == command.blocked:
            return Done(None, 0, ())
        by = "erp" if command.blocked else ""
        after = replace(before, blocked=command.blocked, blocked_by=by, version=before.version + 1, updated_at=at)
        return Done(None, 0, self._put(after, "blocked" if command.blocked else "released").events)

    def block_payments(self, command: BlockPayments, at: datetime) -> Done:
        before = self._named(command.number)
        if before.payment_blocked == command.blocked:
            return Done(before.number, before.version, ())
        after = replace(before, payment_blocked=command.blocked, version=before.version + 1, updated_at=at)
        return self._put(after, "payment_blocked" if command.blocked else "payment_released")

    def survivor_of(self, number: str) -> SupplierMaster:
        """The supplier itself, or what it was merged into in the end. The number is known."""
        found = self.shelf.get(number)
        while found is not None and found.merged_into is not None:
            found = self.shelf.get(found.merged_into)
        assert found is not None, f"there is no supplier {number}"
        return found

    def _named(self, number: str) -> SupplierMaster:
        found = self.shelf.get(number)
        if found is None:
            raise Refused(UnknownMaster(KIND, number))
        return found

    def _survivor(self, merged: SupplierMaster, into: str) -> str:
        survivor = self._named(into)
        if into == merged.number:
            raise Refused(Invalid("merged_into", f"{into} cannot be merged into itself"))
        if survivor.company != merged.company:
            raise Refused(
                Invalid("merged_into", f"{into} is a supplier of {survivor.company}, not of {merged.company}")
            )
        if survivor.merged_into is not None:
            raise Refused(MergedMaster(KIND, into, survivor.merged_into))
        return into

    def _check_reconciliation(self, number: str) -> None:
        if not number:
            return
        account = self._ledger.directory.accounts.get(number)
        if account is None:
            raise Refused(UnknownMaster("account", number))
        if account.kind != "payable":
            raise Refused(Invalid("reconciliation_account", f"account {number} is of kind {account.kind}, not payable"))

    def _put(self, master: SupplierMaster, *news: str) -> Done:
        self.shelf.put(master)
        directory = self._ledger.directory
        directory.put(KIND, _record(master))
        if master.merged_into is not None:
            directory.merge(KIND, master.number, master.merged_into)
        events = [
            Event(f"{KIND}.{what}", master.number, master.version, master.company, master.updated_at) for what in news
        ]
        return Done(master.number, master.version, tuple(events))


def check_terms(days: int) -> None:
    if days < 0:
        raise Refused(Invalid("payment_terms_days", f"payment terms are not negative: {days} days"))


def _bank(before: SupplierMaster, command: ChangeSupplier) -> dict[str, Any]:
    """An account nobody verified waits; verified later without an account, what waits becomes the account."""
    account, verified = command.bank_account, command.bank_verified or False
    if account is not None and account == before.bank_account:
        return {"pending_bank_account": None}
    if account is None:
        if verified and before.pending_bank_account is not None:
            return {"bank_account": before.pending_bank_account, "pending_bank_account": None}
        return {}
    if verified:
        return {"bank_account": account, "pending_bank_account": None}
    return {"pending_bank_account": account}


def _news(before: SupplierMaster, after: SupplierMaster) -> list[str]:
    news = []
    if after.merged_into != before.merged_into:
        news.append("merged")
    if after.blocked != before.blocked:
        news.append("blocked" if after.blocked else "released")
    rest = replace(after, merged_into=before.merged_into, blocked=before.blocked, blocked_by=before.blocked_by)
    if (rest != before and replace(rest, revision=before.revision) != before) or not news:
        news.append("changed")
    return news


def _opening(master: Supplier, at: datetime) -> SupplierMaster:
    return SupplierMaster(
        number=master.number,
        company=master.company,
        reference="",
        name=master.name,
        currency=master.currency,
        tax_id=master.tax_id,
        payment_terms_days=master.payment_terms_days,
        contact=master.contact,
        bank_account=master.bank_account,
        pending_bank_account=None,
        reconciliation_account=master.reconciliation_account,
        blocked=master.blocked,
        blocked_by="erp" if master.blocked else "",
        payment_blocked=master.payment_blocked,
        merged_into=None,
        revision=1,
        version=1,
        created_at=at,
        updated_at=at,
        created_by=OPENING,
    )


def _record(master: SupplierMaster) -> Supplier:
    return Supplier(
        master.number,
        master.name,
        master.company,
        master.currency,
        master.tax_id,
        master.blocked,
        master.payment_terms_days,
        master.contact,
        master.bank_account,
        master.reconciliation_account,
        master.payment_blocked,
    )
