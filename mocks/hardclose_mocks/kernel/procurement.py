"""The procurement system's books: requisitions from draft to ordered, their approvals, and what was written back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hardclose_mocks.kernel.commands import (
    ApproveRequisition,
    CancelRequisition,
    Command,
    CreateRequisition,
    Delegate,
    OrderLine,
    ProcurementCommand,
    RecordPosting,
    RejectRequisition,
    ReviseRequisition,
    SubmitRequisition,
)
from hardclose_mocks.kernel.directory import Directory, MasterRecord
from hardclose_mocks.kernel.documents import Document, Done, Event, Posting, Requisition
from hardclose_mocks.kernel.ledger import (
    check_accounts,
    check_currency,
    check_filled,
    check_order_lines,
    moment_of,
    order_total,
    uses_of,
)
from hardclose_mocks.kernel.master import Company, Master
from hardclose_mocks.kernel.refusals import DuplicateReference, Invalid, Refused, UnknownDocument
from hardclose_mocks.kernel.shelf import Shelf, digest_of
from hardclose_mocks.kernel.workflow import UNDER_WAY, Workflow, check_state
from hardclose_mocks.kernel.writeback import next_posting

KIND = "requisition"
EDITABLE = ("draft", "rejected")
CANCELLABLE = (*EDITABLE, *UNDER_WAY)
"""An approved one is the integration's already: its order would have to be cancelled."""
READY = ("approved", "ordered")
STATES = ("submitted", "posted", "parked", "rejected")


class ProcurementBooks:
    """Masters are those of the opening day: what the ERP blocks later is not known here."""

    def __init__(self, master: Master, *, opened_at: datetime) -> None:
        self._directory = Directory(master)
        self._workflow = Workflow(self._directory)
        self._requisitions: Shelf[Requisition] = Shelf()
        self._shelves: dict[str, Shelf[Any]] = {
            KIND: self._requisitions,
            "supplier_request": Shelf(),
            "receipt": Shelf(),
            "invoice": Shelf(),
            "accrual": Shelf(),
            "cost_center": Shelf(),
        }
        self._latest = opened_at.astimezone(UTC)

    def do(self, command: Command, *, at: datetime, actor: str) -> Done:
        """Raises Refused, and then nothing has changed."""
        assert isinstance(command, ProcurementCommand), f"procurement knows no {type(command).__name__}"
        moment = moment_of(at, self._latest)
        done = self._carry_out(command, moment, actor)
        self._latest = moment
        return done

    # --- reading ---

    def find(self, number: str) -> Document | None:
        return self._requisitions.get(number)

    def changed(self, kind: str, since: datetime | None = None) -> Iterator[Document]:
        """Requisitions last changed at or after `since`, by (updated_at, number)."""
        assert kind in self._shelves, f"procurement holds no {kind!r}"
        return self._shelves[kind].changed(since)

    def documents(self, kind: str) -> list[Document]:
        return list(self.changed(kind))

    def count(self) -> int:
        return len(self._requisitions)

    def digest(self) -> str:
        """A hash over requisitions and delegations."""
        return digest_of(self._workflow.delegations.facts(), self._requisitions.facts())

    def masters(self, kind: str) -> list[MasterRecord]:
        return self._directory.masters(kind)

    # --- writing ---

    def _carry_out(self, command: ProcurementCommand, at: datetime, actor: str) -> Done:
        match command:
            case CreateRequisition():
                return self._create(command, at)
            case ReviseRequisition():
                return self._revise(command, at)
            case SubmitRequisition(number=number):
                found = self._workflow.submit(self._requisition(number), at, allowed=EDITABLE)
                return self._put(found, "submitted")
            case ApproveRequisition(number=number, approver=approver, on_behalf_of=on_behalf_of):
                found = self._workflow.approve(self._requisition(number), approver, on_behalf_of, at, actor)
                return self._put(found, "approved" if found.status == "approved" else None)
            case RejectRequisition(number=number, approver=approver, reason=reason):
                check_filled(reason=reason)
                found = self._workflow.send_back(self._requisition(number), approver, reason, at, actor, to="rejected")
                return self._put(found, "rejected")
            case CancelRequisition(number=number):
                found = self._workflow.take_back(self._requisition(number), at, allowed=CANCELLABLE, to="cancelled")
                return self._put(found, "cancelled")
            case Delegate():
                self._workflow.delegate(command)
                return Done(None, 0, ())
            case RecordPosting():
                return self._record(command, at)
            case _:
                raise Refused(Invalid("command", f"{type(command).__name__} is not carried out yet"))

    def _create(self, command: CreateRequisition, at: datetime) -> Done:
        check_filled(number=command.number)
        check_order_lines(command.lines)
        company = self._directory.company(command.company)
        self._check_content(company, command.requester, command.supplier, command.lines, at)
        check_currency(company, command.currency)
        if command.number in self._requisitions:
            raise Refused(DuplicateReference(command.number, command.number))
        return self._put(
            Requisition(
                number=command.number,
                company=company.code,
                requester=command.requester,
                supplier=command.supplier,
                currency=command.currency,
                lines=command.lines,
                text=command.text,
                total=order_total(command.lines),
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

    def _revise(self, command: ReviseRequisition, at: datetime) -> Done:
        found = self._requisition(command.number)
        check_order_lines(command.lines)
        check_state(found, EDITABLE, "revised")
        company = self._directory.company(found.company)
        self._check_content(company, found.requester, found.supplier, command.lines, at)
        return self._put(
            replace(
                found,
                lines=command.lines,
                text=command.text,
                total=order_total(command.lines),
                status="draft",
                revision=found.revision + 1,
                chain=(),
                approvals=(),
                reason=None,
                version=found.version + 1,
                updated_at=at,
            )
        )

    def _record(self, command: RecordPosting, at: datetime) -> Done:
        found = self._requisition(command.number)
        posting = next_posting(found, command, kind=KIND, states=STATES, ready=READY, at=at)
        if posting is None:
            return Done(found.number, found.version, ())
        ordered = posting.state == "posted"
        status = "ordered" if ordered else "approved"
        changed = replace(found, posting=posting, status=status, version=found.version + 1, updated_at=at)
        # `requisition.submitted` and `.rejected` are what people did; other write-backs are no news to anybody.
        return self._put(changed, "ordered" if ordered else None)

    def _check_content(
        self, company: Company, requester: str, supplier: str, lines: Sequence[OrderLine], at: datetime
    ) -> None:
        uses = [("person", requester), ("supplier", supplier), *uses_of(lines)]
        self._directory.check(company.code, uses, company.business_date(at))
        check_accounts(self._directory, [line.account for line in lines])

    def _requisition(self, number: str) -> Requisition:
        found = self._requisitions.get(number)
        if found is None:
            raise Refused(UnknownDocument(KIND, number))
        return found

    def _put(self, found: Requisition, event: str | None = None) -> Done:
        self._requisitions.put(found)
        events: tuple[Event, ...] = ()
        if event is not None:
            events = (Event(f"{KIND}.{event}", found.number, found.revision, found.company, found.updated_at),)
        return Done(found.number, found.version, events)
