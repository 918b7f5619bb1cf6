"""Promises of the lists that no fuzzer can know, over real HTTP: nobody is left out while others work."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from ..mocks.sandboxes import Office, on_loopback, posting_body

pytestmark = pytest.mark.wall
POSTINGS = "/v1/expense-postings"
BEFORE, MEANWHILE, TAKEN_BACK = 60, 40, 15


def cheap(reference: str) -> dict[str, Any]:
    """A posting that no budget notices."""
    body = posting_body(reference)
    return {**body, "lines": [{**body["lines"][0], "net": "1.00", "tax": "0.19"}]}


async def paged(office: Office, limit: int, seen: asyncio.Event) -> list[dict[str, Any]]:
    """Page by page to the end, at the pace of a careful reader. `seen` is set after the first page."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        query = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
        page = (await office.call("GET", POSTINGS, params=query)).json()
        found += page["items"]
        seen.set()
        cursor = page["next_cursor"]
        if cursor is None:
            return found
        await asyncio.sleep(0)


async def work(office: Office, numbers: list[str], seen: asyncio.Event) -> None:
    """Posts more, and takes some of the first back, as soon as the reader is under way."""
    await seen.wait()
    for at in range(MEANWHILE):
        answer = await office.call("POST", POSTINGS, json=cheap(f"L-{at}"))
        assert answer.status_code == 201
        if at < TAKEN_BACK:
            body = {"posting_date": "2026-11-30", "reason": "wrong"}
            answer = await office.call("POST", f"{POSTINGS}/{numbers[at * 3]}/reversal", json=body)
            assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_paging_covers_what_stays_exactly_once_and_what_changes_in_its_last_state(limit: int) -> None:
    async def story() -> None:
        async with on_loopback(rate=1.0) as office:
            numbers = [
                (await office.call("POST", POSTINGS, json=cheap(f"R-{at}"))).json()["number"] for at in range(BEFORE)
            ]
            seen = asyncio.Event()
            found, _ = await asyncio.gather(paged(office, limit, seen), work(office, numbers, seen))
            changed = {numbers[at * 3] for at in range(TAKEN_BACK)}
            count = Counter(item["number"] for item in found)
            assert {number for number in numbers if not count[number]} == set(), "somebody was left out"
            assert {number: count[number] for number in numbers if number not in changed and count[number] > 1} == {}
            # Who pages on from where he was has all of it, as it is now.
            last = found[-1]["updated_at"]
            later = await paged_since(office, last)
            known = {item["number"]: item for item in [*found, *later]}
            now = {item["number"]: item for item in await paged_since(office, "2020-01-01T00:00:00Z")}
            assert known == now
            assert len(now) == BEFORE + MEANWHILE + TAKEN_BACK

    asyncio.run(story())


async def paged_since(office: Office, instant: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query = {"updated_since": instant, "limit": "200"}
    while True:
        page = (await office.call("GET", POSTINGS, params=query)).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]
