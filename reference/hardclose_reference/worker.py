"""Works through the open jobs: one hand per document, several documents at a time, later after a doubt."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from datetime import datetime

from hardclose_reference.client import InDoubt, Refused
from hardclose_reference.posting import Poster
from hardclose_reference.store import DUE, Job, Store
from hardclose_reference.telling import Teller

log = logging.getLogger(__name__)


class Worker:
    """`hands` jobs at a time. `timeout_s` is the callers' timeout on the card: waits are fractions of it."""

    def __init__(
        self,
        store: Store,
        poster: Poster,
        teller: Teller,
        now: Callable[[], datetime],
        rng: random.Random,
        *,
        hands: int,
    ) -> None:
        self._store, self._poster, self._teller, self._now, self._rng = store, poster, teller, now, rng
        self._hands, self._in_hand = hands, dict[tuple[str, str, str], asyncio.Task[None]]()
        self._wake = asyncio.Event()
        self.timeout_s = 2.0

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
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
        for job in self._store.ready_jobs(self._now().timestamp(), limit=2 * self._hands):
            if len(self._in_hand) == self._hands:
                return
            if job.key not in self._in_hand:
                task = asyncio.get_running_loop().create_task(self._work(job))
                self._in_hand[job.key] = task

    async def _work(self, job: Job) -> None:
        try:
            if job.state == DUE:
                await self._poster.post(job)
            await self._teller.tell(job)
            job.tries = 0
        except InDoubt as doubt:
            log.info("%s: %s", job.number, doubt)
            self._later(job)
        except Refused as no:
            log.warning("%s: %s", job.number, no)
            self._store.raise_exception(job.system, job.number, f"{no.slug}: {no}", self._now().isoformat())
            self._later(job)
        finally:
            self._in_hand.pop(job.key, None)
            self._wake.set()
        self._store.save(job)

    def _later(self, job: Job) -> None:
        """Exponential with jitter, from a tenth of the timeout up to the whole of it."""
        job.tries += 1
        highest_s = min(self.timeout_s, self.timeout_s / 10 * 2**job.tries)
        job.next_at = max(job.next_at, self._now().timestamp() + highest_s * self._rng.uniform(0.5, 1.0))
