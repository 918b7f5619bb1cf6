"""How callers get in: the token endpoint and the contract card."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import Response

from hardclose_mocks.dialects.neutral.routes.shared import desk, protocol_error, reply


def client_of(headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """Client id and secret of a token request: HTTP Basic, or the form. Raises ValueError for a broken Basic header."""
    header = headers.get("authorization", "")
    if header.lower().startswith("basic "):
        try:
            client, _, secret = base64.b64decode(header[6:], validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as wrong:
            raise ValueError("the Basic credentials are not base64") from wrong
        return client, secret
    form = _form(body)
    return form.get("client_id", ""), form.get("client_secret", "")


def _form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def _no(system: str, error: str) -> Response:
    """RFC 6749, 5.2."""
    if error == "invalid_client":
        return reply({"error": error}, 401, www_authenticate=f'Basic realm="{system}"')
    return reply({"error": error}, 400)


def add_access_routes(app: FastAPI) -> None:
    @app.post("/oauth/token", operation_id="token", tags=["access"])
    async def token(request: Request) -> Response:
        """OAuth 2.0 client credentials (RFC 6749, 4.4), and refresh tokens (6) where the card offers them: form body,
        or HTTP Basic for the client."""
        body = await request.body()
        try:
            client, secret = client_of(request.headers, body)
        except ValueError as wrong:
            raise protocol_error("malformed", str(wrong)) from wrong
        at, form = desk(request), _form(body)
        admission = at.control.admission
        match form.get("grant_type"):
            case "client_credentials":
                granted = admission.grant(at.system, client, secret) or "invalid_client"
            case "refresh_token":
                granted = admission.refresh(at.system, client, secret, form.get("refresh_token", ""))
            case _:
                granted = "unsupported_grant_type"
        if isinstance(granted, str):
            return _no(at.system, granted)
        return reply(granted, cache_control="no-store")

    @app.post("/oauth/rotate", operation_id="client.rotate", tags=["access"])
    async def rotate(request: Request) -> Response:
        """The client's present secret, for the present or any former one of its own: form body, or HTTP Basic. The
        token endpoint says in `client_secret_expires_at` when a secret that was replaced will open it no more."""
        try:
            client, secret = client_of(request.headers, await request.body())
        except ValueError as wrong:
            raise protocol_error("malformed", str(wrong)) from wrong
        at = desk(request)
        collected = at.control.admission.collect(at.system, client, secret)
        if collected is None:
            return _no(at.system, "invalid_client")
        return reply(collected, cache_control="no-store")

    @app.get("/.well-known/contract-card", operation_id="card", tags=["access"])
    async def card(request: Request) -> Response:
        """What this system promises its callers. No login."""
        return reply(desk(request).card.document())
