"""A webhook receiver that gets it right, and the flaws of real ones. It verifies by hand, not by our signing code."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

FIELDS = frozenset({"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "company", "revision"})
BYTES_MAX = 3 * 1024 * 1024


class Endpoint:
    """`flaw` is one thing it gets wrong; empty for none. An ASGI application."""

    def __init__(self, secret: str, now: Callable[[], datetime], flaw: str = "") -> None:
        self.key = base64.b64decode(secret.removeprefix("whsec_"))
        self.now, self.flaw = now, flaw
        self.seen: set[str] = set()
        self.dead = False
        self.at_work = asyncio.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        if self.flaw == "slow":
            await asyncio.sleep(30)
        if self.flaw == "one at a time":
            async with self.at_work:
                await asyncio.sleep(0.5)
        status = self.answer(headers, body)
        extra = [(b"location", b"/elsewhere")] if status == 307 else []
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0"), *extra]})
        await send({"type": "http.response.body", "body": b""})

    def answer(self, headers: dict[str, str], body: bytes) -> int:
        if self.dead:
            return 503
        try:
            status = self._answer(headers, body)
        except Exception:
            if self.flaw != "crashes":
                raise
            status = 500
        if self.flaw == "gives up" and status == 401:
            self.dead = True
        return status

    def _answer(self, headers: dict[str, str], body: bytes) -> int:
        if len(body) > BYTES_MAX and self.flaw != "no bound":
            return 413
        if self.flaw == "redirects":
            return 307
        if self.flaw != "checks nothing" and not self._genuine(headers, body):
            return 200 if self.flaw == "polite" else 401
        if self.flaw == "crashes":
            return 204 if "status" in json.loads(body)["data"] else 202
        try:
            event = json.loads(body)
        except ValueError:
            return 200 if self.flaw == "reads later" else 415
        if not isinstance(event, dict) or "type" not in event:
            return 200 if self.flaw in ("reads later", "checks nothing") else 415
        return self._taken(headers.get("webhook-id", ""), event)

    def _taken(self, message: str, event: dict[str, Any]) -> int:
        if self.flaw == "knows its types" and event["type"].endswith(".archived"):
            return 400
        if self.flaw == "takes what it needs" and not event["type"].endswith(".approved"):
            return 404
        if self.flaw == "knows its attributes" and set(event) - FIELDS - {"data"}:
            return 422
        if self.flaw == "knows its fields" and {"sustainability", "padding"} & set(event["data"]):
            return 422
        if self.flaw == "conflicts" and message in self.seen:
            return 409
        if self.flaw == "one fact, one event":
            if (fact := json.dumps(event["data"], sort_keys=True)) in self.seen:
                return 409
            self.seen.add(fact)
        self.seen.add(message)
        return 204

    def _genuine(self, headers: dict[str, str], body: bytes) -> bool:
        message, told = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if self.flaw == "no clock" or (self.flaw == "looks back only" and told.isdecimal()):
            late = self.flaw == "looks back only" and self.now().timestamp() - int(told) > 300
        else:
            late = not told.isdecimal() or abs(self.now().timestamp() - int(told)) > 300
        if late or not message:
            return False
        if self.flaw == "writes anew":
            body = json.dumps(json.loads(body), separators=(",", ":")).encode()
        signature = hmac.new(self.key, f"{message}.{told}.".encode() + body, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(signature).decode()
        given = headers.get("webhook-signature", "").split()
        if self.flaw == "first signature only":
            given = given[:1]
        if self.flaw == "last signature only":
            given = given[-1:]
        return any(hmac.compare_digest(one, expected) for one in given)
