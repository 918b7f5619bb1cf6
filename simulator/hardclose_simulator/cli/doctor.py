"""`hardclose doctor`: is everything here that a run needs?"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from hardclose_mocks.control import harness_version
from hardclose_mocks.history.codec import HistoryError
from hardclose_mocks.history.store import SqliteStore
from hardclose_mocks.server.listen import PORTS, PortTaken, bind
from hardclose_simulator.cli.console import USAGE, Format, put_json
from hardclose_simulator.cli.listing import aligned
from hardclose_simulator.scenario import ScenarioError, available

PARTS = ("fastapi", "uvicorn", "uvloop", "httptools", "httpx2", "simpy", "faker", "sqlalchemy", "standardwebhooks")
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo")


@dataclass(frozen=True, slots=True)
class Finding:
    """`state`: ok, note (a run can do without), or NO."""

    what: str
    state: str
    says: str


def doctor(
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
) -> None:
    """Check the installation. Exit code 2 when something a run needs is missing."""
    findings = [
        _python(),
        Finding("hardclose", "ok", harness_version()),
        *(_part(name) for name in PARTS),
        _zones(),
        _scenarios(),
        _history(),
        _results(),
        *(_port(name, port) for name, port in PORTS.items()),
    ]
    missing = sum(one.state == "NO" for one in findings)
    if format is Format.json:
        put_json([asdict(one) for one in findings])
    else:
        for line in aligned([[one.what, one.state, one.says] for one in findings]):
            typer.echo(line)
        typer.echo(f"{missing} of {len(findings)} missing" if missing else "a run has all it needs")
    if missing:
        raise typer.Exit(USAGE)


def _python() -> Finding:
    return Finding("Python", "ok" if sys.version_info >= (3, 11) else "NO", sys.version.split()[0])


def _part(name: str) -> Finding:
    try:
        importlib.import_module(name)
    except ImportError as wrong:
        return Finding(name, "NO", f"{wrong}; run `python3 bootstrap.py setup` again")
    return Finding(name, "ok", version(name))


def _zones() -> Finding:
    for zone in ZONES:
        try:
            ZoneInfo(zone)
        except ZoneInfoNotFoundError:
            return Finding("time zones", "NO", f"{zone} is unknown; install the package tzdata")
    return Finding("time zones", "ok", f"{', '.join(ZONES)} are known")


def _scenarios() -> Finding:
    try:
        found = available()
    except ScenarioError as wrong:
        return Finding("scenarios", "NO", str(wrong))
    says = f"{len(found)} there" if found else "none there; the installation is incomplete"
    return Finding("scenarios", "ok" if found else "NO", says)


def _history() -> Finding:
    try:
        with tempfile.TemporaryDirectory() as folder:
            SqliteStore(Path(folder) / "history.sqlite").close()
    except (HistoryError, OSError) as wrong:
        return Finding("history", "NO", f"{wrong}; is there room left, and does TMPDIR point to it?")
    return Finding("history", "ok", "SQLite opens and writes")


def _results() -> Finding:
    folder = Path.cwd() / "results"
    if os.access(folder if folder.exists() else Path.cwd(), os.W_OK):
        return Finding("results", "ok", str(folder))
    return Finding("results", "note", f"{folder} cannot be written; `run` needs --results FOLDER here")


def _port(name: str, port: int) -> Finding:
    """Only `up` and `run --sut` want the usual ports, and both can move; perhaps `up` is what holds them."""
    try:
        bind("127.0.0.1", port).close()
    except PortTaken:
        return Finding(
            f"port {port}", "note", f"in use; {name} of `up` and `run --sut` listens there, --port-base moves it"
        )
    return Finding(f"port {port}", "ok", f"free for {name}")
