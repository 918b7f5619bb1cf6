"""Rows of a batch stand each for itself, whatever becomes of the batch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import Exchange
from hardclose_mocks.kernel.commands import Allocation, ApproveReport, BlockCostCenter, SubmitReport

from ..mocks.kernel.small_world import receipt, report
from ..mocks.sandboxes import virtually
from .integrations import NEVER_S, POST, Integration, integrated

BATCH = "expense_posting.batch"
GOOD, BAD = ("R-1", "R-3"), "R-2"


@asynccontextmanager
async def filed(folder: Path, *rules: Rule, **opening: Any) -> AsyncIterator[Integration]:
    """Three reports approved at once, the middle one with a cost centre that is blocked."""
    async with integrated(folder, *rules, variant="L51", poll_interval_s=NEVER_S, **opening) as there:
        await there.rest(1)
        await there.act("erp", BlockCostCenter("CC2", blocked=True))
        bad = report(receipt(Allocation("CC2", 100_00, 19_00)), number=BAD)
        await there.file_report("R-1")
        await there.act("expense", bad, SubmitReport(BAD), ApproveReport(BAD, "lead"))
        await there.file_report("R-3")
        yield there


def told(fault: str, share: float = 1.0, **parameters: str) -> Rule:
    return Rule(f"{fault}.batch", fault, "erp", (BATCH,), share=share, parameters=dict(parameters))


def calls(there: Integration, operation: str) -> list[Exchange]:
    return [one for one in there.office.exchanges() if one.op == operation]


async def all_is_well(there: Integration) -> None:
    """The good ones are posted once and told with their own numbers, the bad one is parked with its reason."""
    await there.until_told("posted", *GOOD)
    await there.until_told("parked", BAD)
    await there.rest()
    for number in GOOD:
        (standing,) = there.posted(number)
        assert there.source(number).document == standing.number
    assert there.posted(BAD) == []
    assert {number: why.partition(":")[0] for number, why in (await there.exceptions()).items()} == {
        BAD: "blocked-master"
    }


@pytest.mark.parametrize("profile", ["C1", "C3", "C4"])
@virtually
async def test_a_bad_row_stops_no_other(tmp_path: Path, profile: str) -> None:
    async with filed(tmp_path, profile=profile) as there:
        await all_is_well(there)
        assert len(calls(there, BATCH)) == 1
        assert calls(there, POST) == []


@virtually
async def test_results_are_read_by_their_row_not_by_their_place(tmp_path: Path) -> None:
    async with filed(tmp_path, told("F16", how="shuffled")) as there:
        await all_is_well(there)
        (batch,) = calls(there, BATCH)
        assert [one["row"] for one in batch.answer["results"]] != [0, 1, 2]


@virtually
async def test_a_row_that_was_left_out_is_asked_for_by_itself_and_told_why(tmp_path: Path) -> None:
    async with filed(tmp_path, told("F16", how="omits")) as there:
        await all_is_well(there)
        assert [one.subject for one in calls(there, POST)] == [BAD]


@pytest.mark.parametrize("profile", ["C1", "C2", "C3", "C4", "C5"])
@virtually
async def test_a_batch_whose_answer_is_lost_posts_nobody_twice(tmp_path: Path, profile: str) -> None:
    async with filed(tmp_path, told("F01", share=0.7), profile=profile) as there:
        await all_is_well(there)
        assert any(one.fault is not None for one in calls(there, BATCH))


@virtually
async def test_who_crashes_with_a_batch_under_way_sends_the_same_one_again(tmp_path: Path) -> None:
    async with filed(tmp_path) as there:
        door = there.doors["erp"]
        path = "/v1/expense-postings/batch"
        door.delays_s[path] = 0.5
        await there.until(lambda: door.waiting > 0)
        await there.crash()
        await there.rest(1)
        del door.delays_s[path]
        await there.start()
        await all_is_well(there)
        assert len({one.key for one in calls(there, BATCH)}) == 1


@virtually
async def test_rows_of_an_accepted_batch_are_taken_apart_when_its_job_ends(tmp_path: Path) -> None:
    later = Rule("F15.erp", "F15", "erp", (BATCH,), parameters={"shortest_s": 0.5, "highest_s": 2.0, "stuck": 0.0})
    async with filed(tmp_path, later) as there:
        await all_is_well(there)
        assert len(calls(there, BATCH)) == 1
