"""Requisitions and expense reports of the source systems on the neutral wire, and the write-back both share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import Field, StringConstraints

from hardclose_mocks.dialects.neutral.wire import answers
from hardclose_mocks.dialects.neutral.wire.attachments import report_attachment
from hardclose_mocks.dialects.neutral.wire.erp import OrderLineIn, order_line
from hardclose_mocks.dialects.neutral.wire.progress import approvals, changes, posting
from hardclose_mocks.dialects.neutral.wire.values import (
    Amount,
    Currency,
    Day,
    DocumentNumber,
    Number,
    Text,
    Wire,
    amount,
    instant,
    minor,
)
from hardclose_mocks.kernel.commands import (
    Allocation,
    ApproveReport,
    ApproveRequisition,
    CreateReport,
    CreateRequisition,
    ExpenseLine,
    RecordPosting,
    RejectRequisition,
    ReviseReport,
    ReviseRequisition,
    SendBackReport,
)
from hardclose_mocks.kernel.documents import ExpenseReport, Requisition
from hardclose_mocks.kernel.master import Company

Rate = Annotated[str, StringConstraints(pattern=r"^(0|[1-9]\d{0,6})(\.\d{1,8})?$", strict=True)]


class PostingIn(Wire):
    """The integration's write-back: `document` for posted and paid, `reason` for parked and rejected."""

    state: Literal["submitted", "posted", "paid", "parked", "rejected"]
    document: Number | None = None
    reason: Text | None = None

    def command(self, number: str, expected_version: int | None = None) -> RecordPosting:
        return RecordPosting(number, self.state, self.document, self.reason, expected_version)


class AllocationIn(Wire):
    cost_center: Number
    project: Number | None = None
    net: Amount
    tax: Amount


class ExpenseLineIn(Wire):
    account: Number
    text: Text
    spent_on: Day
    tax_code: Number
    paid_amount: Amount
    paid_currency: Currency
    rate: Rate = "1"
    allocations: Annotated[list[AllocationIn], Field(min_length=1, max_length=100)]

    def line(self, currency: str, field: str) -> ExpenseLine:
        return ExpenseLine(
            account=self.account,
            text=self.text,
            spent_on=self.spent_on,
            tax_code=self.tax_code,
            paid_minor=minor(self.paid_amount, self.paid_currency, f"{field}.paid_amount"),
            paid_currency=self.paid_currency,
            rate=self.rate,
            allocations=tuple(
                Allocation(
                    cost_center=share.cost_center,
                    project=share.project,
                    net=minor(share.net, currency, f"{field}.allocations.{at}.net"),
                    tax=minor(share.tax, currency, f"{field}.allocations.{at}.tax"),
                )
                for at, share in enumerate(self.allocations)
            ),
        )


class ExpenseReportIn(Wire):
    number: DocumentNumber
    company: Number
    employee: Number
    currency: Currency
    text: Text = ""
    lines: Annotated[list[ExpenseLineIn], Field(min_length=1, max_length=200)]

    def command(self) -> CreateReport:
        return CreateReport(
            self.number,
            self.company,
            self.employee,
            self.currency,
            _expense_lines(self.lines, self.currency),
            self.text,
        )


class ExpenseReportChange(Wire):
    text: Text = ""
    lines: Annotated[list[ExpenseLineIn], Field(min_length=1, max_length=200)]

    def command(self, number: str, currency: str) -> ReviseReport:
        return ReviseReport(number, _expense_lines(self.lines, currency), self.text)


class RequisitionIn(Wire):
    number: DocumentNumber
    company: Number
    requester: Number
    supplier: Number
    currency: Currency
    text: Text = ""
    lines: Annotated[list[OrderLineIn], Field(min_length=1, max_length=500)]

    def command(self) -> CreateRequisition:
        return CreateRequisition(
            number=self.number,
            company=self.company,
            requester=self.requester,
            supplier=self.supplier,
            currency=self.currency,
            text=self.text,
            lines=tuple(line.line(self.currency, f"lines.{at}") for at, line in enumerate(self.lines)),
        )


