"""Suppliers on the neutral wire: procurement's requests for them, and the ERP's master records."""

from __future__ import annotations

from typing import Any

from pydantic import StrictBool

from hardclose_mocks.dialects.neutral.wire import purchasing_answers as answers
from hardclose_mocks.dialects.neutral.wire.progress import approvals, changes, posting
from hardclose_mocks.dialects.neutral.wire.values import (
    Currency,
    Days,
    DocumentNumber,
    Filled,
    Number,
    Revision,
    Text,
    Wire,
    instant,
)
from hardclose_mocks.kernel.commands import (
    ChangeBankAccount,
    ChangeSupplier,
    CreateSupplier,
    MergeSupplierRequests,
    RegisterSupplier,
    ReviseSupplierRequest,
)
from hardclose_mocks.kernel.documents import SupplierMaster, SupplierRequest
from hardclose_mocks.kernel.master import Company


class SupplierRequestIn(Wire):
    number: DocumentNumber
    company: Number
    requester: Number
    name: Filled
    currency: Currency
    tax_id: Text
    payment_terms_days: Days = 30
    contact: Text = ""
    bank_account: Text = ""

    def command(self) -> RegisterSupplier:
        return RegisterSupplier(**self.model_dump())


class SupplierRequestChange(Wire):
    name: Filled
    tax_id: Text
    payment_terms_days: Days = 30
    contact: Text = ""

    def command(self, number: str) -> ReviseSupplierRequest:
        return ReviseSupplierRequest(number, **self.model_dump())


class BankAccountIn(Wire):
    bank_account: Filled


class BlockIn(Wire):
    blocked: StrictBool


class MergeIn(Wire):
    """The request that survives."""

    into: Number


class SupplierIn(Wire):
    """`reference` is the number of the source's request, `revision` the request's revision that this was made of."""

    company: Number
    reference: Number
    name: Filled
    currency: Currency
    tax_id: Text
    payment_terms_days: Days = 30
    contact: Text = ""
    bank_account: Text = ""
    bank_verified: StrictBool = False
    reconciliation_account: Text = ""
    revision: Revision = 1

    def command(self, *, unique_reference: bool = False) -> CreateSupplier:
        return CreateSupplier(**self.model_dump(), unique_reference=unique_reference)


class SupplierChange(Wire):
    """Field by field: what is left out, or null, stays as it is."""

    name: Filled | None = None
    tax_id: Text | None = None
    payment_terms_days: Days | None = None
    contact: Text | None = None
    bank_account: Text | None = None
    bank_verified: StrictBool | None = None
    blocked: StrictBool | None = None
    payment_blocked: StrictBool | None = None
    merged_into: Number | None = None
    reconciliation_account: Text | None = None
    reference: Number | None = None
    revision: Revision | None = None

    def command(self, number: str, expected_version: int | None = None) -> ChangeSupplier:
        return ChangeSupplier(number, **self.model_dump(), expected_version=expected_version)


# --- the other direction ---------------------------------------------------------------------------------------


def register_supplier(command: RegisterSupplier) -> dict[str, Any]:
    return {name: getattr(command, name) for name in SupplierRequestIn.model_fields}


def revise_supplier_request(command: ReviseSupplierRequest) -> dict[str, Any]:
    return {name: getattr(command, name) for name in SupplierRequestChange.model_fields}


def change_bank_account(command: ChangeBankAccount) -> dict[str, Any]:
    return {"bank_account": command.bank_account}


def merge_requests(command: MergeSupplierRequests) -> dict[str, Any]:
    return {"into": command.into}


def create_supplier(command: CreateSupplier) -> dict[str, Any]:
    return {name: getattr(command, name) for name in SupplierIn.model_fields}


def change_supplier(command: ChangeSupplier) -> dict[str, Any]:
    """Only what changes; the number is in the path, the expected version in `If-Match`."""
    found = {name: getattr(command, name) for name in SupplierChange.model_fields}
    return {name: value for name, value in found.items() if value is not None}


def supplier_request(document: SupplierRequest, company: Company) -> answers.SupplierRequest:
    return {
        "number": document.number,
        "company": document.company,
        "requester": document.requester,
        "name": document.name,
        "currency": document.currency,
        "tax_id": document.tax_id,
        "payment_terms_days": document.payment_terms_days,
        "contact": document.contact,
        "bank_account": document.bank_account,
        "pending_bank_account": document.pending_bank_account,
        "blocked": document.blocked,
        "merged_into": document.merged_into,
        "status": document.status,
        "revision": document.revision,
        "approvals": approvals(document.approvals, company),
        "approved_at": instant(document.approved_at, company),
        "reason": document.reason,
        "posting": posting(document.posting, company),
        **changes(document, company),
    }


def supplier(document: SupplierMaster, company: Company) -> answers.Supplier:
    return {
        "number": document.number,
        "company": document.company,
        "reference": document.reference,
        "name": document.name,
        "currency": document.currency,
        "tax_id": document.tax_id,
        "payment_terms_days": document.payment_terms_days,
        "contact": document.contact,
        "bank_account": document.bank_account,
        "pending_bank_account": document.pending_bank_account,
        "reconciliation_account": document.reconciliation_account,
        "blocked": document.blocked,
        "blocked_by": document.blocked_by,
        "payment_blocked": document.payment_blocked,
        "merged_into": document.merged_into,
        "status": document.status,
        "revision": document.revision,
        **changes(document, company),
        "created_by": document.created_by,
    }
