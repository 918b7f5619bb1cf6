"""Brings a job into the ERP exactly once: key, look-up before retry, re-date or park. The heart of the service."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import datetime

from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import InDoubt, Refused, SystemClient
from hardclose_reference.mapping import TARGETS, Target, budget_needs, erp_document
from hardclose_reference.store import DUE, PARKED, POSTED, SUPERSEDED, Job, Store

log = logging.getLogger(__name__)
LIVE = ("posted", "issued")
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
        target = TARGETS[job.system]
        if job.in_doubt_since is not None and await self._was_done_after_all(job, target):
            return
        if job.in_doubt_since is None and not await self._may_be_tried(job, target):
            return
        while job.state == DUE:
            try:
                self._posted(job, await self._send(job, target))
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

    def _posted(self, job: Job, document: str) -> None:
        job.state, job.document, job.reason, job.tries = POSTED, document, None, 0
        job.in_doubt_since = job.last_sent_at = None
        self._store.close_exception(job.system, job.number)
        self._store.save(job)

    # --- doubt --------------------------------------------------------------------------------------------------

    async def _was_done_after_all(self, job: Job, target: Target) -> bool:
        """Look it up first: our last answer may have been lost. With a key there is no need, the ERP knows it."""
        terms, now = self._erp.terms(target.operation), self._now().timestamp()
        if terms["idempotency_key"]["supported"]:
            # A key lives from its first use, however often it was sent since.
            if now - (job.in_doubt_since or 0.0) > terms["idempotency_key"]["life_s"]:
                self._park(job, "the outcome of the last request is unknown, and its Idempotency-Key has expired")
                return True
            return False
        if not terms["reference_search"] or not self._behaviour.look_before_retry:
            return False
        # A request may commit that much later than it was sent; looking earlier proves nothing.
        settled_at = (job.last_sent_at or 0.0) + terms["late_commit_s"] + terms["read_lag_s"]
        if not terms["reference_unique"] and (wait_s := settled_at - now) > 0:
            job.next_at = settled_at
            raise InDoubt(f"a request may still commit for {wait_s:.1f} s")
        found = [one async for one in self._erp.items(target.erp_path, {"reference": job.number})]
        ours = [one for one in found if not one.get("reverses")]
        # What a person reversed meanwhile was done all the same: it is not done again.
        for document in sorted(ours, key=lambda one: one["status"] not in LIVE)[:1]:
            job.voided = document["status"] not in LIVE
            self._posted(job, str(document["number"]))
        return bool(ours)

    # --- refusals -----------------------------------------------------------------------------------------------

    async def _refused(self, job: Job, target: Target, no: Refused) -> None:
        if no.slug == "duplicate-reference":
            self._posted(job, str(no.problem["existing"]))
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

    async def _first_open_day(self, job: Job, target: Target) -> str | None:
        """The accounting date itself if its period is open, else the first day of the next open one."""
        path = f"/v1/companies/{job.source['company']}/periods"
        async for row in self._erp.items(path, {"module": target.module}):
            if row["state"] == "open" and row["ends_on"] >= job.accounting_date:
                return max(job.accounting_date, str(row["starts_on"]))
        return None

    async def _may_be_tried(self, job: Job, target: Target) -> bool:
        """Before the first request only: afterwards our own document would be in the way."""
        if self._behaviour.ask_periods_first:
            job.posting_date = await self._first_open_day(job, target)
        if job.system == "procurement":
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

    def _park(self, job: Job, reason: str) -> None:
        """Visible twice: in our own list of exceptions, and at the source (see `telling`)."""
        job.state, job.reason, job.tries = PARKED, reason, 0
        job.in_doubt_since = job.last_sent_at = None
        self._store.raise_exception(job.system, job.number, reason, self._now().isoformat())
        self._store.save(job)
