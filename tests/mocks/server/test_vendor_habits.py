"""F11, F12, F16 to F18, F21 to F23: what a vendor makes of calls, keys, texts and batches, and says on its card."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import Acted

from ..sandboxes import Office, in_process, posting_body, virtually
from .striking import POST, habit, numbers, slug, striking


async def card_of(office: Office) -> dict[str, Any]:
    return dict((await office.call("GET", "/.well-known/contract-card", who=None)).json())


@virtually
async def test_one_call_more_than_may_be_under_way_is_turned_away() -> None:
    slow = striking("F03", None, median_s=1.0, sigma=0.0, highest_s=1.0)
    async with in_process(habit("F11", concurrent=2), slow) as office:
        assert (await card_of(office))["limits"] == [{"scope": "credential", "concurrent": 2}]
        answers = await asyncio.gather(*(office.post(f"R-{place}") for place in range(3)))
        assert sorted(one.status_code for one in answers) == [201, 201, 429]
        turned_away = next(one for one in answers if one.status_code == 429)
        assert (slug(turned_away), "retry-after" in turned_away.headers) == ("concurrency-limited", False)
        assert (await office.post("R-9")).status_code == 201
        assert [
            one.fault.fault for one in office.exchanges(POST) if one.refusal == "concurrency_limited" and one.fault
        ] == ["F11"]


@virtually
async def test_a_quota_ends_with_the_business_day_and_the_wait_says_when() -> None:
    async with in_process(habit("F12", per_day=2)) as office:
        assert [(await office.post(f"R-{place}")).status_code for place in range(3)] == [201, 201, 429]
        told = await office.post("R-3")
        assert slug(told) == "quota-exhausted"
        wait_s = int(told.headers["retry-after"])
        # Monday 6:00 UTC: eighteen business hours, at 72 minutes a second.
        assert wait_s == 15
        await asyncio.sleep(wait_s - 1.0)
        assert (await office.post("R-3")).status_code == 429
        await asyncio.sleep(1.0)
        assert (await office.post("R-3")).status_code == 201
        assert (await office.call("GET", "/v1/companies", who="person:lead")).status_code == 200


@virtually
async def test_results_of_a_batch_come_in_their_order_and_each_row_stands_for_itself() -> None:
    async with in_process() as office:
        results = await batch(office)
        assert [(one["row"], one["reference"], one["status"]) for one in results] == [
            (0, "R-1", 201),
            (1, "R-2", 422),
            (2, "R-3", 201),
        ]
        assert results[1]["problem"]["type"].endswith("/period-closed")
        assert [one["document"]["number"] for one in results if one["document"]] == numbers(office)
        (exchange,) = office.exchanges("expense_posting.batch")
        assert [one.refusal for one in exchange.carried] == [None, "PeriodClosed", None]


@virtually
async def test_a_batch_may_be_told_in_another_order_or_without_its_refused_rows() -> None:
    everything = {"operation": "expense_posting.batch"}
    async with in_process(striking("F16", None, how="omits", **everything)) as office:
        assert (await card_of(office))["batches"]["expense_posting.batch"]["may_omit_rows"] is True
        assert [one["row"] for one in await batch(office)] == [0, 2]
    async with in_process(striking("F16", None, how="shuffled", **everything)) as office:
        assert (await card_of(office))["batches"]["expense_posting.batch"]["ordered"] is False
        rows = [[one["row"] for one in await batch(office, tag)] for tag in "abcd"]
        assert {tuple(sorted(one)) for one in rows} == {(0, 1, 2)}
        assert len({tuple(one) for one in rows}) > 1


async def batch(office: Office, tag: str = "R") -> list[dict[str, Any]]:
    rows = [posting_body(f"{tag}-{place}") for place in (1, 2, 3)]
    rows[1]["posting_date"] = "2027-02-15"
    answer = await office.call("POST", "/v1/expense-postings/batch", json={"rows": rows})
    assert answer.status_code == 200
    return list(answer.json()["results"])


@virtually
async def test_a_batch_under_a_known_key_is_the_same_batch() -> None:
    async with in_process() as office:
        for _ in range(2):
            answer = await office.call(
                "POST",
                "/v1/expense-postings/batch",
                json={"rows": [posting_body("R-1")]},
                headers={"idempotency-key": "k"},
            )
            assert answer.json()["results"][0]["document"]["number"] == numbers(office)[0]
        assert len(numbers(office)) == 1


@virtually
async def test_another_body_under_a_known_key_may_get_the_stored_answer() -> None:
    async with in_process(habit("F17", other_body="ignored")) as office:
        assert (await card_of(office))["operations"][POST]["idempotency_key"]["other_body"] == "ignored"
        first = await office.post("R-1", idempotency_key="k")
        other = await office.post("R-2", idempotency_key="k")
        assert other.json()["number"] == first.json()["number"]


@virtually
async def test_a_key_may_keep_successes_only() -> None:
    async with in_process(habit("F17", stores="successes")) as office:
        body = posting_body("R-1", posting_date="2027-02-15")
        key = {"idempotency-key": "k"}
        for _ in range(2):
            assert (await office.call("POST", "/v1/expense-postings", json=body, headers=key)).status_code == 422
        assert [one.replayed for one in office.exchanges(POST)] == [False, False]


@virtually
async def test_a_key_may_keep_an_error_for_ever_though_nothing_was_done() -> None:
    burst = striking("F07", "R-1", retry_after_s=1.0)
    async with in_process(habit("F17", stores="everything"), burst) as office:
        answers = [await office.post("R-1", idempotency_key="k") for _ in range(2)]
        assert [one.status_code for one in answers] == [503, 503]
        assert (numbers(office), office.exchanges(POST)[-1].replayed) == ([], True)
        assert (await office.post("R-1", idempotency_key="other")).status_code == 201


@virtually
async def test_a_short_lived_key_is_forgotten_and_the_same_request_is_a_new_one() -> None:
    async with in_process(profile="C2") as office:
        life_s = (await card_of(office))["operations"][POST]["idempotency_key"]["life_s"]
        assert life_s == office.sandbox.pace.short_key_life_s
        first = await office.post("R-1", idempotency_key="k")
        await asyncio.sleep(life_s)
        assert (await office.post("R-1", idempotency_key="k")).json()["number"] == first.json()["number"]
        await asyncio.sleep(0.001)
        assert (await office.post("R-1", idempotency_key="k")).json()["number"] != first.json()["number"]


@pytest.mark.parametrize("profile", ["C1", "C3"])
@virtually
async def test_a_system_may_commit_twice_by_itself_and_nobody_asked_it_to(profile: str) -> None:
    async with in_process(striking("F18"), profile=profile) as office:
        assert (await office.post("R-1")).status_code == 201
        assert len(numbers(office)) == 2
        (double,) = office.records(Acted)
        assert (double.actor, double.body.carried.document) == ("fault", numbers(office)[1])  # type: ignore[union-attr]
        assert (await office.post("R-2")).status_code == 201
        assert len(numbers(office)) == 3


@virtually
async def test_long_texts_and_references_are_cut_without_a_word() -> None:
    async with in_process(habit("F21", reference_max=16.0, text_max=20.0)) as office:
        assert (await card_of(office))["normalisation"] == {"reference_max": 16, "text_max": 20}
        body = posting_body("R-1234567890-1234567", text="  A journey that was longer than its text ")
        made = (await office.call("POST", "/v1/expense-postings", json=body)).json()
        assert (made["reference"], made["text"]) == ("R-1234567890-123", "A journey that was l")
        (exchange,) = office.exchanges(POST)
        assert (exchange.body["reference"], exchange.fault is not None) == ("R-1234567890-1234567", True)


@virtually
async def test_an_unknown_cost_centre_becomes_the_first_one_where_the_card_says_so() -> None:
    body = posting_body("R-1")
    body["lines"][0]["cost_center"] = "NOWHERE"
    async with in_process() as office:
        assert slug(await office.call("POST", "/v1/expense-postings", json=body)) == "unknown-master"
    async with in_process(habit("F22")) as office:
        assert (await card_of(office))["defaults"] is not None
        made = (await office.call("POST", "/v1/expense-postings", json=body)).json()
        assert made["lines"][0]["cost_center"] == "CC1"
        (exchange,) = office.exchanges(POST)
        assert exchange.fault is not None
        assert exchange.fault.note == "F22.erp: default cost_center CC1 for NOWHERE"


@pytest.mark.parametrize(("how", "status"), [("bare", 409), ("status_500", 500)])
@virtually
async def test_what_exists_already_may_be_told_without_its_number(how: str, status: int) -> None:
    async with in_process(habit("F23", how=how), profile="C3") as office:
        assert (await card_of(office))["operations"][POST]["already_exists"] == how
        await office.post("R-1")
        again = await office.post("R-1")
        assert (again.status_code, slug(again), "existing" in again.json()) == (status, "duplicate-reference", False)
        assert numbers(office)[0] not in again.text
        found = await office.call("GET", "/v1/expense-postings", params={"reference": "R-1"})
        assert [one["number"] for one in found.json()["items"]] == numbers(office)


@virtually
async def test_what_stands_on_the_card_cannot_be_switched_on_by_hand() -> None:
    async with in_process() as office:
        refused = await office.control("POST", "/faults", json={"fault": "F24", "system": "erp"})
        assert (refused.status_code, "contract card" in refused.json()["detail"]) == (422, True)
        assert not any(isinstance(rule, Rule) for rule in office.sandbox.plan.rules)
