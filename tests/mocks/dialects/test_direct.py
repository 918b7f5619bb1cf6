"""The short way to a route and the framework's own way give the same answers, wrong turns included."""

from __future__ import annotations

from typing import Any

import pytest

from hardclose_mocks.dialects.neutral.quirks import NeutralDialect

from ..sandboxes import in_process, posting_body, virtually

WAYS = [
    ("POST", "/v1/expense-postings", posting_body("R-1")),
    ("POST", "/v1/expense-postings", {**posting_body("R-1"), "colour": "red"}),
    ("POST", "/v1/expense-postings", {"reference": "R-1"}),
    ("POST", "/v1/expense-postings", []),
    ("POST", "/v1/expense-postings", None),
    ("GET", "/v1/expense-postings", None),
    ("GET", "/v1/expense-postings?limit=none", None),
    ("GET", "/v1/expense-postings/EP-DE01-000001", None),
    ("GET", "/v1/expense-postings/EP-DE01-999999", None),
    ("GET", "/v1/purchase-orders/EP-DE01-000001", None),
    ("POST", "/v1/expense-postings/EP-DE01-000001/reversal", {"posting_date": "2026-11-30", "reason": "wrong"}),
    ("POST", "/v1/expense-postings/EP-DE01-000001/reversal", {"posting_date": "2026-11-30", "reason": "wrong"}),
    ("DELETE", "/v1/expense-postings/EP-DE01-000001", None),
]


async def told(monkeypatch: pytest.MonkeyPatch, *, short: bool) -> list[tuple[int, dict[str, str], Any, str | None]]:
    with monkeypatch.context() as patched:
        if not short:
            patched.setattr(NeutralDialect, "direct", lambda *_: None)
        async with in_process() as office:
            answers = []
            for method, path, body in WAYS:
                sent = {"json": body} if body is not None else {}
                answer = await office.call(method, path, **sent)
                headers = {name: value for name, value in answer.headers.items() if name != "date"}
                refusal = office.exchanges()[-1].refusal
                answers.append((answer.status_code, headers, answer.content, refusal))
            return answers


@virtually
async def test_both_ways_lead_to_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await told(monkeypatch, short=True) == await told(monkeypatch, short=False)
