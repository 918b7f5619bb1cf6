"""A run in virtual time: systems, people and the bundled reference on one loop; repeatable to the bit."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hardclose_mocks.clock import LoopClock, VirtualLoop
from hardclose_mocks.history.records import Record
from hardclose_mocks.server.inprocess import InProcessTransport
from hardclose_mocks.server.sandbox import SYSTEMS, Sandbox
from hardclose_reference.manifest import manifest as reference_manifest
from hardclose_reference.service import Service, build
from hardclose_reference.settings import Settings
from hardclose_simulator.manifest import Manifest, manifest_of
from hardclose_simulator.run.recipe import Recipe
from hardclose_simulator.run.session import Session, Watch

HOST = "sut.hardclose"


@dataclass(slots=True)
class InProcessReference:
    """The bundled reference on our own loop. Its store is a real SQLite file in a folder of its own."""

    style: str
    variant: str | None
    seed: int
    transport: InProcessTransport
    clock: LoopClock
    folder: Path
    url: str = f"http://{HOST}"
    gone: str | None = None
    advice: str = "this is a defect of hardclose"
    breaks: frozenset[str] = frozenset({"F38"})
    """A pause needs a process of its own: on one loop, who stands still stops everybody."""
    _service: Service | None = field(default=None)
    _environment: Mapping[str, str] = field(default_factory=dict)
    _lives: int = 0

    @property
    def describes(self) -> str:
        return f"reference, {self.style}" + (f", variant {self.variant}" if self.variant else "")

    async def start(self, environment: Mapping[str, str]) -> None:
        self._environment, self._lives = environment, self._lives + 1
        settings = Settings.from_environment(
            {**environment, "PORT": "80", "HARDCLOSE_STATE_DIR": str(self.folder)},
            style=self.style,
            variant=self.variant,
        )
        rng = random.Random(f"{self.seed}/reference/{self._lives}")
        self._service = build(settings, transport=self.transport, now=self.clock.utc, rng=rng)
        self.transport.applications[HOST] = self._service.app
        await self._service.start()

    async def stop(self) -> None:
        if self._service is not None:
            await self._service.stop()

    async def kill(self) -> None:
        """Its tasks are cut off where they wait; what they had not stored is gone."""
        self.transport.applications.pop(HOST, None)
        await self.stop()
        self._service = None

    async def revive(self) -> None:
        await self.start(self._environment)

    async def pause(self) -> None:
        raise AssertionError("no pause on the virtual clock")

    async def resume(self) -> None:
        raise AssertionError("no pause on the virtual clock")


def reference_manifest_of(style: str, variant: str | None) -> Manifest:
    return manifest_of(reference_manifest(style, variant), "the bundled reference")


def play_virtually(
    recipe: Recipe,
    style: str,
    variant: str | None = None,
    watch: Watch | None = None,
    manifest: Manifest | None = None,
) -> list[Record]:
    """The whole run; its history. Blocks until it is over and opens no socket. The manifest is the reference's own
    unless another one is given."""
    loop = VirtualLoop()
    try:
        with tempfile.TemporaryDirectory(prefix="hardclose-") as folder:
            transport, clock = InProcessTransport({}), LoopClock(loop)
            sut = InProcessReference(style, variant, recipe.story.seed, transport, clock, Path(folder))
            declared = manifest or reference_manifest_of(style, variant)
            return loop.run_until_complete(_play(recipe, sut, declared, watch))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _play(recipe: Recipe, sut: InProcessReference, manifest: Manifest, watch: Watch | None) -> list[Record]:
    transport = sut.transport
    sandbox = Sandbox(recipe.setup, sut.clock, transport=transport)
    sandbox.open()
    urls = {}
    for name in SYSTEMS:
        transport.applications[f"{name}.hardclose"] = sandbox.edges[name]
        urls[name] = f"http://{name}.hardclose"
    session = Session(recipe.story, sandbox, sut, manifest, urls, mode="virtual", watch=watch, transport=transport)
    await session.run()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    return list(sandbox.history.records)
