"""The edge: every exchange is on record before anybody is told, whole, and without a secret."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response

from hardclose_mocks.dialects.neutral.quirks import NeutralDialect
from hardclose_mocks.dialects.neutral.routes.shared import desk
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import Emitted, Exchange, Record, Told
from hardclose_mocks.history.store import SqliteStore, read
from hardclose_mocks.kernel.books import Books
from hardclose_mocks.kernel.commands import PostExpense
from hardclose_mocks.kernel.documents import Done
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_mocks.server.restore import redo
from hardclose_mocks.server.sandbox import DIALECTS

from ..kernel.small_world import posting
from ..sandboxes import Office, in_process, posting_body, virtually

POST = "expense_posting.create"
ALWAYS = {"median_s": 1.0, "sigma": 0.0, "highest_s": 1.0}


def rule(fault: str, *, operations: tuple[str, ...] = (POST,), **parameters: float) -> Rule:
    return Rule(f"w-{fault}", fault, "erp", operations, parameters=parameters)


def books(office: Office) -> Books:
    return office.sandbox.systems["erp"].books


def last(office: Office) -> tuple[Exchange, Told]:
    exchange = office.records(Exchange)[-1]
    told = [one for one in office.told() if one.exchange == exchange.seq]
    assert len(told) == 1
    assert isinstance(exchange.body, Exchange)
    return exchange.body, told[0]


@virtually
async def test_the_exchange_and_its_events_are_durable_before_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    at_first_byte: list[tuple[str, int]] = []

    def watching(application: Any) -> Callable[..., Any]:
        async def watched(scope: Any, receive: Any, send: Any) -> None:
            async def put(message: Any) -> None:
                if message["type"] == "http.response.start":
                    with closing(sqlite3.connect(path)) as other:
                        rows = other.execute("SELECT kind FROM record ORDER BY seq DESC LIMIT 2").fetchall()
                        at_first_byte.append((",".join(kind for (kind,) in reversed(rows)), message["status"]))
                await send(message)

            await application(scope, receive, put)

        return watched

    async with in_process(store=SqliteStore(path)) as office:
        transport = office.world._transport
        transport.applications["erp.test"] = watching(transport.applications["erp.test"])  # type: ignore[union-attr]
        await asyncio.gather(*(office.post(f"R-{number}") for number in range(5)))
        await office.call("GET", "/v1/companies")
    assert [status for _, status in at_first_byte] == [201] * 5 + [200]
    assert {kinds for kinds, status in at_first_byte if status == 201} == {"Exchange,Emitted"}
    assert at_first_byte[-1][0].endswith("Exchange")
    stored = read(path)
    assert len(stored) == office.sandbox.history.length


@virtually
async def test_what_was_told_of_every_exchange_is_on_record_once() -> None:
    rules = [Rule("a", "F01", "erp", share=0.3), Rule("b", "F06", "erp", share=0.3), Rule("c", "F03", "erp", share=0.5)]
    async with in_process(*rules) as office:
        calls = (office.post(f"R-{number}", idempotency_key=f"k-{number % 7}") for number in range(40))
        await asyncio.gather(*calls, return_exceptions=True)
        exchanges = {record.seq for record in office.records(Exchange)}
        told = [one.exchange for one in office.told()]
        assert sorted(told) == sorted(exchanges)
        assert len(exchanges) == 40


def refold(office: Office, records: list[Record]) -> str:
    """The ERP's books done again from the history alone."""
    fresh = ErpBooks(office.sandbox.setup.master, opened_at=office.sandbox.setup.opened_at)
    for record in records:
        if isinstance(record.body, Exchange) and record.system == "erp":
            for carried in record.body.carried:
                redo(fresh, "erp", carried, record.actor, record.seq)
    return fresh.digest()


@virtually
async def test_the_history_folds_to_the_books_however_slow_answers_overtake_each_other() -> None:
    rules = [rule("F03", median_s=0.5, sigma=1.5, highest_s=1.5), Rule("b", "F01", "erp", share=0.2)]
    async with in_process(*rules) as office:
        await asyncio.gather(*(office.post(f"R-{number}") for number in range(60)), return_exceptions=True)
        assert refold(office, list(office.sandbox.history.records)) == books(office).digest()
        assert len({one.id for one in office.emitted()}) == len(office.emitted())


@virtually
async def test_a_caller_who_left_was_told_nothing_though_the_work_was_done() -> None:
    async with in_process(rule("F03", **ALWAYS)) as office:
        with pytest.raises(httpx2.ReadTimeout):
            await office.call("POST", "/v1/expense-postings", json=posting_body(), timeout=0.5)
        await asyncio.sleep(5)
        exchange, told = last(office)
        assert (exchange.status, told.delivered, told.status) == (201, "none", None)
        assert books(office).count() == 1


