"""The API description of each system: complete, closed in itself, and as strict as the routes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator

from hardclose_mocks.cards import PROFILES
from hardclose_mocks.desk import KEY
from hardclose_mocks.dialects.neutral.description.operations import OPERATIONS
from hardclose_mocks.dialects.neutral.description.parts import REFUSALS
from hardclose_mocks.dialects.neutral.quirks import NeutralDialect
from hardclose_mocks.dialects.neutral.refusals import PROTOCOL
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.server.sandbox import SYSTEMS

from ...sandboxes import Office, in_process, posting_body, virtually
from .test_refusals import WORDED

METHODS = ("get", "post", "put", "patch", "delete")


def description(system: str) -> dict[str, Any]:
    found: dict[str, Any] = NeutralDialect().application(system).openapi()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def resolved(document: dict[str, Any], part: Any) -> Any:
    """With every reference replaced by what it refers to."""
    if isinstance(part, list):
        return [resolved(document, one) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return resolved(document, found)
    return {name: resolved(document, value) for name, value in part.items()}


def operation(system: str, name: str) -> dict[str, Any]:
    document = description(system)
    found: dict[str, Any] = resolved(
        document, next(one for _, _, one in operations(document) if one["operationId"] == name)
    )
    return found


def answer_schema(system: str, name: str, status: int, kind: str = "application/json") -> dict[str, Any]:
    found: dict[str, Any] = operation(system, name)["responses"][str(status)]["content"][kind]["schema"]
    return found


def conforms(answer: httpx2.Response, system: str, name: str) -> None:
    """The status is described; so are its content type, its body and its headers."""
    described = operation(system, name)["responses"][str(answer.status_code)]
    kind = answer.headers["content-type"]
    errors = list(Draft202012Validator(described["content"][kind]["schema"]).iter_errors(answer.json()))
    assert not errors, errors[0]
    for header, told in described.get("headers", {}).items():
        assert header in answer.headers or not told.get("required"), f"{header} is missing"
        if header in answer.headers:
            Draft202012Validator(told["schema"]).validate(answer.headers[header])


# --- complete ----------------------------------------------------------------------------------------------------


def test_every_operation_has_its_words_and_every_word_an_operation() -> None:
    offered = {one["operationId"] for system in SYSTEMS for _, _, one in operations(description(system))}
    assert offered == OPERATIONS.keys()


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_reference_leads_somewhere_and_nothing_is_left_over(system: str) -> None:
    document = description(system)
    referred = set(re.findall(r"'\$ref': '#/components/(\w+)/(\w+)'", repr(document)))
    there = {
        (kind, name) for kind, parts in document["components"].items() if kind != "securitySchemes" for name in parts
    }
    assert referred == there


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_link_leads_to_an_operation_of_this_system_with_parameters_it_has(system: str) -> None:
    document = description(system)
    known = {one["operationId"]: one for _, _, one in operations(document)}
    for _, _, source in operations(document):
        for answer in source["responses"].values():
            for link in answer.get("links", {}).values():
                target = known[link["operationId"]]
                asked = resolved(document, target["parameters"])
                assert link.get("parameters", {}).keys() <= {f"{one['in']}.{one['name']}" for one in asked}
                body = resolved(document, target.get("requestBody", {}).get("content", {}))
                members = body["application/json"]["schema"]["properties"] if "requestBody" in link else {}
                assert link.get("requestBody", {}).keys() <= members.keys()


@pytest.mark.parametrize("system", SYSTEMS)
def test_whatever_needs_a_token_says_so_and_what_does_not_is_public(system: str) -> None:
    document = description(system)
    assert document["security"] == [{"clientCredentials": []}, {"bearer": []}]
    public = {one["operationId"] for _, _, one in operations(document) if one.get("security") == []}
    assert public == {"card", "token", "client.rotate"}


def test_every_problem_type_is_described_under_its_status() -> None:
    told = {slug: status for status, refusing in REFUSALS.items() for slug in refusing.types}
    meant = {slug: status for _, status, slug, _ in WORDED}
    meant |= {kind.replace("_", "-"): status for kind, (status, _) in PROTOCOL.items() if kind not in NOBODYS}
    assert told == meant


NOBODYS = ("method_not_allowed", "forbidden", "key_missing")
"""Of no operation: one is told where there is none, the others are other dialects' and profiles'."""


# --- true --------------------------------------------------------------------------------------------------------


@virtually
async def test_the_contract_card_is_as_described_under_every_profile_and_limit() -> None:
    limit = Rule("limit", "F10", "erp", parameters={"rate_per_s": 25, "burst": 20, "wait": "http-date"})
    for profile in PROFILES:
        for rules in ((), (limit,)):
            async with in_process(*rules, profile=profile) as office:
                for system in SYSTEMS:
                    conforms(await office.call("GET", "/.well-known/contract-card", system, who=None), system, "card")


@pytest.mark.parametrize("wait", ["seconds", "http-date", "absent"])
@virtually
async def test_a_caller_who_asks_too_often_gets_what_is_described(wait: str) -> None:
    limit = Rule("limit", "F10", "erp", parameters={"rate_per_s": 1, "burst": 1, "wait": wait})
    async with in_process(limit) as office:
        await office.post("R-1")
        answer = await office.post("R-2")
        assert answer.status_code == 429
        conforms(answer, "erp", "expense_posting.create")


@pytest.mark.parametrize("fault", ["F06", "F07"])
@virtually
async def test_what_a_gateway_answers_is_described(fault: str) -> None:
    seen = set()
    for seed in range(6):
        async with in_process(Rule("a", fault, "erp", parameters={"commits": 0.5}), seed=seed) as office:
            for path, name in (("/v1/companies", "company.list"), ("/v1/expense-postings/EP-1", "expense_posting.get")):
                answer = await office.call("GET", path)
                seen.add(answer.status_code)
                conforms(answer, "erp", name)
    assert len(seen) == 2, "both kinds of it were seen"


@virtually
async def test_a_token_and_its_refusals_are_as_described() -> None:
    async with in_process() as office:
        for form, status in (
            ({"grant_type": "client_credentials", **right(office)}, 200),
            ({"grant_type": "client_credentials", "client_id": "integration-erp", "client_secret": "x"}, 401),
            ({"grant_type": "password"}, 400),
        ):
            answer = await office.call("POST", "/oauth/token", who=None, data=form)
            assert answer.status_code == status
            conforms(answer, "erp", "token")
        broken = await office.call("POST", "/oauth/token", who=None, headers={"authorization": "Basic !"}, data={})
        conforms(broken, "erp", "token")


def right(office: Office) -> dict[str, str]:
    credentials = office.sandbox.setup.credentials
    return {"client_id": credentials.client_id("erp"), "client_secret": credentials.client_secret("erp")}


@virtually
async def test_the_largest_order_there_can_be_is_answered_as_described() -> None:
    """Totals beyond 64 bits: they are text on the wire, and the books count further than that."""
    line = {
        "text": "", "quantity": 1_000_000, "unit_price": "9999999999999.99", "account": "6310", "cost_center": "CC9",
        "tax_code": "V0",
    }  # fmt: skip
    body = {
        "company": "US01", "reference": "Q-1", "supplier": "S9", "order_date": "2026-11-20", "currency": "USD",
        "lines": [line] * 500,
    }  # fmt: skip
    async with in_process() as office:
        answer = await office.call("POST", "/v1/purchase-orders", json=body)
        assert answer.status_code in (201, 422)
        conforms(answer, "erp", "purchase_order.create")


# --- what it rules out is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": ""},
        {"status": "aproved"},
        {"status": ""},
        {"posting_state": "lost"},
        {"limit": "0"},
        {"limit": "+5"},
        {"updated_since": "yesterday"},
        {"reference": "R-1"},
        {"colour": "red"},
    ],
    ids=str,
)
@virtually
async def test_a_query_that_cannot_mean_anything_is_refused(query: dict[str, str]) -> None:
    async with in_process() as office:
        assert (await office.call("GET", "/v1/expense-reports", "expense", params=query)).status_code == 400


@pytest.mark.parametrize(
    ("instant", "count"),
    [
        ("0001-01-01T00:00:00+14:00", 1),
        ("9999-12-31T23:59:59-12:00", 0),
        ("2026-11-01T00:00:00.123456789Z", 1),
        ("2026-12-24T18:00:00+01:00", 0),
    ],
)
@virtually
async def test_every_instant_there_is_may_be_asked_for(instant: str, count: int) -> None:
    async with in_process() as office:
        await office.post("R-1")
        answer = await office.call("GET", "/v1/expense-postings", params={"updated_since": instant})
        assert (answer.status_code, len(answer.json()["items"])) == (200, count)


@virtually
async def test_what_is_not_described_is_not_there() -> None:
    """A slash behind a path is another path: a redirect would be an answer that nobody was told of."""
    async with in_process() as office:
        for path in ("/v1/companies/", "/v1/expense-postings/", "/v1//companies", "/V1/companies"):
            answer = await office.call("GET", path)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path


@pytest.mark.parametrize("module", ["", "sales", "Expense"])
@virtually
async def test_periods_of_a_module_there_is_not_are_refused(module: str) -> None:
    async with in_process() as office:
        answer = await office.call("GET", "/v1/companies/DE01/periods", params={"module": module})
        assert answer.status_code == 422
        conforms(answer, "erp", "period.list")


@pytest.mark.parametrize("etag", ["1", "W/1", '"+1"', '"1_000"', '"\u0661"', '""'])
@virtually
async def test_an_if_match_is_an_etag_as_they_are_told(etag: str) -> None:
    async with in_process() as office:
        await office.post("R-1")
        answer = await office.call(
            "POST",
            "/v1/expense-postings/EP-DE01-000001/reversal",
            headers={"if-match": etag.encode()},
            json={"posting_date": "2026-11-23", "reason": "wrong"},
        )
        assert answer.status_code == 400


@pytest.mark.parametrize("key", ["", '""', " ", "a b", "k" * 256, "\u00e4"])
@virtually
async def test_a_key_is_one_to_255_visible_characters(key: str) -> None:
    """Empty keys would all be one key: everybody's second posting would be told the first one's answer."""
    assert not re.fullmatch(KEY, key.strip().strip('"'))
    async with in_process() as office:
        answer = await office.call(
            "POST", "/v1/expense-postings", headers={"idempotency-key": key.encode()}, json=posting_body()
        )
        assert answer.status_code == 400
        assert office.sandbox.systems["erp"].books.count() == 0


@virtually
async def test_a_key_may_be_as_long_as_described() -> None:
    async with in_process() as office:
        for key in ("k" * 255, '"' + "k" * 255 + '"'):
            answer = await office.post("R-1", idempotency_key=key)
            assert answer.status_code == 201
        assert office.sandbox.systems["erp"].books.count() == 1


@pytest.mark.parametrize("amount", ["\u0661\u0660\u0660.00", "100.0\u0660", "\uff11\uff10\uff10.00"])
@virtually
async def test_the_digits_of_an_amount_are_those_of_ascii(amount: str) -> None:
    async with in_process() as office:
        body = posting_body()
        body["lines"][0]["net"] = amount
        answer = await office.call("POST", "/v1/expense-postings", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/lines/0/net")
