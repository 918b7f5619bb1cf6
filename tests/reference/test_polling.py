"""Lists are read to their end, and from where the last look really stopped."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hardclose_mocks.faults.plan import Rule

from ..mocks.sandboxes import virtually
from .integrations import LISTS, Answer, integrated


@virtually
async def test_every_page_of_a_list_is_read(tmp_path: Path) -> None:
    reports = [f"R-{number}" for number in range(1, 8)]
    async with integrated(tmp_path, style="polling", page_max=2, running=False) as there:
        await there.file_report(*reports)
        await there.start()
        await there.until_told("posted", *reports)
        looks = there.office.exchanges("expense_report.list")
        assert ["cursor" in one.query for one in looks[:4]] == [False, True, True, True]


@virtually
async def test_what_is_approved_within_the_second_of_the_last_look_is_not_passed_over(tmp_path: Path) -> None:
    """Business time stands still, so both approvals bear the very same instant."""
    async with integrated(tmp_path, style="polling", rate=0.0) as there:
        await there.file_report("R-2")
        await there.until_told("posted", "R-2")
        await there.rest()
        await there.file_report("R-1")
        await there.until_told("posted", "R-1")


@virtually
async def test_the_next_look_begins_where_the_last_one_ended(tmp_path: Path) -> None:
    async with integrated(tmp_path, style="polling") as there:
        await there.file_report("R-1")
        await there.until_told("posted")
        approved = there.office.sandbox.systems["expense"].books.find("R-1")
        await there.rest()
        since = there.office.exchanges("expense_report.list")[-1].query["updated_since"]
        assert datetime.fromisoformat(since).replace(microsecond=0) <= approved.updated_at


@virtually
async def test_a_list_that_breaks_off_is_read_again_from_where_it_began(tmp_path: Path) -> None:
    """The second page cannot be read for a while; nobody on it may be lost."""
    reports = [f"R-{number}" for number in range(1, 6)]
    async with integrated(tmp_path, style="polling", page_max=2, running=False) as there:
        await there.file_report(*reports)
        unreadable: list[Answer | None] = [None, *[(503, {}, b"{}")] * 3]
        there.doors["expense"].instead[LISTS["expense"]] = unreadable
        await there.start()
        await there.until_told("posted", *reports)
        assert unreadable == []


@virtually
async def test_the_cursor_outlives_a_crash(tmp_path: Path) -> None:
    async with integrated(tmp_path, style="polling") as there:
        await there.file_report("R-1")
        await there.until_told("posted")
        await there.rest()
        await there.crash()
        already = len(there.office.exchanges("expense_report.list"))
        await there.start()
        await there.rest(1)
        assert "updated_since" in there.office.exchanges("expense_report.list")[already].query


@virtually
async def test_requisitions_are_polled_like_reports(tmp_path: Path) -> None:
    async with integrated(tmp_path, style="polling") as there:
        await there.request_order("Q-1")
        await there.until_told("posted", "Q-1")
        assert there.office.tried() == [], "nobody subscribed to anything"


@virtually
async def test_where_only_the_date_counts_in_another_zone_every_look_goes_back_a_day(tmp_path: Path) -> None:
    """At 6:00 UTC, when the sandbox opens, it is still the day before in Los Angeles."""
    by_date = Rule("F28.expense", "F28", "expense", parameters={"zone": "America/Los_Angeles"})
    async with integrated(tmp_path, by_date, style="polling", rate=0.0) as there:
        for number in ("R-2", "R-1"):
            await there.file_report(number)
            await there.until_told("posted", number)
            await there.rest()
