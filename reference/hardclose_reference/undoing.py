"""Takes ERP documents back, each once: its books let nobody reverse one twice, so that a doubt is sent again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hardclose_reference.answers import Refused
from hardclose_reference.client import SystemClient
from hardclose_reference.doubt import LIVE
from hardclose_reference.job import Job
from hardclose_reference.periods import Periods
from hardclose_reference.store import Store
from hardclose_reference.targets import TARGETS, Target


class Undoer:
    """Carries the errands `<kind>.undo`, see `errands.undo`."""

    def __init__(self, erp: SystemClient, periods: Periods, store: Store, now: Callable[[], datetime]) -> None:
        self._erp, self._periods, self._store, self._now = erp, periods, store, now

    async def undo(self, job: Job) -> None:
        """Raises InDoubt until the document is known to be taken back; parks what the ERP refuses."""
        kind, number = job.needs[0]
        target, of = TARGETS[kind], self._store.job(kind, number)
        assert of is not None, f"{job.number} needs {kind} {number}, which is not there"
        path = f"{target.erp_path}/{job.source['document'] or of.document}"
        try:
            await self._erp.call("POST", f"{path}/{target.undo}", body=await self._body(job, target, path))
        except Refused as no:
            job.refusals += 1
            there = await self._erp.call("GET", path, says=("status",))
            if there["status"] in LIVE and not await self._moved(job, target, no):
                self._store.park(job, f"{no.slug}: {no}", self._now().isoformat())
            if there["status"] in LIVE:
                self._store.save(job)
                return
        self._store.done(job, path.rsplit("/", 1)[-1])

    async def _body(self, job: Job, target: Target, path: str) -> dict[str, Any]:
        reason = {"reason": job.source["reason"]}
        if not target.dated_undo:
            return reason
        if not job.source["on"]:
            there = await self._erp.call("GET", path, says=("posting_date",))
            job.source["on"] = there["posting_date"]
        return {**reason, "posting_date": job.posting_date or job.source["on"]}

    async def _moved(self, job: Job, target: Target, no: Refused) -> bool:
        """Whether there is a later day to try, where this one's period is closed."""
        if no.slug != "period-closed" or job.posting_date is not None:
            return False
        job.posting_date = await self._periods.first_open_day(
            str(no.problem["company"]), target.module, job.source["on"]
        )
        return job.posting_date is not None
