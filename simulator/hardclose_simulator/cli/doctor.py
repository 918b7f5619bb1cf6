"""`hardclose doctor`: is everything here that a run needs?"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from hardclose_mocks.control import harness_version
from hardclose_mocks.history.codec import HistoryError
from hardclose_mocks.history.store import SqliteStore
from hardclose_mocks.server.listen import PORTS, PortTaken, bind
from hardclose_simulator.cli.console import USAGE, Format, put_json, table
from hardclose_simulator.scenario import ScenarioError, available

PARTS = ("fastapi", "uvicorn", "uvloop", "httptools", "httpx2", "simpy", "faker", "sqlalchemy", "standardwebhooks")


def _checks() -> list[tuple[str, bool, str]]:
    return [
        ("Python", sys.version_info >= (3, 11), sys.version.split()[0]),
        ("hardclose", True, harness_version()),
        *(_part(name) for name in PARTS),
        _zones(),
        _scenarios(),
        _history(),
        *(_port(name, port) for name, port in PORTS.items()),
        ("results folder", os.access(Path.cwd(), os.W_OK), str(Path.cwd() / "results")),
    ]


def _part(name: str) -> tuple[str, bool, str]:
    try:
        module = importlib.import_module(name)
    except ImportError as wrong:
        return name, False, f"{wrong}; run `python3 bootstrap.py setup` again"
    return name, True, str(getattr(module, "__version__", "there"))


def _zones() -> tuple[str, bool, str]:
    try:
        ZoneInfo("Asia/Tokyo")
    except ZoneInfoNotFoundError:
        return "time zones", False, "no zone database; install the package tzdata"
    return "time zones", True, "Asia/Tokyo is known"


def _scenarios() -> tuple[str, bool, str]:
    try:
        return "scenarios", True, f"{len(available())} there"
    except ScenarioError as wrong:
        return "scenarios", False, str(wrong)


def _history() -> tuple[str, bool, str]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            SqliteStore(Path(folder) / "history.sqlite").close()
        except HistoryError as wrong:
            return "history", False, str(wrong)
    return "history", True, "SQLite opens and writes"


def _port(name: str, port: int) -> tuple[str, bool, str]:
    try:
        bind("127.0.0.1", port).close()
    except PortTaken as wrong:
        return f"port {port}", False, f"{wrong} (wanted by {name} of `up` and `run --sut`; --port-base moves it)"
    return f"port {port}", True, f"free for {name}"


def doctor(
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
) -> None:
    """Check the installation. Exit code 2 when something a run needs is missing."""
    checks = _checks()
    if format is Format.json:
        put_json([{"what": what, "fine": fine, "says": says} for what, fine, says in checks])
    else:
        table(
            "hardclose doctor",
            ["what", "", "says"],
            [[what, "ok" if fine else "NO", says] for what, fine, says in checks],
        )
    if not all(fine for _, fine, _ in checks):
        raise typer.Exit(USAGE)
