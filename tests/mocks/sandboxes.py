"""Real sandboxes for tests: on the virtual loop and called in process, or on loopback and called over sockets."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, ParamSpec

import httpx2
import msgspec

from hardclose_mocks.access import AccessTerms, SubscriptionTerms
from hardclose_mocks.cards import Terms, Validation
from hardclose_mocks.clock import NS, HostClock, LoopClock, VirtualLoop, WireClock
from hardclose_mocks.control import control_application
from hardclose_mocks.dialects.neutral.wire.erp import create_purchase_order, post_expense
from hardclose_mocks.faults.plan import Plan, Rule
from hardclose_mocks.history.records import Body, DeliveryTried, Emitted, Exchange, Record, Told
from hardclose_mocks.history.store import MemoryStore, Store
from hardclose_mocks.kernel.commands import ApproveReport, SubmitReport
from hardclose_mocks.pace import CI, Pace
from hardclose_mocks.server.inprocess import InProcessTransport
from hardclose_mocks.server.listen import Listener
from hardclose_mocks.server.sandbox import SYSTEMS, Sandbox, Setup
from hardclose_mocks.server.world import World

from .kernel.small_world import MASTER, instant, order, posting, report

P = ParamSpec("P")
OPENED = instant("2026-11-23 06:00")
INTEGRATION = "integration"


def virtually(story: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Runs an async test on a virtual loop of its own: waits take no time, and a deadlock is an error."""

    @functools.wraps(story)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        loop = VirtualLoop()
        try:
            loop.run_until_complete(story(*args, **kwargs))
        finally:
            _end(loop)

    return run


