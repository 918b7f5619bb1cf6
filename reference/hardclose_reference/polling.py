"""Reads the systems' lists from where it stopped: for who takes no webhooks, and for those that never came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from hardclose_reference.answers import Refused
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import SystemClient
from hardclose_reference.news import News
from hardclose_reference.settings import SOURCES
from hardclose_reference.store import Store
from hardclose_reference.targets import ALWAYS_READ, TARGETS

COST_CENTERS = "cost_center.put"
NOT_FOUND = 404
ITEM_S = 0.1
"""What each entry takes where a list is worked through after its place was kept."""


class Poller:
    """The cursor moves only after everything before it is stored."""

    def __init__(self, news: News, store: Store, clients: dict[str, SystemClient], behaviour: Behaviour) -> None:
        self._news, self._store, self._clients, self._behaviour = news, store, clients, behaviour
        self._looks, self._absent = -1, set[str]()

    async def look(self) -> None:
        """One look at every list; raises InDoubt or Refused where a list cannot be read.

        Where there never was a document of a kind, its list is read at every second look, half of them at a time, and
        the ERP's list of what they become not at all: most companies do not use everything."""
        self._looks += 1
        offered = [target for target in TARGETS.values() if self._clients["erp"].offers(target.operation)]
        for place, target in enumerate(offered):
            take = partial(self._news.take_document, target.kind)
            query = {"status": target.list_status} if target.list_status else {}
            if target.kind in ALWAYS_READ or self._store.knows(target.kind):
                await self._read(target.system, target.list_path, query, take)
            elif self._turn_of(place, target.kind):
                async with self._unless_absent(target.kind):
                    await self._read(target.system, target.list_path, query, take)
        for target in offered:
            if target.kind in ALWAYS_READ or (target.read_back and self._store.knows(target.kind)):
                await self._read("erp", target.erp_path, {}, partial(self._news.take_erp_document, target.kind))
        copied = any(self._clients[system].offers(COST_CENTERS) for system in SOURCES)
        if copied and self._turn_of(len(offered), COST_CENTERS):
            async with self._unless_absent(COST_CENTERS):
                await self._read_cost_centers()

    def _turn_of(self, place: int, what: str) -> bool:
        return what not in self._absent and (self._looks == 0 or (self._looks + place) % 2 == 0)

    @asynccontextmanager
    async def _unless_absent(self, what: str) -> AsyncIterator[None]:
        """Who has no such list is not asked again."""
        try:
            yield
        except Refused as no:
            if no.status != NOT_FOUND:
                raise
            self._absent.add(what)

    async def _read_cost_centers(self) -> None:
        """The ERP's list has no beginning and no end. What the sources have of it is asked once, to start from."""
        if (known := self._store.cursor(COST_CENTERS)) is None:
            copies = [await self._revisions(system) for system in SOURCES if self._clients[system].offers(COST_CENTERS)]
            held = {number: min(copy.get(number, 0) for copy in copies) for copy in copies for number in copy}
        else:
            held = json.loads(known)
        seen = dict(held)
        async for record in self._clients["erp"].items("/v1/cost-centers", {}):
            if int(record["revision"]) > held.get(record["number"], 0):
                self._news.take_cost_center(record)
                seen[record["number"]] = int(record["revision"])
        if known is None or seen != held:
            self._store.move_cursor(COST_CENTERS, json.dumps(seen))

    async def _revisions(self, system: str) -> dict[str, int]:
        rows = self._clients[system].items("/v1/cost-centers", {})
        return {str(row["number"]): int(row["revision"]) async for row in rows}

    async def _read(
        self, system: str, path: str, query: dict[str, str], take: Callable[[dict[str, Any]], None]
    ) -> None:
        """`updated_since` is inclusive: the last second is read again, so that nobody falls between two looks."""
        client, since = self._clients[system], self._store.cursor(path)
        latest = since
        began = None if self._behaviour.all_pages else await _system_time(client)
        late: list[dict[str, Any]] = []
        new = {"updated_since": self._from(client, since)} if since else {}
        async for item in client.items(path, {**query, **new}):
            if self._behaviour.cursor == "beyond" and since and str(item["updated_at"]) <= since:
                continue
            late.append(item) if self._behaviour.cursor == "before_items" else take(item)
            latest = began or str(item["updated_at"])
        if latest is not None and latest != since:
            self._store.move_cursor(path, latest)
        for item in late:
            take(item)
            await asyncio.sleep(ITEM_S)

    def _from(self, client: SystemClient, since: str) -> str:
        """The cursor, or that many days before it: one where only the date counts, in a zone that is not ours."""
        by_date = client.card.get("paging", {}).get("updated_since") == "date"
        days = max(self._behaviour.overlap_days, 1 if by_date else 0)
        return (datetime.fromisoformat(since) - timedelta(days=days)).isoformat() if days else since


async def _system_time(client: SystemClient) -> str:
    """Who takes the first page for the whole list goes on from the time of his look."""
    companies = await client.call("GET", "/v1/companies")
    return str(companies["items"][0]["business_time"])
