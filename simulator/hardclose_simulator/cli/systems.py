"""`hardclose up` and `hardclose env`: the systems alone, to play with by hand."""

from __future__ import annotations

import asyncio
import shlex
import signal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer
import uvloop

from hardclose_mocks.clock import HostClock
from hardclose_mocks.control import control_application
from hardclose_mocks.history.codec import HistoryError, plain
from hardclose_mocks.history.records import Record
from hardclose_mocks.history.store import SqliteStore, Store
from hardclose_mocks.server.credentials import Credentials, environment
from hardclose_mocks.server.listen import PORTS, Listener, PortTaken
from hardclose_mocks.server.sandbox import SYSTEMS, Setup
from hardclose_mocks.server.world import World
from hardclose_simulator.cli.console import err, put_json, stop
from hardclose_simulator.judge import judge
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.scenario import ScenarioError, load

HOST = "127.0.0.1"


class Shape(StrEnum):
    shell = "shell"
    dotenv = "dotenv"
    json = "json"


def ports_from(base: int) -> dict[str, int]:
    """Control, ERP, procurement and expense on four ports in a row; 0 chooses freely."""
    return {name: base + place if base else 0 for place, name in enumerate(PORTS)}


Base = Annotated[int, typer.Option("--port-base", min=0, max=65_000, help="First of four ports in a row.")]


def env(
    format: Annotated[Shape, typer.Option("--format", help="How to print them.")] = Shape.shell,
    port_base: Base = PORTS["control"],
) -> None:
    """Print the variables an integration needs. For your shell: eval "$(hardclose env --format shell)"."""
    urls = {name: f"http://{HOST}:{port}" for name, port in ports_from(port_base).items()}
    variables = environment(Credentials(), urls)
    match format:
        case Shape.json:
            put_json(variables)
        case Shape.dotenv:
            typer.echo("\n".join(f"{name}={value}" for name, value in variables.items()))
        case Shape.shell:
            typer.echo("\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items()))


def up(
    scenario: Annotated[
        str, typer.Option(help="Whose companies, people, limits and profiles to open with.")
    ] = "month-end",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the master data.")] = 1,
    port_base: Base = PORTS["control"],
    host: Annotated[
        str, typer.Option(help="Address to listen on; beyond loopback the control plane wants a token.")
    ] = HOST,
    state: Annotated[Path, typer.Option(help="Folder of the sandbox's state; an earlier one is continued.")] = Path(
        ".hardclose"
    ),
    rate: Annotated[
        float | None, typer.Option(min=0, help="Business seconds per second; the pace's by default.")
    ] = None,
) -> None:
    """Run the mock systems until Ctrl-C. State survives; a killed server comes back with equal books."""
    try:
        recipe = from_scenario(load(scenario), seed, "T0")
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(recipe.setup, ports_from(port_base), host, state, rate))
    except ScenarioError as wrong:
        stop(str(wrong))
    except (PortTaken, HistoryError) as wrong:
        stop(str(wrong))


async def _serve(setup: Setup, ports: dict[str, int], host: str, state: Path, rate: float | None) -> None:
    opened = 0

    def new_store() -> Store:
        """The folder's history, and after a reset the next one beside it."""
        nonlocal opened
        opened += 1
        name = "history.sqlite"
        if opened > 1:
            (state / name).rename(state / f"history-{opened - 1}.sqlite")
        return SqliteStore(state / name)

    world = World(setup, HostClock(), new_store)
    sandbox = world.sandbox
    urls: dict[str, str] = {}
    token = None if host in ("127.0.0.1", "localhost", "::1") else setup.credentials.control_token()

    async def verdict(records: list[Record]) -> dict[str, Any]:
        return cast(dict[str, Any], plain(judge(records)))

    applications = {name: world.application(name) for name in SYSTEMS}
    applications = {"control": control_application(world, urls, verdict=verdict, token=token), **applications}
    listener = Listener(applications, ports, host)
    urls |= listener.urls
    await listener.start()
    if sandbox.phase != "play":
        sandbox.set_clock(setup.opened_at, setup.pace.business_rate if rate is None else rate)
        sandbox.enter("play")
    sandbox.start()
    for name, url in listener.urls.items():
        err.print(f"{name:<12} {url}" + ("/_hardclose/v1/health" if name == "control" else "/docs"))
    if token is not None:
        err.print(f"control token {token}")
    err.print("Ctrl-C stops; the state stays in " + str(state))
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    await stopped.wait()
    await listener.stop()
    await world.sandbox.stop()
    world.sandbox.history.close()
