"""Expense's neutral routes: reports, what people do to them, and the integration's write-back."""

from __future__ import annotations

from fastapi import FastAPI

from hardclose_mocks.dialects.neutral.description import examples
from hardclose_mocks.dialects.neutral.routes.attachments import add_report_attachments
from hardclose_mocks.dialects.neutral.routes.cost_centers import COST_CENTER_COPIES
from hardclose_mocks.dialects.neutral.routes.resources import Action, Creation, Resource, add_resource, source_filters
from hardclose_mocks.dialects.neutral.routes.sources import approval, write_back
from hardclose_mocks.dialects.neutral.wire import answers
from hardclose_mocks.dialects.neutral.wire.sources import (
    ExpenseReportChange,
    ExpenseReportIn,
    ReasonIn,
    expense_report,
)
from hardclose_mocks.kernel.commands import ApproveReport, RecallReport, SendBackReport, SubmitReport
from hardclose_mocks.kernel.documents import ExpenseReport

REPORTS = Resource(
    kind="expense_report",
    path="/v1/expense-reports",
    document=ExpenseReport,
    encode=expense_report,
    answer="ExpenseReport",
    example="R-2026-1103",
    filters=source_filters(answers.REPORT_STATUSES),
    creation=Creation(
        ExpenseReportIn,
        "Fill in a report; it is a draft until submitted",
        examples.REPORTS,
        ("get", "revise", "submit"),
    ),
    actions=(
        write_back("report"),
        Action(
            "revise",
            "",
            "New content for a draft, sent-back or recalled report",
            lambda asked: asked.body.command(asked.number, asked.document.currency),
            ExpenseReportChange,
            examples.REVISED_REPORTS,
            method="PUT",
            leads=("submit",),
        ),
        Action(
            "submit",
            "/submission",
            "Submit a report for approval",
            lambda asked: SubmitReport(asked.number),
            leads=("approve", "send_back", "recall"),
        ),
        approval(ApproveReport),
        Action(
            "send_back",
            "/return",
            "Send back, as the next in the chain",
            lambda asked: SendBackReport(asked.number, asked.person("send back"), asked.body.reason),
            ReasonIn,
            examples.REASONS,
            leads=("revise",),
            by_person=True,
        ),
        Action(
            "recall",
            "/recall",
            "Take a submitted report back",
            lambda asked: RecallReport(asked.number),
            leads=("revise",),
        ),
    ),
    get_leads=("posting",),
)
EXPENSE_RESOURCES: tuple[Resource, ...] = (REPORTS, COST_CENTER_COPIES)


def add_expense_routes(app: FastAPI) -> None:
    for resource in EXPENSE_RESOURCES:
        add_resource(app, resource)
    add_report_attachments(app)
