"""A story of a few seconds, and strangers who stand between the systems in it: integrations that are not ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec

from hardclose_mocks.clock import LoopClock, VirtualLoop
from hardclose_mocks.history.records import Body, Record
from hardclose_mocks.server.inprocess import InProcessTransport
from hardclose_mocks.server.sandbox import SYSTEMS, Sandbox
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.run.recipe import Recipe, from_scenario
from hardclose_simulator.run.session import Progress, Session, Story
from hardclose_simulator.scenario import Scenario, parse

TINY = """
title: Tiny
summary: Three reports and two requisitions within an hour of business time.
story: Nothing goes wrong by itself.
starts: 2026-11-18T09:00:00Z
ends: 2026-11-18T10:30:00Z
flows:
  expense:
    facts: 3
    companies: {DE01: 1}
    ramp: [{from: 2026-11-18 10:05, to: 2026-11-18 11:15}]
    approval_hours: 0.2
  requisition:
    facts: 2
    companies: {DE01: 1}
    ramp: [{from: 2026-11-18 10:05, to: 2026-11-18 11:15}]
    approval_hours: 0.2
drain_max: 0.5
must_happen: {expense_facts: 3, requisition_facts: 2}
"""
FACTS = 5
HASTY = Manifest(poll_interval_s=0.5, retry_interval_s=0.5)
"""Declares to be at rest after a second."""

HOST = "stranger.test"
B = TypeVar("B", bound=Body)


def tiny() -> Scenario:
    return parse(TINY, "tiny.yaml")


@dataclass(slots=True)
class Stranger:
    """Somebody's integration: it takes webhooks and does nothing with them.

    `answers_webhooks` is a status, or None where it never answers. `lives_s` counts from its start. `exceptions` is
    what it answers when asked for them, `subscribes` what it does when it starts."""

    answers_webhooks: int | None = 204
    answers_health: int | None = 200
    lives_s: float | None = None
    exceptions: tuple[int, bytes] = (200, b'{"items": []}')
    subscribes: Callable[[Sandbox], None] = lambda _: None
    url: str = f"http://{HOST}"
    describes: str = "a stranger"
    advice: str = "start it first"
    sandbox: Sandbox | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    stopped: bool = False
    _dies_at: float | None = None

    async def start(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        assert self.sandbox is not None
        self.subscribes(self.sandbox)
        if self.lives_s is not None:
            self._dies_at = asyncio.get_running_loop().time() + self.lives_s

    async def stop(self) -> None:
        self.stopped = True

    @property
    def gone(self) -> str | None:
        if self._dies_at is None or asyncio.get_running_loop().time() < self._dies_at:
            return None
        return "exit code 7"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        self.asked.append(path)
        if self.gone is not None:
            scope["extensions"]["hardclose.drop"]()
            return
        status: int | None = 404
        body = b""
        if path.startswith("/webhooks/"):
            status = self.answers_webhooks
        elif path == "/exceptions":
            status, body = self.exceptions
        elif path == "/":
            status = self.answers_health
        if status is None:
            await asyncio.sleep(1e6)
            return
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})


@dataclass(frozen=True, slots=True)
class Played:
    """A run that is over."""

    records: list[Record]
    looks: list[Progress]
    wire_s: float

    def bodies(self, kind: type[B]) -> list[B]:
        return [record.body for record in self.records if isinstance(record.body, kind)]


def play_with(
    stranger: Stranger,
    recipe: Recipe | None = None,
    manifest: Manifest = HASTY,
    **changes: Any,
) -> Played:
    """The story in virtual time with a stranger between the systems; `changes` are of the story. Raises SutError."""
    recipe = recipe or from_scenario(tiny(), 1, "T1")
    story: Story = replace(recipe.story, **changes)
    loop = VirtualLoop()
    looks: list[Progress] = []

    async def run() -> list[Record]:
        transport = InProcessTransport({HOST: stranger})
        sandbox = Sandbox(recipe.setup, LoopClock(loop), transport=transport)
        sandbox.open()
        transport.applications |= {f"{name}.test": sandbox.edges[name] for name in SYSTEMS}
        stranger.sandbox = sandbox
        urls = {name: f"http://{name}.test" for name in SYSTEMS}
        session = Session(
            story, sandbox, stranger, manifest, urls, mode="virtual", watch=looks.append, transport=transport
        )
        try:
            await session.run()
        finally:
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
        return list(sandbox.history.records)

    try:
        records = loop.run_until_complete(run())
        return Played(records, looks, loop.time())
    finally:
        loop.close()


def listed(*sources: str) -> tuple[int, bytes]:
    """An answer of `GET /exceptions`."""
    items = [{"source": source, "reason": "somebody has to look"} for source in sources]
    return 200, msgspec.json.encode({"items": items})
