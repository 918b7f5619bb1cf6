"""Runs in wall time: real servers, a history on disk, an integration in a process of its own, dead or alive."""

from __future__ import annotations

import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import pytest

from hardclose_mocks.history.places import read_history
from hardclose_mocks.history.records import Phase, Record, Run, SutProcess
from hardclose_mocks.history.store import read
from hardclose_mocks.server.listen import PortTaken, bind, free_port
from hardclose_simulator.judge import judge
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.sut import CommandSut, Sut, SutError, reference_command
from hardclose_simulator.run.virtual import play_virtually, reference_manifest_of
from hardclose_simulator.run.wall import FREE, WallRun, play
from hardclose_simulator.scenario import Scenario, load
from hardclose_simulator.verdict import NOT_ENOUGH, PROMISES_KEPT, RunVerdict

from ...postgres import PostgresServer
from .tiny import FACTS, HASTY, tiny

pytestmark = pytest.mark.wall

LISTENING = """
import http.server, os, sys, threading, time

class Stranger(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def do_POST(self):
        {post}

    def log_message(self, *words):
        pass

{beside}
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Stranger).serve_forever()
"""


def stranger(post: str = "self.do_GET()", beside: str = "") -> list[str]:
    """An integration that takes webhooks and does nothing with them, unless told otherwise."""
    return [sys.executable, "-c", LISTENING.format(post=post, beside=beside)]


def run(
    folder: Path,
    scenario: Scenario,
    command: list[str],
    manifest: Manifest = HASTY,
    ports: Mapping[str, int] = FREE,
) -> tuple[list[Record], RunVerdict]:
    def sut() -> Sut:
        return CommandSut(command, free_port(), folder, "a stranger")

    records = play(WallRun(from_scenario(scenario, 1, "T1"), folder, ports, manifest, sut))
    return records, judge(records)


def short(**changes: float) -> Scenario:
    """Two seconds of story and at most two of drain."""
    return tiny().model_copy(update={"drain_max": 0.1, **changes})


def lost(verdict: RunVerdict) -> int:
    return sum(line.lost.count for line in verdict.headlines)


def header(records: list[Record]) -> Run:
    return next(record.body for record in records if isinstance(record.body, Run))


# --- the bundled reference -------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["webhooks", "polling"])
def test_the_reference_keeps_every_promise_in_wall_time_too(tmp_path: Path, style: str) -> None:
    records, verdict = run(tmp_path, load("smoke"), reference_command(style, None), reference_manifest_of(style, None))
    assert (verdict.findings, verdict.crashed, verdict.soundness) == ((), (), ())
    assert verdict.exit_code == PROMISES_KEPT
    virtual = header(play_virtually(from_scenario(load("smoke"), 1, "T1"), style))
    assert (header(records).facts_hash, header(records).plan_hash) == (virtual.facts_hash, virtual.plan_hash)
    assert [one.h for one in read(tmp_path / "history.sqlite")] == [one.h for one in records]


def test_a_run_outlives_a_crash_of_the_database_that_keeps_its_history(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    """It ends right, or with too little evidence; never with an accusation."""

    def crash() -> None:
        postgres.crash()
        postgres.start()

    style, folder = "webhooks", tmp_path
    words, manifest = reference_command(style, None), reference_manifest_of(style, None)
    recipe = from_scenario(tiny(), 1, "T1")
    timer = threading.Timer(2.5, crash)

    def sut() -> Sut:
        timer.start()
        return CommandSut(words, free_port(), folder, "reference, webhooks")

    records = play(WallRun(recipe, folder, FREE, manifest, sut, history=postgres.url))
    timer.join()
    verdict = judge(records)
    assert (verdict.findings, verdict.soundness) == ((), ())
    assert verdict.exit_code in (PROMISES_KEPT, NOT_ENOUGH)
    kept = read_history(folder / "history.sqlite", postgres.url)
    assert [one.h for one in kept] == [one.h for one in records]


# --- integrations that die, hang, or do nothing ----------------------------------------------------------------


def test_one_that_dies_after_the_first_fact_is_judged_with_its_losses(tmp_path: Path) -> None:
    die = "threading.Timer(1.2, lambda: os._exit(7)).start()"
    began = time.monotonic()
    records, verdict = run(tmp_path, short(), stranger(beside=die))
    assert time.monotonic() - began < 60.0, "it hung"
    states = [(one.body.state, one.body.note) for one in records if isinstance(one.body, SutProcess)]
    assert ("exited", f"exit code 7; its output is in {tmp_path / 'sut.log'}") in states
    assert (verdict.exit_code, lost(verdict)) == (1, FACTS)


def test_one_that_never_answers_a_webhook_is_judged_when_the_drain_is_over(tmp_path: Path) -> None:
    began = time.monotonic()
    records, verdict = run(tmp_path, short(), stranger(post="time.sleep(600)"))
    assert time.monotonic() - began < 60.0, "it hung"
    assert [one.body for one in records if isinstance(one.body, Phase)][-1] == Phase("audit", "drain_max")
    assert (verdict.exit_code, lost(verdict)) == (1, FACTS)


# --- before the first fact -------------------------------------------------------------------------------------


@contextmanager
def taken() -> Iterator[int]:
    listener: socket = bind("127.0.0.1", 0)
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def test_a_port_that_is_taken_is_told_before_anything_is_started(tmp_path: Path) -> None:
    with taken() as port, pytest.raises(PortTaken, match=f"127.0.0.1:{port} cannot be listened on"):
        run(tmp_path, short(), stranger(beside="open('started', 'w')"), ports={"erp": port})
    assert not (tmp_path / "sut.log").exists()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: CommandSut.of("no-such-program", free_port(), folder), "'no-such-program' cannot be started"),
        (lambda folder: CommandSut.of(shlex.join([sys.executable, "-c", ""]), free_port(), folder), "exit code 0"),
    ],
)
def test_a_refused_integration_leaves_no_server_behind(tmp_path: Path, make: Callable[[Path], Sut], says: str) -> None:
    ports = {name: free_port() for name in ("control", "erp", "procurement", "expense")}
    with pytest.raises(SutError, match=says):
        play(WallRun(from_scenario(tiny(), 1, "T1"), tmp_path, ports, HASTY, lambda: make(tmp_path)))
    for port in ports.values():
        bind("127.0.0.1", port).close()
    assert header(read(tmp_path / "history.sqlite")).scenario == "tiny"
