"""Webhook subscriptions and the delivery log, alike in all neutral systems."""

from __future__ import annotations

import httpx2
from fastapi import FastAPI, Request
from fastapi.responses import Response
from pydantic import Field

from hardclose_mocks.dialects.neutral.routes.shared import desk, protocol_error, reply
from hardclose_mocks.dialects.neutral.wire.values import Text, Wire
from hardclose_mocks.kernel.refusals import Invalid, Refused


class SubscriptionIn(Wire):
    """`types` are event types, or `*` for all of this system."""

    url: Text
    types: list[Text] = Field(default=["*"], min_length=1, max_length=50)


def add_webhook_routes(app: FastAPI) -> None:
    @app.post("/v1/webhook-subscriptions", operation_id="subscription.create", tags=["webhooks"], status_code=201)
    async def subscribe(request: Request, body: SubscriptionIn) -> Response:
        at = desk(request)
        _check_address(body.url)
        return reply(at.control.subscriptions.create(at.system, body.url, tuple(body.types)), 201)

    @app.get("/v1/webhook-subscriptions", operation_id="subscription.list", tags=["webhooks"])
    async def subscriptions(request: Request) -> Response:
        at = desk(request)
        return reply({"items": at.control.subscriptions.listing(at.system), "next_cursor": None})

    @app.delete(
        "/v1/webhook-subscriptions/{id}", operation_id="subscription.delete", tags=["webhooks"], status_code=204
    )
    async def unsubscribe(request: Request, id: str) -> Response:  # the wire calls it id
        at = desk(request)
        if not at.control.subscriptions.delete(at.system, id):
            raise protocol_error("not_found", f"there is no subscription {id}")
        return Response(status_code=204)

    @app.post("/v1/webhook-subscriptions/{id}/renewal", operation_id="subscription.renew", tags=["webhooks"])
    async def renew(request: Request, id: str) -> Response:  # the wire calls it id
        """Active from now on for a whole life, also where it had expired or was disabled. What was missed does not
        come: read the lists."""
        at = desk(request)
        renewed = at.control.subscriptions.renew(at.system, id)
        if renewed is None:
            raise protocol_error("not_found", f"there is no subscription {id}")
        return reply(renewed)

    @app.get("/v1/webhook-subscriptions/{id}/secret", operation_id="subscription.secret", tags=["webhooks"])
    async def secret(request: Request, id: str) -> Response:  # the wire calls it id
        """What deliveries are signed with now. While a secret that was replaced is still used as well, deliveries bear
        two signatures."""
        at = desk(request)
        if not at.control.subscriptions.known(at.system, id):
            raise protocol_error("not_found", f"there is no subscription {id}")
        return reply(at.control.admission.signing_secret(at.system), cache_control="no-store")

    @app.get("/v1/webhook-deliveries", operation_id="delivery.list", tags=["webhooks"])
    async def deliveries(request: Request) -> Response:
        """The last 200 delivery attempts of this system, newest first."""
        at = desk(request)
        return reply({"items": at.control.subscriptions.deliveries(at.system), "next_cursor": None})


def _check_address(text: str) -> None:
    """Raises Refused(Invalid) for what nobody could post to: better now than at every delivery."""
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as wrong:
        raise Refused(Invalid("url", f"{text!r} is no http address: {wrong}")) from wrong
    if url.scheme not in ("http", "https") or not url.host or " " in text or not 0 < (url.port or 80) < 65_536:
        raise Refused(Invalid("url", f"{text!r} is no http address; write it like http://127.0.0.1:9000/webhooks"))
