"""C5 and F24 to F29: reads that are behind, pages that drift, changes told coarsely, objects that vanish."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from hardclose_mocks.kernel.commands import RecallReport, SubmitReport

from ..kernel.small_world import report
from ..sandboxes import Office, in_process, virtually
from .striking import habit, numbers

LIST = "/v1/expense-postings"


async def seen(office: Office, path: str = LIST, system: str = "erp", **query: str) -> list[str]:
    answer = await office.call("GET", path, system, params=query)
    return [one["number"] for one in answer.json()["items"]]


@virtually
async def test_under_c5_reads_are_behind_by_no_more_than_the_card_says() -> None:
    async with in_process(profile="C5") as office:
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        lag_s = card["operations"]["expense_posting.create"]["read_lag_s"]
        assert lag_s == office.sandbox.pace.read_lag_s
        number = (await office.post("R-1")).json()["number"]
        assert (await seen(office, reference="R-1"), await office_get(office, number)) == ([], 404)
        assert office.exchanges("expense_posting.list")[-1].fault is not None
        await asyncio.sleep(lag_s * 0.5)
        assert await seen(office) == []
        await asyncio.sleep(lag_s * 0.5)
        assert (await seen(office, reference="R-1"), await office_get(office, number)) == ([number], 200)
        assert office.exchanges("expense_posting.list")[-1].fault is None


@virtually
async def test_a_lagging_copy_serves_the_old_version_and_says_which() -> None:
    async with in_process(profile="C5") as office:
        number = (await office.post("R-1")).json()["number"]
        await asyncio.sleep(1)
        reversal = {"posting_date": "2026-11-30", "reason": "wrong"}
        await office.call("POST", f"{LIST}/{number}/reversal", json=reversal)
        stale = (await office.call("GET", f"{LIST}/{number}")).json()
        assert (stale["status"], stale["version"]) == ("posted", 1)
        served = office.exchanges("expense_posting.get")[-1].served
        assert served is not None
        assert served.documents == ((number, 1),)


async def office_get(office: Office, number: str) -> int:
    return (await office.call("GET", f"{LIST}/{number}")).status_code


@virtually
async def test_people_are_not_served_by_the_copy() -> None:
    async with in_process(profile="C5") as office:
        number = (await office.post("R-1")).json()["number"]
        assert (await office.call("GET", f"{LIST}/{number}", who="person:lead")).status_code == 200


@virtually
async def test_an_index_that_is_behind_does_not_hide_a_document_from_its_number() -> None:
    async with in_process(habit("F25", lag_s=2.0)) as office:
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        assert card["reads"] == {"expense_posting.list": {"lag_s": 2.0}, "purchase_order.list": {"lag_s": 2.0}} or {
            name.partition(".")[2] for name in card["reads"]
        } == {"list"}
        number = (await office.post("R-1")).json()["number"]
        assert (await seen(office), await office_get(office, number)) == ([], 200)
        await asyncio.sleep(2.0)
        assert await seen(office) == [number]


@virtually
async def test_a_source_system_may_lag_too() -> None:
    async with in_process(habit("F24", "expense", lag_s=1.0)) as office:
        await office.approve("E-1")
        assert await seen(office, "/v1/expense-reports", "expense") == []
        await asyncio.sleep(1.0)
        assert await seen(office, "/v1/expense-reports", "expense") == ["E-1"]


@pytest.mark.parametrize("drifts", [False, True])
@virtually
async def test_a_page_that_is_counted_misses_what_moved_and_one_that_is_remembered_does_not(drifts: bool) -> None:
    rules = [habit("F26")] if drifts else []
    async with in_process(*rules) as office:
        assert (await office.call("GET", "/.well-known/contract-card", who=None)).json()["paging"]["drifts"] is drifts
        for place in range(4):
            await office.post(f"R-{place}")
            await asyncio.sleep(1)
        first = (await office.call("GET", LIST, params={"limit": "2"})).json()
        # The first document changes and moves to the end; the rest moves up by one.
        number = first["items"][0]["number"]
        await office.call("POST", f"{LIST}/{number}/reversal", json={"posting_date": "2026-11-30", "reason": "wrong"})
        rest = await seen(office, limit="10", cursor=first["next_cursor"])
        read = {one["number"] for one in first["items"]} | set(rest)
        missed = [one for one in numbers(office) if one not in read]
        assert len(missed) == (1 if drifts else 0)


@virtually
async def test_coarse_times_make_ties_and_the_filter_takes_all_of_them() -> None:
    async with in_process(habit("F27", resolution_s=3600.0)) as office:
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        assert card["paging"]["updated_since_resolution_s"] == 3600.0
        for place in range(3):
            await office.post(f"R-{place}")
            await asyncio.sleep(0.2000001)  # 14 business minutes, and less than a millisecond
        items = (await office.call("GET", LIST)).json()["items"]
        assert {one["updated_at"] for one in items} == {"2026-11-23T07:00:00.000+01:00"}
        assert await seen(office, updated_since="2026-11-23T07:30:00+01:00") == numbers(office)
        assert await seen(office, updated_since="2026-11-23T08:00:00+01:00") == []


@virtually
async def test_of_a_local_date_filter_only_the_date_counts_and_hours_get_lost() -> None:
    async with in_process(habit("F28", zone="America/Los_Angeles")) as office:
        paging = (await office.call("GET", "/.well-known/contract-card", who=None)).json()["paging"]
        assert (paging["updated_since"], paging["updated_since_zone"]) == ("date", "America/Los_Angeles")
        await office.post("R-1")  # 6:00 UTC on the 23rd, still the 22nd in Los Angeles
        assert await seen(office, updated_since="2026-11-23T05:59:00Z") == []
        assert await seen(office, updated_since="2026-11-22T05:59:00Z") == numbers(office)
        assert (await office.call("GET", LIST, params={"updated_since": "yesterday"})).status_code == 400


@virtually
async def test_what_people_took_back_vanishes_without_a_trace_and_nothing_else_does() -> None:
    async with in_process(habit("F29", "expense", share=1.0)) as office:
        await office.approve("E-1")
        await office.sandbox.act("expense", report(number="E-2"), "person:employee")
        await office.sandbox.act("expense", SubmitReport("E-2"), "person:employee")
        assert await seen(office, "/v1/expense-reports", "expense") == ["E-1", "E-2"]
        await office.sandbox.act("expense", RecallReport("E-2"), "person:employee")
        assert await seen(office, "/v1/expense-reports", "expense") == ["E-1"]
        assert (await office.call("GET", "/v1/expense-reports/E-2", "expense")).status_code == 404
        mine = await office.call("GET", "/v1/expense-reports/E-2", "expense", who="person:employee")
        assert mine.json()["status"] == "recalled"
        assert datetime.fromisoformat(mine.json()["updated_at"]).year == 2026
