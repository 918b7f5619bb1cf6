"""`hardclose up` and `hardclose env`: the systems alone, to play with by hand."""

from __future__ import annotations

import asyncio
import shlex
import signal
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer
import uvloop

from hardclose_mocks.clock import HostClock
from hardclose_mocks.control import control_application
from hardclose_mocks.faults.catalogue import nearest
from hardclose_mocks.history.codec import HistoryError, plain
from hardclose_mocks.history.records import Record
from hardclose_mocks.server.credentials import Credentials, environment
from hardclose_mocks.server.listen import PORTS, Listener, PortTaken, bind
from hardclose_mocks.server.sandbox import SYSTEMS, Sandbox, Setup
from hardclose_mocks.server.world import World
from hardclose_simulator.cli.console import err, put_json, stop
from hardclose_simulator.cli.state import StateError, StateFolder
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.wall import LOOPBACK
from hardclose_simulator.scenario import ScenarioError, load

HOST = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104  # only if the user asks for it
STATE = Path(".hardclose")
SCENARIO = "month-end"


class Shape(StrEnum):
    shell = "shell"
    dotenv = "dotenv"
    json = "json"


def ports_from(base: int) -> dict[str, int]:
    """Control, ERP, procurement and expense on four ports in a row; 0 chooses freely."""
    return {name: base + place if base else 0 for place, name in enumerate(PORTS)}


Base = Annotated[int, typer.Option("--port-base", min=0, max=65_000, help="First of four ports in a row; 0: any.")]
State = Annotated[Path, typer.Option("--state", help="Folder of the sandbox's state; an earlier one is continued.")]


def env(
    format: Annotated[Shape, typer.Option("--format", help="How to print them; json adds the contract cards.")] = (
        Shape.shell
    ),
    port_base: Annotated[
        int | None,
        typer.Option("--port-base", min=1, max=65_000, help="First of four ports in a row; that of `up` by default."),
    ] = None,
    state: State = STATE,
    url: Annotated[
        list[str] | None,
        typer.Option("--url", metavar="SYSTEM=URL", help="Where a system is for the integration, if not on loopback."),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help="json: whose contract cards; that of `up` by default, else month-end's.")
    ] = None,
) -> None:
    """Print the variables an integration needs. For your shell: eval "$(hardclose env --format shell)"."""
    folder = StateFolder(state)
    there = folder.addresses() if port_base is None else None
    urls = there or {name: f"http://{HOST}:{port}" for name, port in ports_from(port_base or PORTS["control"]).items()}
    variables = environment(Credentials(), {**urls, **_addresses(url or [])})
    match format:
        case Shape.json:
            origin = (folder.origin() if there else None) or (SCENARIO, 1)
            try:
                cards = _cards(scenario or origin[0], origin[1])
            except ScenarioError as wrong:
                stop(str(wrong))
            put_json({"environment": variables, "contract_cards": cards})
        case Shape.dotenv:
            typer.echo("\n".join(f"{name}={value}" for name, value in variables.items()))
        case Shape.shell:
            typer.echo("\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items()))


def _addresses(told: list[str]) -> dict[str, str]:
    """`erp=http://erp:18501` by system."""
    addresses = {}
    for one in told:
        system, _, address = one.partition("=")
        if system not in SYSTEMS or not address.startswith(("http://", "https://")):
            stop(f"--url {one}: expected SYSTEM=URL with one of {', '.join(SYSTEMS)}, such as erp=http://erp:18501")
        addresses[system] = address.rstrip("/")
    return addresses


def _cards(scenario: str, seed: int) -> dict[str, Any]:
    """As the systems will serve them."""
    sandbox = Sandbox(from_scenario(load(scenario), seed, "T0").setup, HostClock())
    return {name: system.card.document() for name, system in sandbox.systems.items()}


def up(
    scenario: Annotated[
        str, typer.Option(help="Whose companies, people, limits and profiles to open with; its faults strike.")
    ] = SCENARIO,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the master data.")] = 1,
    port_base: Base = PORTS["control"],
    host: Annotated[
        str, typer.Option(help="Address to listen on; beyond loopback the control plane wants a token.")
    ] = HOST,
    state: State = STATE,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="SYSTEM", help="Only this system listens (and control).")
    ] = None,
    control_port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Port of the control plane, if not the base.")
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(min=0, max=1_000_000, help="Business seconds per second; the pace's, or as before, by default."),
    ] = None,
) -> None:
    """Run the mock systems until Ctrl-C. State survives; a killed server comes back with equal books."""
    folder, ports = StateFolder(state), _ports(port_base, only or list(SYSTEMS), control_port)
    try:
        story = load(scenario)
        setup = from_scenario(story, seed, "T0").setup
        setup = replace(setup, rate=setup.pace.business_rate if rate is None else rate)
        with folder.claimed(story, seed):
            # Before anything is written: a port that is taken must not leave a sandbox behind.
            for port in ports.values():
                bind(host, port).close()
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_serve(setup, ports, host, folder, rate))
    except (ScenarioError, StateError, PortTaken, HistoryError) as wrong:
        stop(str(wrong))


