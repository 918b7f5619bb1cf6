"""The service as a whole: it waits for its systems, shows what needs a person, and takes that person's word."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardclose_mocks.kernel.commands import BlockCostCenter

from ..mocks.sandboxes import virtually
from .integrations import integrated, slow

WRITE_BACK = "expense_report.posting"


@virtually
async def test_it_answers_before_the_systems_are_there_and_works_once_they_are(tmp_path: Path) -> None:
    async with integrated(tmp_path, running=False) as there:
        down = dict(there.transport.applications)
        there.transport.applications.clear()
        await there.start()
        assert (await there.ask("GET", "/")).json() == {"status": "up"}
        await there.file_report()
        await there.rest()
        there.transport.applications |= down
        await there.until_told("posted")
        assert len(there.posted()) == 1


@pytest.mark.parametrize("style", ["webhooks", "polling"])
@virtually
async def test_what_was_approved_while_it_was_down_is_found_when_it_comes_back(tmp_path: Path, style: str) -> None:
    async with integrated(tmp_path, style=style) as there:
        await there.file_report("R-1")
        await there.until_told("posted", "R-1")
        await there.crash()
        await there.file_report("R-2")
        await there.rest(60)
        await there.start()
        await there.until_told("posted", "R-2")
        assert (len(there.posted("R-1")), len(there.posted("R-2"))) == (1, 1)


@virtually
async def test_no_webhook_is_taken_for_a_system_it_does_not_know(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        assert (await there.ask("POST", "/webhooks/payroll", json={})).status_code == 404


@virtually
async def test_exceptions_are_listed_oldest_first_and_outlive_a_crash(tmp_path: Path) -> None:
    async with integrated(tmp_path) as there:
        await there.act("erp", BlockCostCenter("CC1", blocked=True))
        for number in ("R-2", "R-1"):
            await there.file_report(number)
            await there.until_told("parked", number)
            await there.rest(1)
        await there.come_back()
        assert list(await there.exceptions()) == ["R-2", "R-1"]


@virtually
async def test_a_retry_asked_for_while_the_source_is_being_told_is_not_lost(tmp_path: Path) -> None:
    telling = slow("R-1", seconds=1.5, booked="first", system="expense", operation=WRITE_BACK)
    async with integrated(tmp_path, telling) as there:
        await there.act("erp", BlockCostCenter("CC1", blocked=True))
        await there.file_report()
        await there.until_told("parked")
        await there.act("erp", BlockCostCenter("CC1", blocked=False))
        assert (await there.ask("POST", "/exceptions/expense/R-1/retry")).status_code == 202
        await there.until_told("posted")
        assert len(there.posted()) == 1