@virtually
async def test_no_credential_is_in_the_history(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    async with in_process(store=SqliteStore(path), receivers={}) as office:
        credentials = office.sandbox.setup.credentials
        secrets = {credentials.person_secret(), credentials.control_token()}
        for system in ("erp", "procurement", "expense"):
            secrets |= {
                credentials.client_secret(system),
                credentials.webhook_secret(system),
                credentials.wrong_webhook_secret(system),
            }
            form = {
                "grant_type": "client_credentials",
                "client_id": credentials.client_id(system),
                "client_secret": credentials.client_secret(system),
            }
            token = (await office.call("POST", "/oauth/token", system, who=None, data=form)).json()["access_token"]
            await office.call(
                "POST", "/oauth/token?client_secret=" + form["client_secret"], system, who=None, data=form
            )
            await office.call(
                "POST", "/oauth/token", system, who=None, auth=(form["client_id"], form["client_secret"]), data=form
            )
            await office.call("GET", "/v1/companies", system, who=None, headers={"authorization": f"Bearer {token}"})
            subscription = {"url": "http://sut.test/", "types": ["*"]}
            answer = await office.call("POST", "/v1/webhook-subscriptions", system, json=subscription)
            assert answer.json()["secret"] in secrets
            secrets |= {token, office.token(system, "integration")}
        await office.approve("R-1")
        await office.control(
            "POST",
            "/commands",
            json={
                "system": "erp",
                "command": "BlockSupplier",
                "person": "clerk",
                "arguments": {"number": "S1", "blocked": True},
            },
        )
        await asyncio.sleep(30)
    office.sandbox.history.close()
    content = path.read_bytes()
    assert b"integration-erp" in content
    for secret in secrets:
        assert secret.encode() not in content
        assert secret.removeprefix("whsec_").encode() not in content


@virtually
async def test_documentation_is_no_business_of_the_history() -> None:
    async with in_process() as office:
        before = office.sandbox.history.length
        await office.call("GET", "/openapi.json", who=None)
        await office.call("GET", "/docs", who=None)
        assert office.sandbox.history.length == before


@virtually
async def test_an_answer_without_a_body_says_nothing_of_its_length() -> None:
    async with in_process() as office:
        subscription = {"url": "http://sut.test/", "types": ["*"]}
        created = (await office.call("POST", "/v1/webhook-subscriptions", json=subscription)).json()
        gone = await office.call("DELETE", f"/v1/webhook-subscriptions/{created['id']}")
        await office.post("R-1")
        known = await office.call("GET", "/v1/expense-postings/EP-DE01-000001", headers={"if-none-match": '"1"'})
        assert (gone.status_code, known.status_code) == (204, 304)
        assert "content-length" not in gone.headers
        assert "content-length" not in known.headers
        assert parsedate_to_datetime(gone.headers["date"]) == office.sandbox.wire.utc().replace(microsecond=0)


# --- when something of ours breaks ----------------------------------------------------------------------------------


class BreakingDialect(NeutralDialect):
    """A dialect with a bug: one of its routes falls over after the books were changed."""

    name = "breaking"

    def application(self, system: str) -> FastAPI:
        inner = super().application(system)
        app = FastAPI()

        @app.post("/v1/expense-postings")
        async def create(request: Request) -> Response:
            command: PostExpense = posting(reference="R-1")
            done: Done = desk(request).do(command)
            raise ZeroDivisionError(done.document)

        app.mount("/", inner)
        return app

    def direct(self, system: str, operation: str) -> None:
        """Its broken route is an ASGI application's."""


@virtually
async def test_a_route_that_breaks_is_on_record_with_what_the_books_did(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(DIALECTS, "neutral", BreakingDialect)
    async with in_process() as office:
        with caplog.at_level(logging.ERROR):
            answer = await office.post("R-1", idempotency_key="k1")
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (500, "server-error")
        exchange, told = last(office)
        assert (exchange.status, exchange.refusal, told.status) == (500, "crashed", 500)
        assert [one.document for one in exchange.carried] == ["EP-DE01-000001"]
        assert len(office.records(Emitted)) == 1
        assert "ZeroDivisionError: EP-DE01-000001" in caplog.text
        assert refold(office, list(office.sandbox.history.records)) == books(office).digest()
        assert (await office.post("R-1", idempotency_key="k1")).status_code == 500, "the key is free again"
        assert books(office).count() == 2
        assert (await office.call("GET", "/v1/companies")).status_code == 200