def _ports(base: int, systems: list[str], control_port: int | None) -> dict[str, int]:
    for name in systems:
        if name not in SYSTEMS:
            stop(f"--only {name}: no such system{nearest(name, list(SYSTEMS))}")
    ports = {name: port for name, port in ports_from(base).items() if name == "control" or name in systems}
    return ports if control_port is None else {**ports, "control": control_port}


class _ContinuedClock(HostClock):
    """The host's clock, put forward where the host was restarted since and counts from zero again."""

    def __init__(self) -> None:
        self._ahead_ns = 0

    def ns(self) -> int:
        return super().ns() + self._ahead_ns

    def not_before(self, wire_ns: int) -> None:
        self._ahead_ns = max(0, wire_ns - super().ns())


async def _serve(setup: Setup, ports: Mapping[str, int], host: str, folder: StateFolder, rate: float | None) -> None:
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    wire = _ContinuedClock()
    world = World(setup, wire, folder.new_store, keep=False)
    sandbox = world.sandbox
    urls: dict[str, str] = {}
    token = None if host in LOOPBACK else setup.credentials.control_token()

    async def verdict(records: list[Record]) -> dict[str, Any]:
        from hardclose_simulator.judge import judge  # when somebody asks for a verdict, not at every start

        return cast(dict[str, Any], plain(judge(records)))

    applications = {name: world.application(name) for name in SYSTEMS if name in ports}
    applications = {"control": control_application(world, urls, verdict=verdict, token=token), **applications}
    listener = Listener(applications, ports, host)
    urls |= {name: url.replace(EVERYWHERE, HOST) for name, url in listener.urls.items()}
    if sandbox.phase == "play":
        # Business time stood still while nobody was there: at pace `ci` a night would have been years.
        last = sandbox.history.records[-1]
        wire.not_before(last.wire_ns)
        sandbox.set_clock(last.business, sandbox.business.rate if rate is None else rate)
    else:
        sandbox.enter("play")
    await listener.start()
    sandbox.start()
    folder.announce(urls)
    _say(urls, token, folder)
    await stopped.wait()
    await listener.stop()
    await world.sandbox.stop()
    world.sandbox.history.close()


def _say(urls: Mapping[str, str], token: str | None, folder: StateFolder) -> None:
    for name, url in urls.items():
        err.print(f"{name:<12} {url}" + ("/_hardclose/v1/health" if name == "control" else "/docs"), soft_wrap=True)
    if token is not None:
        err.print(f"control token {token}", soft_wrap=True)
    err.print(f"Ctrl-C stops; the state stays in {folder.path}", markup=False, soft_wrap=True)
