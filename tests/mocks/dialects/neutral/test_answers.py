"""What is answered to odd methods, paths and bodies; and the small reads: periods, companies, budgets, masters."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hardclose_mocks.server.calls import BODY_BYTES_MAX

from ...sandboxes import in_process, posting_body, virtually


def kind(answer: Any) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return str(answer.json()["type"]).rsplit("/", 1)[-1]


@virtually
async def test_a_method_that_is_not_offered_is_told_all_that_are() -> None:
    async with in_process() as office:
        for path, system, allowed in (
            ("/v1/expense-postings", "erp", {"GET", "POST"}),
            ("/v1/expense-postings/EP-1", "erp", {"GET"}),
            ("/v1/expense-postings/batch", "erp", {"POST"}),
            ("/v1/expense-reports/R-1", "expense", {"GET", "PUT"}),
            ("/v1/webhook-subscriptions", "erp", {"GET", "POST"}),
            ("/v1/webhook-subscriptions/sub_1", "erp", {"DELETE"}),
        ):
            answer = await office.call("PATCH", path, system, json={})
            assert (answer.status_code, kind(answer)) == (405, "method-not-allowed")
            assert set(answer.headers["allow"].split(", ")) == allowed, path
            assert office.exchanges()[-1].refusal == "method_not_allowed"


@virtually
async def test_a_path_that_is_not_there_is_a_problem_too() -> None:
    async with in_process() as office:
        for path in (
            "/",
            "/v1",
            "/v1/expense-posting",
            "/v1/expense-postings/EP-1/x",
            "/v2/companies",
            "/v1/companies/XX",
        ):
            answer = await office.call("GET", path)
            assert (answer.status_code, kind(answer)) == (404, "not-found"), path
        for path in ("/v1/expense-postings/EP-9", "/v1/purchase-orders/EP-DE01-000001", "/v1/suppliers/S0"):
            assert (await office.call("GET", path)).status_code == 404
        assert (await office.call("GET", "/nothing", who=None)).status_code == 401


NOT_JSON: list[bytes] = [
    b"{",
    b"",
    b"\xff\xfe",
    b'{"reference":"\xff"}',
    b'{"reference":"\\ud800"}',
    b'{"reference":NaN}',
    b"[" * 100_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"lines":' + b"[" * 66 + b"]" * 66 + b"}",
    '{"reference":"R-1"}'.encode("utf-16"),
    b'\xef\xbb\xbf{"reference":"R-1"}',
    b'{"net":1e400}',
]


@virtually
async def test_a_body_that_is_no_json_is_malformed_and_does_nothing() -> None:
    async with in_process() as office:
        good = json.dumps(posting_body()).encode()
        for body in [*NOT_JSON, good[:-1], good + b"x", good.decode().encode("utf-16-le")]:
            headers = {"content-type": "application/json"}
            answer = await office.call("POST", "/v1/expense-postings", headers=headers, content=body)
            status, slug = (422, "invalid") if body == b"" else (400, "malformed")
            assert (answer.status_code, kind(answer)) == (status, slug), body[:40]
            exchange = office.exchanges()[-1]
            assert (exchange.op, exchange.carried, exchange.status) == ("expense_posting.create", (), status)
        assert office.sandbox.systems["erp"].books.count() == 0


@virtually
async def test_json_under_another_name_is_not_taken() -> None:
    async with in_process() as office:
        good = json.dumps(posting_body()).encode()
        for name in ("text/plain", "application/x-www-form-urlencoded", "application/jsonlines"):
            answer = await office.call("POST", "/v1/expense-postings", headers={"content-type": name}, content=good)
            assert answer.status_code in (415, 422), name
        assert office.sandbox.systems["erp"].books.count() == 0
        for name in ("application/json; charset=utf-8", "application/vnd.hardclose+json"):
            answer = await office.call("POST", "/v1/expense-postings", headers={"content-type": name}, content=good)
            assert answer.status_code == 201, name
            assert office.exchanges()[-1].body == posting_body(), "the history has it as it was"


@virtually
async def test_an_oversized_body_is_refused_unread() -> None:
    async with in_process() as office:
        padded = json.dumps(posting_body()).encode()
        for size, status in ((BODY_BYTES_MAX, 201), (BODY_BYTES_MAX + 1, 413), (3 * BODY_BYTES_MAX, 413)):
            body = padded + b" " * (size - len(padded))
            headers = {"content-type": "application/json"}
            answer = await office.call("POST", "/v1/expense-postings", headers=headers, content=body)
            assert answer.status_code == status
            assert len(office.exchanges()) > 0
        assert kind(answer) == "too-large"
        assert (office.exchanges()[-1].refusal, office.exchanges()[-1].body) == ("too_large", None)
        assert office.sandbox.systems["erp"].books.count() == 1


@virtually
async def test_tracing_headers_are_echoed_and_recorded() -> None:
    async with in_process() as office:
        headers = {
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "x-correlation-id": "corr-é",
        }
        sent = {name: value.encode("latin-1") for name, value in headers.items()}
        token = office.token("erp", "integration")
        answer = await office.client.get(
            office.urls["erp"] + "/v1/companies",
            headers={b"authorization": b"Bearer " + token.encode(), **sent},  # type: ignore[dict-item]
        )
        raw = {name.lower(): value for name, value in answer.headers.raw}
        assert (raw[b"traceparent"].decode(), raw[b"x-correlation-id"].decode("latin-1")) == tuple(headers.values())
        assert office.exchanges()[-1].headers == headers


@pytest.mark.parametrize("module", ["expense", "purchasing"])
@virtually
async def test_periods_are_listed_per_module(module: str) -> None:
    async with in_process() as office:
        answer = await office.call("GET", "/v1/companies/DE01/periods", params={"module": module})
        items = answer.json()["items"]
        assert {item["module"] for item in items} == {module}
        assert {"open", "future"} <= {item["state"] for item in items}


@virtually
async def test_a_module_nobody_keeps_is_told_in_words() -> None:
    async with in_process() as office:
        answer = await office.call("GET", "/v1/companies/DE01/periods", params={"module": "expenses"})
        assert answer.status_code in (400, 404, 422)
        assert "expenses" in answer.json()["detail"]
        assert (await office.call("GET", "/v1/companies/XX01/periods")).status_code == 404


@virtually
async def test_companies_tell_their_own_business_date() -> None:
    async with in_process(rate=0.0) as office:
        await office.control("PUT", "/clock", json={"business": "2026-11-30T23:30:00+01:00"})
        items = (await office.call("GET", "/v1/companies")).json()["items"]
        assert {item["code"]: item["business_date"] for item in items} == {
            "DE01": "2026-11-30",
            "US01": "2026-11-30",
            "JP01": "2026-12-01",
        }
        one = (await office.call("GET", "/v1/companies/JP01")).json()
        assert (one["time_zone"], one["business_time"]) == ("Asia/Tokyo", "2026-12-01T07:30:00.000+09:00")


@virtually
async def test_a_budget_check_reserves_nothing_and_knows_its_currency() -> None:
    async with in_process() as office:
        ask = {"company": "DE01", "cost_center": "CC1", "amount": "1000.00", "currency": "EUR", "on": "2026-11-30"}
        for _ in range(2):
            answer = await office.call("POST", "/v1/budget-checks", json=ask)
            assert (answer.status_code, answer.json()["available"], answer.json()["sufficient"]) == (
                200,
                "1000.00",
                True,
            )
        changes: list[tuple[dict[str, Any], int]] = [
            ({"amount": "1000.01"}, 200),
            ({"currency": "USD"}, 200),
            ({"cost_center": "CC0"}, 422),
            ({"company": "XX"}, 422),
            ({"currency": "XXX"}, 422),
            ({"amount": 5}, 422),
            ({"on": "2020-01-01"}, 200),
            ({"on": "0001-01-01"}, 200),
            ({"on": "9999-12-31"}, 200),
        ]
        for change, status in changes:
            answer = await office.call("POST", "/v1/budget-checks", json={**ask, **change})
            assert answer.status_code == status, (change, answer.text)
            assert status != 200 or "on" in change or answer.json()["sufficient"] is False


@virtually
async def test_masters_are_read_with_their_present_block() -> None:
    async with in_process() as office:
        for path, number in (
            ("suppliers", "S2"),
            ("cost-centers", "CC1"),
            ("accounts", "6200"),
            ("projects", "P1"),
            ("tax-codes", "V19"),
        ):
            items = (await office.call("GET", f"/v1/{path}")).json()["items"]
            one = (await office.call("GET", f"/v1/{path}/{number}")).json()
            assert one in items
        assert (await office.call("GET", "/v1/suppliers/S2")).json()["blocked"] is True
