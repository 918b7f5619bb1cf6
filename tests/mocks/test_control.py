"""The control plane: every endpoint, its words for bad input, and who may use it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from hardclose_mocks.control import harness_version
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import Exchange, Phase, Record, Snapshot

from .sandboxes import OPENED, Office, in_process, virtually


def words(answer: httpx2.Response, status: int) -> str:
    """Its one paragraph, once its form has been checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    return str(answer.json()["detail"])


async def command(office: Office, **changes: Any) -> httpx2.Response:
    body = {
        "system": "erp",
        "command": "BlockSupplier",
        "arguments": {"number": "S1", "blocked": True},
        "person": "clerk",
    }
    return await office.control("POST", "/commands", json={**body, **changes})


# --- looking --------------------------------------------------------------------------------------------------------


@virtually
async def test_health_version_and_environment() -> None:
    async with in_process() as office:
        health = (await office.control("GET", "/health")).json()
        assert health == {"status": "up", "phase": "play", "records": office.sandbox.history.length}
        assert (await office.control("GET", "/version")).json() == {"hardclose": harness_version()}
        env = (await office.control("GET", "/env")).json()
        assert env["environment"]["HARDCLOSE_ERP_URL"] == "http://erp.test"
        assert len(env["environment"]) == 15
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        assert env["contract_cards"]["erp"] == card


@virtually
async def test_the_control_plane_describes_itself() -> None:
    async with in_process() as office:
        document = (await office.client.get(office.urls["control"] + "/openapi.json")).json()
        assert document["openapi"].startswith("3.1")
        assert {path.removeprefix("/_hardclose/v1") for path in document["paths"]} == {
            "/health", "/version", "/env", "/clock", "/books/{system}", "/books/{system}/{kind}", "/verdict",
            "/commands", "/faults", "/faults/{rule_id}", "/reset", "/history", "/history/count", "/history/wait",
        }  # fmt: skip
        assert (await office.client.get(office.urls["control"] + "/docs")).status_code == 200


@virtually
async def test_books_are_shown_as_they_hold_their_documents() -> None:
    async with in_process() as office:
        await office.post("R-1")
        books = (await office.control("GET", "/books/erp")).json()
        assert books == {"system": "erp", "digest": office.sandbox.systems["erp"].books.digest(), "documents": 1}
        (item,) = (await office.control("GET", "/books/erp/expense_posting")).json()["items"]
        assert (item["number"], item["total"], item["posting_date"]) == ("EP-DE01-000001", 119_00, "2026-11-30")
        assert (await office.control("GET", "/books/erp/purchase_order")).json() == {"items": []}


@virtually
async def test_a_misspelt_system_or_kind_gets_the_nearest_word() -> None:
    async with in_process() as office:
        assert words(await office.control("GET", "/books/erpp"), 404) == "there is no system 'erpp'; try 'erp'"
        assert "try 'expense_posting'" in words(await office.control("GET", "/books/erp/expense_postings"), 404)
        assert "expense holds no" in words(await office.control("GET", "/books/expense/purchase_order"), 404)
        assert "/openapi.json" in words(await office.control("GET", "/book"), 404)
        assert "not offered" in words(await office.control("DELETE", "/health"), 405)


@virtually
async def test_the_verdict_is_the_judges_if_there_is_one() -> None:
    async def judge(records: list[Record]) -> dict[str, Any]:
        return {"records": len(records), "last": records[-1].kind}

    async with in_process() as office:
        assert "hardclose judge" in words(await office.control("GET", "/verdict"), 404)
    async with in_process(verdict=judge) as office:
        verdict = (await office.control("GET", "/verdict")).json()
        assert verdict == {"records": office.sandbox.history.length, "last": "Snapshot"}
        assert len(office.records(Snapshot)) == 3


# --- acting ---------------------------------------------------------------------------------------------------------


@virtually
async def test_a_person_acts_and_is_on_record_as_that_person() -> None:
    async with in_process() as office:
        answer = await command(office)
        assert answer.json() == {"document": None, "version": 0, "events": ["supplier.blocked"]}
        assert (await office.call("GET", "/v1/suppliers/S1")).json()["blocked"] is True
        acted = next(one for one in office.sandbox.history.records if one.kind == "Acted")
        assert (acted.system, acted.actor) == ("erp", "person:clerk")


