"""The edge: faults strike in the phase they say, and the integration only."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2
import pytest

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import Exchange, Hit, Told
from hardclose_mocks.kernel.books import Books

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


# --- phases ---------------------------------------------------------------------------------------------------------


@virtually
async def test_f01_commits_and_drops_the_caller() -> None:
    async with in_process(rule("F01")) as office:
        with pytest.raises(httpx2.ReadError):
            await office.post("R-1")
        assert books(office).count() == 1
        exchange, told = last(office)
        assert (exchange.status, exchange.fault) == (201, Hit("F01", "after_commit", "w-F01"))
        assert exchange.answer["number"] == "EP-DE01-000001"
        assert (told.delivered, told.status) == ("none", None)


@virtually
async def test_f02_drops_the_caller_and_the_books_never_see_it() -> None:
    async with in_process(rule("F02")) as office:
        with pytest.raises(httpx2.ReadError):
            await office.post("R-1")
        assert books(office).count() == 0
        exchange, told = last(office)
        assert (exchange.status, exchange.carried, exchange.answer) == (0, (), None)
        assert exchange.fault == Hit("F02", "before_commit", "w-F02")
        assert exchange.body == posting_body("R-1")
        assert (told.delivered, told.status) == ("none", None)


@virtually
async def test_f03_takes_its_time_before_the_work_or_after_it() -> None:
    phases = set()
    for seed in range(12):
        async with in_process(rule("F03", **ALWAYS), seed=seed) as office:
            began = asyncio.get_running_loop().time()
            call = asyncio.ensure_future(office.post("R-1"))
            await asyncio.sleep(0.5)
            phases.add(books(office).count())
            assert len(office.exchanges(POST)) == books(office).count(), "on record the moment the books changed"
            assert (await call).status_code == 201
            assert asyncio.get_running_loop().time() - began == pytest.approx(1.0)
            exchange, told = last(office)
            assert exchange.fault == Hit("F03", "on_response", "w-F03")
            assert (told.delivered, told.status) == ("full", 201)
    assert phases == {0, 1}


@pytest.mark.parametrize("commits", [0.0, 1.0])
@virtually
async def test_f06_answers_as_a_gateway_whether_the_work_was_done_or_not(commits: float) -> None:
    async with in_process(rule("F06", commits=commits)) as office:
        answers = [await office.post(f"R-{number}") for number in range(12)]
        assert {one.status_code for one in answers} == {502, 504}
        assert {one.headers["content-type"] for one in answers} == {"application/problem+json"}
        assert books(office).count() == (12 if commits else 0)
        exchange, told = last(office)
        assert exchange.status == (201 if commits else 0)
        assert exchange.fault == Hit("F06", "after_commit" if commits else "before_commit", "w-F06")
        assert (told.delivered, told.status) == ("full", answers[-1].status_code)


@virtually
async def test_f07_answers_503_with_the_wait_and_does_nothing() -> None:
    async with in_process(rule("F07", retry_after_s=2.0)) as office:
        answer = await office.post("R-1")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert books(office).count() == 0
        exchange, told = last(office)
        assert (exchange.status, exchange.fault) == (0, Hit("F07", "before_commit", "w-F07"))
        assert (told.status, told.wait_s) == (503, 2.0)
        assert office.sandbox.longest_wait_ns == told.ended_ns + 2_000_000_000


@virtually
async def test_f07_without_a_wait_mixes_in_500s() -> None:
    async with in_process(rule("F07")) as office:
        answers = [await office.post(f"R-{number}") for number in range(20)]
        assert {one.status_code for one in answers} == {500, 503}
        assert not any("retry-after" in one.headers for one in answers)


@virtually
async def test_a_read_can_be_lost_too_and_says_what_it_would_have_handed_out() -> None:
    async with in_process(rule("F01", operations=("expense_posting.list",))) as office:
        await office.post("R-1")
        with pytest.raises(httpx2.ReadError):
            await office.call("GET", "/v1/expense-postings")
        exchange, told = last(office)
        assert exchange.served is not None
        assert exchange.served.documents == (("EP-DE01-000001", 1),)
        assert told.delivered == "none"


@virtually
async def test_a_token_request_can_be_struck() -> None:
    async with in_process(rule("F07", operations=("token",))) as office:
        credentials = office.sandbox.setup.credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id("erp"),
            "client_secret": credentials.client_secret("erp"),
        }
        answer = await office.call("POST", "/oauth/token", who=None, data=form)
        assert answer.status_code in (500, 503)
        assert office.exchanges("token")[-1].body is None


@virtually
async def test_weather_strikes_the_share_it_says_over_http() -> None:
    async with in_process(Rule("w", "F07", "erp", (POST,), share=0.2)) as office:
        answers = [await office.post(f"T0-R-{number}") for number in range(400)]
        hits = sum(one.status_code >= 500 for one in answers)
        assert abs(hits - 80) < 4 * math.sqrt(400 * 0.2 * 0.8)
        plan = office.sandbox.plan
        expected = [plan.would_strike(plan.rules[0], POST, f"R-{number}", 1) for number in range(400)]
        assert [one.status_code >= 500 for one in answers] == expected, "the run tag stays outside of the draws"


@virtually
async def test_aimed_strikes_the_nth_call_of_the_integration_on_that_subject() -> None:
    aimed = Rule("a", "F07", "erp", (POST,), aimed="R-1", nth=2)
    async with in_process(aimed) as office:
        callers = ("person:clerk", "integration", "person:clerk", "integration", "integration")
        statuses = [(await office.post("T0-R-1", who=who)).status_code for who in callers]
        assert [status < 500 for status in statuses] == [True, True, True, False, True]
        assert [one.nth for one in office.exchanges(POST)] == [1, 1, 2, 2, 3]


@virtually
async def test_a_window_in_business_time_gates_the_weather() -> None:
    opened = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    window = Rule("w", "F07", "erp", (POST,), starts=opened + timedelta(hours=1), ends=opened + timedelta(hours=2))
    async with in_process(window, rate=3600.0) as office:
        statuses = []
        for _ in range(6):
            statuses.append((await office.post("R-1")).status_code < 500)
            await asyncio.sleep(0.5)
        assert statuses == [True, True, False, False, True, True]


# --- who is struck --------------------------------------------------------------------------------------------------


@virtually
async def test_people_and_strangers_are_never_struck() -> None:
    rules = [Rule(f"w-{fault}", fault, "erp") for fault in ("F01", "F02", "F03", "F06", "F07")]
    async with in_process(*rules) as office:
        for number in range(20):
            assert (await office.post(f"R-{number}", who="person:clerk")).status_code == 201
        assert (await office.call("GET", "/.well-known/contract-card", who=None)).status_code == 200
        assert {one.fault for one in office.exchanges()} == {None}
        assert asyncio.get_running_loop().time() == 0


@pytest.mark.parametrize("phase", ["warm-up", "heal", "recover", "drain", "audit"])
@virtually
async def test_faults_strike_in_chaos_only(phase: str) -> None:
    async with in_process(rule("F07"), phase="chaos") as office:
        assert (await office.post("R-1")).status_code >= 500
        office.sandbox.enter(phase)
        assert (await office.post("R-1")).status_code == 201


@virtually
async def test_a_limit_holds_for_the_integration_only_and_until_the_run_heals() -> None:
    limit = Rule("l", "F10", "erp", parameters={"rate_per_s": 2.0, "burst": 3.0})
    async with in_process(limit, phase="chaos") as office:
        statuses = [(await office.call("GET", "/v1/companies")).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        people = [(await office.call("GET", "/v1/companies", who="person:lead")).status_code for _ in range(10)]
        assert set(people) == {200}
        assert (await office.call("GET", "/v1/companies", "expense")).status_code == 200, "another system's limit"
        await asyncio.sleep(0.5)
        assert [(await office.call("GET", "/v1/companies")).status_code for _ in range(2)] == [200, 429]
        office.sandbox.enter("heal")
        assert {(await office.call("GET", "/v1/companies")).status_code for _ in range(10)} == {200}


@pytest.mark.parametrize("at_s", [0.0, 0.3])
@pytest.mark.parametrize("wait", ["seconds", "http-date", "absent"])
@virtually
async def test_the_wait_is_told_as_the_card_says(wait: str, at_s: float) -> None:
    limit = Rule("l", "F10", "erp", parameters={"rate_per_s": 1.0, "burst": 1.0, "wait": wait})
    async with in_process(limit) as office:
        await asyncio.sleep(at_s)
        await office.post("R-1")
        answer = await office.post("R-2")
        exchange, told = last(office)
        assert (answer.status_code, exchange.refusal) == (429, "rate_limited")
        assert answer.json()["type"].endswith("/rate-limited")
        assert (exchange.wait_s, told.wait_s) == ((None, None) if wait == "absent" else (1.0, 1.0))
        lowest, highest = office.sandbox.pace.retry_after_s
        match wait:
            case "seconds":
                assert lowest <= int(answer.headers["retry-after"]) <= highest
            case "http-date":
                until = parsedate_to_datetime(answer.headers["retry-after"]) - office.sandbox.wire.utc()
                assert timedelta(seconds=lowest) <= until < timedelta(seconds=highest)
            case _:
                assert "retry-after" not in answer.headers
        assert answer.headers["ratelimit-policy"] == '"default";q=1;w=1'
        assert answer.headers["ratelimit"] == '"default";r=0;t=1'


@virtually
async def test_a_refused_call_did_nothing_and_uses_no_token_of_the_bucket() -> None:
    limit = Rule("l", "F10", "erp", parameters={"rate_per_s": 1.0, "burst": 1.0})
    async with in_process(limit) as office:
        for number in range(5):
            await office.post(f"R-{number}")
        assert books(office).count() == 1
        await asyncio.sleep(1)
        assert (await office.post("R-9")).status_code == 201