class RequisitionChange(Wire):
    text: Text = ""
    lines: Annotated[list[OrderLineIn], Field(min_length=1, max_length=500)]

    def command(self, number: str, currency: str) -> ReviseRequisition:
        return ReviseRequisition(
            number, tuple(line.line(currency, f"lines.{at}") for at, line in enumerate(self.lines)), self.text
        )


class ApprovalIn(Wire):
    """`on_behalf_of` names the absent approver whose delegate acts."""

    on_behalf_of: Number | None = None


class ReasonIn(Wire):
    reason: Annotated[Text, Field(min_length=1)]


# --- the other direction ---------------------------------------------------------------------------------------


def record_posting(command: RecordPosting) -> dict[str, Any]:
    return {"state": command.state, "document": command.document, "reason": command.reason}


def create_report(command: CreateReport) -> dict[str, Any]:
    return {
        "number": command.number,
        "company": command.company,
        "employee": command.employee,
        "currency": command.currency,
        "text": command.text,
        "lines": [expense_line(line, command.currency) for line in command.lines],
    }


def create_requisition(command: CreateRequisition) -> dict[str, Any]:
    return {
        "number": command.number,
        "company": command.company,
        "requester": command.requester,
        "supplier": command.supplier,
        "currency": command.currency,
        "text": command.text,
        "lines": [order_line(line, command.currency) for line in command.lines],
    }


def revise_report(command: ReviseReport, currency: str) -> dict[str, Any]:
    """The number is in the path, the currency the report's own."""
    return {"text": command.text, "lines": [expense_line(line, currency) for line in command.lines]}


def revise_requisition(command: ReviseRequisition, currency: str) -> dict[str, Any]:
    return {"text": command.text, "lines": [order_line(line, currency) for line in command.lines]}


def approve(command: ApproveReport | ApproveRequisition) -> dict[str, Any]:
    """Who approves is in the credential."""
    return {"on_behalf_of": command.on_behalf_of}


def give_reason(command: SendBackReport | RejectRequisition) -> dict[str, Any]:
    return {"reason": command.reason}


def expense_line(line: ExpenseLine, currency: str) -> answers.ExpenseLine:
    return {
        "account": line.account,
        "text": line.text,
        "spent_on": line.spent_on.isoformat(),
        "tax_code": line.tax_code,
        "paid_amount": amount(line.paid_minor, line.paid_currency),
        "paid_currency": line.paid_currency,
        "rate": line.rate,
        "allocations": [
            {
                "cost_center": share.cost_center,
                "project": share.project,
                "net": amount(share.net, currency),
                "tax": amount(share.tax, currency),
            }
            for share in line.allocations
        ],
    }


def expense_report(document: ExpenseReport, company: Company) -> answers.ExpenseReport:
    worded = {
        "number": document.number,
        "company": document.company,
        "employee": document.employee,
        "currency": document.currency,
        "text": document.text,
        "lines": [expense_line(line, document.currency) for line in document.lines],
        "status": document.status,
        "approved_revision": document.approved_revision,
        **_workflow(document, company),
    }
    if document.attachments:
        worded["attachments"] = [report_attachment(one) for one in document.attachments]
    return cast(answers.ExpenseReport, worded)


def requisition(document: Requisition, company: Company) -> answers.Requisition:
    return {
        "number": document.number,
        "company": document.company,
        "requester": document.requester,
        "supplier": document.supplier,
        "currency": document.currency,
        "text": document.text,
        "lines": [order_line(line, document.currency) for line in document.lines],
        "status": document.status,
        **_workflow(document, company),
    }


def _workflow(document: ExpenseReport | Requisition, company: Company) -> answers.Workflow:
    return {
        "total": amount(document.total, document.currency),
        "revision": document.revision,
        "approvals": approvals(document.approvals, company),
        "approved_at": instant(document.approved_at, company),
        "reason": document.reason,
        "posting": posting(document.posting, company),
        **changes(document, company),
    }


def _expense_lines(lines: Sequence[ExpenseLineIn], currency: str) -> tuple[ExpenseLine, ...]:
    return tuple(line.line(currency, f"lines.{at}") for at, line in enumerate(lines))
