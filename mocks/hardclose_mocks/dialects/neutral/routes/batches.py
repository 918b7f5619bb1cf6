"""Batches: several documents in one request, each row by itself; what is refused stops nobody else."""

from __future__ import annotations

from typing import Annotated, Any, cast

import msgspec
from fastapi import FastAPI, Request
from fastapi.responses import Response
from pydantic import Field

from hardclose_mocks.cards import ROWS_MAX
from hardclose_mocks.desk import Desk
from hardclose_mocks.dialects.neutral.refusals import to_problem
from hardclose_mocks.dialects.neutral.routes.shared import desk, reply
from hardclose_mocks.dialects.neutral.wire.erp import ExpensePostingIn, expense_posting
from hardclose_mocks.dialects.neutral.wire.values import Wire
from hardclose_mocks.kernel.documents import ExpensePosting
from hardclose_mocks.kernel.refusals import Refused


class BatchIn(Wire):
    rows: Annotated[list[ExpensePostingIn], Field(min_length=1, max_length=ROWS_MAX)]


def add_batch_routes(app: FastAPI) -> None:
    @app.post("/v1/expense-postings/batch", operation_id="expense_posting.batch", tags=["expense postings"])
    async def batch(request: Request, body: BatchIn) -> Response:
        """Rows are posted in their order. A row that is refused changes nothing, and the next one is tried."""
        at = desk(request)
        return reply({"results": [_row(at, place, row) for place, row in enumerate(body.rows)]})


def _row(at: Desk, place: int, row: ExpensePostingIn) -> dict[str, Any]:
    told = {"row": place, "reference": row.reference}
    unique = at.card.terms_of("expense_posting.create").unique_reference
    try:
        done = at.do(row.command(unique_reference=unique))
    except Refused as no:
        at.refusal = None  # of the row, not of the request
        problem = msgspec.json.decode(to_problem(no.refusal).answer().body)
        return {**told, "status": problem["status"], "document": None, "problem": problem}
    document = cast(ExpensePosting, at.books.find(cast(str, done.document)))
    wire = expense_posting(document, at.companies[document.company])
    return {**told, "status": 201, "document": wire, "problem": None}
