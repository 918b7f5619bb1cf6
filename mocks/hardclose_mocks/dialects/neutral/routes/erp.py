"""The ERP's neutral routes: expense postings, purchase orders, periods, budgets, masters."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.responses import Response

from hardclose_mocks.dialects.neutral.routes.paging import Filter, listing
from hardclose_mocks.dialects.neutral.routes.shared import (
    after,
    desk,
    expected_version,
    one,
    protocol_error,
    reply,
)
from hardclose_mocks.dialects.neutral.wire import answers
from hardclose_mocks.dialects.neutral.wire.erp import (
    BudgetCheckIn,
    CancellationIn,
    ExpensePostingIn,
    PurchaseOrderIn,
    ReversalIn,
    expense_posting,
    purchase_order,
)
from hardclose_mocks.dialects.neutral.wire.values import amount, minor
from hardclose_mocks.kernel.documents import ExpensePosting, PurchaseOrder
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_mocks.kernel.refusals import Refused, UnknownMaster

POSTING_FILTERS = {
    "company": Filter(lambda document: document.company),
    "status": Filter(lambda document: document.status, answers.POSTING_STATUSES),
    "payment": Filter(lambda document: document.payment, answers.PAYMENTS),
}
ORDER_FILTERS = {
    "company": Filter(lambda document: document.company),
    "status": Filter(lambda document: document.status, answers.ORDER_STATUSES),
    "supplier": Filter(lambda document: document.supplier),
}
BY_REFERENCE = {"reference": Filter(lambda document: document.reference)}


def books(request: Request) -> ErpBooks:
    return cast(ErpBooks, desk(request).books)


def add_erp_routes(app: FastAPI) -> None:
    _add_postings(app)
    _add_orders(app)
    _add_money_rules(app)
    _add_masters(app)


def _filters(request: Request, operation: str, filters: dict[str, Filter]) -> dict[str, Filter]:
    """Search by reference is offered only where the card says so."""
    if "reference" in request.query_params and not desk(request).card.terms_of(operation).searchable:
        raise protocol_error(
            "filter_not_supported", "this endpoint cannot be searched by reference; see the contract card"
        )
    return {**filters, **BY_REFERENCE}


def _add_postings(app: FastAPI) -> None:
    @app.post("/v1/expense-postings", operation_id="expense_posting.create", tags=["expense postings"], status_code=201)
    async def create(request: Request, body: ExpensePostingIn) -> Response:
        at = desk(request)
        done = at.do(body.command(unique_reference=at.card.terms_of("expense_posting.create").unique_reference))
        return after(request, cast(str, done.document), expense_posting, 201)

    @app.get("/v1/expense-postings", operation_id="expense_posting.list", tags=["expense postings"])
    async def page(request: Request) -> Response:
        return listing(
            request, "expense_posting", expense_posting, _filters(request, "expense_posting.create", POSTING_FILTERS)
        )

    @app.get("/v1/expense-postings/{number}", operation_id="expense_posting.get", tags=["expense postings"])
    async def get(request: Request, number: str) -> Response:
        return one(request, number, ExpensePosting, expense_posting)

    @app.post(
        "/v1/expense-postings/{number}/reversal", operation_id="expense_posting.reverse", tags=["expense postings"]
    )
    async def reverse(request: Request, number: str, body: ReversalIn) -> Response:
        desk(request).do(body.command(number, expected_version(request)))
        return after(request, number, expense_posting)


def _add_orders(app: FastAPI) -> None:
    @app.post("/v1/purchase-orders", operation_id="purchase_order.create", tags=["purchase orders"], status_code=201)
    async def create(request: Request, body: PurchaseOrderIn) -> Response:
        at = desk(request)
        done = at.do(body.command(unique_reference=at.card.terms_of("purchase_order.create").unique_reference))
        return after(request, cast(str, done.document), purchase_order, 201)

    @app.get("/v1/purchase-orders", operation_id="purchase_order.list", tags=["purchase orders"])
    async def page(request: Request) -> Response:
        return listing(
            request, "purchase_order", purchase_order, _filters(request, "purchase_order.create", ORDER_FILTERS)
        )

    @app.get("/v1/purchase-orders/{number}", operation_id="purchase_order.get", tags=["purchase orders"])
    async def get(request: Request, number: str) -> Response:
        return one(request, number, PurchaseOrder, purchase_order)

    @app.post(
        "/v1/purchase-orders/{number}/cancellation", operation_id="purchase_order.cancel", tags=["purchase orders"]
    )
    async def cancel(request: Request, number: str, body: CancellationIn) -> Response:
        desk(request).do(body.command(number, expected_version(request)))
        return after(request, number, purchase_order)


def _add_money_rules(app: FastAPI) -> None:
    @app.get("/v1/companies/{code}/periods", operation_id="period.list", tags=["periods"])
    async def periods(request: Request, code: str, module: str | None = None) -> Response:
        """State per module (expense, purchasing): open, soft_closed, hard_closed or future."""
        at = desk(request)
        if code not in at.companies:
            raise protocol_error("not_found", f"there is no company {code}")
        rows = [
            {
                "company": code,
                "module": row.module,
                "year": row.year,
                "period": row.period,
                "starts_on": row.starts_on.isoformat(),
                "ends_on": row.ends_on.isoformat(),
                "state": row.state,
            }
            for name in (["expense", "purchasing"] if module is None else [module])
            for row in books(request).period_listing(code, name, at.at)
        ]
        return reply({"items": rows, "next_cursor": None})

    @app.post("/v1/budget-checks", operation_id="budget.check", tags=["budgets"])
    async def check(request: Request, body: BudgetCheckIn) -> Response:
        """What may still be committed; reserves nothing."""
        wanted = minor(body.amount, body.currency, "amount")
        left = books(request).available(body.company, body.cost_center, body.on)
        if left is None:
            raise Refused(UnknownMaster("cost_center", body.cost_center))
        return reply(
            {
                "company": body.company,
                "cost_center": body.cost_center,
                "currency": left.currency,
                "available": left.decimal,
                "requested": amount(wanted, body.currency),
                "sufficient": left.minor >= wanted and left.currency == body.currency,
            }
        )


def _add_masters(app: FastAPI) -> None:
    for path, kind, key in (
        ("suppliers", "supplier", "number"),
        ("cost-centers", "cost_center", "number"),
        ("accounts", "account", "number"),
        ("projects", "project", "number"),
        ("tax-codes", "tax_code", "code"),
    ):
        _add_master(app, path, kind, key)


def _add_master(app: FastAPI, path: str, kind: str, key: str) -> None:
    @app.get(f"/v1/{path}", operation_id=f"{kind}.list", tags=["masters"])
    async def page(request: Request) -> Response:
        return reply({"items": [_plain(row) for row in books(request).masters(kind)], "next_cursor": None})

    @app.get(f"/v1/{path}/{{number}}", operation_id=f"{kind}.get", tags=["masters"])
    async def get(request: Request, number: str) -> Response:
        for row in books(request).masters(kind):
            if getattr(row, key) == number:
                return reply(_plain(row))
        raise protocol_error("not_found", f"there is no {kind.replace('_', ' ')} {number}")


def _plain(row: Any) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in dataclasses.asdict(row).items()
    }
