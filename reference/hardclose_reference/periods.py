"""Which day may still be posted to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hardclose_reference.client import SystemClient


class Periods:
    """Asked when it matters: periods close while one works."""

    def __init__(self, erp: SystemClient, now: Callable[[], datetime]) -> None:
        self._erp, self._now = erp, now
        self._read: dict[tuple[str, str], tuple[float, list[dict[str, Any]]]] = {}

    async def is_open(self, company: str, module: str, day: str) -> bool:
        """By what was read within the card's freshness: many may wait for the same period. Whoever posts on the
        strength of it is refused where that was too old."""
        read_at, rows = self._read.get((company, module), (0.0, []))
        if self._now().timestamp() - read_at > self._erp.card["periods"]["freshness_s"]:
            rows = [row async for row in self._erp.items(f"/v1/companies/{company}/periods", {"module": module})]
            self._read[company, module] = self._now().timestamp(), rows
        return any(row["state"] == "open" and row["starts_on"] <= day <= row["ends_on"] for row in rows)

    async def first_open_day(self, company: str, module: str, day: str) -> str | None:
        """The day itself if its period is open, else the first day of the next open one; None if there is none."""
        async for row in self._erp.items(f"/v1/companies/{company}/periods", {"module": module}):
            if row["state"] == "open" and row["ends_on"] >= day:
                return max(day, str(row["starts_on"]))
        return None
