"""The expense system's books: reports from draft to paid, their approvals, and what was written back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, assert_never

from hardclose_mocks.kernel.attached_files import check_size
from hardclose_mocks.kernel.commands import (
    ApproveReport,
    AttachReceipt,
    Command,
    CreateReport,
    Delegate,
    ExpenseCommand,
    ExpenseLine,
    PutCostCenter,
    RecallReport,
    RecordPosting,
    ReviseReport,
    SendBackReport,
    SubmitReport,
)
from hardclose_mocks.kernel.cost_centers import CostCenters
from hardclose_mocks.kernel.directory import Directory, MasterRecord
from hardclose_mocks.kernel.documents import Document, Done, Event, ExpenseReport, Posting, ReportAttachment
from hardclose_mocks.kernel.ledger import check_accounts, check_currency, check_filled, moment_of
from hardclose_mocks.kernel.master import Company, Master
from hardclose_mocks.kernel.receipts import check_allocations, check_values, report_total, uses_of
from hardclose_mocks.kernel.refusals import DuplicateReference, Refused, UnknownDocument
from hardclose_mocks.kernel.shelf import Shelf, digest_of
from hardclose_mocks.kernel.workflow import UNDER_WAY, Workflow, check_state
from hardclose_mocks.kernel.writeback import next_posting

KIND = "expense_report"
EDITABLE = ("draft", "sent_back", "recalled")
AMENDABLE = ("approved", "posted")
"""Statuses in which an edit concerns an approval, where the house allows one at all."""
NOT_POSTED = ("none", "parked", "rejected")
READY = ("approved", "posted", "paid")
STATES = ("submitted", "posted", "paid", "parked", "rejected")


class ExpenseBooks:
    """Masters are those of the opening day, and cost centres put here: nothing else the ERP changes is known."""

    def __init__(self, master: Master, *, opened_at: datetime) -> None:
        self._directory = Directory(master)
        self._workflow = Workflow(self._directory)
        self._recall_approved, self._edits = master.recall_approved, master.edit_approved
        self._reports: Shelf[ExpenseReport] = Shelf()
        self._numbers: set[str] = set()
        self._cost_centers = CostCenters(self._directory, opened_at.astimezone(UTC), self._numbers)
        self._shelves: dict[str, Shelf[Any]] = {KIND: self._reports, "cost_center": self._cost_centers.shelf}
        self._latest = opened_at.astimezone(UTC)

    def do(self, command: Command, *, at: datetime, actor: str) -> Done:
        """Raises Refused, and then nothing has changed."""
        assert isinstance(command, ExpenseCommand), f"the expense system knows no {type(command).__name__}"
        moment = moment_of(at, self._latest)
        done = self._carry_out(command, moment, actor)
        self._latest = moment
        return done

    # --- reading ---

    def find(self, number: str) -> Document | None:
        return self._reports.get(number) or self._cost_centers.shelf.get(number)

    def changed(self, kind: str, since: datetime | None = None) -> Iterator[Document]:
        """Reports last changed at or after `since`, by (updated_at, number)."""
        assert kind in self._shelves, f"the expense system holds no {kind!r}"
        return self._shelves[kind].changed(since)

    def documents(self, kind: str) -> list[Document]:
        return list(self.changed(kind))

    def count(self) -> int:
        return len(self._reports)

    def digest(self) -> str:
        """A hash over reports, cost centres and delegations."""
        return digest_of(self._workflow.delegations.facts(), self._reports.facts(), self._cost_centers.shelf.facts())

    def masters(self, kind: str) -> list[MasterRecord]:
        return self._directory.masters(kind)

    # --- writing ---

    def _carry_out(self, command: ExpenseCommand, at: datetime, actor: str) -> Done:
        match command:
            case CreateReport():
                return self._create(command, at)
            case ReviseReport():
                return self._revise(command, at)
            case SubmitReport(number=number):
                report = self._workflow.submit(self._report(number), at, allowed=EDITABLE)
                return self._put(report, "submitted")
            case ApproveReport():
                return self._approve(command, at, actor)
            case SendBackReport(number=number, approver=approver, reason=reason):
                check_filled(reason=reason)
                report = self._workflow.send_back(self._report(number), approver, reason, at, actor, to="sent_back")
                return self._put(report, "sent_back")
            case RecallReport(number=number):
                return self._recall(self._report(number), at)
            case AttachReceipt():
                return self._attach(command, at)
            case PutCostCenter():
                return self._cost_centers.copy(command, at, actor)
            case Delegate():
                self._workflow.delegate(command)
                return Done(None, 0, ())
            case RecordPosting():
                return self._record(command, at)
            case _:
                assert_never(command)

    def _create(self, command: CreateReport, at: datetime) -> Done:
        check_filled(number=command.number)
        check_values(command.lines, command.currency)
        company = self._directory.company(command.company)
        self._check_content(company, command.employee, command.lines, command.currency, at)
        if command.number in self._numbers:
            raise Refused(DuplicateReference(command.number, command.number))
        return self._put(
            ExpenseReport(
                number=command.number,
                company=company.code,
                employee=command.employee,
                currency=command.currency,
                lines=command.lines,
                text=command.text,
                total=report_total(command.lines),
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

    def _revise(self, command: ReviseReport, at: datetime) -> Done:
        report = self._report(command.number)
        check_values(command.lines, report.currency)
        late = bool(self._edits) and report.status in AMENDABLE
        check_state(report, (*EDITABLE, *AMENDABLE) if late else EDITABLE, "revised")
        company = self._directory.company(report.company)
        self._check_content(company, report.employee, command.lines, report.currency, at)
        revised = replace(
            report,
            lines=command.lines,
            text=command.text,
            total=report_total(command.lines),
            status="draft",
            revision=report.revision + 1,
            chain=(),
            approvals=(),
            reason=None,
            version=report.version + 1,
            updated_at=at,
        )
        if late and self._edits == "kept":
            # What was approved stays so, and waits at its status for the signatures under what it says now.
            kept = replace(revised, status=report.status, chain=self._workflow.chain_of(revised))
            return self._put(kept, "edited")
        if late:
            revised = replace(revised, approved_at=None, approved_revision=None, posting=Posting())
        return self._put(revised, "edited" if late else None)

    def _approve(self, command: ApproveReport, at: datetime, actor: str) -> Done:
        before = self._report(command.number)
        allowed = (*UNDER_WAY, *AMENDABLE) if before.amended else UNDER_WAY
        report = self._workflow.approve(before, command.approver, command.on_behalf_of, at, actor, allowed=allowed)
        if report.status == "approved":
            # What was written back of an earlier revision says nothing of this one.
            report = replace(
                report,
                approved_revision=report.revision,
                posting=Posting() if before.amended else report.posting,
            )
            return self._put(report, "approved")
        if before.amended:
            report = replace(report, status=before.status, approved_at=before.approved_at)
        return self._put(report)

    def _attach(self, command: AttachReceipt, at: datetime) -> Done:
        """A draft takes it as it is; one that was submitted before becomes a draft with new content."""
        report = self._report(command.number)
        check_filled(id=command.id, name=command.name, content_type=command.content_type)
        check_size(command.size)
        check_state(report, EDITABLE, "attached to")
        if any(command.id == one.id for one in report.attachments):
            raise Refused(DuplicateReference(command.id, report.number))
        added = ReportAttachment(command.id, command.name, command.content_type, command.size, command.required)
        return self._put(
            replace(
                report,
                attachments=(*report.attachments, added),
                status="draft",
                revision=report.revision + (report.status != "draft"),
                chain=(),
                approvals=(),
                reason=None,
                version=report.version + 1,
                updated_at=at,
            )
        )

    def _recall(self, report: ExpenseReport, at: datetime) -> Done:
        """Where the house allows it after the approval too, which then counts no more."""
        late = self._recall_approved and report.status == "approved" and report.posting.state in NOT_POSTED
        allowed = (*UNDER_WAY, "approved") if late else UNDER_WAY
        recalled = self._workflow.take_back(report, at, allowed=allowed, to="recalled")
        if late:
            recalled = replace(recalled, approvals=(), approved_at=None, approved_revision=None, posting=Posting())
        return self._put(recalled, "recalled")

    def _record(self, command: RecordPosting, at: datetime) -> Done:
        report = self._report(command.number)
        posting = next_posting(report, command, states=STATES, ready=READY, at=at)
        if posting is None:
            return Done(report.number, report.version, ())
        # Parked or rejected after a reversal: it is approved, and waits to be posted again.
        status = posting.state if posting.state in ("posted", "paid") else "approved"
        changed = replace(report, posting=posting, status=status, version=report.version + 1, updated_at=at)
        # `expense_report.submitted` says that the employee submitted it; this write-back is no news to anybody.
        return self._put(changed, posting.state if posting.state != "submitted" else None)

    def _check_content(
        self, company: Company, employee: str, lines: Sequence[ExpenseLine], currency: str, at: datetime
    ) -> None:
        uses = [("person", employee), *uses_of(lines)]
        self._directory.check(company.code, uses, company.business_date(at))
        check_accounts(self._directory, [line.account for line in lines])
        check_currency(company, currency)
        check_allocations(lines, currency)

    def _report(self, number: str) -> ExpenseReport:
        found = self._reports.get(number)
        if found is None:
            raise Refused(UnknownDocument(KIND, number))
        return found

    def _put(self, report: ExpenseReport, event: str | None = None) -> Done:
        self._reports.put(report)
        self._numbers.add(report.number)
        events: tuple[Event, ...] = ()
        if event is not None:
            events = (Event(f"{KIND}.{event}", report.number, report.revision, report.company, report.updated_at),)
        return Done(report.number, report.version, events)
