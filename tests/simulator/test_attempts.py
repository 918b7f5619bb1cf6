"""What the integration can know of an attempt: torn, disguised, accepted, in a batch; on real histories."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import Exchange
from hardclose_simulator.attempts import STUCK, Attempt, Know, attempts_of
from hardclose_simulator.batches import row_attempts

from ..mocks.sandboxes import Office, in_process, posting_body, virtually
from ..mocks.server.striking import POST, habit, striking

CLOSED = {"posting_date": "2027-02-15"}


def known(office: Office, operation: str = POST) -> list[Attempt]:
    return [one for one in attempts_of(office.sandbox.history.records) if one.op == operation]


async def send(office: Office, reference: str = "R-1", **changes: Any) -> None:
    try:
        await office.call("POST", "/v1/expense-postings", json=posting_body(reference, **changes))
    except httpx2.HTTPError:
        return


@pytest.mark.parametrize(
    ("rule", "changes", "know"),
    [
        (striking("F04"), {}, Know.INFO),
        (striking("F05", how="cut"), {}, Know.INFO),
        (striking("F05", how="garbled"), CLOSED, Know.INFO),
        (striking("F09", open_s=1.0), {}, Know.INFO),
        (striking("F14", how="page", commits=1.0), {}, Know.INFO),
        (striking("F14", how="problem"), CLOSED, Know.FAIL),
        (striking("F14", how="problem"), {}, Know.OK),
        (striking("F20", how="locked"), {}, Know.TURNED_AWAY),
        (striking("F20", how="changed"), {}, Know.TURNED_AWAY),
        (striking("F18"), {}, Know.OK),
    ],
    ids=lambda value: f"{value.fault}-{value.parameters}" if isinstance(value, Rule) else None,
)
@virtually
async def test_what_is_known_of_one_request(rule: Rule, changes: dict[str, Any], know: Know) -> None:
    async with in_process(rule) as office:
        await send(office, **changes)
        await asyncio.sleep(3)
        (attempt,) = known(office)
        assert attempt.know is know
        assert attempt.refusal == ("PeriodClosed" if know is Know.FAIL else None) or know is Know.TURNED_AWAY


@virtually
async def test_an_accepted_request_is_in_doubt_until_its_job_was_read_to_the_end() -> None:
    async with in_process(striking("F15", None, shortest_s=1.0, highest_s=1.0)) as office:
        await send(office, "R-1")
        await send(office, "R-2", **CLOSED)
        assert [one.know for one in known(office)] == [Know.INFO, Know.INFO]
        await asyncio.sleep(2)
        assert [one.know for one in known(office)] == [Know.INFO, Know.INFO]
        for place in (1, 2):
            await office.call("GET", f"/v1/jobs/job_T0_erp_{place}")
        done, failed = known(office)
        assert (done.know, failed.know, failed.refusal) == (Know.OK, Know.FAIL, "PeriodClosed")
        assert done.made is not None
        assert done.known_ns > done.ended_ns


@virtually
async def test_a_job_that_is_stuck_is_a_definite_no_once_the_card_says_so() -> None:
    async with in_process(striking("F15", None, shortest_s=1.0, highest_s=1.0, stuck=1.0)) as office:
        await send(office)
        await asyncio.sleep(0.5)
        await office.call("GET", "/v1/jobs/job_T0_erp_1")
        assert known(office)[0].know is Know.INFO
        await asyncio.sleep(1)
        await office.call("GET", "/v1/jobs/job_T0_erp_1")
        assert (known(office)[0].know, known(office)[0].refusal) == (Know.FAIL, STUCK)


@virtually
async def test_a_stored_error_says_that_nothing_was_done() -> None:
    burst = striking("F07", "R-1", retry_after_s=1.0)
    async with in_process(habit("F17", stores="everything"), burst) as office:
        for _ in range(2):
            await office.post("R-1", idempotency_key="k")
        assert [one.know for one in known(office)] == [Know.INFO, Know.TURNED_AWAY]


@pytest.mark.parametrize("omits", [False, True])
@virtually
async def test_rows_of_a_batch_are_known_one_by_one(omits: bool) -> None:
    rule = striking("F16", None, "expense_posting.batch", how="omits" if omits else "shuffled")
    async with in_process(rule) as office:
        rows = [posting_body("R-1"), posting_body("R-2", **CLOSED), posting_body("R-3")]
        await office.call("POST", "/v1/expense-postings/batch", json={"rows": rows})
        (attempt,) = known(office, "expense_posting.batch")
        body = office.sandbox.history.records[attempt.seq].body
        assert isinstance(body, Exchange)
        told = [(one.subject, one.know, one.refusal) for one in row_attempts(attempt, body, body.answer)]
        assert told == [
            ("R-1", Know.OK, None),
            ("R-2", Know.FAIL, None if omits else "PeriodClosed"),
            ("R-3", Know.OK, None),
        ]
