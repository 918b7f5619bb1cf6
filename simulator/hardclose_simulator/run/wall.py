"""A run in wall time: real servers on loopback, the history on disk, the integration a process of its own or a URL."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import uvloop

from hardclose_mocks.clock import HostClock
from hardclose_mocks.control import control_application
from hardclose_mocks.history.places import open_history
from hardclose_mocks.history.records import Record
from hardclose_mocks.server.listen import Listener
from hardclose_mocks.server.sandbox import SYSTEMS
from hardclose_mocks.server.world import World
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.run.recipe import Recipe
from hardclose_simulator.run.session import Session, Watch
from hardclose_simulator.run.sut import Sut

LOOPBACK = ("127.0.0.1", "localhost", "::1")
FREE: Mapping[str, int] = {}
"""Ports chosen freely: for the bundled reference and for commands we start."""


@dataclass(frozen=True, slots=True)
class WallRun:
    """Where and how to play. `sut` is made once the folder is known to be writable."""

    recipe: Recipe
    folder: Path
    ports: Mapping[str, int]
    manifest: Manifest
    sut: Callable[[], Sut]
    watch: Watch | None = None
    history: str | None = None
    """A PostgreSQL address for the history; a SQLite file in the folder without one."""
    host: str = "127.0.0.1"
    """Where the systems listen; beyond loopback the control plane wants its token."""


class Terminated(Exception):
    """Somebody sent SIGTERM: servers and integration are stopped, nothing was judged."""


def play(run: WallRun) -> list[Record]:
    """The whole run; its history, which is on disk too. PortTaken, HistoryError or SutError before the first fact.

    Raises Terminated after a SIGTERM. In the main thread only: signals belong to it."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return runner.run(_play(run))
        except asyncio.CancelledError:
            raise Terminated from None


async def _play(run: WallRun) -> list[Record]:
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    sut = run.sut()
    store = open_history(run.folder / "history.sqlite", run.history)
    world = World(run.recipe.setup, HostClock(), lambda: store)
    try:
        applications = {name: world.application(name) for name in SYSTEMS}
        urls: dict[str, str] = {}
        token = None if run.host in LOOPBACK else run.recipe.setup.credentials.control_token()
        applications["control"] = control_application(world, urls, token=token)
        listener = Listener(applications, run.ports, run.host)
        urls |= listener.urls
        await listener.start()
        try:
            await Session(run.recipe.story, world.sandbox, sut, run.manifest, urls, mode="wall", watch=run.watch).run()
            return list(world.sandbox.history.records)
        finally:
            await listener.stop()
    finally:
        world.sandbox.history.close()
