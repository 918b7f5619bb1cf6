"""Brings a job into the ERP exactly once: key, look-up before retry, re-date or park. The heart of the service."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import datetime

from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import InDoubt, Refused, SystemClient
from hardclose_reference.doubt import Unknowable, done_after_all
from hardclose_reference.job import DUE, SUPERSEDED, Job
from hardclose_reference.mapping import budget_needs, erp_document
from hardclose_reference.store import Store
from hardclose_reference.targets import TARGETS, Target

log = logging.getLogger(__name__)
MOVES_MAX = 5
"""So many refusals in a row for a closed period, and a person shall look."""


class Poster:
    """One call of `post` takes a due job as far as it gets: posted, parked, or InDoubt until the next time."""

    def __init__(
        self,
        erp: SystemClient,
        store: Store,
        behaviour: Behaviour,
        now: Callable[[], datetime],
        rng: random.Random,
    ) -> None:
        self._erp, self._store, self._behaviour, self._now, self._rng = erp, store, behaviour, now, rng

    async def post(self, job: Job) -> None:
        target = TARGETS[job.kind]
        if job.in_doubt_since is not None and await self._was_done_after_all(job, target):
            return
        if job.in_doubt_since is None and not await self._may_be_tried(job, target):
            return
        while job.state == DUE:
            try:
                self._store.done(job, await self._send(job, target))
            except Refused as no:
                job.in_doubt_since = job.last_sent_at = None
                job.refusals += 1
                await self._refused(job, target, no)
                self._store.save(job)

    # --- sending ------------------------------------------------------------------------------------------------

    async def _send(self, job: Job, target: Target) -> str:
        """The number of the document. The doubt is written down first: a crash while sending leaves it there."""
        body, key = erp_document(job), self._key(job, target)

        def leaving() -> None:
            job.last_sent_at = self._now().timestamp()
            job.in_doubt_since = job.in_doubt_since or job.last_sent_at
            self._store.save(job)

        try:
            answer = await self._erp.call("POST", target.erp_path, body=body, key=key, leaving=leaving)
            if self._behaviour.send_twice and key:
                answer = await self._erp.call("POST", target.erp_path, body=body, key=key, leaving=leaving)
        except InDoubt:
            match self._behaviour.after_doubt:
                case "done":
                    return job.number
                case "failed":
                    raise Refused(0, "timeout", {"detail": "the ERP did not answer"}) from None
                case _:
                    raise
        return str(answer["number"])

    def _key(self, job: Job, target: Target) -> str | None:
        """The same for the same attempt, however often it is sent; another one once it was refused and changed."""
        if not self._erp.terms(target.operation)["idempotency_key"]["supported"]:
            return None
        name = f"{job.number}-{job.revision}-{job.refusals}" + (f"-{job.instance}" if job.instance else "")
        return f"{name}-{self._rng.getrandbits(64):x}" if self._behaviour.key == "try" else name

    async def _was_done_after_all(self, job: Job, target: Target) -> bool:
        """Look it up first: our last answer may have been lost. True if there is nothing left to send."""
        now = self._now()
        try:
            found = await done_after_all(self._erp, job, target, self._behaviour, now.timestamp())
        except Unknowable as no:
            self._store.park(job, str(no), now.isoformat())
            return True
        if found is None:
            return False
        job.voided = not found.live
        self._store.done(job, found.document)
        return True

    # --- refusals -----------------------------------------------------------------------------------------------

    async def _refused(self, job: Job, target: Target, no: Refused) -> None:
        if no.slug == "duplicate-reference":
            self._store.done(job, str(no.problem["existing"]))
        elif self._behaviour.refused == "retry":
            raise InDoubt(f"refused ({no.slug}); perhaps it works next time")
        elif no.slug == "period-closed":
            await self._period_closed(job, target, no)
        else:
            self._park(job, f"{no.slug}: {no}")

    async def _period_closed(self, job: Job, target: Target, no: Refused) -> None:
        match self._behaviour.closed_period:
            case "drop":
                log.warning("%s: %s", job.number, no)
                job.state = SUPERSEDED
            case "park":
                self._park(job, f"{no.slug}: {no}")
            case _:
                job.moves += 1
                day = await self._first_open_day(job, target) if job.moves <= MOVES_MAX else None
                if day is None:
                    self._park(job, f"{no.slug}: {no}, and no later one is open")
                job.posting_date = day

    def _park(self, job: Job, reason: str) -> None:
        self._store.park(job, reason, self._now().isoformat())

    # --- before the first request -------------------------------------------------------------------------------

    async def _first_open_day(self, job: Job, target: Target) -> str | None:
        """The accounting date itself if its period is open, else the first day of the next open one."""
        path = f"/v1/companies/{job.source['company']}/periods"
        async for row in self._erp.items(path, {"module": target.module}):
            if row["state"] == "open" and row["ends_on"] >= job.accounting_date:
                return max(job.accounting_date, str(row["starts_on"]))
        return None

    async def _may_be_tried(self, job: Job, target: Target) -> bool:
        """Before the first request only: afterwards our own document would be in the way."""
        if self._behaviour.ask_periods_first and target.module:
            job.posting_date = await self._first_open_day(job, target)
        if job.kind == "requisition":
            return await self._within_budget(job)
        return True

    async def _within_budget(self, job: Job) -> bool:
        for cost_center, amount in budget_needs(job).items():
            question = {
                "company": job.source["company"],
                "cost_center": cost_center,
                "amount": amount,
                "currency": job.source["currency"],
                "on": job.posting_date or job.accounting_date,
            }
            try:
                answer = await self._erp.call("POST", "/v1/budget-checks", body=question)
            except Refused:
                # The order itself will be refused for it, in better words.
                return True
            if not answer["sufficient"]:
                self._park(job, f"budget-exceeded: {amount} asked of {cost_center}, {answer['available']} left")
                return False
        return True
