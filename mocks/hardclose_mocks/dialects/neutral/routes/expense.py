"""Expense's neutral routes: reports, what people do to them, and the integration's write-back."""

from __future__ import annotations

from enum import Enum

from fastapi import FastAPI, Request
from fastapi.responses import Response

from hardclose_mocks.dialects.neutral.routes.paging import listing
from hardclose_mocks.dialects.neutral.routes.shared import after, desk, expected_version, one
from hardclose_mocks.dialects.neutral.routes.sources import REPORT_FILTERS, acting_person, current
from hardclose_mocks.dialects.neutral.wire.sources import (
    ApprovalIn,
    ExpenseReportChange,
    ExpenseReportIn,
    PostingIn,
    ReasonIn,
    expense_report,
)
from hardclose_mocks.kernel.commands import ApproveReport, RecallReport, SendBackReport, SubmitReport
from hardclose_mocks.kernel.documents import ExpenseReport

TAGS: list[str | Enum] = ["expense reports"]


def add_expense_routes(app: FastAPI) -> None:
    @app.get("/v1/expense-reports", operation_id="expense_report.list", tags=TAGS)
    async def page(request: Request) -> Response:
        return listing(request, "expense_report", expense_report, REPORT_FILTERS)

    @app.get("/v1/expense-reports/{number}", operation_id="expense_report.get", tags=TAGS)
    async def get(request: Request, number: str) -> Response:
        return one(request, number, ExpenseReport, expense_report)

    @app.put("/v1/expense-reports/{number}/posting", operation_id="expense_report.posting", tags=TAGS)
    async def write_back(request: Request, number: str, body: PostingIn) -> Response:
        """The integration tells what became of the report."""
        desk(request).do(body.command(number, expected_version(request)))
        return after(request, number, expense_report)

    @app.post("/v1/expense-reports", operation_id="expense_report.create", tags=TAGS, status_code=201)
    async def create(request: Request, body: ExpenseReportIn) -> Response:
        desk(request).do(body.command())
        return after(request, body.number, expense_report, 201)

    @app.put("/v1/expense-reports/{number}", operation_id="expense_report.revise", tags=TAGS)
    async def revise(request: Request, number: str, body: ExpenseReportChange) -> Response:
        document = current(request, number, ExpenseReport, "expense report")
        desk(request).do(body.command(number, document.currency))
        return after(request, number, expense_report)

    @app.post("/v1/expense-reports/{number}/submission", operation_id="expense_report.submit", tags=TAGS)
    async def submit(request: Request, number: str) -> Response:
        desk(request).do(SubmitReport(number))
        return after(request, number, expense_report)

    @app.post("/v1/expense-reports/{number}/approval", operation_id="expense_report.approve", tags=TAGS)
    async def approve(request: Request, number: str, body: ApprovalIn) -> Response:
        desk(request).do(ApproveReport(number, acting_person(request, "approve"), body.on_behalf_of))
        return after(request, number, expense_report)

    @app.post("/v1/expense-reports/{number}/return", operation_id="expense_report.send_back", tags=TAGS)
    async def send_back(request: Request, number: str, body: ReasonIn) -> Response:
        desk(request).do(SendBackReport(number, acting_person(request, "send back"), body.reason))
        return after(request, number, expense_report)

    @app.post("/v1/expense-reports/{number}/recall", operation_id="expense_report.recall", tags=TAGS)
    async def recall(request: Request, number: str) -> Response:
        desk(request).do(RecallReport(number))
        return after(request, number, expense_report)
