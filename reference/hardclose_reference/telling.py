"""Tells the source what became of its document, until the source has confirmed it."""

from __future__ import annotations

import contextlib

from hardclose_reference.answers import InDoubt, Refused
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import SystemClient
from hardclose_reference.errands import withdraw
from hardclose_reference.job import POSTED, Job
from hardclose_reference.store import Store
from hardclose_reference.targets import TARGETS


class Teller:
    """Write-back is a plain PUT of a state: repeating it is harmless, so it is repeated until it is confirmed."""

    def __init__(self, sources: dict[str, SystemClient], store: Store, behaviour: Behaviour) -> None:
        self._sources, self._store, self._behaviour = sources, store, behaviour

    async def tell(self, job: Job) -> None:
        """Raises InDoubt where the source did not confirm."""
        while (wanted := job.wanted()) is not None and job.told != wanted:
            step = self._next_step(job, wanted)
            try:
                if self._behaviour.signs and step[0] == "parked":
                    await self._send_back(job)
                await self._put(job, step)
            except Refused as no:
                await self._refused(job, step, no)
            except InDoubt:
                if self._behaviour.write_back == "until_told":
                    raise
            job.told = step
            self._store.save(job)

    def _next_step(self, job: Job, wanted: list[str | None]) -> list[str | None]:
        """Nothing is paid that was not posted first."""
        if self._behaviour.submitted_first and job.told is None and wanted[0] == "posted":
            return ["submitted", None, None]
        if wanted[0] == "paid" and (job.told is None or job.told[:2] != ["posted", job.document]):
            return ["posted", job.document, None]
        return wanted

    async def _put(self, job: Job, step: list[str | None]) -> None:
        state, document, reason = step
        body = {"state": state, "document": document, "reason": reason}
        there = await self._sources[job.system].call("PUT", f"{_path(job)}/posting", body=body, says=("posting",))
        counts = there.get("approved_revision")
        if job.state == POSTED and counts == there.get("revision") and int(counts or 0) > job.revision:
            # The answer says what its list shows no more, now that we have told it: another revision was approved.
            withdraw(self._store, job, f"revision {counts} was approved", there, there)

    async def _send_back(self, job: Job) -> None:
        way = "return" if job.kind == "expense_report" else "rejection"
        with contextlib.suppress(Refused):
            await self._sources[job.system].call("POST", f"{_path(job)}/{way}", body={"reason": job.reason}, says=())

    async def _refused(self, job: Job, step: list[str | None], no: Refused) -> None:
        """The source may be further than we knew: an answer of ours was lost. Anything else a person must see."""
        try:
            there = await self._sources[job.system].call("GET", _path(job), says=("posting",))
        except Refused as gone:
            there = {"posting": {"state": f"not readable ({gone})", "document": None}}
        posting = there["posting"]
        if posting["document"] != step[1] or posting["state"] not in (step[0], "paid"):
            reason = f"write-back {step[0]} refused ({no}); the source says {posting['state']}"
            self._store.raise_exception(job.system, job.number, reason, str(there.get("updated_at", "")))


def _path(job: Job) -> str:
    return f"{TARGETS[job.kind].list_path}/{job.number}"
