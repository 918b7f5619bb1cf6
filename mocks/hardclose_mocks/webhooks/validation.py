"""Asks the integration, before a document is submitted, whether it will go through. Knows no rule about documents."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx2
import msgspec

from hardclose_mocks.cards import Validation
from hardclose_mocks.clock import WireClock
from hardclose_mocks.history.records import Validated
from hardclose_mocks.webhooks.signing import signed

CONTENT_TYPE = "application/json"


class _Reply(msgspec.Struct):
    valid: bool
    reasons: list[str] = []


@dataclass(frozen=True, slots=True)
class Question:
    """One document of one system, as its API words it; `message` is borne as webhook-id."""

    system: str
    message: str
    subject: str
    revision: int
    document: dict[str, Any]


async def ask(
    question: Question,
    url: str,
    terms: Validation,
    secret: str,
    wire: WireClock,
    transport: httpx2.AsyncBaseTransport | None,
) -> Validated:
    """POSTs the document, signed like a webhook. What is no answer within the budget, or not understood, is none: then
    the terms say whether the document is let through."""
    started = wire.ns()
    body = msgspec.json.encode(question.document)
    headers = {**signed(question.message, body, secret, wire.utc()), "content-type": CONTENT_TYPE}
    status: int | None = None
    outcome = "unanswered"
    reasons: tuple[str, ...] = ()
    try:
        async with asyncio.timeout(terms.budget_s), _client(transport) as client:
            answer = await client.post(url, content=body, headers=headers)
        status = answer.status_code
        if 200 <= status < 300:
            reply = msgspec.json.decode(answer.content, type=_Reply)
            outcome, reasons = ("valid" if reply.valid else "invalid"), tuple(reply.reasons)
    except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, msgspec.DecodeError, UnicodeDecodeError) as wrong:
        reasons = (f"no answer in {terms.budget_s:g} s" if isinstance(wrong, TimeoutError) else str(wrong),)
    passed = outcome == "valid" or (outcome == "unanswered" and terms.fail == "open")
    return Validated(
        id=question.message,
        subject=question.subject,
        revision=question.revision,
        url=url,
        status=status,
        outcome=outcome,
        passed=passed,
        reasons=reasons,
        started_ns=started,
        ended_ns=wire.ns(),
    )


def _client(transport: httpx2.AsyncBaseTransport | None) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=transport, timeout=None, trust_env=False)
