"""The procurement system's books: what people ask for, receive and are billed, and what was written back about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, assert_never

from hardclose_mocks.kernel.accruals import Accruals
from hardclose_mocks.kernel.commands import (
    ApproveAccrual,
    ApproveInvoice,
    ApproveRequisition,
    ApproveSupplierRequest,
    BlockRequestedSupplier,
    CancelInvoice,
    CancelRequisition,
    CaptureInvoice,
    ChangeBankAccount,
    Command,
    CreateRequisition,
    Delegate,
    MergeSupplierRequests,
    ProcurementCommand,
    ProposeAccrual,
    PutCostCenter,
    RecordPosting,
    RecordReceipt,
    RegisterSupplier,
    RejectInvoice,
    RejectRequisition,
    RejectSupplierRequest,
    ReverseReceipt,
    ReviseInvoice,
    ReviseRequisition,
    ReviseSupplierRequest,
    SubmitRequisition,
    SubmitSupplierRequest,
    VerifyBankAccount,
)
from hardclose_mocks.kernel.cost_centers import CostCenters
from hardclose_mocks.kernel.directory import Directory, MasterRecord
from hardclose_mocks.kernel.documents import Document, Done
from hardclose_mocks.kernel.filing import Filing
from hardclose_mocks.kernel.inbox import Inbox
from hardclose_mocks.kernel.ledger import check_filled, moment_of
from hardclose_mocks.kernel.master import Master
from hardclose_mocks.kernel.receiving import Receipts
from hardclose_mocks.kernel.refusals import Refused, UnknownDocument
from hardclose_mocks.kernel.requisitions import CANCELLABLE, EDITABLE, KIND, Requisitions
from hardclose_mocks.kernel.shelf import Shelf, digest_of
from hardclose_mocks.kernel.supplier_requests import EDITABLE as REQUEST_EDITABLE
from hardclose_mocks.kernel.supplier_requests import SupplierRequests
from hardclose_mocks.kernel.workflow import Workflow
from hardclose_mocks.kernel.writeback import next_posting


@dataclass(frozen=True, slots=True)
class _WriteBack:
    """What may be written back about a kind: states of the posting, statuses from the ready one on, and the status
    that the document has while the posting is in a state. Statuses not named in `follow` stay as they are."""

    states: tuple[str, ...]
    ready: tuple[str, ...]
    follow: dict[str, str]
    otherwise: str
    fixed: tuple[str, ...] = ()
    """Statuses that no write-back changes."""


USUAL = ("submitted", "posted", "parked", "rejected")
WRITE_BACKS = {
    "requisition": _WriteBack(USUAL, ("approved", "ordered"), {"posted": "ordered"}, "approved"),
    "supplier_request": _WriteBack(USUAL, ("approved", "merged"), {}, "approved", fixed=("approved", "merged")),
    "receipt": _WriteBack(
        USUAL, ("recorded", "posted", "reversed"), {"posted": "posted"}, "recorded", fixed=("reversed",)
    ),
    "invoice": _WriteBack(
        (*USUAL, "paid"), ("approved", "posted", "paid"), {"posted": "posted", "paid": "paid"}, "approved"
    ),
    "accrual": _WriteBack(USUAL, ("approved", "posted"), {"posted": "posted"}, "approved"),
}


class ProcurementBooks:
    """Masters are those of the opening day, the suppliers approved here since, and cost centres put here: what the ERP
    blocks later is not known otherwise."""

    def __init__(self, master: Master, *, opened_at: datetime) -> None:
        self._latest = opened_at.astimezone(UTC)
        self._directory = Directory(master)
        self._workflow = Workflow(self._directory)
        numbers: set[str] = set()
        self._requisitions = Requisitions(self._directory, numbers)
        self._suppliers = SupplierRequests(self._directory, numbers)
        self._receipts = Receipts(self._directory, self._requisitions.filing, numbers)
        self._inbox = Inbox(self._directory, self._requisitions.filing, numbers)
        self._accruals = Accruals(self._directory, self._requisitions.filing, numbers)
        self._cost_centers = CostCenters(self._directory, self._latest, numbers)
        filings: tuple[Filing[Any], ...] = (
            self._requisitions.filing,
            self._suppliers.filing,
            self._receipts.filing,
            self._inbox.filing,
            self._accruals.filing,
        )
        self._filings = filings
        self._shelves: dict[str, Shelf[Any]] = {
            **{filing.kind: filing.shelf for filing in filings},
            "cost_center": self._cost_centers.shelf,
        }

    def do(self, command: Command, *, at: datetime, actor: str) -> Done:
        """Raises Refused, and then nothing has changed."""
        assert isinstance(command, ProcurementCommand), f"procurement knows no {type(command).__name__}"
        moment = moment_of(at, self._latest)
        done = self._carry_out(command, moment, actor)
        self._latest = moment
        return done

    # --- reading ---

    def find(self, number: str) -> Document | None:
        for shelf in self._shelves.values():
            found: Document | None = shelf.get(number)
            if found is not None:
                return found
        return None

    def changed(self, kind: str, since: datetime | None = None) -> Iterator[Document]:
        """Documents of a kind last changed at or after `since`, by (updated_at, number)."""
        assert kind in self._shelves, f"procurement holds no {kind!r}"
        return self._shelves[kind].changed(since)

    def documents(self, kind: str) -> list[Document]:
        return list(self.changed(kind))

    def count(self) -> int:
        return sum(len(filing.shelf) for filing in self._filings)

    def digest(self) -> str:
        """A hash over documents, masters and delegations."""
        return digest_of(self._workflow.delegations.facts(), *(shelf.facts() for shelf in self._shelves.values()))

    def masters(self, kind: str) -> list[MasterRecord]:
        return self._directory.masters(kind)

    # --- writing ---

    def _carry_out(self, command: ProcurementCommand, at: datetime, actor: str) -> Done:
        filing, suppliers = self._requisitions.filing, self._suppliers
        match command:
            case CreateRequisition():
                return self._requisitions.create(command, at)
            case ReviseRequisition():
                return self._requisitions.revise(command, at)
            case SubmitRequisition(number=number):
                return filing.put(self._workflow.submit(filing.named(number), at, allowed=EDITABLE), "submitted")
            case ApproveRequisition(number=number, approver=approver, on_behalf_of=on_behalf_of):
                found = self._workflow.approve(filing.named(number), approver, on_behalf_of, at, actor)
                return filing.put(found, "approved" if found.status == "approved" else None)
            case RejectRequisition(number=number, approver=approver, reason=reason):
                check_filled(reason=reason)
                found = self._workflow.send_back(filing.named(number), approver, reason, at, actor, to="rejected")
                return filing.put(found, "rejected")
            case CancelRequisition(number=number):
                found = self._workflow.take_back(filing.named(number), at, allowed=CANCELLABLE, to="cancelled")
                return filing.put(found, "cancelled")
            case RegisterSupplier():
                return suppliers.register(command, at)
            case ReviseSupplierRequest():
                return suppliers.revise(command, at)
            case SubmitSupplierRequest(number=number):
                request = self._workflow.submit(suppliers.filing.named(number), at, allowed=REQUEST_EDITABLE)
                return suppliers.filing.put(request, "submitted")
            case ApproveSupplierRequest(number=number, approver=approver, on_behalf_of=on_behalf_of):
                request = self._workflow.approve(suppliers.filing.named(number), approver, on_behalf_of, at, actor)
                return suppliers.enlist(request) if request.status == "approved" else suppliers.filing.put(request)
            case RejectSupplierRequest(number=number, approver=approver, reason=reason):
                check_filled(reason=reason)
                asked = suppliers.filing.named(number)
                request = self._workflow.send_back(asked, approver, reason, at, actor, to="rejected")
                return suppliers.filing.put(request, "rejected")
            case BlockRequestedSupplier():
                return suppliers.block(command, at)
            case MergeSupplierRequests():
                return suppliers.merge(command, at)
            case ChangeBankAccount():
                return suppliers.change_bank(command, at)
            case VerifyBankAccount():
                return suppliers.verify_bank(command, at, actor)
            case RecordReceipt():
                return self._receipts.record(command, at)
            case ReverseReceipt():
                return self._receipts.reverse(command, at, actor)
            case CaptureInvoice():
                return self._inbox.capture(command, at)
            case ReviseInvoice():
                return self._inbox.revise(command, at)
            case ApproveInvoice():
                return self._inbox.approve(command, at, actor)
            case RejectInvoice():
                return self._inbox.reject(command, at, actor)
            case CancelInvoice():
                return self._inbox.cancel(command, at)
            case ProposeAccrual():
                return self._accruals.propose(command, at, actor)
            case ApproveAccrual():
                return self._accruals.approve(command, at, actor)
            case PutCostCenter():
                return self._cost_centers.copy(command, at, actor)
            case Delegate():
                self._workflow.delegate(command)
                return Done(None, 0, ())
            case RecordPosting():
                return self._record(command, at)
            case _:
                assert_never(command)

    def _record(self, command: RecordPosting, at: datetime) -> Done:
        filing = next((one for one in self._filings if command.number in one.shelf), None)
        if filing is None:
            raise Refused(UnknownDocument(KIND, command.number))
        found, rules = filing.named(command.number), WRITE_BACKS[filing.kind]
        posting = next_posting(found, command, states=rules.states, ready=rules.ready, at=at)
        if posting is None:
            return Done(found.number, found.version, ())
        kept = found.status in rules.fixed
        status = found.status if kept else rules.follow.get(posting.state, rules.otherwise)
        changed = replace(found, posting=posting, status=status, version=found.version + 1, updated_at=at)
        # `requisition.submitted` and `.rejected` are what people did; other write-backs are no news to anybody.
        if posting.state not in ("posted", "paid"):
            return filing.put(changed)
        return filing.put(changed, posting.state if kept else status)
