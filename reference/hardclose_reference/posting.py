"""Brings a job into the ERP exactly once: key, look-up before retry, re-date or park. The heart of the service."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from hardclose_reference.answers import Accepted, InDoubt, NothingDone, Refused
from hardclose_reference.batching import LEFT_OUT, Batcher
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.budgets import Budgets
from hardclose_reference.client import SystemClient
from hardclose_reference.doubt import (
    StillPending,
    Unknowable,
    done_after_all,
    errors_are_kept,
    key_knows,
    look_up,
    outcome_of,
)
from hardclose_reference.errands import posted, settle_withdrawn
from hardclose_reference.job import DUE, POSTED, SUPERSEDED, Job
from hardclose_reference.mapping import erp_document, utc_day
from hardclose_reference.miscoding import as_sent
from hardclose_reference.periods import Periods
from hardclose_reference.prerequisites import Prerequisites
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
        periods: Periods,
        prerequisites: Prerequisites,
        store: Store,
        behaviour: Behaviour,
        now: Callable[[], datetime],
        rng: random.Random,
    ) -> None:
        self._erp, self._periods, self._prerequisites, self._store = erp, periods, prerequisites, store
        self._behaviour, self._now, self._rng = behaviour, now, rng
        self._batcher, self._budgets = Batcher(erp, store, behaviour), Budgets(erp, store, behaviour)

    async def post(self, job: Job) -> None:
        async with self._budgets.turn(job):
            await self._post(job)
        settle_withdrawn(self._store, job)

    async def _post(self, job: Job) -> None:
        target = TARGETS[job.kind]
        if job.in_doubt_since is None and not await self._may_be_tried(job, target):
            return
        while job.state == DUE and not self._needs_more(job) and not self._given_up(job):
            try:
                # Who may not look is not refused the document: that goes up to the worker.
                document = await self._found(job, target)
                if document is None and not self._given_up(job):
                    document = await self._sent(job, target)
            except StillPending:
                job.next_at = self._now().timestamp() + self._erp.timeout_s / 4
                return
            except Unknowable as no:
                self._park(job, str(no))
                return
            if document is not None:
                posted(self._store, job, document)

    def _needs_more(self, job: Job) -> bool:
        """Whether it turned out to need what has not been posted yet: the worker waits for that."""
        return any((other := self._store.job(*need)) is None or other.state != POSTED for need in job.needs)

    def _given_up(self, job: Job) -> bool:
        """Whether its source wants it no more, and nothing of it can be in the ERP."""
        return bool(job.withdrawn) and job.in_doubt_since is None

    async def _found(self, job: Job, target: Target) -> str | None:
        """The document that the last request made after all; None if there was none, or it may be sent again."""
        if job.in_doubt_since is None or job.accepted is not None:
            return None
        found = await done_after_all(self._erp, job, target, self._behaviour, self._now().timestamp())
        if found is None:
            return None
        job.voided = not found.live
        return found.document

    async def _sent(self, job: Job, target: Target) -> str | None:
        """The document that a request makes, or an accepted one has made by now. None after a refusal that was acted
        upon, and where what was accepted will never be carried out. Raises StillPending and InDoubt."""
        try:
            if job.accepted is None:
                return await self._send(job, target)
            outcome = await outcome_of(self._erp, job, target, self._now().timestamp())
            if outcome is not None:
                document = self._batcher.row_of(job, outcome["results"]) if "results" in outcome else outcome
                job.hears(document)
                return str(document["number"])
            self._next_attempt(job)
        except Refused as no:
            self._next_attempt(job)
            await self._refused(job, target, no)
        self._store.save(job)
        return None

    def _next_attempt(self, job: Job) -> None:
        job.gives_up_its_key()
        job.accepted = None

    # --- sending ------------------------------------------------------------------------------------------------

    async def _send(self, job: Job, target: Target) -> str:
        """The number of the document. The doubt is written down first: a crash while sending leaves it there."""
        for _ in range(self._behaviour.reads_per_write):
            await self._erp.call("GET", "/v1/companies")
        key, terms = self._key(job, target), self._erp.terms(target.operation)
        body = as_sent(erp_document(job), job, self._store.jobs(), self._behaviour.sends)
        leaves = partial(self._leaves, terms=terms, keyed=key is not None)
        if self._behaviour.rows != "alone" and job.kind == "expense_report" and not job.alone:
            post = partial(self._batcher.post, job, body, keyed=key is not None, leaves=leaves)
        else:
            leaving = partial(leaves, job, source=job.source)
            post = partial(
                self._erp.call, "POST", target.erp_path, body=body, key=key, says=("number",), leaving=leaving
            )
        try:
            answer = await post()
            if self._behaviour.send_twice and key:
                answer = await post()
        except Accepted as later:
            if self._behaviour.accepted == "posted":
                return later.path.rsplit("/", 1)[-1]
            job.accepted = later.path
            self._store.save(job)
            raise StillPending from later
        except InDoubt as doubt:
            job.spoilt = key is not None and isinstance(doubt, NothingDone) and errors_are_kept(terms)
            match self._behaviour.after_doubt:
                case "done":
                    return job.number
                case "failed":
                    raise Refused(0, "timeout", {"detail": "the ERP did not answer"}) from None
                case _:
                    raise
        job.hears(answer)
        return str(answer["number"])

    def _leaves(
        self, job: Job, *, terms: Mapping[str, Any], keyed: bool, source: Mapping[str, Any] | None = None
    ) -> None:
        """The moment before a request of the job leaves, all waiting over. `source` is what it was made of."""
        if job.state != DUE or (not job.batch if source is None else job.source is not source):
            raise InDoubt("its source took it back while it waited for its turn")
        now, blindly = self._now().timestamp(), not keyed and not terms["reference_search"]
        if keyed and not key_knows(job, terms, now):
            raise InDoubt("its key ended while it had to wait")
        job.resent = job.resent or (blindly and job.in_doubt_since is not None)
        job.last_sent_at, job.in_doubt_since = now, job.in_doubt_since or now
        self._store.save(job)

    def _key(self, job: Job, target: Target) -> str | None:
        """The same for the same attempt, however often it is sent; another one once it was refused and changed. Numbers
        are of their kind: a report and a requisition may share one."""
        if not self._erp.terms(target.operation)["idempotency_key"]["supported"]:
            return None
        name = f"{job.kind}-{job.number}-{job.revision}-{job.refusals}" + (f"-{job.instance}" if job.instance else "")
        return f"{name}-{self._rng.getrandbits(64):x}" if self._behaviour.key == "try" else name

    # --- refusals -----------------------------------------------------------------------------------------------

    async def _refused(self, job: Job, target: Target, no: Refused) -> None:
        if no.slug == "duplicate-reference" and (existing := await self._ours(job, target, no)):
            posted(self._store, job, existing)
        elif no.slug == LEFT_OUT:
            # Asked for by itself it will be told why.
            job.alone = True
        elif no.slug == "duplicate-reference" and self._behaviour.number_taken == "another":
            job.source["supplier_reference"] = f"{job.source['supplier_reference']}-2"
        elif self._behaviour.refused == "retry":
            raise InDoubt(f"refused ({no.slug}); perhaps it works next time")
        elif self._behaviour.blocked_master == "default" and _on_default(job, no):
            log.warning("%s: %s; the default takes its place", job.number, no)
        elif no.slug == "period-closed":
            await self._period_closed(job, target, no)
        elif job.moves < MOVES_MAX and await self._prerequisites.after_refusal(job, no):
            job.moves += 1
        else:
            self._park(job, f"{no.slug}: {no}")

    async def _ours(self, job: Job, target: Target, no: Refused) -> str | None:
        """The document that is in the way, if it is the job's own. A vendor's number may be taken by another one's."""
        existing = no.problem.get("existing")
        if existing is None:
            found = await look_up(self._erp, job, target)
            return found.document if found else None
        if no.problem.get("reference", job.number) == job.number:
            return str(existing)
        there = await self._erp.call("GET", f"{target.erp_path}/{existing}", says=("reference",))
        return str(existing) if there["reference"] == job.number else None

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
        return await self._periods.first_open_day(job.source["company"], target.module, job.accounting_date)

    async def _may_be_tried(self, job: Job, target: Target) -> bool:
        """Before the first request only: afterwards our own document would be in the way."""
        if self._behaviour.accounting_date == "utc" and target.date == "approved_at":
            job.posting_date = utc_day(job)
        if not await self._prerequisites.met(job):
            self._store.save(job)
            return False
        if self._behaviour.ask_periods_first and target.module:
            job.posting_date = await self._first_open_day(job, target)
        if job.kind == "requisition" and (lack := await self._budgets.lacks(job)):
            self._park(job, lack)
            return False
        return True


def _on_default(job: Job, no: Refused) -> bool:
    """Whether the cost centre that was refused could be replaced by the company's first one."""
    default, blocked = f"{job.source['company']}-CC01", str(no.problem.get("number", ""))
    lines = [one for line in job.source["lines"] for one in (line, *line.get("allocations", ()))]
    refused = [one for one in lines if one.get("cost_center") == blocked]
    for one in refused:
        one["cost_center"] = default
    return bool(refused)
