"""Suppliers as procurement asks for them: registered, approved, then changed, blocked, merged, their bank verified."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from hardclose_mocks.kernel.commands import (
    BlockRequestedSupplier,
    ChangeBankAccount,
    MergeSupplierRequests,
    RegisterSupplier,
    ReviseSupplierRequest,
    VerifyBankAccount,
)
from hardclose_mocks.kernel.directory import Directory
from hardclose_mocks.kernel.documents import Done, Posting, SupplierRequest
from hardclose_mocks.kernel.filing import Filing
from hardclose_mocks.kernel.ledger import check_currency, check_filled
from hardclose_mocks.kernel.master import Supplier
from hardclose_mocks.kernel.refusals import DuplicateReference, Invalid, MergedMaster, NotAllowed, Refused
from hardclose_mocks.kernel.suppliers import check_terms
from hardclose_mocks.kernel.workflow import check_own_hand, check_state

KIND = "supplier_request"
EDITABLE = ("draft", "rejected")
KNOWN = ("approved",)
"""Approved, and not merged: such a supplier may be ordered from."""


class SupplierRequests:
    """An approved request is a supplier in procurement's own lists, under the number of the request."""

    def __init__(self, directory: Directory, numbers: set[str]) -> None:
        self._directory = directory
        self.filing: Filing[SupplierRequest] = Filing(KIND, numbers)

    def register(self, command: RegisterSupplier, at: datetime) -> Done:
        check_filled(number=command.number, name=command.name)
        check_terms(command.payment_terms_days)
        company = self._directory.company(command.company)
        self._directory.check(company.code, [("person", command.requester)], company.business_date(at))
        check_currency(company, command.currency)
        if self._directory.known("supplier", command.number, company.code):
            raise Refused(DuplicateReference(command.number, command.number))
        self.filing.check_new(command.number)
        return self.filing.put(
            SupplierRequest(
                number=command.number,
                company=company.code,
                requester=command.requester,
                name=command.name,
                currency=command.currency,
                tax_id=command.tax_id,
                payment_terms_days=command.payment_terms_days,
                contact=command.contact,
                bank_account=command.bank_account,
                pending_bank_account=None,
                blocked=False,
                merged_into=None,
                status="draft",
                revision=1,
                chain=(),
                approvals=(),
                approved_at=None,
                reason=None,
                posting=Posting(),
                version=1,
                created_at=at,
                updated_at=at,
            )
        )

    def revise(self, command: ReviseSupplierRequest, at: datetime) -> Done:
        """An approved one stays approved, and its change is news."""
        found = self.filing.named(command.number)
        check_filled(name=command.name)
        check_terms(command.payment_terms_days)
        check_state(found, (*EDITABLE, *KNOWN), "revised")
        content = {
            "name": command.name,
            "tax_id": command.tax_id,
            "payment_terms_days": command.payment_terms_days,
            "contact": command.contact,
        }
        if found.status in KNOWN:
            return self._change(found, at, "changed", **content)
        draft = {"status": "draft", "chain": (), "approvals": (), "reason": None}
        return self._change(found, at, None, **content, **draft)

    def enlist(self, approved: SupplierRequest) -> Done:
        """The last approver signed."""
        self._list(approved)
        return self.filing.put(approved, "approved")

    def block(self, command: BlockRequestedSupplier, at: datetime) -> Done:
        found = self._known(command.number, "blocked")
        if found.blocked == command.blocked:
            return Done(found.number, found.version, ())
        return self._change(found, at, "blocked" if command.blocked else "released", blocked=command.blocked)

    def merge(self, command: MergeSupplierRequests, at: datetime) -> Done:
        found = self._known(command.number, "merged")
        survivor = self.filing.named(command.into)
        if survivor.number == found.number:
            raise Refused(Invalid("into", f"{found.number} cannot be merged into itself"))
        if survivor.merged_into is not None:
            raise Refused(MergedMaster("supplier", survivor.number, survivor.merged_into))
        check_state(survivor, KNOWN, "merged into")
        if survivor.company != found.company:
            raise Refused(Invalid("into", f"{survivor.number} is a supplier of {survivor.company}"))
        done = self._change(found, at, "merged", status="merged", merged_into=survivor.number)
        self._directory.merge("supplier", found.number, survivor.number)
        return done

    def change_bank(self, command: ChangeBankAccount, at: datetime) -> Done:
        """Asked for twice, it waits once."""
        found = self._known(command.number, "given another bank account")
        check_filled(bank_account=command.bank_account)
        pending = None if command.bank_account == found.bank_account else command.bank_account
        if pending == found.pending_bank_account:
            return Done(found.number, found.version, ())
        return self._change(found, at, "changed", pending_bank_account=pending)

    def verify_bank(self, command: VerifyBankAccount, at: datetime, actor: str) -> Done:
        found = self._known(command.number, "verified")
        action = "verify"
        check_own_hand(command.person, actor, action)
        self._directory.person(command.person)
        if command.person == found.requester:
            says = "segregation of duties: nobody verifies the account of a supplier he asked for"
            raise Refused(NotAllowed(command.person, action, says))
        if found.pending_bank_account is None:
            raise Refused(Invalid("number", f"{found.number} has no bank account that waits to be verified"))
        return self._change(
            found, at, "bank_verified", bank_account=found.pending_bank_account, pending_bank_account=None
        )

    def _known(self, number: str, attempted: str) -> SupplierRequest:
        found = self.filing.named(number)
        check_state(found, KNOWN, attempted)
        return found

    def _change(self, found: SupplierRequest, at: datetime, event: str | None, **content: Any) -> Done:
        changed = replace(found, **content, revision=found.revision + 1, version=found.version + 1, updated_at=at)
        if changed.status in KNOWN:
            self._list(changed)
        return self.filing.put(changed, event)

    def _list(self, one: SupplierRequest) -> None:
        record = Supplier(
            one.number,
            one.name,
            one.company,
            one.currency,
            one.tax_id,
            one.blocked,
            one.payment_terms_days,
            one.contact,
            one.bank_account,
        )
        self._directory.put("supplier", record)