@virtually
async def test_what_the_books_refuse_is_told_with_the_refusals_own_fields() -> None:
    async with in_process() as office:
        answer = await command(office, arguments={"number": "S0", "blocked": True})
        assert answer.status_code == 409
        assert answer.json() == {"refused": "UnknownMaster", "kind": "supplier", "number": "S0"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"system": "procurment"}, "try 'procurement'"),
        ({"command": "BlockSuplier"}, "try 'BlockSupplier'"),
        ({"command": "SubmitReport"}, "erp knows no command 'SubmitReport'"),
        ({"arguments": {"number": "S1"}}, "missing required field `blocked`"),
        ({"arguments": {"number": "S1", "blocked": "yes"}}, r"$.blocked"),
        ({"arguments": {"number": "S1", "blockd": True, "blocked": True}}, "no argument 'blockd'; try 'blocked'"),
        ({"arguments": []}, "arguments"),
        ({"person": None}, "person"),
        ({"persn": "clerk"}, "persn"),
    ],
)
@virtually
async def test_a_command_that_is_none_is_told_in_words(changes: dict[str, Any], says: str) -> None:
    async with in_process() as office:
        answer = await command(office, **changes)
        assert says in words(answer, 404 if "system" in changes else 422)
        assert not any(one.kind == "Acted" for one in office.sandbox.history.records)


@virtually
async def test_numbers_beyond_all_bounds_are_a_refusal_or_an_error_in_words() -> None:
    async with in_process() as office:
        for year in (0, 10_000, 10**12, 2**70):
            period = {"company": "DE01", "module": "expense", "year": year, "period": 1, "state": "open"}
            answer = await command(office, command="SetPeriod", arguments=period)
            assert answer.status_code in (200, 409, 422), (year, answer.status_code)
        for amount in (2**63, -(2**80)):
            revised = {"company": "DE01", "cost_center": "CC1", "fiscal_year": 2026, "amount": amount}
            answer = await command(office, command="ReviseBudget", arguments=revised)
            assert answer.status_code in (200, 409, 422), amount
        run = {"company": "DE01", "run": "PAY-1", "cut_off": "9999-12-31"}
        assert (await command(office, command="RunPayments", arguments=run)).status_code in (200, 409)


@virtually
async def test_a_body_that_is_no_json_is_told_in_words() -> None:
    async with in_process() as office:
        for path in ("/commands", "/faults", "/history/wait"):
            answer = await office.control("POST", path, content=b"{", headers={"content-type": "application/json"})
            assert "JSON" in words(answer, 422)


# --- the clock ------------------------------------------------------------------------------------------------------


@virtually
async def test_business_time_jumps_forward_changes_its_rate_and_freezes() -> None:
    async with in_process(rate=60.0) as office:
        await asyncio.sleep(10)
        shown = (await office.control("GET", "/clock")).json()
        assert datetime.fromisoformat(shown["business"]) == OPENED + timedelta(minutes=10)
        assert (shown["rate"], shown["wire_ns"]) == (60.0, 10_000_000_000)
        jumped = (await office.control("PUT", "/clock", json={"business": "2026-11-30T09:00:00+01:00"})).json()
        assert (jumped["business"], jumped["rate"]) == ("2026-11-30T08:00:00Z", 60.0)
        assert (await office.control("PUT", "/clock", json={"rate": 0})).json()["business"] == "2026-11-30T08:00:00Z"
        await asyncio.sleep(100)
        assert (await office.control("GET", "/clock")).json()["business"] == "2026-11-30T08:00:00Z"
        assert (await office.call("GET", "/v1/companies/DE01")).json()["business_date"] == "2026-11-30"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"business": "2026-11-20T08:00:00Z"}, "does not run backwards"),
        ({"business": "2026-11-30T08:00:00"}, "has no offset"),
        ({"business": "9999-12-31T23:59:59Z"}, "ends with the year 2999"),
        ({"business": "tomorrow"}, "business"),
        ({"rate": -1}, "rate"),
        ({"rate": 1e9}, "rate"),
        ({"speed": 2}, "speed"),
    ],
)
@virtually
async def test_a_clock_that_cannot_be_set_so_is_told_in_words(body: dict[str, Any], says: str) -> None:
    async with in_process() as office:
        before = (await office.control("GET", "/clock")).json()
        assert says in words(await office.control("PUT", "/clock", json=body), 422)
        assert (await office.control("GET", "/clock")).json() == before


# --- the history ----------------------------------------------------------------------------------------------------


@virtually
async def test_records_are_found_by_kind_system_and_place() -> None:
    async with in_process() as office:
        for number in range(5):
            await office.post(f"R-{number}")
        found = (await office.control("GET", "/history", params={"kind": "Exchange", "system": "erp"})).json()["items"]
        assert [one["body"]["subject"] for one in found] == [f"R-{number}" for number in range(5)]
        assert {one["kind"] for one in found} == {"Exchange"}
        after = {"kind": "Exchange", "after": found[1]["seq"], "limit": 2}
        assert [one["seq"] for one in (await office.control("GET", "/history", params=after)).json()["items"]] == [
            found[2]["seq"],
            found[3]["seq"],
        ]
        count = await office.control("GET", "/history/count", params={"kind": "Exchange"})
        assert count.json() == {"count": 5}
        everything = await office.control("GET", "/history/count")
        assert everything.json() == {"count": office.sandbox.history.length}
        sandbox = await office.control("GET", "/history", params={"system": "sandbox", "kind": "Phase"})
        assert [one["body"]["name"] for one in sandbox.json()["items"]] == ["play"]


