"""Lists: every document once, none missed while documents change, and `updated_since` inclusive at its resolution."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hardclose_mocks.kernel.commands import CancelPurchaseOrder, ReverseExpensePosting, SubmitReport
from hardclose_mocks.kernel.refusals import Refused

from ...kernel.small_world import order, posting, posting_line, report
from ...sandboxes import OPENED, Office, in_process, virtually

POSTINGS = "/v1/expense-postings"
LATER = date(2026, 11, 30)


async def pages(office: Office, path: str = POSTINGS, system: str = "erp", **query: Any) -> list[list[dict[str, Any]]]:
    """Until `next_cursor` is null."""
    found: list[list[dict[str, Any]]] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {**query, **({"cursor": cursor} if cursor else {})}
        answer = await office.call("GET", path, system, params=asked)
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["items"])
        cursor = answer.json()["next_cursor"]
    return found


async def filled(office: Office, count: int, every_s: float = 1.0) -> None:
    for number in range(count):
        await office.sandbox.act("erp", posting(posting_line(100, 0), reference=f"R-{number}"), "integration")
        await asyncio.sleep(every_s)


def numbers(items: list[dict[str, Any]]) -> list[str]:
    return [item["number"] for item in items]


@virtually
async def test_pages_cover_every_document_exactly_once_in_order() -> None:
    async with in_process() as office:
        await filled(office, 23, every_s=0.001)
        for limit in (1, 7, 23, 24):
            found = await pages(office, limit=limit)
            flat = [item for page in found for item in page]
            assert numbers(flat) == sorted(numbers(flat))
            assert len(flat) == 23
            assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
            assert 0 < len(found[-1]) <= limit


@virtually
async def test_the_last_page_says_that_it_is_the_last_though_it_is_full() -> None:
    async with in_process() as office:
        await filled(office, 4)
        assert [len(page) for page in await pages(office, limit=2)] == [2, 2]
        assert await pages(office, "/v1/purchase-orders") == [[]]


@virtually
async def test_without_a_limit_and_above_it_a_page_has_what_the_card_says() -> None:
    async with in_process(page_max=5) as office:
        await filled(office, 12)
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()["paging"]
        assert (card["limit_default"], card["limit_max"]) == (5, 5)
        assert [len(page) for page in await pages(office)] == [5, 5, 2]
        assert [len(page) for page in await pages(office, limit=1000)] == [5, 5, 2]


@virtually
async def test_the_history_knows_what_a_page_handed_out() -> None:
    async with in_process() as office:
        await filled(office, 3)
        await office.sandbox.act("erp", ReverseExpensePosting("EP-DE01-000001", LATER, "wrong"), "person:clerk")
        found = await pages(office, limit=2, status="posted")
        served = [one.served for one in office.exchanges("expense_posting.list")]
        assert [one.documents for one in served if one] == [
            tuple((item["number"], item["version"]) for item in page) for page in found
        ]
        assert served[0] is not None
        assert served[0].query == {"limit": "2", "status": "posted"}


# --- while documents change -----------------------------------------------------------------------------------------

MOVES = st.lists(st.tuples(st.integers(0, 11), st.sampled_from([0.0, 0.0, 0.001, 1.0])), max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.lists(MOVES, max_size=6), st.sampled_from([0.0, 0.25]), st.sampled_from([None, 0.0]))
@virtually
async def test_no_document_is_missed_while_documents_change_between_the_pages(
    limit: int, between: list[list[tuple[int, float]]], every_s: float, rate: float | None
) -> None:
    """Changed ones move to the end and may be seen again; the last version of each is seen. Also when business time
    stands still, and when several things happen in one instant of the virtual clock."""
    async with in_process(rate=rate) as office:
        for number in range(12):
            await office.sandbox.act("expense", report(number=f"R-{number:02}"), "person:employee")
            await asyncio.sleep(every_s)
        seen: dict[str, int] = {}
        cursor: str | None = ""
        rounds = 0
        while cursor is not None:
            asked: dict[str, Any] = {"limit": limit, **({"cursor": cursor} if cursor else {})}
            answer = (await office.call("GET", "/v1/expense-reports", "expense", params=asked)).json()
            cursor = answer["next_cursor"]
            for item in answer["items"]:
                seen[item["number"]] = item["version"]
            for which, wait_s in between.pop(0) if between and cursor is not None else []:
                with contextlib.suppress(Refused):
                    await office.sandbox.act("expense", SubmitReport(f"R-{which:02}"), "person:employee")
                await asyncio.sleep(wait_s)
            rounds += 1
            assert rounds < 100, "paging must end when the changes end"
        assert seen == {
            document.number: document.version
            for document in office.sandbox.systems["expense"].books.documents("expense_report")
        }


@virtually
async def test_documents_of_one_instant_are_paged_through_though_business_time_stands_still() -> None:
    async with in_process(rate=0.0) as office:
        await filled(office, 9, every_s=0)
        found = await pages(office, limit=2)
        assert [len(page) for page in found] == [2, 2, 2, 2, 1]
        assert len({number for page in found for number in numbers(page)}) == 9


# --- updated_since and filters --------------------------------------------------------------------------------------


@virtually
async def test_updated_since_is_inclusive_at_a_resolution_of_one_second() -> None:
    async with in_process(rate=1.0) as office:
        await asyncio.sleep(0.25)
        await filled(office, 8, every_s=0.5)
        times = [datetime.fromisoformat(item["updated_at"]) for item in (await pages(office))[0]]
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()["paging"]
        assert card["updated_since_resolution_s"] == 1.0
        for since in times:
            floor = since.astimezone(UTC).replace(microsecond=0)
            found = (await pages(office, updated_since=since.isoformat()))[0]
            assert len(found) == sum(time >= floor for time in times)
            assert since in [datetime.fromisoformat(item["updated_at"]) for item in found]


@virtually
async def test_updated_since_may_be_written_in_any_zone_and_with_an_unescaped_plus() -> None:
    async with in_process(rate=1.0) as office:
        await filled(office, 4)
        forms = ["2026-11-23T06:00:02Z", "2026-11-23T07:00:02+01:00", "2026-11-22T22:00:02-08:00"]
        counts = [len((await pages(office, updated_since=form))[0]) for form in forms]
        raw = await office.call("GET", POSTINGS + "?updated_since=2026-11-23T07:00:02+01:00")
        assert [*counts, len(raw.json()["items"])] == [2, 2, 2, 2]


@virtually
async def test_updated_since_and_a_cursor_go_together() -> None:
    async with in_process(rate=1.0) as office:
        await filled(office, 10)
        since = (OPENED + timedelta(seconds=4)).isoformat()
        found = await pages(office, limit=2, updated_since=since)
        assert [len(page) for page in found] == [2, 2, 2]


@virtually
async def test_filters_narrow_a_list_and_unknown_ones_are_refused() -> None:
    async with in_process() as office:
        await filled(office, 5)
        await office.sandbox.act("erp", order(), "integration")
        await office.sandbox.act("erp", CancelPurchaseOrder("PO-DE01-000001", "wrong"), "person:buyer")
        await office.sandbox.act("erp", ReverseExpensePosting("EP-DE01-000002", LATER, "wrong"), "person:clerk")
        reversed_ones = (await pages(office, status="reversed"))[0]
        assert numbers(reversed_ones) == ["EP-DE01-000002"]
        assert await pages(office, status="posted", company="US01") == [[]]
        assert len((await pages(office, "/v1/purchase-orders", status="cancelled", supplier="S1"))[0]) == 1
        wrong = await office.call("GET", POSTINGS, params={"staus": "posted"})
        assert (wrong.status_code, wrong.json()["type"].rsplit("/", 1)[-1]) == (400, "filter-not-supported")
        assert "'staus'" in wrong.json()["detail"]
        assert "status" in wrong.json()["detail"]


@virtually
async def test_a_wrong_limit_cursor_or_instant_is_told_in_words() -> None:
    async with in_process() as office:
        await filled(office, 3)
        cursor = (await office.call("GET", POSTINGS, params={"limit": 1})).json()["next_cursor"]
        long_ago = base64.b64encode(b"0001-01-01T00:00:00+14:00|00|EP-1").decode()
        wrong = {
            "limit": ["0", "-1", "1.5", "ten", "", "\u00b2", "9" * 5000],
            "updated_since": ["yesterday", "2026-11-23", "2026-11-23T06:00:00", ""],
            "cursor": ["x", "AAAA", cursor[:20], "MjAyNg==", "\u00e9", long_ago],
        }  # fmt: skip
        for name, values in wrong.items():
            for value in values:
                answer = await office.call("GET", POSTINGS, params={name: value})
                assert answer.status_code == 400, (name, value[:40], answer.text)
                assert answer.json()["type"].rsplit("/", 1)[-1] == "malformed"
                assert name in answer.json()["detail"]
