"""Open jobs are worked through several at a time, one hand per document, and later again after a doubt."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from hardclose_mocks.pace import CI

from ..mocks.sandboxes import virtually
from .integrations import LISTS, NEVER_S, aimed, integrated

PATH = LISTS["erp"]


@virtually
async def test_more_documents_than_hands_are_all_worked_on(tmp_path: Path) -> None:
    reports = [f"R-{number}" for number in range(1, 31)]
    async with integrated(tmp_path, running=False) as there:
        await there.file_report(*reports)
        there.doors["erp"].delays_s[PATH] = 0.3
        await there.start()
        await there.until_told("posted", *reports)
        assert [len(there.posted(number)) for number in reports] == [1] * 30


@virtually
async def test_documents_are_sent_four_at_a_time(tmp_path: Path) -> None:
    """The manifest says so."""
    reports = [f"R-{number}" for number in range(1, 13)]
    async with integrated(tmp_path) as there:
        await there.rest(1)
        there.doors["erp"].delays_s[PATH] = 0.5
        await there.file_report(*reports)
        most = 0
        while any(there.source(number).state != "posted" for number in reports):
            await asyncio.sleep(0.05)
            most = max(most, there.doors["erp"].waiting)
        assert most == 4


@virtually
async def test_a_document_has_one_hand_however_often_it_is_told(tmp_path: Path) -> None:
    async with integrated(tmp_path, profile="C4") as there:
        there.doors["erp"].delays_s[PATH] = 1.5
        await there.file_report()
        await there.until(lambda: len(there.posts()) == 1)
        assert there.service is not None
        for _ in range(5):
            there.service.worker.wake()
            await asyncio.sleep(0.1)
        await there.until_told("posted")
        assert len(there.posts()) == 1


@virtually
async def test_after_each_doubt_the_wait_grows_up_to_the_callers_timeout(tmp_path: Path) -> None:
    async with integrated(tmp_path, *(aimed("F02", "R-1", nth) for nth in range(1, 7))) as there:
        await there.file_report()
        await there.until_told("posted")
        waits = [later.at_s - earlier.at_s for earlier, later in pairwise(there.posts())]
        for wait, highest in zip(waits, (0.4, 0.8, 1.6, 2.0, 2.0, 2.0), strict=True):
            assert highest / 2 <= wait <= highest
        assert CI.client_timeout_s == 2.0


@virtually
async def test_one_that_waits_for_its_time_holds_nobody_up(tmp_path: Path) -> None:
    async with integrated(tmp_path, aimed("F02", "R-1"), profile="C4") as there:
        await there.file_report("R-1")
        await there.until(lambda: len(there.posts()) == 1)
        before = asyncio.get_running_loop().time()
        await there.file_report("R-2")
        await there.until_told("posted", "R-2")
        assert asyncio.get_running_loop().time() - before < 1.0
        assert there.source("R-1").state == "none"


@virtually
async def test_a_look_up_that_is_refused_is_shown_and_tried_again(tmp_path: Path) -> None:
    async with integrated(tmp_path, aimed("F02", "R-1"), profile="C4", poll_interval_s=NEVER_S) as there:
        await there.rest(1)
        forbidden = (403, {}, b'{"type": "x/forbidden", "detail": "searching is not for you"}')
        there.doors["erp"].instead[PATH] = [None, forbidden]
        await there.file_report()
        await there.until(lambda: len(there.look_ups()) == 1)
        await there.rest(0.01)
        assert await there.exceptions() == {"R-1": "forbidden: searching is not for you"}
        await there.until_told("posted")
        assert await there.exceptions() == {}
        assert len(there.posted()) == 1


@pytest.mark.parametrize("variant", ["L01", "L07", "L12"])
@virtually
async def test_a_legal_variant_posts_once_as_well(tmp_path: Path, variant: str) -> None:
    async with integrated(tmp_path, aimed("F01", "R-1"), aimed("F02", "R-2"), variant=variant) as there:
        await there.file_report("R-1", "R-2", "R-3")
        await there.until_told("posted", "R-1", "R-2", "R-3")
        await there.rest()
        assert [len(there.posted(number)) for number in ("R-1", "R-2", "R-3")] == [1, 1, 1]
