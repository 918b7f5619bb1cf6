"""What happens alike to reports, requisitions and requests for suppliers: submitted, approved, returned, taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from hardclose_mocks.kernel.approvals import Delegations, chain_for, check_approval, check_return
from hardclose_mocks.kernel.commands import Delegate
from hardclose_mocks.kernel.directory import Directory
from hardclose_mocks.kernel.documents import (
    Accrual,
    Approval,
    ExpenseReport,
    Invoice,
    Receipt,
    Requisition,
    SupplierRequest,
)
from hardclose_mocks.kernel.refusals import NotAllowed, Refused, UnknownMaster, WrongState

Submitted = ExpenseReport | Requisition | SupplierRequest
SourceDocument = Submitted | Receipt | Invoice | Accrual
D = TypeVar("D", ExpenseReport, Requisition, SupplierRequest)
KINDS: dict[type, str] = {
    ExpenseReport: "expense_report",
    Requisition: "requisition",
    SupplierRequest: "supplier_request",
    Receipt: "receipt",
    Invoice: "invoice",
    Accrual: "accrual",
}
UNDER_WAY = ("submitted", "pending")
"""Submitted, and the last approver has not signed."""


def submitter_of(document: Submitted) -> str:
    return document.employee if isinstance(document, ExpenseReport) else document.requester


def kind_of(document: SourceDocument) -> str:
    return KINDS[type(document)]


class Workflow:
    """Makes the next version of a document, or raises Refused. Holds who stands in for whom."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.delegations = Delegations()

    def delegate(self, command: Delegate) -> None:
        for person in (command.approver, command.delegate):
            self._check_known(person)
        self.delegations.add(command)

    def submit(self, document: D, at: datetime, *, allowed: tuple[str, ...]) -> D:
        """Computes the chain; what was approved before counts no more."""
        check_state(document, allowed, "submitted")
        return replace(
            document,
            status="submitted",
            chain=self.chain_of(document),
            approvals=(),
            reason=None,
            version=document.version + 1,
            updated_at=at,
        )

    def chain_of(self, document: Submitted) -> tuple[str, ...]:
        """Who has to sign what it now contains."""
        return chain_for(submitter_of(document), document.total, self._directory.people)

    def approve(
        self,
        document: D,
        approver: str,
        on_behalf_of: str | None,
        at: datetime,
        actor: str,
        allowed: tuple[str, ...] = UNDER_WAY,
    ) -> D:
        """One step; `approved` with the last of the chain, `pending` before."""
        check_own_hand(approver, actor, "approve")
        self._check_known(approver)
        check_state(document, allowed, "approved")
        check_approval(
            submitter=submitter_of(document),
            chain=document.chain,
            approvals=document.approvals,
            approver=approver,
            on_behalf_of=on_behalf_of,
            delegations=self.delegations,
            on=self._day_of(document.chain[len(document.approvals)], at),
        )
        approvals = (*document.approvals, Approval(approver, on_behalf_of, at))
        final = len(approvals) == len(document.chain)
        return replace(
            document,
            status="approved" if final else "pending",
            approvals=approvals,
            approved_at=at if final else None,
            version=document.version + 1,
            updated_at=at,
        )

    def send_back(self, document: D, approver: str, reason: str, at: datetime, actor: str, *, to: str) -> D:
        """By whoever is next in the chain, or his stand-in. `to` is the status it gets."""
        action = "send back" if to == "sent_back" else "reject"
        check_own_hand(approver, actor, action)
        self._check_known(approver)
        check_state(document, UNDER_WAY, to)
        check_return(
            submitter=submitter_of(document),
            chain=document.chain,
            approvals=document.approvals,
            approver=approver,
            delegations=self.delegations,
            on=self._day_of(document.chain[len(document.approvals)], at),
            action=action,
        )
        return replace(document, status=to, reason=reason, version=document.version + 1, updated_at=at)

    def take_back(self, document: D, at: datetime, *, allowed: tuple[str, ...], to: str) -> D:
        """By who submitted it: recalled or cancelled."""
        check_state(document, allowed, to)
        return replace(document, status=to, version=document.version + 1, updated_at=at)

    def _check_known(self, person: str) -> None:
        if person not in self._directory.people:
            raise Refused(UnknownMaster("person", person))

    def _day_of(self, person: str, at: datetime) -> date:
        """The local day of a person's company."""
        return self._directory.company(self._directory.people[person].company).business_date(at)


def check_state(document: SourceDocument, allowed: tuple[str, ...], attempted: str) -> None:
    if document.status not in allowed:
        raise Refused(WrongState(kind_of(document), document.number, document.status, attempted))


def check_own_hand(person: str, actor: str, action: str) -> None:
    """People sign in their own name only."""
    if actor.startswith("person:") and actor != f"person:{person}":
        raise Refused(NotAllowed(actor.removeprefix("person:"), action, f"nobody signs in the name of {person}"))
