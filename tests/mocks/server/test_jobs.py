"""F15: a request that is accepted and carried out later, or never."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hardclose_mocks.history.records import JobEnded
from hardclose_mocks.history.store import SqliteStore

from ..sandboxes import in_process, posting_body, virtually
from .striking import POST, numbers, slug, striking

SOON = {"shortest_s": 1.0, "highest_s": 2.0}


@virtually
async def test_an_accepted_request_becomes_a_job_that_makes_the_document() -> None:
    async with in_process(striking("F15", None, **SOON)) as office:
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        promised = {"jobs": "/v1/jobs/{id}", "done_within_s": 2.0, "may_get_stuck": False}
        assert card["operations"][POST]["asynchronous"] == promised
        accepted = await office.post("R-1")
        assert (accepted.status_code, accepted.json()["state"]) == (202, "pending")
        where = accepted.headers["location"]
        assert (numbers(office), (await office.call("GET", where)).json()["state"]) == ([], "pending")
        await asyncio.sleep(2)
        job = (await office.call("GET", where)).json()
        assert (job["state"], job["status"], [job["result"]["number"]]) == ("done", 201, numbers(office))
        (ended,) = office.records(JobEnded)
        assert isinstance(ended.body, JobEnded)
        assert (ended.actor, ended.body.carried[0].document) == ("integration", numbers(office)[0])
        assert [one.type for one in office.emitted()] == ["expense_posting.posted"]


@virtually
async def test_a_business_refusal_appears_in_the_job_only() -> None:
    async with in_process(striking("F15", None, **SOON)) as office:
        accepted = await office.call(
            "POST", "/v1/expense-postings", json=posting_body("R-1", posting_date="2027-02-15")
        )
        assert accepted.status_code == 202
        await asyncio.sleep(2)
        job = (await office.call("GET", accepted.headers["location"])).json()
        assert (job["state"], job["status"]) == ("failed", 422)
        assert job["result"]["type"].endswith("/period-closed")


@virtually
async def test_a_key_stands_for_the_job() -> None:
    async with in_process(striking("F15", None, **SOON)) as office:
        first = await office.post("R-1", idempotency_key="k")
        again = await office.post("R-1", idempotency_key="k")
        assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
        await asyncio.sleep(2)
        assert len(numbers(office)) == 1


@virtually
async def test_a_stuck_job_stays_pending_and_the_card_warns_of_it() -> None:
    async with in_process(striking("F15", None, stuck=1.0, **SOON)) as office:
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        assert card["operations"][POST]["asynchronous"]["may_get_stuck"] is True
        where = (await office.post("R-1")).headers["location"]
        await asyncio.sleep(600)
        assert (await office.call("GET", where)).json()["state"] == "pending"
        assert (numbers(office), office.sandbox.open_calls) == ([], 0)


@virtually
async def test_a_batch_of_which_some_rows_were_refused_is_partly_done() -> None:
    async with in_process(striking("F15", None, "expense_posting.batch", **SOON)) as office:
        rows = [posting_body("R-1"), posting_body("R-2", posting_date="2027-02-15")]
        accepted = await office.call("POST", "/v1/expense-postings/batch", json={"rows": rows})
        await asyncio.sleep(2)
        job = (await office.call("GET", accepted.headers["location"])).json()
        assert (job["state"], [row["status"] for row in job["result"]["results"]]) == ("partly", [201, 422])


@virtually
async def test_no_job_of_another_name_is_there() -> None:
    async with in_process() as office:
        missing = await office.call("GET", "/v1/jobs/job_T0_erp_9")
        assert (missing.status_code, slug(missing)) == (404, "not-found")


@virtually
async def test_jobs_come_back_with_their_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    rule = striking("F15", None, **SOON)
    async with in_process(rule, store=SqliteStore(path)) as office:
        done = (await office.post("R-1")).headers["location"]
        await asyncio.sleep(2)
        open_still = (await office.post("R-2")).headers["location"]
        made = numbers(office)
    async with in_process(rule, store=SqliteStore(path)) as office:
        assert ((await office.call("GET", done)).json()["state"], numbers(office)) == ("done", made)
        assert (await office.call("GET", open_still)).json()["state"] == "pending"


@pytest.mark.parametrize("operation", ["expense_posting.reverse"])
@virtually
async def test_only_what_the_card_lists_becomes_a_job(operation: str) -> None:
    async with in_process(striking("F15", None, operation, **SOON)) as office:
        number = (await office.post("R-1")).json()["number"]
        reversal = {"posting_date": "2026-11-30", "reason": "wrong"}
        answer = await office.call("POST", f"/v1/expense-postings/{number}/reversal", json=reversal)
        assert answer.status_code == 200
