"""A day on which everything happens that a restart must survive, and all that a sandbox is at one moment of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import msgspec

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.kernel.commands import BlockSupplier, CancelPurchaseOrder, Delegate, RunPayments, SetPeriod
from hardclose_mocks.server.sandbox import Sandbox

from ..kernel.small_world import MONDAY, order, requisition
from ..sandboxes import Office, posting_body

RULES = (
    Rule("wire-1", "F01", "erp", ("expense_posting.create",), share=0.3),
    Rule("wire-2", "F03", "erp", share=0.3),
    Rule("wire-3", "F06", "expense", ("expense_report.posting",), share=0.3),
    Rule("hook-1", "F30", "expense", share=0.5, parameters={"after_s": 2.0}),
    Rule("hook-2", "F31", "expense", share=0.5),
    Rule("hook-3", "F32", "expense", share=0.2),
    Rule("hook-4", "F36", "expense", share=0.3),
    Rule("hook-5", "F35", "expense", share=0.3),
    Rule("hook-6", "F37", "expense", share=0.3),
    Rule("storm", "F33", "expense", starts=MONDAY, parameters={"events": 40.0, "over_s": 2.0, "unseen": 0.2}),
    Rule("off", "F34", "expense", starts=MONDAY),
    Rule("secret", "F48", "erp", starts=MONDAY, parameters={"overlap_s": 1.0}),
    Rule("signing", "F48", "expense", starts=MONDAY, parameters={"what": "webhook_secret"}),
    Rule("scope", "F48", "procurement", starts=MONDAY, parameters={"what": "scope"}),
    Rule("limit-1", "F10", "procurement", parameters={"rate_per_s": 5.0, "burst": 10.0}),
)


def state(sandbox: Sandbox) -> dict[str, Any]:
    """What must be equal after a restart. Calls under way are none of it: nobody was told how they end."""
    return {
        "books": {name: (home.books.digest(), home.books.count()) for name, home in sandbox.systems.items()},
        "plan": sandbox.plan,
        "phase": (sandbox.phase, sandbox.faults_on),
        "clock": (sandbox.business.business, sandbox.business.rate, sandbox.business.wire_ns),
        "tokens": sandbox.admission._tokens,
        "vault": {
            "secrets": dict(sandbox.vault.secrets),
            "families": dict(sandbox.vault.families),
            "scopes": list(sandbox.vault.scopes_gone),
            "collected": dict(sandbox.vault.collected_until),
        },
        "calls": sandbox._counts,
        "events": (sandbox._events, sandbox.dispatcher.counts),
        "keys": {
            name: (
                entry.fingerprint,
                entry.ends_ns,
                entry.answer.status,
                _content(entry.answer.body),
                entry.answer.headers,
            )
            for name, entry in sandbox.keys._entries.items()
            if entry.answer is not None
        },
        "subscriptions": (sandbox.outbox.subscriptions, sandbox.outbox.created, +sandbox.outbox.failures),
        "parcels": sandbox.outbox.open,
        "attempts": sandbox.outbox.log,
    }


def _content(body: bytes) -> Any:
    return msgspec.json.decode(body) if body else None


async def day(office: Office) -> AsyncIterator[None]:
    """Goes on by one step each time somebody looks; no call is under way then, but deliveries may be."""
    hooks = {}
    for number, types in enumerate((["*"], ["expense_report.approved"], ["*"])):
        body = {"url": f"http://sut.test/{number}", "types": types}
        hooks[number] = (await office.call("POST", "/v1/webhook-subscriptions", "expense", json=body)).json()["id"]
    yield
    await office.call("DELETE", f"/v1/webhook-subscriptions/{hooks[0]}", "expense")
    await office.sandbox.act("expense", Delegate("lead", "peer", MONDAY.date(), MONDAY.date()), "person:lead")
    yield
    for number in range(8):
        await office.approve(f"T0-R-{number}")
        await _asked(office, "PUT", f"/v1/expense-reports/T0-R-{number}/posting", "expense", {"state": "submitted"})
        yield
        for _ in range(2):
            await _asked(office, "POST", "/v1/expense-postings", "erp", posting_body(f"T0-R-{number}"), f"key-{number}")
        yield
        await asyncio.sleep(0.7)
        yield
    await _asked(office, "POST", "/v1/expense-postings", "erp", posting_body("T0-bad", currency="USD"), "key-bad")
    await _asked(
        office, "POST", "/v1/expense-postings", "erp", posting_body("T0-bad", currency="dollar"), "key-invalid"
    )
    await _asked(office, "POST", "/v1/expense-postings", "erp", posting_body("T0-other"), "key-1")
    yield
    await office.control("POST", "/faults", json={"fault": "F07", "system": "erp", "share": 0.5, "ttl_s": 3600})
    await office.control("PUT", "/clock", json={"business": "2026-11-30T08:00:00Z", "rate": 60})
    yield
    await office.sandbox.act("erp", order(), "integration")
    await office.sandbox.act("erp", CancelPurchaseOrder("PO-DE01-000001", "wrong"), "person:buyer")
    await office.sandbox.act("erp", RunPayments("DE01", "PAY-1", MONDAY.date()), "person:treasury")
    await office.sandbox.act("erp", BlockSupplier("S1", True), "person:clerk")
    await office.sandbox.act("erp", SetPeriod("DE01", "expense", 2026, 11, "soft_closed"), "person:controller")
    yield
    await office.sandbox.act("procurement", requisition(), "person:buyer")
    await office.call("POST", "/v1/requisitions/Q-1/submission", "procurement", who="person:buyer")
    await office.call("POST", "/v1/requisitions/Q-1/approval", "procurement", who="person:lead", json={})
    yield
    for rule in ("storm", "secret", "signing", "scope"):
        office.sandbox.operate(rule)
    yield
    await asyncio.sleep(1.3)
    yield
    office.sandbox.operate("off")
    yield
    await office.call("POST", f"/v1/webhook-subscriptions/{hooks[2]}/renewal", "expense")
    await office.call("GET", f"/v1/webhook-subscriptions/{hooks[2]}/secret", "expense")
    yield
    hand = office.sandbox.plan.rules[-1].id
    await office.control("DELETE", f"/faults/{hand}")
    office.sandbox.enter("heal")
    yield
    await asyncio.sleep(3)
    await office.control("PUT", "/clock", json={"rate": 0})
    yield


async def _asked(office: Office, method: str, path: str, system: str, body: Any, key: str | None = None) -> None:
    """The integration asks; what it is told is its own trouble here."""
    headers = {"idempotency-key": key} if key is not None else {}
    try:
        await office.call(method, path, system, headers=headers, json=body)
    except httpx2.ReadError:
        return
