"""Cost centres of the ERP are carried into both source systems, whole and never backwards."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.kernel.commands import BlockCostCenter, ChangeCostCenter, CreateCostCenter

from ..mocks.sandboxes import virtually
from .integrations import Integration, aimed, integrated
from .purchasing import held

PUT = "cost_center.put"
CARD = "/.well-known/contract-card"
both = pytest.mark.parametrize("style", ["webhooks", "polling"])


@asynccontextmanager
async def copying(folder: Path, *rules: Rule, style: str = "webhooks") -> AsyncIterator[Integration]:
    """The source systems' cards say that they take copies."""
    async with integrated(folder, *rules, style=style, running=False) as there:
        for system in ("procurement", "expense"):
            card = there.office.sandbox.systems[system].card.document()
            told = json.dumps({**card, "operations": {**card["operations"], PUT: {}}}).encode()
            there.doors[system].instead[CARD] = [(200, {"content-type": "application/json"}, told)]
        await there.start()
        await there.rest(1)
        yield there


def copies(there: Integration, number: str) -> list[tuple[str, bool]]:
    """Name and block in procurement and in the expense system, where they have it."""
    found = [there.office.sandbox.systems[system].books.find(number) for system in ("procurement", "expense")]
    return [(one.name, one.blocked) for one in found if one is not None]  # type: ignore[union-attr]


@both
@virtually
async def test_a_new_one_and_its_changes_reach_both_sources(tmp_path: Path, style: str) -> None:
    lost = aimed("F01", "CC50", system="procurement", operation=PUT)
    async with copying(tmp_path, lost, style=style) as there:
        await there.act("erp", CreateCostCenter("CC50", "DE01", "Research", "lead"))
        await there.until(lambda: copies(there, "CC50") == [("Research", False)] * 2)
        await there.act("erp", ChangeCostCenter("CC50", name="Science"))
        await there.until(lambda: copies(there, "CC50") == [("Science", False)] * 2)
        await there.act("erp", BlockCostCenter("CC50", blocked=True))
        await there.until(lambda: copies(there, "CC50") == [("Science", True)] * 2)


@both
@virtually
async def test_those_of_the_opening_day_are_left_alone(tmp_path: Path, style: str) -> None:
    async with copying(tmp_path, style=style) as there:
        await there.rest()
        assert there.office.exchanges(PUT) == []


@virtually
async def test_older_news_come_too_late(tmp_path: Path) -> None:
    async with copying(tmp_path) as there:
        await there.act("erp", CreateCostCenter("CC50", "DE01", "Research", "lead"))
        await there.until(lambda: copies(there, "CC50") == [("Research", False)] * 2)
        assert there.service is not None
        job = there.service.store.job(PUT, "CC50", "expense")
        assert job is not None
        await there.act("erp", ChangeCostCenter("CC50", name="Science"))
        await there.until(lambda: copies(there, "CC50") == [("Science", False)] * 2)
        there.service.intake.news.take_cost_center(job.source)
        await there.rest()
        assert copies(there, "CC50") == [("Science", False)] * 2
        assert held(there, "erp", "CC50").revision == 2


@virtually
async def test_who_keeps_no_copies_is_sent_none(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.rest(1)
        await there.act("erp", BlockCostCenter("CC1", blocked=True))
        await there.rest()
        assert there.office.exchanges(PUT) == []
