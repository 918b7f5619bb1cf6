"""Works through the open jobs: one hand per document, several documents at a time, later after a doubt."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from hardclose_reference.answers import InDoubt, Refused
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.job import DUE, PARKED, POSTED, SUPERSEDED, Job
from hardclose_reference.manifest import BATCH_INTERVAL_S
from hardclose_reference.store import Store
from hardclose_reference.telling import Teller

log = logging.getLogger(__name__)
NIGHT_S = 5.0
"""How long a night's batch takes up work, at pace `ci`."""
Carrier = Callable[[Job], Awaitable[None]]
"""Takes a due job of one kind as far as it gets; raises InDoubt where it must come again."""


class Worker:
    """Several jobs at a time, each carried by the carrier of its kind.

    `timeout_s` is the callers' timeout on the card: waits are fractions of it. What needs another job waits for it for
    `patience_s`, and then a person shall see it; it goes on by itself all the same once the other one is posted. Of
    jobs that we never heard of their sources are asked: `ask_for`."""

    def __init__(
        self,
        store: Store,
        carriers: Mapping[str, Carrier],
        teller: Teller,
        ask_for: Callable[[str, str], Awaitable[None]],
        now: Callable[[], datetime],
        rng: random.Random,
        behaviour: Behaviour,
    ) -> None:
        self._store, self._carriers, self._teller, self._now, self._rng = store, carriers, teller, now, rng
        self._ask_for = ask_for
        self._hands, self._behaviour = 1 if behaviour.queue == "strict" else 2 * behaviour.callers, behaviour
        self._in_hand = dict[tuple[str, str, str], asyncio.Task[None]]()
        self._wake = asyncio.Event()
        self.timeout_s, self.patience_s = 2.0, 5.0

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        for job in self._store.needed():
            self._wake_those_that_need(job)
        try:
            while True:
                if (day_s := self._until_night_s()) > 0:
                    await asyncio.sleep(day_s)
                self._wake.clear()
                self._take_up()
                soonest = self._store.next_at(after=self._now().timestamp())
                wait_s = None if soonest is None else max(0.001, soonest - self._now().timestamp())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._wake.wait()
        finally:
            for task in self._in_hand.values():
                task.cancel()

    def _take_up(self) -> None:
        for job in self._next_jobs():
            if len(self._in_hand) == self._hands:
                return
            if job.key not in self._in_hand:
                task = asyncio.get_running_loop().create_task(self._work(job))
                self._in_hand[job.key] = task

    def _next_jobs(self) -> list[Job]:
        now = self._now().timestamp()
        match self._behaviour.queue:
            case "newest":
                ready = self._store.ready_jobs(now, limit=10_000)
                return sorted(ready, key=lambda job: str(job.source.get("updated_at")), reverse=True)
            case "strict":
                line = [job for job in self._store.jobs() if job.open]
                first = min(line, key=lambda job: str(job.source.get("updated_at")), default=None)
                return [job for job in self._store.ready_jobs(now, limit=10_000) if first and job.key == first.key]
            case _:
                return self._store.ready_jobs(now, limit=2 * self._hands)

    def _until_night_s(self) -> float:
        """0 by night, and for who works by day."""
        if not self._behaviour.batches:
            return 0.0
        into_the_day_s = self._now().timestamp() % BATCH_INTERVAL_S
        return 0.0 if into_the_day_s < NIGHT_S else BATCH_INTERVAL_S - into_the_day_s

    async def _work(self, job: Job) -> None:
        try:
            if job.state == DUE and not await self._must_wait(job):
                await self._carriers[job.kind](job)
                if job.state == PARKED and self._behaviour.queue == "strict":
                    job.due_again()
                    raise InDoubt("nobody overtakes; it comes again until it goes through")
                self._wake_those_that_need(job)
            await self._teller.tell(job)
            job.tries = 0
        except InDoubt as doubt:
            log.info("%s: %s", job.number, doubt)
            self._later(job)
        except Refused as no:
            log.warning("%s: %s", job.number, no)
            self._store.raise_exception(job.system, job.shown_as, f"{no.slug}: {no}", self._now().isoformat())
            self._later(job)
        finally:
            self._in_hand.pop(job.key, None)
            self._wake.set()
        self._store.save(job)

    # --- jobs that need others ----------------------------------------------------------------------------------

    async def _must_wait(self, job: Job) -> bool:
        """Whether something it needs is not posted yet. What waits too long is parked, visibly."""
        for need in job.needs if job.waits_since is None else ():
            if self._store.job(*need) is None:
                await self._ask_for(*need)
        missing = next((need for need in job.needs if not self._is_posted(need)), None)
        if missing is None:
            return False
        now = self._now()
        job.waits_since = job.waits_since or now.timestamp()
        job.next_at = job.waits_since + self.patience_s
        if now.timestamp() >= job.next_at:
            self._store.park(job, f"waits for {missing[0].replace('_', ' ')} {missing[1]}", now.isoformat())
        return True

    def _is_posted(self, need: list[str]) -> bool:
        other = self._store.job(*need)
        # Of what its source wants no more, there is only taking it back: that waits for nothing.
        return other is not None and other.state == POSTED and (not other.voided or bool(other.withdrawn))

    def _wake_those_that_need(self, job: Job) -> None:
        for waiting in self._store.waiting_for(job) if job.state == POSTED else ():
            if waiting.waits_since is not None and waiting.state in (DUE, PARKED):
                waiting.due_again()
                self._store.save(waiting)

    def _later(self, job: Job) -> None:
        """Exponential with jitter, from a tenth of the timeout up to the whole of it."""
        job.tries += 1
        if job.tries == self._behaviour.tries:
            log.error("%s: given up after %d tries", job.number, job.tries)
            job.state = SUPERSEDED
            return
        highest_s = min(self.timeout_s, self.timeout_s / 10 * 2**job.tries)
        job.next_at = max(job.next_at, self._now().timestamp() + highest_s * self._rng.uniform(0.5, 1.0))
