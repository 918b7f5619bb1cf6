"""Carries the receipts of a report to its posting, byte by byte, each exactly once."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime

from hardclose_reference.answers import InDoubt, NothingDone, Refused
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import SystemClient
from hardclose_reference.doubt import errors_are_kept
from hardclose_reference.job import Job
from hardclose_reference.store import Store

log = logging.getLogger(__name__)
ATTACHMENT = "expense_report.attachment"
OPERATION = "attachment.create"
SHOWN_AFTER = 4
"""So many failures in a row, and a person shall see it; it is tried on all the same."""


class Attacher:
    """Carries the errands `expense_report.attachment`, see `errands.follow_ups`."""

    def __init__(
        self,
        erp: SystemClient,
        expense: SystemClient,
        store: Store,
        behaviour: Behaviour,
        now: Callable[[], datetime],
    ) -> None:
        self._erp, self._expense, self._store, self._behaviour, self._now = erp, expense, store, behaviour, now

    async def attach(self, job: Job) -> None:
        """Raises InDoubt until it is there; parks what the ERP refuses."""
        report = self._store.job(*job.needs[0])
        assert report is not None, f"{job.number} was never posted"
        path = f"/v1/expense-postings/{report.document}/attachments"
        try:
            if job.in_doubt_since is not None and await self._is_there(job, path):
                self._store.done(job, str(job.source["id"]))
                return
            await self._send(job, path)
        except (InDoubt, Refused) as wrong:
            self._failed(job, wrong)

    def _failed(self, job: Job, wrong: InDoubt | Refused) -> None:
        reason, now = f"attachment {job.source['name']}: {wrong}", self._now().isoformat()
        if self._behaviour.attachments == "try_once":
            log.warning("%s: %s", job.number, reason)
            self._store.drop(job)
        elif isinstance(wrong, Refused) and wrong.slug == "duplicate-reference":
            self._store.done(job, str(job.source["id"]))
        elif isinstance(wrong, Refused):
            job.refusals += 1
            self._store.park(job, reason, now)
        else:
            if isinstance(wrong, NothingDone) and errors_are_kept(self._erp.terms(OPERATION)):
                # Its key is of no use any more. A file that is there already is refused under another one.
                job.refusals += 1
            if job.tries + 1 == SHOWN_AFTER:
                self._store.show(job, reason, now)
            raise wrong

    async def _send(self, job: Job, path: str) -> None:
        meant = job.source
        content = await self._expense.fetch(f"/v1/expense-reports/{job.number}/attachments/{meant['id']}/content")
        digest = hashlib.sha256(content).hexdigest()
        if len(content) != int(meant["size"]) or digest != meant["sha256"]:
            raise InDoubt(f"attachment {meant['id']} was read as {len(content)} bytes of {meant['size']}")
        supported = self._erp.terms(OPERATION)["idempotency_key"]["supported"]
        key = f"{job.number}-{meant['id']}-{job.refusals}" if supported else None

        def leaving() -> None:
            job.last_sent_at = self._now().timestamp()
            job.in_doubt_since = job.in_doubt_since or job.last_sent_at
            self._store.save(job)

        await self._erp.call(
            "POST",
            path,
            content=content,
            key=key,
            query={"name": str(meant["name"]), "sha256": digest},
            headers={"Content-Type": str(meant["content_type"])},
            says=("sha256",),
            leaving=leaving,
        )
        self._store.done(job, str(meant["id"]))

    async def _is_there(self, job: Job, path: str) -> bool:
        """Whether the posting has it by now. A late one may still come: it is waited for where no key would tell."""
        terms = self._erp.terms(OPERATION)
        settled_at = (job.last_sent_at or 0.0) + terms["late_commit_s"] + terms["read_lag_s"]
        if terms["idempotency_key"]["supported"]:
            return False
        if settled_at > self._now().timestamp():
            job.next_at = settled_at
            raise InDoubt("an upload may still be under way")
        wanted = job.source["sha256"], job.source["name"]
        return wanted in [(one["sha256"], one["name"]) async for one in self._erp.items(path, {})]
