"""A request that is only accepted is followed until its end is known, and the source hears no more than is so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hardclose_mocks.kernel.commands import PostExpense

from ..mocks.kernel.small_world import posting
from ..mocks.sandboxes import virtually
from .integrations import LISTS, NEVER_S, Answer, Integration, integrated

JOB = "/v1/jobs/7"
PATH = LISTS["erp"]


def accepted() -> Answer:
    return 202, {"location": JOB, "content-type": "application/json"}, b'{"id": "7", "state": "pending"}'


def told(state: str, status: int | None = None, result: Any = None) -> Answer:
    return 200, {}, json.dumps({"id": "7", "state": state, "status": status, "result": result}).encode()


async def carry_out(there: Integration) -> str:
    """What the ERP itself does of an accepted request."""
    command = posting(reference="R-1")
    assert isinstance(command, PostExpense)
    await there.act("erp", command)
    return there.posted()[0].number


@virtually
async def test_the_source_hears_submitted_and_then_posted(tmp_path: Path) -> None:
    async with integrated(tmp_path, poll_interval_s=NEVER_S) as there:
        await there.rest(1)
        door = there.doors["erp"]
        door.instead = {PATH: [accepted()], JOB: [told("pending"), told("pending")]}
        await there.file_report()
        await there.until_told("submitted")
        number = await carry_out(there)
        door.instead[JOB] = [told("done", 201, {"number": number})]
        await there.until_told("posted")
        assert there.source().document == number
        assert there.told() == ["submitted", "posted"]
        assert len(there.posts()) == 1


@virtually
async def test_what_failed_later_is_refused(tmp_path: Path) -> None:
    async with integrated(tmp_path, poll_interval_s=NEVER_S) as there:
        await there.rest(1)
        problem = {"type": "x/blocked-master", "detail": "cost center CC1 is blocked"}
        there.doors["erp"].instead = {PATH: [accepted()], JOB: [told("failed", 422, problem)]}
        await there.file_report()
        await there.until_told("parked")
        assert await there.exceptions() == {"R-1": "blocked-master: cost center CC1 is blocked"}
        await there.rest()
        assert len(there.posts()) == 1


@virtually
async def test_who_crashes_meanwhile_goes_on_asking(tmp_path: Path) -> None:
    async with integrated(tmp_path, poll_interval_s=NEVER_S) as there:
        await there.rest(1)
        there.doors["erp"].instead = {PATH: [accepted()], JOB: [told("pending")] * 2}
        await there.file_report()
        await there.until_told("submitted")
        await there.crash()
        number = await carry_out(there)
        there.doors["erp"].instead[JOB] = [told("done", 201, {"number": number})]
        await there.start()
        await there.until_told("posted")
        assert (len(there.posts()), len(there.posted())) == (1, 1)


@virtually
async def test_a_job_nobody_can_read_is_asked_again(tmp_path: Path) -> None:
    async with integrated(tmp_path, poll_interval_s=NEVER_S) as there:
        await there.rest(1)
        torn: list[Answer | None] = [(200, {}, b'{"state": "do'), (503, {}, b""), (200, {}, b"<html>")]
        there.doors["erp"].instead = {PATH: [accepted()], JOB: torn}
        await there.file_report()
        await there.until(lambda: torn == [])
        number = await carry_out(there)
        there.doors["erp"].instead[JOB] = [told("done", 201, {"number": number})]
        await there.until_told("posted")
        assert len(there.posts()) == 1