def _end(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
    for _ in range(3):
        loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def setup(
    *rules: Rule,
    seed: int = 1,
    profile: str = "C1",
    pace: Pace = CI,
    run_tag: str = "T0",
    page_max: int = 200,
    rate: float | None = None,
    subscriptions: Mapping[str, SubscriptionTerms] | None = None,
    access: Mapping[str, AccessTerms] | None = None,
    validation: Validation | None = None,
    refuses_older: bool = False,
) -> Setup:
    """A sandbox's setup over the small world; all writing ERP operations run under `profile`."""
    terms = {name: Terms(profile) for name in ("expense_posting.create", "purchase_order.create")}
    plan = Plan(seed, rules)
    return Setup(
        MASTER,
        OPENED,
        pace,
        run_tag,
        plan,
        terms,
        page_max,
        rate=rate,
        validation=validation,
        subscriptions=subscriptions or {},
        access=access or {},
        refuses_older=refuses_older,
    )


class Office:
    """A world somebody calls: as the integration, as a person (`person:lead`) or as nobody (None)."""

    def __init__(self, world: World, client: httpx2.AsyncClient, urls: Mapping[str, str]) -> None:
        self.world, self.client, self.urls = world, client, urls
        self._tokens: dict[tuple[str, str], tuple[str, int]] = {}

    @property
    def sandbox(self) -> Sandbox:
        return self.world.sandbox

    async def call(
        self,
        method: str,
        path: str,
        system: str = "erp",
        *,
        who: str | None = INTEGRATION,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> httpx2.Response:
        bearer = {"authorization": f"Bearer {self.token(system, who)}"} if who is not None else {}
        return await self.client.request(
            method, self.urls[system] + path, headers={**bearer, **(headers or {})}, **request
        )

    async def post(self, reference: str = "R-1", *, who: str = INTEGRATION, **headers: str) -> httpx2.Response:
        """A small expense posting; `idempotency_key="k"` and the like become headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.call("POST", "/v1/expense-postings", who=who, headers=named, json=posting_body(reference))

    def token(self, system: str, who: str) -> str:
        """A live token, asked of the sandbox directly: no fault can strike it."""
        credentials, now = self.sandbox.setup.credentials, self.sandbox.wire.ns()
        known = self._tokens.get((system, who))
        if known is not None and now < known[1]:
            return known[0]
        if who == INTEGRATION:
            issued = self.sandbox.admission.token(
                system, credentials.client_id(system), credentials.client_secret(system)
            )
        else:
            issued = self.sandbox.admission.token(system, who, credentials.person_secret())
        assert issued is not None
        self._tokens[system, who] = issued, now + round((self.sandbox.pace.token_life_s - 1) * NS)
        return issued

    async def control(self, method: str, path: str, **request: Any) -> httpx2.Response:
        return await self.client.request(method, self.urls["control"] + "/_hardclose/v1" + path, **request)

    async def approve(self, number: str, *, cents: int = 119_00) -> None:
        """An expense report of an employee, submitted and approved by his lead."""
        assert cents >= 19_00
        await self.sandbox.act("expense", report(number=number), "person:employee")
        await self.sandbox.act("expense", SubmitReport(number), "person:employee")
        await self.sandbox.act("expense", ApproveReport(number, "lead"), "person:lead")

    def records(self, kind: type[Body]) -> list[Record]:
        return [record for record in self.sandbox.history.records if isinstance(record.body, kind)]

    def exchanges(self, operation: str | None = None) -> list[Exchange]:
        found = [one.body for one in self.sandbox.history.records if isinstance(one.body, Exchange)]
        return [one for one in found if operation is None or one.op == operation]

    def told(self) -> list[Told]:
        return [one.body for one in self.sandbox.history.records if isinstance(one.body, Told)]

    def tried(self) -> list[DeliveryTried]:
        return [one.body for one in self.sandbox.history.records if isinstance(one.body, DeliveryTried)]

    def emitted(self) -> list[Emitted]:
        return [one.body for one in self.sandbox.history.records if isinstance(one.body, Emitted)]


def posting_body(reference: str = "R-1", **changes: Any) -> dict[str, Any]:
    return {**post_expense(posting(reference=reference)), **changes}


def order_body(reference: str = "Q-1", **changes: Any) -> dict[str, Any]:
    return {**create_purchase_order(order(reference=reference)), **changes}


@asynccontextmanager
async def in_process(
    *rules: Rule,
    phase: str | None = "play",
    store: Store | None = None,
    wire: WireClock | None = None,
    receivers: Mapping[str, Any] | None = None,
    token: str | None = None,
    verdict: Any = None,
    **opening: Any,
) -> AsyncIterator[Office]:
    """An office on the running (virtual) loop. `receivers` are ASGI applications by host, for webhooks."""
    transport = InProcessTransport(dict(receivers or {}))
    stores = [store] if store is not None else []
    world = World(
        setup(*rules, **opening),
        wire or LoopClock(asyncio.get_running_loop()),
        lambda: stores.pop() if stores else MemoryStore(),
        transport,
    )
    urls = {name: f"http://{name}.test" for name in (*SYSTEMS, "control")}
    for name in SYSTEMS:
        transport.applications[f"{name}.test"] = world.application(name)
    transport.applications["control.test"] = control_application(world, urls, token=token, verdict=verdict)
    if phase is not None:
        world.sandbox.enter(phase)
    world.sandbox.start()
    async with httpx2.AsyncClient(transport=transport, timeout=None) as client:
        try:
            yield Office(world, client, urls)
        finally:
            await world.sandbox.stop()


@asynccontextmanager
async def on_loopback(
    *rules: Rule, phase: str = "play", token: str | None = None, **opening: Any
) -> AsyncIterator[Office]:
    """The same on real sockets and the host's clock."""
    world = World(setup(*rules, **opening), HostClock())
    urls: dict[str, str] = {}
    applications = {name: world.application(name) for name in SYSTEMS}
    applications["control"] = control_application(world, urls, token=token)
    listener = Listener(applications, {})
    urls |= listener.urls
    await listener.start()
    world.sandbox.enter(phase)
    world.sandbox.start()
    async with httpx2.AsyncClient(timeout=10, trust_env=False) as client:
        try:
            yield Office(world, client, urls)
        finally:
            await listener.stop()
            await world.sandbox.stop()


class Receiver:
    """An integration's webhook endpoint: keeps what arrived and answers what it is told to, 200 by default.

    `answers` are used up first come, first served; `wait_s` is how long each answer takes."""

    def __init__(self, *answers: int, wait_s: float = 0.0) -> None:
        self.answers, self.wait_s = list(answers), wait_s
        self.got: list[Arrival] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.got.append(Arrival(scope["path"], headers, body, asyncio.get_running_loop().time()))
        status = self.answers.pop(0) if self.answers else 200
        if self.wait_s:
            await asyncio.sleep(self.wait_s)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


class Arrival(msgspec.Struct, frozen=True):
    """One delivery as the receiver saw it; `at_s` on the loop's clock."""

    path: str
    headers: dict[str, str]
    body: bytes
    at_s: float

    @property
    def content(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body, type=dict[str, Any])

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]
