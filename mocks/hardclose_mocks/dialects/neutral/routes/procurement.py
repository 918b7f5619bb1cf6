"""Procurement's neutral routes: requisitions, suppliers, receipts, invoices, accruals, and copies of cost centers."""

from __future__ import annotations

from dataclasses import replace

from fastapi import FastAPI, Request
from fastapi.responses import Response

from hardclose_mocks.dialects.neutral.description import examples
from hardclose_mocks.dialects.neutral.routes.accruals import ACCRUALS
from hardclose_mocks.dialects.neutral.routes.cost_centers import COST_CENTER_COPIES
from hardclose_mocks.dialects.neutral.routes.invoices import INVOICES
from hardclose_mocks.dialects.neutral.routes.paging import listing
from hardclose_mocks.dialects.neutral.routes.receipts import RECEIPTS
from hardclose_mocks.dialects.neutral.routes.resources import Action, Creation, Resource, add_resource, source_filters
from hardclose_mocks.dialects.neutral.routes.sources import approval, write_back
from hardclose_mocks.dialects.neutral.routes.suppliers import SUPPLIER_REQUESTS
from hardclose_mocks.dialects.neutral.wire import answers
from hardclose_mocks.dialects.neutral.wire.sources import ReasonIn, RequisitionChange, RequisitionIn, requisition
from hardclose_mocks.kernel.commands import (
    ApproveRequisition,
    CancelRequisition,
    RejectRequisition,
    SubmitRequisition,
)
from hardclose_mocks.kernel.documents import Requisition

_FOLLOWERS = ("receipt.create", "invoice.create", "accrual.create")
"""What names an approved requisition."""
REQUISITIONS = Resource(
    kind="requisition",
    path="/v1/requisitions",
    document=Requisition,
    encode=requisition,
    answer="Requisition",
    example="Q-2026-1103",
    filters=source_filters(answers.REQUISITION_STATUSES),
    creation=Creation(
        RequisitionIn,
        "Fill in a requisition; it is a draft until submitted",
        examples.REQUISITIONS,
        ("get", "revise", "submit", "cancel"),
    ),
    actions=(
        write_back("requisition"),
        Action(
            "revise",
            "",
            "New content for a draft or rejected requisition",
            lambda asked: asked.body.command(asked.number, asked.document.currency),
            RequisitionChange,
            examples.REVISED_REQUISITIONS,
            method="PUT",
            leads=("submit",),
        ),
        Action(
            "submit",
            "/submission",
            "Submit a requisition for approval",
            lambda asked: SubmitRequisition(asked.number),
            leads=("approve", "reject"),
        ),
        replace(approval(ApproveRequisition), leads=("approve", "posting", *_FOLLOWERS)),
        Action(
            "reject",
            "/rejection",
            "Reject, as the next in the chain",
            lambda asked: RejectRequisition(asked.number, asked.person("reject"), asked.body.reason),
            ReasonIn,
            examples.REASONS,
            leads=("revise",),
            by_person=True,
        ),
        Action("cancel", "/cancellation", "Give a requisition up", lambda asked: CancelRequisition(asked.number)),
    ),
    get_leads=("posting",),
)
PROCUREMENT_RESOURCES: tuple[Resource, ...] = (
    REQUISITIONS,
    SUPPLIER_REQUESTS,
    RECEIPTS,
    INVOICES,
    ACCRUALS,
    COST_CENTER_COPIES,
)


def add_procurement_routes(app: FastAPI) -> None:
    for resource in PROCUREMENT_RESOURCES:
        add_resource(app, resource)

    @app.get("/v1/purchase-orders", operation_id="order.list", tags=["orders"])
    async def orders(request: Request) -> Response:
        """Orders as procurement knows them: requisitions that became orders, with the ERP's number in `posting`."""
        return listing(
            request,
            "requisition",
            requisition,
            REQUISITIONS.filters,
            only=lambda document: document.status == "ordered",
        )
