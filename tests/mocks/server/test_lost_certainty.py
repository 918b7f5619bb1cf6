"""F04, F05, F09, F14 and F20 on the wire: what the books did, and what the caller was told of it."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from hardclose_mocks.clock import NS

from ..sandboxes import Office, in_process, on_loopback, posting_body, virtually
from .striking import POST, last_told, numbers, slug, striking


@pytest.mark.parametrize("told", ["nothing", "504"])
@virtually
async def test_a_late_commit_comes_after_the_caller_was_told_nothing_and_within_the_card(told: str) -> None:
    async with in_process(striking("F04", told=told, shortest_s=1.0, highest_s=2.5)) as office:
        if told == "nothing":
            with pytest.raises(httpx2.ReadError):
                await office.post("R-1")
        else:
            assert (await office.post("R-1")).status_code == 504
        assert numbers(office) == []
        assert office.sandbox.open_calls == 1
        await asyncio.sleep(2.5)
        assert len(numbers(office)) == 1
        assert office.sandbox.open_calls == 0
        (record,) = [one for one in office.records(type(office.exchanges(POST)[0])) if one.body.op == POST]  # type: ignore[union-attr]
        (exchange,) = office.exchanges(POST)
        late_s = (record.wire_ns - exchange.started_ns) / NS
        assert 1.0 <= late_s <= office.sandbox.pace.late_commit_s
        assert exchange.fault is not None
        assert (exchange.fault.fault, exchange.fault.stage, exchange.status) == ("F04", "after_commit", 201)
        ending = last_told(office)
        assert (ending.delivered, ending.status) == (("none", None) if told == "nothing" else ("full", 504))
        assert ending.ended_ns < record.wire_ns


@virtually
async def test_a_key_is_in_progress_until_the_late_commit_and_stands_for_it_afterwards() -> None:
    async with in_process(striking("F04", told="nothing")) as office:
        with pytest.raises(httpx2.ReadError):
            await office.post("R-1", idempotency_key="k")
        assert slug(await office.post("R-1", idempotency_key="k")) == "key-in-progress"
        await asyncio.sleep(3)
        again = await office.post("R-1", idempotency_key="k")
        assert (again.status_code, [again.json()["number"]]) == (201, numbers(office))


@pytest.mark.parametrize("how", ["cut", "garbled"])
@virtually
async def test_a_torn_answer_tells_the_status_and_half_of_the_document(how: str) -> None:
    async with in_process(striking("F05", how=how)) as office:
        await torn(office, how)


@pytest.mark.parametrize("how", ["cut", "garbled"])
def test_a_torn_answer_is_torn_on_a_real_connection_too(how: str) -> None:
    async def story() -> None:
        async with on_loopback(striking("F05", how=how)) as office:
            await torn(office, how)
            assert (await office.post("R-2")).status_code == 201

    asyncio.run(story())


async def torn(office: Office, how: str) -> None:
    if how == "cut":
        with pytest.raises(httpx2.RemoteProtocolError):
            await office.post("R-1")
    else:
        answer = await office.post("R-1")
        assert answer.status_code == 201
        with pytest.raises(ValueError, match=r"JSON|delimiter|Expecting|Unterminated"):
            answer.json()
    assert len(numbers(office)) == 1
    assert (last_told(office).delivered, last_told(office).status) == ("partial", 201)


@virtually
async def test_a_black_hole_keeps_the_connection_until_its_bound_and_does_nothing() -> None:
    async with in_process(striking("F09", open_s=5.0)) as office:
        with pytest.raises(httpx2.ReadError):
            await office.post("R-1")
        assert office.sandbox.wire.ns() == 5 * NS
        assert numbers(office) == []
        assert (last_told(office).delivered, office.exchanges(POST)[0].status) == ("none", 0)


@virtually
async def test_a_black_hole_lets_go_of_who_has_left() -> None:
    async with in_process(striking("F09", open_s=600.0)) as office:
        with pytest.raises(httpx2.ReadTimeout):
            await office.call("POST", "/v1/expense-postings", json=posting_body("R-1"), timeout=2.0)
        await asyncio.sleep(0.5)
        assert office.sandbox.open_calls == 0


def test_a_black_hole_on_a_real_connection_ends_with_the_caller() -> None:
    async def story() -> None:
        async with on_loopback(striking("F09", open_s=600.0)) as office:
            with pytest.raises(httpx2.ReadTimeout):
                await office.call("POST", "/v1/expense-postings", json=posting_body("R-1"), timeout=0.3)
            while not office.told():
                await asyncio.sleep(0.02)
            assert last_told(office).delivered == "none"

    asyncio.run(story())


@virtually
async def test_a_refusal_under_200_has_the_problem_as_its_body_and_the_card_says_so() -> None:
    async with in_process(striking("F14", None, how="problem")) as office:
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        assert card["answers"] == {"problem_with_200": True, "page_with_200": False}
        assert (await office.post("R-1")).status_code == 201
        refused = await office.call("POST", "/v1/expense-postings", json=posting_body("R-2", posting_date="2027-02-15"))
        assert (refused.status_code, slug(refused), refused.json()["status"]) == (200, "period-closed", 422)
        assert refused.headers["content-type"] == "application/json"
        exchange = office.exchanges(POST)[-1]
        assert (exchange.status, exchange.refusal) == (422, "PeriodClosed")
        assert (last_told(office).status, last_told(office).form) == (200, "problem")
        assert [one.fault is not None for one in office.exchanges(POST)] == [False, True]


@pytest.mark.parametrize("commits", [0.0, 1.0])
@virtually
async def test_a_page_under_200_hides_whether_anything_was_done(commits: float) -> None:
    async with in_process(striking("F14", how="page", commits=commits)) as office:
        answer = await office.post("R-1")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert answer.text.startswith("<!DOCTYPE html>")
        assert len(numbers(office)) == commits
        assert last_told(office).form == "page"


@virtually
async def test_a_document_that_somebody_holds_is_locked_for_as_long_as_the_card_says() -> None:
    async with in_process(striking("F20", how="locked", holds_s=2.0)) as office:
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        assert card["contention"] == {"locked_s": 2.0}
        for wait_s in (0.0, 1.0):
            await asyncio.sleep(wait_s)
            held = await office.post("R-1")
            assert (held.status_code, slug(held), held.json()["holder"]) == (423, "locked", "person:colleague")
        assert (await office.post("R-2")).status_code == 201
        await asyncio.sleep(1.0)
        assert (await office.post("R-1")).status_code == 201


@virtually
async def test_a_record_that_was_changed_is_free_the_next_time() -> None:
    async with in_process(striking("F20", how="changed")) as office:
        assert slug(await office.post("R-1")) == "record-changed"
        assert numbers(office) == []
        assert (await office.post("R-1")).status_code == 201
