"""The service: its HTTP face, and the wiring of intake, worker and clients. Start reading here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx2
from fastapi import FastAPI, HTTPException, Request, Response

from hardclose_reference.answers import InDoubt, Refused
from hardclose_reference.attachments import ATTACHMENT, Attacher
from hardclose_reference.client import SystemClient
from hardclose_reference.errands import UNDO, errand_kinds
from hardclose_reference.intake import Forged, Intake, Unreadable
from hardclose_reference.job import PARKED
from hardclose_reference.masters import CHANGE, PUT_COST_CENTER, Masters
from hardclose_reference.news import News
from hardclose_reference.periods import Periods
from hardclose_reference.polling import Poller
from hardclose_reference.posting import Poster
from hardclose_reference.prerequisites import Prerequisites
from hardclose_reference.reconciliation import reconcile
from hardclose_reference.settings import SOURCES, SYSTEMS, Settings
from hardclose_reference.store import Store
from hardclose_reference.subscriptions import Subscriptions
from hardclose_reference.targets import TARGETS
from hardclose_reference.telling import Teller
from hardclose_reference.undoing import Undoer
from hardclose_reference.worker import Carrier, Worker

log = logging.getLogger(__name__)
LEARN_AGAIN_S = 0.2
LIFE_S, DOWN_S = 3.0, 0.3
"""How long somebody who crashes all the time lives, and is gone."""
WRITTEN_DOWN_AFTER_S = 0.25
"""When somebody who acknowledges at once gets round to storing the event."""
LOOK = "look"
"""The cursor that says whether the lists have to be read for news that showed nothing of their document."""
EVENT_BYTES_MAX = 3 * 1024 * 1024
"""No event is larger: what is read before its signature can be checked must be bounded."""


class Service:
    """Approved documents go from the source systems into the ERP, and what became of them goes back."""

    def __init__(
        self,
        settings: Settings,
        now: Callable[[], datetime],
        rng: random.Random,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        behaviour = settings.behaviour
        self.settings, self.store = settings, Store(settings.folder, on_disk=behaviour.memory == "on_disk")
        self.clients = {
            system: SystemClient(settings.systems[system], behaviour, now, transport, self.store.secrets_of(system))
            for system in SYSTEMS
        }
        self.subscriptions = Subscriptions(settings, self.clients, self.store, now)
        erp = self.clients["erp"]
        masters = Masters(self.clients, self.store, behaviour, now)
        news = News(self.store, masters, lambda: self.worker.wake(), behaviour)
        prerequisites = Prerequisites(self.clients, self.store, behaviour, news.take_document)
        periods = Periods(erp, now)
        carriers: dict[str, Carrier] = {
            **dict.fromkeys(TARGETS, Poster(erp, periods, prerequisites, self.store, behaviour, now, rng).post),
            **dict.fromkeys(errand_kinds(UNDO), Undoer(erp, periods, self.store, behaviour, now).undo),
            ATTACHMENT: Attacher(erp, self.clients["expense"], self.store, behaviour, now).attach,
            CHANGE: masters.change_supplier,
            PUT_COST_CENTER: masters.put_cost_center,
        }
        teller = Teller({system: self.clients[system] for system in SOURCES}, self.store, behaviour)
        self.worker = Worker(self.store, carriers, teller, prerequisites.ask_for, now, rng, behaviour)
        self._look_soon = asyncio.Event()
        if self.store.cursor(LOOK):
            self._look_soon.set()
        self.intake = Intake(
            settings, self.store, news, now, self.subscriptions.secret, self._must_look, self._batch_max
        )
        self._poller = Poller(news, self.store, self.clients, behaviour)
        self._tasks: list[asyncio.Task[None]] = []
        self.app = _face(self)

    async def start(self) -> None:
        """Returns at once; work begins when the three systems have shown their contract cards."""
        self._tasks = [asyncio.get_running_loop().create_task(self._run())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self.clients.values():
            await client.close()
        self.store.close()

    async def _run(self) -> None:
        for client in self.clients.values():
            while not client.card:
                try:
                    await client.learn()
                except InDoubt as doubt:
                    log.info("%s", doubt)
                    await asyncio.sleep(LEARN_AGAIN_S)
        levels = self.clients["erp"].card["service_levels"]
        self.worker.timeout_s, self.worker.patience_s = levels["client_timeout_s"], levels["exception_s"] / 2
        while True:
            with contextlib.suppress(TimeoutError):
                async with (
                    asyncio.timeout(LIFE_S if self.settings.behaviour.crashes else None),
                    asyncio.TaskGroup() as group,
                ):
                    group.create_task(self.worker.run())
                    group.create_task(self._poll())
                    if self.settings.behaviour.renews and self.settings.style != "polling":
                        group.create_task(self._keep_subscriptions())
            await asyncio.sleep(DOWN_S)

    def write_down_later(self, system: str, headers: dict[str, str], body: bytes) -> None:
        """Keeps the event in memory for a moment."""

        async def write_down() -> None:
            await asyncio.sleep(WRITTEN_DOWN_AFTER_S)
            with contextlib.suppress(Forged, Unreadable):
                self.intake.take_event(system, headers, body)

        self._tasks.append(asyncio.get_running_loop().create_task(write_down()))

    def _must_look(self) -> None:
        """Written down with the event that asks for it: a crash must not forget it."""
        self.store.move_cursor(LOOK, "wanted")
        self._look_soon.set()

    def _batch_max(self, system: str) -> int:
        return int(self.clients[system].card.get("webhooks", {}).get("batch_max", 1))

    async def _poll(self) -> None:
        """Who takes webhooks still reads the lists, because senders may drop; or only when there is a gap to fill."""
        every_s = None if self.settings.style == "webhooks-only" else self.settings.poll_interval_s
        while True:
            if every_s is None:
                await self._look_soon.wait()
            self._look_soon.clear()
            try:
                await self._poller.look()
                if not self._look_soon.is_set():
                    self.store.move_cursor(LOOK, "")
            except (InDoubt, Refused) as wrong:
                log.info("looking again later: %s", wrong)
                await asyncio.sleep(LEARN_AGAIN_S)
                self._look_soon.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(every_s):
                    await self._look_soon.wait()

    async def _keep_subscriptions(self) -> None:
        while True:
            await asyncio.sleep(self.subscriptions.look_again_s())
            try:
                if await self.subscriptions.keep_alive():
                    self._look_soon.set()
            except (InDoubt, Refused) as wrong:
                log.info("subscriptions: %s", wrong)

    async def take_event(self, system: str, headers: dict[str, str], body: bytes) -> bool:
        """What does not bear our secret may bear the one that took its place. As Intake's."""
        if len(headers.get("webhook-signature", "").split()) > 1:
            # Two secrets at once: ours is being replaced.
            await self.subscriptions.has_new_secret(system)
        try:
            return self.intake.take_event(system, headers, body)
        except Forged:
            if not await self.subscriptions.has_new_secret(system):
                raise
            return self.intake.take_event(system, headers, body)