@virtually
async def test_a_kind_or_system_nobody_knows_gets_the_nearest_word() -> None:
    async with in_process() as office:
        assert "try 'Exchange'" in words(await office.control("GET", "/history", params={"kind": "Exchnge"}), 422)
        assert "try 'Told'" in words(await office.control("GET", "/history/count", params={"kind": "told"}), 422)
        assert "try 'erp'" in words(await office.control("GET", "/history", params={"system": "epr"}), 404)
        assert "limit" in words(await office.control("GET", "/history", params={"limit": "all"}), 422)
        wait = {"kind": "Exchange", "where": {"statis": 201}}
        assert "try 'status'" in words(await office.control("POST", "/history/wait", json=wait), 422)


@virtually
async def test_waiting_ends_when_it_has_happened() -> None:
    async with in_process() as office:
        wait = {
            "kind": "Exchange",
            "count": 2,
            "system": "erp",
            "where": {"op": "expense_posting.create", "status": 201},
        }
        waiting = asyncio.ensure_future(office.control("POST", "/history/wait", json=wait))
        await asyncio.sleep(1)
        await office.post("R-1")
        await office.call("GET", "/v1/companies")
        await asyncio.sleep(1)
        assert not waiting.done()
        await office.post("R-2")
        assert (await waiting).json() == {"count": 2}
        assert asyncio.get_running_loop().time() < 2.1


@virtually
async def test_waiting_compares_lists_and_nested_values_too() -> None:
    async with in_process() as office:
        body = {"url": "http://sut.test/", "types": ["a", "b"]}
        await office.call("POST", "/v1/webhook-subscriptions", json=body)
        wait = {"kind": "Subscribed", "where": {"types": ["a", "b"], "state": "created"}}
        assert (await office.control("POST", "/history/wait", json=wait)).json() == {"count": 1}


@virtually
async def test_waiting_in_vain_ends_with_what_there_was() -> None:
    async with in_process() as office:
        await office.post("R-1")
        wait = {"kind": "Exchange", "count": 3, "timeout_s": 5}
        assert "there were 1 of 3 Exchange" in words(await office.control("POST", "/history/wait", json=wait), 408)
        assert asyncio.get_running_loop().time() == pytest.approx(5, abs=0.1)


# --- reset and access -----------------------------------------------------------------------------------------------


@virtually
async def test_a_reset_opens_a_fresh_sandbox_behind_the_same_addresses() -> None:
    rule = Rule("planned", "F07", "erp", aimed="R-9")
    async with in_process(rule) as office:
        await office.post("R-1")
        await office.call("POST", "/v1/webhook-subscriptions", json={"url": "http://sut.test/", "types": ["*"]})
        await office.control("POST", "/faults", json={"fault": "F02", "system": "erp", "share": 0})
        before = office.sandbox
        answer = await office.control("POST", "/reset")
        assert answer.status_code == 200
        assert office.sandbox is not before
        assert office.sandbox.systems["erp"].books.count() == 0
        assert [one.id for one in office.sandbox.plan.rules] == ["planned"]
        assert office.sandbox.subscriptions.listing("erp") == []
        assert [one.body for one in office.records(Phase)] == [Phase("play", "reset")]
        office._tokens.clear()
        assert (await office.post("R-1")).json()["number"] == "EP-DE01-000001"
        assert len(office.records(Exchange)) == 1
        assert before.history.length > 10, "the old history is left as it was"


@virtually
async def test_a_call_under_way_during_a_reset_ends() -> None:
    slow = {"median_s": 1.0, "sigma": 0.0, "highest_s": 1.0}
    async with in_process(Rule("slow", "F03", "erp", parameters=slow)) as office:
        call = asyncio.ensure_future(office.post("R-1"))
        await asyncio.sleep(0.5)
        await office.control("POST", "/reset")
        async with asyncio.timeout(5):
            await asyncio.wait([call])
        assert office.sandbox.systems["erp"].books.count() == 0


@virtually
async def test_beyond_loopback_the_control_plane_wants_its_token() -> None:
    async with in_process(token="let-me-in") as office:
        for header in (None, "Bearer", "Bearer wrong", "let-me-in", "Bearer \u00e9"):
            headers = {b"authorization": header.encode("latin-1")} if header is not None else {}
            answer = await office.client.get(office.urls["control"] + "/_hardclose/v1/env", headers=headers)  # type: ignore[arg-type]
            assert "wants its token" in words(answer, 401), header
        for method, path in (("POST", "/reset"), ("PUT", "/clock"), ("POST", "/faults"), ("GET", "/health")):
            assert (await office.control(method, path, json={})).status_code in (401, 422)
            assert office.sandbox.history.length < 20
        good = await office.control("GET", "/health", headers={"authorization": "Bearer let-me-in"})
        assert good.status_code == 200
