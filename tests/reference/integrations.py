"""The reference service between the three systems of a small world, on virtual time; it can crash and come back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx2

from hardclose_mocks.faults.plan import Rule, draw
from hardclose_mocks.history.records import Exchange
from hardclose_mocks.kernel.commands import (
    ApproveReport,
    ApproveRequisition,
    Command,
    OrderLine,
    RunPayments,
    SetPeriod,
    SubmitReport,
    SubmitRequisition,
)
from hardclose_mocks.kernel.documents import ExpensePosting, ExpenseReport, Posting, PurchaseOrder, Requisition
from hardclose_mocks.server.calls import DROP
from hardclose_mocks.server.credentials import environment
from hardclose_mocks.server.inprocess import InProcessTransport
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.job import Job
from hardclose_reference.service import Service, build
from hardclose_reference.settings import SYSTEMS, Settings

from ..mocks.kernel.small_world import order_line, report, requisition
from ..mocks.sandboxes import Office, in_process

HOST = "integration.test"
NEVER_S = 1e6
"""A poll interval this long: after the first look, what happens happens by webhook."""
SEED = 1
"""A sandbox's own, unless a test says otherwise."""
POST, ORDER = "expense_posting.create", "purchase_order.create"
LISTS = {"erp": "/v1/expense-postings", "expense": "/v1/expense-reports", "procurement": "/v1/requisitions"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it arrived at a system's door; the history has it only once it was answered."""

    system: str
    method: str
    path: str
    query: str
    at_s: float


Answer = tuple[int, dict[str, str], bytes]


@dataclass(slots=True)
class Door:
    """Stands before a system's application and notes who comes.

    By path: `instead` answers the next requests itself (None lets one through), `delays_s` makes them wait first."""

    system: str
    application: Any
    sent: list[Sent]
    instead: dict[str, list[Answer | None]] = field(default_factory=dict)
    delays_s: dict[str, float] = field(default_factory=dict)
    waiting: int = 0
    """Requests held up right now."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        now, path = asyncio.get_running_loop().time(), scope["path"]
        self.sent.append(Sent(self.system, scope["method"], path, scope["query_string"].decode(), now))
        answers = self.instead.get(path, [])
        answer = answers.pop(0) if answers else None
        if (delay_s := self.delays_s.get(path, 0.0)) > 0:
            self.waiting += 1
            await asyncio.sleep(delay_s)
            self.waiting -= 1
        if answer is None:
            await self.application(scope, receive, send)
            return
        status, headers, body = answer
        named = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": named})
        await send({"type": "http.response.body", "body": body})


@dataclass(slots=True)
class Integration:
    """`service` is None while it is down; its folder outlives it. `doors` are the systems', by name."""

    office: Office
    folder: Path
    transport: InProcessTransport
    style: str
    variant: str | None
    behaviour: Behaviour | None
    poll_interval_s: float | None
    doors: dict[str, Door]
    sent: list[Sent]
    service: Service | None = None

    # --- its life -----------------------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        variables = environment(self.office.sandbox.setup.credentials, dict(self.office.urls))
        told = {**variables, "PORT": "80", "HARDCLOSE_STATE_DIR": str(self.folder)}
        settings = Settings.from_environment(told, style=self.style, variant=self.variant)
        settings = replace(settings, behaviour=self.behaviour or settings.behaviour)
        return settings if self.poll_interval_s is None else replace(settings, poll_interval_s=self.poll_interval_s)

    async def start(self) -> None:
        chance, now = random.Random("reference"), self.office.sandbox.wire.utc
        self.service = build(self.settings, transport=self.transport, now=now, rng=chance)
        await self.service.start()

    async def crash(self) -> None:
        """Whatever it was doing ends in the middle; what it had written stays."""
        if self.service is not None:
            dying, self.service = self.service, None
            await dying.stop()

    async def come_back(self) -> None:
        await self.crash()
        await self.start()

    async def ask(self, method: str, path: str, **request: Any) -> httpx2.Response:
        return await self.office.client.request(method, f"http://{HOST}{path}", **request)

    async def exceptions(self) -> dict[str, str]:
        """Reasons by source document."""
        answer = await self.ask("GET", "/exceptions")
        return {entry["source"]: entry["reason"] for entry in answer.json()["items"]}

    def job(self, number: str = "R-1") -> Job:
        assert self.service is not None
        job = self.service.store.job("requisition" if number.startswith("Q") else "expense_report", number)
        assert job is not None, f"it knows nothing of {number}"
        return job

    # --- what people do -----------------------------------------------------------------------------------------

    async def act(self, system: str, *commands: Command, person: str = "lead") -> None:
        for command in commands:
            await self.office.sandbox.act(system, command, f"person:{person}")

    async def file_report(self, *numbers: str) -> None:
        """An employee's expense reports over 119.00 each, submitted and approved by his lead."""
        for number in numbers or ("R-1",):
            await self.act("expense", report(number=number), SubmitReport(number), ApproveReport(number, "lead"))

    async def request_order(self, number: str = "Q-1", *lines: OrderLine) -> None:
        """A buyer's requisition over 100.00 unless said otherwise, submitted and approved by his lead."""
        await self.act(
            "procurement",
            requisition(*(lines or (order_line(),)), number=number),
            SubmitRequisition(number),
            ApproveRequisition(number, "lead"),
        )

    async def set_period(self, month: int, state: str, module: str = "expense") -> None:
        await self.act("erp", SetPeriod("DE01", module, 2026, month, state))

    async def pay(self, run: str = "run-1") -> None:
        """Everything the ERP holds unpaid."""
        await self.act("erp", RunPayments("DE01", run, self.office.sandbox.business.now().date()))

    # --- what came of it ----------------------------------------------------------------------------------------

    def posted(self, number: str = "R-1") -> list[ExpensePosting | PurchaseOrder]:
        """Live documents in the ERP with that reference."""
        books: Any = self.office.sandbox.systems["erp"].books
        return [document for document in books.by_reference(number) if document.live]

    def source(self, number: str = "R-1") -> Posting:
        """What the source was told."""
        for system in ("expense", "procurement"):
            document = self.office.sandbox.systems[system].books.find(number)
            if isinstance(document, (ExpenseReport, Requisition)):
                return document.posting
        raise AssertionError(f"no source document {number}")

    def tries(self, number: str = "R-1") -> list[Exchange]:
        """Its requests to create the document in the ERP that have ended there, oldest first."""
        return [one for one in self.office.exchanges() if one.op in (POST, ORDER) and one.subject == number]

    def told(self, number: str = "R-1") -> list[str]:
        """The states its write-backs told the source, whatever came of each."""
        calls = [one for one in self.office.exchanges() if one.op.endswith(".posting") and one.subject == number]
        return [one.body["state"] for one in calls]

    def posts(self) -> list[Sent]:
        """Requests to create a document as they arrived at the ERP, those included that nobody has answered yet."""
        paths = ("/v1/expense-postings", "/v1/purchase-orders")
        return [one for one in self.sent if one.method == "POST" and one.path in paths]

    def look_ups(self, number: str = "R-1") -> list[Sent]:
        """Searches by reference in the ERP."""
        return [one for one in self.sent if f"reference={number}" in one.query]

    # --- waiting, on the wire clock -----------------------------------------------------------------------------

    async def until(self, condition: Callable[[], bool], within_s: float = 30.0) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + within_s
        while not condition():
            assert loop.time() < end, f"not within {within_s} s"
            await asyncio.sleep(0.01)

    async def until_told(self, state: str, *numbers: str) -> None:
        await self.until(lambda: all(self.source(number).state == state for number in numbers or ("R-1",)))

    async def rest(self, seconds: float = 10.0) -> None:
        """Long enough for whatever may still come of it."""
        await asyncio.sleep(seconds)


@dataclass(slots=True)
class _Face:
    """Its address; nobody listens there while it is down."""

    integration: Integration | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.integration is None or self.integration.service is None:
            scope["extensions"][DROP]()
        else:
            await self.integration.service.app(scope, receive, send)


@asynccontextmanager
async def integrated(
    folder: Path,
    *rules: Rule,
    style: str = "webhooks",
    variant: str | None = None,
    behaviour: Behaviour | None = None,
    poll_interval_s: float | None = None,
    running: bool = True,
    **opening: Any,
) -> AsyncIterator[Integration]:
    """In style `webhooks` it is subscribed to all three systems. `opening` as for a sandbox: profile, page_max, ..."""
    face = _Face()
    async with in_process(*rules, receivers={HOST: face}, **opening) as office:
        transport, sent = InProcessTransport({}), list[Sent]()
        doors = {name: Door(name, office.world.application(name), sent) for name in SYSTEMS}
        transport.applications |= {f"{name}.test": door for name, door in doors.items()}
        there = Integration(office, folder, transport, style, variant, behaviour, poll_interval_s, doors, sent)
        face.integration = there
        for name in SYSTEMS if style == "webhooks" else ():
            office.sandbox.subscriptions.create(name, f"http://{HOST}/webhooks/{name}", ("*",))
        if running:
            await there.start()
        try:
            yield there
        finally:
            await there.crash()


# --- faults at one call ----------------------------------------------------------------------------------------


def aimed(
    fault: str, subject: str, nth: int = 1, *, system: str = "erp", operation: str = POST, **parameters: float | str
) -> Rule:
    """That fault on the nth call of one operation about one document."""
    name = f"{fault}.{operation}.{subject}.{nth}"
    return Rule(name, fault, system, (operation,), aimed=subject, nth=nth, parameters=parameters)


def slow(
    subject: str,
    nth: int = 1,
    *,
    seconds: float,
    booked: str,
    system: str = "erp",
    operation: str = POST,
) -> Rule:
    """F03 of exactly that length; the work is `booked` first and told afterwards, or booked last."""
    assert booked in ("first", "last")
    lasting: dict[str, float | str] = {"median_s": seconds, "sigma": 0.0, "highest_s": seconds}
    for number in count():
        name = f"F03.{number}"
        if (draw(SEED, name, "side", operation, subject, nth) >= 0.5) == (booked == "first"):
            return Rule(name, "F03", system, (operation,), aimed=subject, nth=nth, parameters=lasting)
    raise AssertionError("unreachable")
