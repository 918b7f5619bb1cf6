"""The ERP's neutral routes: expense postings, purchase orders, periods, budgets, masters."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.responses import Response

from hardclose_mocks.dialects.neutral.description import examples
from hardclose_mocks.dialects.neutral.routes.accruals import JOURNAL_ENTRIES
from hardclose_mocks.dialects.neutral.routes.attachments import add_posting_attachments
from hardclose_mocks.dialects.neutral.routes.batches import add_batch_routes
from hardclose_mocks.dialects.neutral.routes.cost_centers import COST_CENTERS
from hardclose_mocks.dialects.neutral.routes.invoices import SUPPLIER_INVOICES
from hardclose_mocks.dialects.neutral.routes.paging import Filter
from hardclose_mocks.dialects.neutral.routes.payments import PAYMENTS
from hardclose_mocks.dialects.neutral.routes.receipts import GOODS_RECEIPTS
from hardclose_mocks.dialects.neutral.routes.resources import (
    COMPANY,
    Action,
    Creation,
    Resource,
    add_resource,
    reversal,
    status_filter,
)
from hardclose_mocks.dialects.neutral.routes.shared import desk, protocol_error, reply
from hardclose_mocks.dialects.neutral.routes.suppliers import SUPPLIERS
from hardclose_mocks.dialects.neutral.wire import answers
from hardclose_mocks.dialects.neutral.wire.erp import (
    BudgetCheckIn,
    CancellationIn,
    ExpensePostingIn,
    PurchaseOrderIn,
    expense_posting,
    purchase_order,
)
from hardclose_mocks.dialects.neutral.wire.values import amount, minor
from hardclose_mocks.kernel.commands import ReverseExpensePosting
from hardclose_mocks.kernel.documents import ExpensePosting, PurchaseOrder
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_mocks.kernel.periods import MODULES
from hardclose_mocks.kernel.refusals import Refused, UnknownMaster

POSTINGS = Resource(
    kind="expense_posting",
    path="/v1/expense-postings",
    document=ExpensePosting,
    encode=expense_posting,
    answer="ExpensePosting",
    example="EP-DE01-000001",
    filters={
        **COMPANY,
        **status_filter(*answers.POSTING_STATUSES),
        "payment": Filter(lambda document: document.payment, answers.PAYMENTS),
    },
    creation=Creation(
        ExpensePostingIn, "Post an approved expense report", examples.POSTINGS, ("get", "reverse"), by_reference=True
    ),
    actions=(reversal("Take a posting back by a reversing document", ReverseExpensePosting),),
    get_leads=("reverse",),
)
ORDERS = Resource(
    kind="purchase_order",
    path="/v1/purchase-orders",
    document=PurchaseOrder,
    encode=purchase_order,
    answer="PurchaseOrder",
    example="PO-DE01-000001",
    filters={
        **COMPANY,
        **status_filter(*answers.ORDER_STATUSES),
        "supplier": Filter(lambda document: document.supplier),
    },
    creation=Creation(PurchaseOrderIn, "Issue a purchase order", examples.ORDERS, ("get", "cancel"), by_reference=True),
    actions=(
        Action(
            "cancel",
            "/cancellation",
            "Cancel a purchase order; its commitment is released",
            lambda asked: asked.body.command(asked.number, asked.version),
            CancellationIn,
            examples.REASONS,
            if_match=True,
        ),
    ),
    get_leads=("cancel",),
)
ERP_RESOURCES: tuple[Resource, ...] = (
    POSTINGS,
    ORDERS,
    SUPPLIERS,
    GOODS_RECEIPTS,
    SUPPLIER_INVOICES,
    JOURNAL_ENTRIES,
    PAYMENTS,
    COST_CENTERS,
)


def books(request: Request) -> ErpBooks:
    return cast(ErpBooks, desk(request).books)


def add_erp_routes(app: FastAPI) -> None:
    add_batch_routes(app)
    for resource in ERP_RESOURCES:
        add_resource(app, resource)
    add_posting_attachments(app)
    _add_money_rules(app)
    _add_masters(app)


def _add_money_rules(app: FastAPI) -> None:
    @app.get("/v1/companies/{code}/periods", operation_id="period.list", tags=["periods"])
    async def periods(request: Request, code: str, module: str | None = None) -> Response:
        """State per module (expense, purchasing, payables, journals): open, soft_closed, hard_closed or future."""
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
            for name in (MODULES if module is None else [module])
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
