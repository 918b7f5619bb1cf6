"""Takes ERP documents back, each once: its books let nobody reverse one twice, so that a doubt is sent again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hardclose_reference.answers import Refused
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import SystemClient
from hardclose_reference.errands import settle_withdrawn, take_paid_one
from hardclose_reference.job import UNDONE, Job
from hardclose_reference.periods import Periods
from hardclose_reference.store import Store
from hardclose_reference.targets import TARGETS


class Undoer:
    """Carries the errands `<kind>.undo`, see `errands.undo`."""

    def __init__(
        self, erp: SystemClient, periods: Periods, store: Store, behaviour: Behaviour, now: Callable[[], datetime]
    ) -> None:
        self._erp, self._periods, self._store, self._behaviour, self._now = erp, periods, store, behaviour, now

    async def undo(self, job: Job) -> None:
        """Raises InDoubt until the document is known to be taken back; parks what the ERP refuses."""
        kind, number = job.needs[0]
        target, of = TARGETS[kind], self._store.job(kind, number)
        assert of is not None, f"{job.number} needs {kind} {number}, which is not there"
        document = str(job.source["document"] or of.document)
        path = f"{target.erp_path}/{document}"
        if kind == "accrual" and self._behaviour.accruals == "at_once":
            job.source["on"] = of.posting_date or of.accounting_date
        if kind == "accrual" and not await self._periods.is_open(of.source["company"], target.module, job.source["on"]):
            # Neither earlier nor on another day: its period has not begun, or is closed for a while.
            job.next_at = self._now().timestamp() + self._erp.timeout_s
            return
        try:
            await self._erp.call(
                "POST", f"{path}/{target.undo}", body=await self._body(job, of, path), says=("status",)
            )
        except Refused as no:
            job.refusals += 1
            there = await self._erp.call("GET", path, says=("status",))
            if there["status"] not in UNDONE:
                if there.get("payment") == "paid" and take_paid_one(self._store, of, there):
                    self._store.drop(job)
                elif not await self._moved(job, of, no):
                    self._store.park(job, f"{no.slug}: {no}", self._now().isoformat())
                return
        with self._store.all_or_nothing():
            self._store.done(job, document)
            if of.withdrawn and of.document == document:
                of.voided = True
                settle_withdrawn(self._store, of)

    async def _body(self, job: Job, of: Job, path: str) -> dict[str, Any]:
        reason = {"reason": job.source["reason"]}
        if not TARGETS[of.kind].dated_undo:
            return reason
        if not job.source["on"]:
            there = await self._erp.call("GET", path, says=("posting_date",))
            job.source["on"] = there["posting_date"]
        # Nothing is taken back before it was posted, which may be later than its source says.
        return {**reason, "posting_date": max(job.posting_date or job.source["on"], of.posting_date or "")}

    async def _moved(self, job: Job, of: Job, no: Refused) -> bool:
        """Whether there is a later day to try, where this one's period is closed."""
        if no.slug != "period-closed" or job.posting_date is not None:
            return False
        company, module = str(of.source["company"]), TARGETS[of.kind].module
        job.posting_date = await self._periods.first_open_day(company, module, job.source["on"])
        return job.posting_date is not None
