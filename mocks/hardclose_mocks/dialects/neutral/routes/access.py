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


def add_access_routes(app: FastAPI) -> None:
    @app.post("/oauth/token", operation_id="token", tags=["access"])
    async def token(request: Request) -> Response:
        """OAuth 2.0 client credentials (RFC 6749, 4.4): form body, or HTTP Basic for the client."""
        body = await request.body()
        try:
            client, secret = client_of(request.headers, body)
        except ValueError as wrong:
            raise protocol_error("malformed", str(wrong)) from wrong
        if _form(body).get("grant_type") != "client_credentials":
            return reply({"error": "unsupported_grant_type"}, 400)
        at = desk(request)
        issued = at.control.issue_token(at.system, client, secret)
        if issued is None:
            return reply({"error": "invalid_client"}, 401, www_authenticate=f'Basic realm="{at.system}"')
        # An integer: clients in strictly typed languages read nothing else.
        life_s = int(at.card.pace.token_life_s)
        return reply({"access_token": issued, "token_type": "Bearer", "expires_in": life_s}, cache_control="no-store")

    @app.get("/.well-known/contract-card", operation_id="card", tags=["access"])
    async def card(request: Request) -> Response:
        """What this system promises its callers. No login."""
        return reply(desk(request).card.document())
