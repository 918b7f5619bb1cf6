"""Procurement's neutral routes: requisitions, what people do to them, and the integration's write-back."""

from __future__ import annotations

from enum import Enum

from fastapi import FastAPI, Request
from fastapi.responses import Response

from hardclose_mocks.dialects.neutral.routes.paging import listing
from hardclose_mocks.dialects.neutral.routes.shared import after, desk, expected_version, one
from hardclose_mocks.dialects.neutral.routes.sources import REQUISITION_FILTERS, acting_person, current
from hardclose_mocks.dialects.neutral.wire.sources import (
    ApprovalIn,
    PostingIn,
    ReasonIn,
    RequisitionChange,
    RequisitionIn,
    requisition,
)
from hardclose_mocks.kernel.commands import (
    ApproveRequisition,
    CancelRequisition,
    RejectRequisition,
    SubmitRequisition,
)
from hardclose_mocks.kernel.documents import Requisition

TAGS: list[str | Enum] = ["requisitions"]


def add_procurement_routes(app: FastAPI) -> None:
    @app.get("/v1/requisitions", operation_id="requisition.list", tags=TAGS)
    async def page(request: Request) -> Response:
        return listing(request, "requisition", requisition, REQUISITION_FILTERS)

    @app.get("/v1/requisitions/{number}", operation_id="requisition.get", tags=TAGS)
    async def get(request: Request, number: str) -> Response:
        return one(request, number, Requisition, requisition)

    @app.put("/v1/requisitions/{number}/posting", operation_id="requisition.posting", tags=TAGS)
    async def write_back(request: Request, number: str, body: PostingIn) -> Response:
        """The integration tells what became of the requisition."""
        desk(request).do(body.command(number, expected_version(request)))
        return after(request, number, requisition)

    @app.get("/v1/purchase-orders", operation_id="order.list", tags=["orders"])
    async def orders(request: Request) -> Response:
        """Orders as procurement knows them: requisitions that became orders, with the ERP's number in `posting`."""
        return listing(
            request, "requisition", requisition, REQUISITION_FILTERS, only=lambda document: document.status == "ordered"
        )

    @app.post("/v1/requisitions", operation_id="requisition.create", tags=TAGS, status_code=201)
    async def create(request: Request, body: RequisitionIn) -> Response:
        desk(request).do(body.command())
        return after(request, body.number, requisition, 201)

    @app.put("/v1/requisitions/{number}", operation_id="requisition.revise", tags=TAGS)
    async def revise(request: Request, number: str, body: RequisitionChange) -> Response:
        document = current(request, number, Requisition, "requisition")
        desk(request).do(body.command(number, document.currency))
        return after(request, number, requisition)

    @app.post("/v1/requisitions/{number}/submission", operation_id="requisition.submit", tags=TAGS)
    async def submit(request: Request, number: str) -> Response:
        desk(request).do(SubmitRequisition(number))
        return after(request, number, requisition)

    @app.post("/v1/requisitions/{number}/approval", operation_id="requisition.approve", tags=TAGS)
    async def approve(request: Request, number: str, body: ApprovalIn) -> Response:
        desk(request).do(ApproveRequisition(number, acting_person(request, "approve"), body.on_behalf_of))
        return after(request, number, requisition)

    @app.post("/v1/requisitions/{number}/rejection", operation_id="requisition.reject", tags=TAGS)
    async def reject(request: Request, number: str, body: ReasonIn) -> Response:
        desk(request).do(RejectRequisition(number, acting_person(request, "reject"), body.reason))
        return after(request, number, requisition)

    @app.post("/v1/requisitions/{number}/cancellation", operation_id="requisition.cancel", tags=TAGS)
    async def cancel(request: Request, number: str) -> Response:
        desk(request).do(CancelRequisition(number))
        return after(request, number, requisition)
