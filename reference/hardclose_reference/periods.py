"""Which day may still be posted to."""

from __future__ import annotations

from hardclose_reference.client import SystemClient


class Periods:
    """Asked when it matters: periods close while one works."""

    def __init__(self, erp: SystemClient) -> None:
        self._erp = erp

    async def first_open_day(self, company: str, module: str, day: str) -> str | None:
        """The day itself if its period is open, else the first day of the next open one; None if there is none."""
        async for row in self._erp.items(f"/v1/companies/{company}/periods", {"module": module}):
            if row["state"] == "open" and row["ends_on"] >= day:
                return max(day, str(row["starts_on"]))
        return None
