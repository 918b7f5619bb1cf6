"""One run, end to end: open the systems, bring the integration, play the story, heal, drain, audit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx2

from hardclose_mocks.clock import NS
from hardclose_mocks.control import harness_version
from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import ExceptionSeen, ManifestSeen, Run, SutProcess
from hardclose_mocks.server.credentials import environment
from hardclose_mocks.server.sandbox import SANDBOX, SYSTEMS, Sandbox
from hardclose_simulator.actors.steps import Actor
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.run.draining import at_rest
from hardclose_simulator.run.processes import Breakable, Processes
from hardclose_simulator.run.stage import Stage
from hardclose_simulator.run.sut import Sight, Sut

TICK_S = 0.25
"""How often the drain and the progress look, wire seconds."""
DEADLINE_FACTOR = 2.0
"""A story that takes this many times its planned wire time is cut off and judged as it stands."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is played, whatever it was made from: a scenario or an event log."""

    name: str
    digest: str
    seed: int
    run_tag: str
    starts: datetime
    ends: datetime
    cast: tuple[tuple[str, Actor], ...]
    planned_facts: int
    drain_max_s: float
    facts_hash: str
    plan_hash: str
    must_happen: Mapping[str, int] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    heals: datetime | None = None
    """Faults end here, and the story goes on without them until its end: the phase `recover`."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One look at a run under way, for people to watch. `business` is None before the story starts."""

    phase: str
    business: datetime | None
    planned: int
    facts: int
    posted: int
    exchanges: int
    open_deliveries: int


Watch = Callable[[Progress], None]


class Session:
    """`urls` are the systems' addresses for the integration; `webhook_url` is where deliveries for a system go."""

    def __init__(
        self,
        story: Story,
        sandbox: Sandbox,
        sut: Sut,
        manifest: Manifest,
        urls: Mapping[str, str],
        *,
        mode: str,
        watch: Watch | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.story, self.sandbox, self.sut, self.manifest = story, sandbox, sut, manifest
        self.urls, self.mode, self.watch = dict(urls), mode, watch
        self.sight = Sight(sut, manifest, transport)
        self.stage = Stage(sandbox, story.starts)
        self._loss_noted = False
        self.processes = Processes(sandbox, sut, self.sight.wait_healthy) if isinstance(sut, Breakable) else None
        sandbox.process = self.processes

    async def run(self) -> None:
        """The whole run. SutError before the first fact; afterwards whatever happens is recorded and can be judged."""
        sandbox = self.sandbox
        self._header()
        sandbox.enter("warm-up")
        sandbox.start()
        try:
            await self.sut.start(environment(sandbox.setup.credentials, self.urls))
            await self.sight.wait_healthy()
            sandbox.note(SANDBOX, SutProcess("started", self.sut.describes))
            if self.manifest.validate_url is not None:
                sandbox.validate_url = self.sut.url + self.manifest.validate_url
            self._subscribe()
            await self._play()
            await self._settle()
            await self._audit()
        finally:
            if self.processes is not None:
                await self.processes.settled()
            await self.sut.stop()
            await sandbox.stop()

    # --- before -------------------------------------------------------------------------------------------------

    def _header(self) -> None:
        story = self.story
        self.sandbox.note(
            SANDBOX,
            Run(
                scenario=story.name,
                scenario_hash=story.digest,
                seed=story.seed,
                run_tag=story.run_tag,
                mode=self.mode,
                pace=self.sandbox.pace.name,
                harness=harness_version(),
                facts_hash=story.facts_hash,
                plan_hash=story.plan_hash,
                sut=self.sut.describes,
                config={
                    **story.config,
                    "must_happen": dict(story.must_happen),
                    "process_faults": sorted(self.sut.breaks) if isinstance(self.sut, Breakable) else [],
                },
            ),
        )
        self.sandbox.note(SANDBOX, ManifestSeen(plain(self.manifest)))

    def _subscribe(self) -> None:
        """An integration that subscribed itself is left alone; a polling one gets no webhooks."""
        if self.manifest.mode == "poll":
            return
        for system in SYSTEMS:
            if not self.sandbox.subscriptions.listing(system):
                path = self.manifest.webhook_path.replace("{system}", system)
                self.sandbox.subscriptions.create(system, self.sut.url + path, ("*",))

    # --- the story ----------------------------------------------------------------------------------------------

    async def _play(self) -> None:
        story, sandbox = self.story, self.sandbox
        sandbox.set_clock(story.starts, sandbox.pace.business_rate)
        sandbox.enter("chaos")
        planned_s = (story.ends - story.starts).total_seconds() / sandbox.business.rate
        playing = asyncio.get_running_loop().create_task(self.stage.play(story.cast))
        deadline = sandbox.wire.ns() + round((planned_s * DEADLINE_FACTOR + 30.0) * NS)
        while not playing.done():
            await asyncio.wait([playing], timeout=TICK_S)
            if story.heals is not None and sandbox.phase == "chaos" and sandbox.business.now() >= story.heals:
                sandbox.enter("heal")
                sandbox.enter("recover")
            self._report(sandbox.phase)
            self._note_loss()
            if sandbox.wire.ns() > deadline:
                playing.cancel()
                await asyncio.gather(playing, return_exceptions=True)
                sandbox.enter("heal", "deadline: the story was cut off")
                return
        playing.result()
        if sandbox.phase == "chaos":
            sandbox.enter("heal")

    def _note_loss(self) -> None:
        broken = self.processes is not None and self.processes.busy
        if not self._loss_noted and not broken and self.sut.gone is not None:
            self._loss_noted = True
            self.sandbox.note(SANDBOX, SutProcess("exited", self.sut.gone))

    async def _settle(self) -> None:
        """Drain: until nothing has been written, sent or owed for the quiet time, or drain_max is over."""
        sandbox = self.sandbox
        cards = [system.card.document() for system in sandbox.systems.values()]
        quiet_ns = round(self.manifest.quiet_s(sandbox.pace, cards) * NS)
        sandbox.enter("drain")
        began = sandbox.wire.ns()
        limit = began + round(self.story.drain_max_s * NS)
        while True:
            self._report("drain")
            self._note_loss()
            if sandbox.wire.ns() >= limit:
                sandbox.enter("audit", "drain_max")
                return
            broken = self.processes is not None and self.processes.busy
            if not broken and at_rest(sandbox, since_ns=began, quiet_ns=quiet_ns):
                sandbox.enter("audit", "quiet")
                return
            await asyncio.sleep(TICK_S)

    async def _audit(self) -> None:
        self._note_loss()
        for entry in await self.sight.exceptions():
            source = str(entry.get("source", ""))
            reason = str(entry.get("reason", ""))
            self.sandbox.note(SANDBOX, ExceptionSeen(source, reason, entry))
        for problem in self.sight.problems:
            self.sandbox.note(SANDBOX, SutProcess("unreachable", problem))
        self.sandbox.snapshot()
        self._report("audit")

    def _report(self, phase: str) -> None:
        if self.watch is None:
            return
        sandbox = self.sandbox
        erp = sandbox.systems["erp"].books
        self.watch(
            Progress(
                phase,
                sandbox.business.now(),
                self.story.planned_facts,
                len(self.stage.facts),
                erp.count(),
                sandbox.exchanges,
                len(sandbox.outbox.open),
            )
        )