def build(
    settings: Settings,
    *,
    now: Callable[[], datetime],
    rng: random.Random,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Service:
    """`now` and `rng` are given, so that a run in virtual time repeats; `transport` replaces the network there."""
    return Service(settings, now, rng, transport)


def _face(service: Service) -> FastAPI:
    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        yield
        await service.stop()

    app = FastAPI(title="hardclose reference integration", lifespan=life, max_body_size=EVENT_BYTES_MAX)

    @app.get("/")
    async def health() -> dict[str, str]:
        return {"status": "up"}

    @app.post("/webhooks/{system}")
    async def webhook(system: str, request: Request) -> Response:
        """204 once the event is stored; a 2xx is a promise."""
        if system not in service.settings.systems:
            raise HTTPException(404, f"no system {system!r}")
        event = system, dict(request.headers), await request.body()
        if service.settings.behaviour.acknowledge == "at_once":
            service.write_down_later(*event)
            return Response(status_code=204)
        try:
            work = await service.take_event(*event)
        except Forged as wrong:
            raise HTTPException(401, str(wrong)) from wrong
        except Unreadable as wrong:
            raise HTTPException(415, str(wrong)) from wrong
        if service.settings.behaviour.status_codes == "as_it_likes":
            return Response(status_code=202 if work else 200)
        return Response(status_code=204)

    @app.get("/exceptions")
    async def exceptions() -> dict[str, Any]:
        """What waits for a person, oldest first."""
        return {"items": service.store.exceptions()}

    @app.post("/exceptions/{system}/{number}/retry")
    async def retry(system: str, number: str) -> Response:
        """A person has mended the cause: try once more."""
        parked = [job for job in service.store.shown_as(system, number) if job.state == PARKED]
        if not parked:
            raise HTTPException(404, f"{number} is not parked")
        for job in parked:
            job.due_again()
            service.store.save(job)
        service.worker.wake()
        return Response(status_code=202)

    @app.get("/reconciliation")
    async def reconciliation() -> dict[str, Any]:
        try:
            return await reconcile(service.clients["erp"], service.store)
        except (InDoubt, Refused) as wrong:
            raise HTTPException(503, f"the ERP cannot be read: {wrong}") from wrong

    return app
