"""Idempotency-Key as in the IETF draft, under profile C1."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from hardclose_mocks.clock import NS
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.kernel.commands import SetPeriod

from ...sandboxes import Office, in_process, posting_body, virtually

POST = "expense_posting.create"
SLOW = {"median_s": 1.0, "sigma": 0.0, "highest_s": 1.0}


def slug(answer: object) -> str:
    return str(answer.json()["type"]).rsplit("/", 1)[-1]  # type: ignore[attr-defined]


def count(office: Office) -> int:
    return office.sandbox.systems["erp"].books.count()


@virtually
async def test_the_same_key_and_body_get_the_same_answer_and_one_document() -> None:
    async with in_process() as office:
        answers = [await office.post("R-1", idempotency_key="k1") for _ in range(3)]
        assert {(one.status_code, one.content, one.headers["etag"], one.headers["location"]) for one in answers} == {
            (201, answers[0].content, '"1"', "/v1/expense-postings/EP-DE01-000001")
        }
        assert count(office) == 1
        assert [one.replayed for one in office.exchanges(POST)] == [False, True, True]
        assert [len(one.carried) for one in office.exchanges(POST)] == [1, 0, 0]
        assert [one.nth for one in office.exchanges(POST)] == [1, 2, 3]


@virtually
async def test_without_a_key_every_post_is_a_document() -> None:
    async with in_process() as office:
        for _ in range(3):
            assert (await office.post("R-1")).status_code == 201
        assert count(office) == 3


@virtually
async def test_a_key_may_be_quoted_as_the_draft_says_or_bare_as_most_send_it() -> None:
    async with in_process() as office:
        await office.post("R-1", idempotency_key='"8e03978e-40d5"')
        await office.post("R-1", idempotency_key=" 8e03978e-40d5 ")
        assert (count(office), office.exchanges(POST)[-1].replayed) == (1, True)


@virtually
async def test_a_key_used_again_for_something_else_is_refused() -> None:
    async with in_process() as office:
        await office.post("R-1", idempotency_key="k1")
        other = await office.post("R-2", idempotency_key="k1")
        assert (other.status_code, slug(other)) == (422, "key-reused")
        elsewhere = await office.call(
            "POST", "/v1/budget-checks", headers={"idempotency-key": "k1"},
            json={"company": "DE01", "cost_center": "CC1", "amount": "1", "currency": "EUR", "on": "2026-11-30"},
        )  # fmt: skip
        assert elsewhere.status_code == 200, "a read takes no notice of keys"
        reversal = await office.call(
            "POST", "/v1/expense-postings/EP-DE01-000001/reversal", headers={"idempotency-key": "k1"},
            json={"posting_date": "2026-11-30", "reason": "wrong"},
        )  # fmt: skip
        assert (reversal.status_code, slug(reversal)) == (422, "key-reused")
        assert count(office) == 1


@virtually
async def test_the_order_of_fields_and_blanks_do_not_make_another_body() -> None:
    async with in_process() as office:
        await office.post("R-1", idempotency_key="k1")
        turned = dict(reversed(posting_body("R-1").items()))
        again = await office.call("POST", "/v1/expense-postings", headers={"idempotency-key": "k1"}, json=turned)
        assert (again.status_code, office.exchanges()[-1].replayed) == (201, True)


@virtually
async def test_keys_of_different_callers_and_systems_do_not_meet() -> None:
    async with in_process() as office:
        first = await office.post("R-1", idempotency_key="k1")
        second = await office.post("R-1", who="person:clerk", idempotency_key="k1")
        assert first.json()["number"] != second.json()["number"]


@pytest.mark.parametrize("side", ["before", "after"])
@virtually
async def test_while_the_first_request_runs_a_second_one_is_told_to_wait(side: str) -> None:
    """Before its work is done the key is in progress; afterwards the answer stands, though the first is still slow."""
    for seed in range(20):
        async with in_process(Rule("slow", "F03", "erp", (POST,), aimed="R-1", parameters=SLOW), seed=seed) as office:
            first = asyncio.ensure_future(office.post("R-1", idempotency_key="k1"))
            await asyncio.sleep(0.5)
            done = count(office) == 1
            if done != (side == "after"):
                first.cancel()
                continue
            second = await office.post("R-1", idempotency_key="k1")
            other = await office.post("R-2", idempotency_key="k1")
            assert (other.status_code, slug(other)) == (422, "key-reused")
            if side == "before":
                assert (second.status_code, slug(second)) == (409, "key-in-progress")
            else:
                assert second.status_code == 201
            assert (await first).status_code == 201
            third = await office.post("R-1", idempotency_key="k1")
            assert (third.status_code, third.content) == (201, (await first).content)
            assert count(office) == 1
            return
    raise AssertionError("no seed draws that side")


@virtually
async def test_concurrent_requests_with_one_key_make_one_document() -> None:
    async with in_process() as office:
        answers = await asyncio.gather(*(office.post("R-1", idempotency_key="k1") for _ in range(20)))
        assert {one.status_code for one in answers} <= {201, 409}
        assert count(office) == 1


@virtually
async def test_a_refusal_is_kept_too() -> None:
    async with in_process() as office:
        await office.sandbox.act("erp", SetPeriod("DE01", "expense", 2026, 11, "soft_closed"), "person:controller")
        refused = await office.post("R-1", idempotency_key="k1")
        assert (refused.status_code, slug(refused)) == (422, "period-closed")
        await office.sandbox.act("erp", SetPeriod("DE01", "expense", 2026, 11, "open"), "person:controller")
        again = await office.post("R-1", idempotency_key="k1")
        assert (again.status_code, again.content, office.exchanges(POST)[-1].replayed) == (422, refused.content, True)
        assert (await office.post("R-1", idempotency_key="k2")).status_code == 201


@virtually
async def test_an_invalid_body_is_a_refusal_and_keeps_the_key() -> None:
    async with in_process() as office:
        headers = {"idempotency-key": "k1"}
        bad = await office.call("POST", "/v1/expense-postings", headers=headers, json=posting_body(currency="euro"))
        assert bad.status_code == 422
        mended = await office.post("R-1", idempotency_key="k1")
        assert (mended.status_code, slug(mended)) == (422, "key-reused")


@virtually
async def test_what_was_not_understood_or_not_let_in_uses_up_no_key() -> None:
    async with in_process() as office:
        headers = {"idempotency-key": "k1", "content-type": "application/json"}
        for who, content in (("integration", b"{"), (None, b"{}")):
            answer = await office.call("POST", "/v1/expense-postings", who=who, headers=headers, content=content)
            assert answer.status_code in (400, 401)
        wrong = {"idempotency-key": "k1", "if-match": "abc"}
        body = {"posting_date": "2026-11-30", "reason": "wrong"}
        answer = await office.call("POST", "/v1/expense-postings/EP-1/reversal", headers=wrong, json=body)
        assert answer.status_code == 400
        assert (await office.post("R-1", idempotency_key="k1")).status_code == 201


@pytest.mark.parametrize("fault", ["F02", "F07", "F06"])
@virtually
async def test_a_request_that_was_lost_before_the_books_uses_up_no_key(fault: str) -> None:
    rule = Rule("a", fault, "erp", (POST,), aimed="R-1", parameters={"commits": 0.0} if fault == "F06" else {})
    async with in_process(rule) as office:
        if fault == "F02":
            with pytest.raises(httpx2.ReadError):
                await office.post("R-1", idempotency_key="k1")
        else:
            assert (await office.post("R-1", idempotency_key="k1")).status_code >= 500
        assert count(office) == 0
        again = await office.post("R-1", idempotency_key="k1")
        assert (again.status_code, count(office)) == (201, 1)


@pytest.mark.parametrize("fault", ["F01", "F06"])
@virtually
async def test_the_lost_answer_is_what_the_key_brings_back(fault: str) -> None:
    rule = Rule("a", fault, "erp", (POST,), aimed="R-1", parameters={"commits": 1.0} if fault == "F06" else {})
    async with in_process(rule) as office:
        if fault == "F01":
            with pytest.raises(httpx2.ReadError):
                await office.post("R-1", idempotency_key="k1")
        else:
            assert (await office.post("R-1", idempotency_key="k1")).status_code in (502, 504)
        assert count(office) == 1
        again = await office.post("R-1", idempotency_key="k1")
        assert (again.status_code, again.json()["number"], count(office)) == (201, "EP-DE01-000001", 1)


@virtually
async def test_a_key_expires_when_the_card_says() -> None:
    async with in_process() as office:
        await office.post("R-1", idempotency_key="k1")
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        life_s = card["operations"][POST]["idempotency_key"]["life_s"]
        await asyncio.sleep(life_s - 1)
        assert (await office.post("R-1", idempotency_key="k1")).status_code == 201
        assert count(office) == 1
        await asyncio.sleep(2)
        assert (await office.post("R-2", idempotency_key="k1")).status_code == 201
        assert count(office) == 2
        assert office.sandbox.wire.ns() > life_s * NS


@virtually
async def test_a_key_on_a_read_brings_back_nothing_old() -> None:
    async with in_process() as office:
        await office.post("R-1")
        headers = {"idempotency-key": "k1"}
        path = "/v1/expense-postings/EP-DE01-000001"
        assert (await office.call("GET", path, headers=headers)).json()["status"] == "posted"
        await office.call("POST", path + "/reversal", json={"posting_date": "2026-11-30", "reason": "wrong"})
        read = await office.call("GET", path, headers=headers)
        assert (read.json()["status"], office.exchanges()[-1].key) == ("reversed", None)


@virtually
async def test_a_key_on_a_token_request_brings_back_no_old_token() -> None:
    async with in_process() as office:
        credentials = office.sandbox.setup.credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id("erp"),
            "client_secret": credentials.client_secret("erp"),
        }
        tokens = [
            (await office.call("POST", "/oauth/token", who=None, headers={"idempotency-key": "k1"}, data=form)).json()[
                "access_token"
            ]
            for _ in range(2)
        ]
        assert tokens[0] != tokens[1]


@pytest.mark.parametrize("profile", ["C3", "C4", "C5", "C6"])
@virtually
async def test_a_profile_without_keys_takes_no_notice_of_them(profile: str) -> None:
    async with in_process(profile=profile) as office:
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        told = card["operations"][POST]["idempotency_key"]
        assert (told["supported"], told["required"], told["life_s"]) == (False, False, 0)
        first = await office.post("R-1", idempotency_key="k1")
        second = await office.post("R-1", idempotency_key="k1")
        assert (first.status_code, second.status_code) == (201, 409 if profile == "C3" else 201)
        assert {one.key for one in office.exchanges(POST)} == {None}
