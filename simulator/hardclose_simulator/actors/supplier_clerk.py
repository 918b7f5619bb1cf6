"""Purchasing's supplier desk: registers suppliers, has them approved, and changes, blocks or merges them later."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace

from hardclose_mocks.kernel.commands import (
    ApproveSupplierRequest,
    BlockPayments,
    BlockRequestedSupplier,
    ChangeBankAccount,
    Command,
    MergeSupplierRequests,
    RegisterSupplier,
    ReviseSupplierRequest,
    SubmitSupplierRequest,
    VerifyBankAccount,
)
from hardclose_mocks.kernel.documents import SupplierRequest
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.actors.declaring import supplier_changed, supplier_registered
from hardclose_simulator.actors.steps import Actor, Ask, Declare, Look, Outcome, Step, WaitUntil
from hardclose_simulator.planned import Edit, PlannedSupplier


def keep_supplier(planned: PlannedSupplier, company: Company, numbers: Mapping[str, str], controller: str) -> Actor:
    """Registered, submitted, approved by somebody else, declared; then edited. Ends where the books refuse."""
    yield WaitUntil(planned.created_at)
    register = RegisterSupplier(
        number=planned.number,
        company=planned.company,
        requester=planned.person,
        name=planned.name,
        tax_id=planned.tax_id,
        currency=planned.currency,
        payment_terms_days=planned.payment_terms_days,
        contact=planned.contact,
        bank_account=planned.bank_account,
    )
    for command in (register, SubmitSupplierRequest(planned.number)):
        if (yield Ask("procurement", command, planned.person)).refusal:
            return
    yield WaitUntil(planned.approved_at)
    approved = yield Ask("procurement", ApproveSupplierRequest(planned.number, planned.approver), planned.approver)
    if approved.refusal:
        return
    yield Declare(supplier_registered(planned, company, approved))
    current = planned
    for edit in planned.edits:
        yield WaitUntil(edit.at)
        if edit.what == "changed":
            current = replace(
                current,
                payment_terms_days=int(edit.values["payment_terms_days"]),
                contact=str(edit.values["contact"]),
            )
        if edit.collides:
            yield from _hold_payments(planned, controller)
        yield from _edit(current, edit, company, numbers)


def _hold_payments(planned: PlannedSupplier, controller: str) -> Generator[Step, Outcome, None]:
    """Somebody in the ERP stops payments to the supplier while the change of procurement is on its way there."""
    request = (yield Look("procurement", planned.number)).document
    number = request.posting.document if isinstance(request, SupplierRequest) else None
    if number is not None:
        yield Ask("erp", BlockPayments(number, True), controller)


def _edit(
    planned: PlannedSupplier, edit: Edit, company: Company, numbers: Mapping[str, str]
) -> Generator[Step, Outcome, None]:
    """Bank accounts are verified by somebody who did not change them."""
    person = planned.approver if edit.what == "bank_verified" else planned.person
    outcome = yield Ask("procurement", _command(planned, edit, numbers), person)
    if not outcome.refusal:
        yield Declare(supplier_changed(planned, edit, company, outcome, numbers))


def _command(planned: PlannedSupplier, edit: Edit, numbers: Mapping[str, str]) -> Command:
    """`planned` with what was changed before and now."""
    match edit.what:
        case "changed":
            return ReviseSupplierRequest(
                planned.number,
                name=planned.name,
                tax_id=planned.tax_id,
                payment_terms_days=planned.payment_terms_days,
                contact=planned.contact,
            )
        case "bank_changed":
            return ChangeBankAccount(planned.number, str(edit.values["bank_account"]))
        case "bank_verified":
            return VerifyBankAccount(planned.number, planned.approver)
        case "blocked":
            return BlockRequestedSupplier(planned.number, True)
        case "merged":
            assert edit.into is not None, f"{edit.id}: merged into nobody"
            return MergeSupplierRequests(planned.number, numbers[edit.into])
        case other:
            raise AssertionError(f"{edit.id}: nobody knows how to have a supplier {other}")
