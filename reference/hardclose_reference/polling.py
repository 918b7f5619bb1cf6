"""Reads the systems' lists from where it stopped: for who takes no webhooks, and for those that never came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import SystemClient
from hardclose_reference.news import News
from hardclose_reference.store import Store
from hardclose_reference.targets import TARGETS

ITEM_S = 0.1
"""What each entry takes where a list is worked through after its place was kept."""


class Poller:
    """The cursor moves only after everything before it is stored."""

    def __init__(self, news: News, store: Store, clients: dict[str, SystemClient], behaviour: Behaviour) -> None:
        self._news, self._store, self._clients, self._behaviour = news, store, clients, behaviour

    async def look(self) -> None:
        """One look at every list; raises InDoubt or Refused where a list cannot be read."""
        for target in TARGETS.values():
            take = partial(self._news.take_document, target.kind)
            await self._read(target.system, target.list_path, {"status": target.ready}, take)
        for target in TARGETS.values():
            await self._read("erp", target.erp_path, {}, self._news.take_erp_document)

    async def _read(
        self, system: str, path: str, query: dict[str, str], take: Callable[[dict[str, Any]], None]
    ) -> None:
        """`updated_since` is inclusive: the last second is read again, so that nobody falls between two looks."""
        client, since = self._clients[system], self._store.cursor(path)
        latest = since
        began = None if self._behaviour.all_pages else await _system_time(client)
        late: list[dict[str, Any]] = []
        async for item in client.items(path, {**query, **({"updated_since": self._from(since)} if since else {})}):
            late.append(item) if self._behaviour.cursor == "before_items" else take(item)
            latest = began or str(item["updated_at"])
        if latest is not None and latest != since:
            self._store.move_cursor(path, latest)
        for item in late:
            take(item)
            await asyncio.sleep(ITEM_S)

    def _from(self, since: str) -> str:
        """The cursor, or that many days before it."""
        days = self._behaviour.overlap_days
        return (datetime.fromisoformat(since) - timedelta(days=days)).isoformat() if days else since


async def _system_time(client: SystemClient) -> str:
    """Who takes the first page for the whole list goes on from the time of his look."""
    companies = await client.call("GET", "/v1/companies")
    return str(companies["items"][0]["business_time"])
