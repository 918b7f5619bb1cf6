"""`hardclose doctor`: 0 where a run has all it needs, 2 where not, and words for what to do."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hardclose_mocks.server.listen import PORTS
from hardclose_simulator.cli.doctor import PARTS

from .commands import HARDCLOSE, hardclose


@pytest.fixture
def usual_port() -> Iterator[int]:
    """One of the usual ports, held by us, or by whoever holds it already."""
    port = PORTS["erp"]
    with ExitStack() as stack:
        taken = stack.enter_context(socket.socket())
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", port))
            taken.listen()
        except OSError:
            pass
        yield port


def test_a_good_installation_is_0_and_says_so(tmp_path: Path) -> None:
    done = hardclose("doctor", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    *lines, last = done.out.splitlines()
    assert last == "a run has all it needs"
    names = [line.split("  ")[0] for line in lines]
    assert {"Python", "hardclose", "time zones", "scenarios", "history", "results", *PARTS} <= set(names)
    assert str(tmp_path / "results") in done.out


def test_json_says_the_same(tmp_path: Path) -> None:
    done = hardclose("doctor", "--format", "json", cwd=tmp_path)
    findings = json.loads(done.out)
    assert done.code == 0
    assert {one["state"] for one in findings} <= {"ok", "note"}
    assert {one["what"] for one in findings} >= {"Python", *(f"port {port}" for port in PORTS.values())}


def test_a_port_in_use_is_a_note_for_it_can_be_moved(usual_port: int, tmp_path: Path) -> None:
    done = hardclose("doctor", cwd=tmp_path)
    line = next(line for line in done.out.splitlines() if line.startswith(f"port {usual_port}"))
    assert line.split()[2] == "note"
    assert "--port-base" in line
    assert done.code == 0


def test_a_disk_without_room_is_2_and_named(tmp_path: Path) -> None:
    command = f"ulimit -f 0; exec {shlex.join(HARDCLOSE)} doctor"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    line = next(line for line in done.stdout.splitlines() if line.startswith("history"))
    assert line.split()[1] == "NO"
    assert "is there room" in line
    assert done.stdout.splitlines()[-1].startswith("1 of ")
    assert done.returncode == 2
    assert done.stderr == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_a_note(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = hardclose("doctor", cwd=tmp_path)
    assert "--results" in next(line for line in done.out.splitlines() if line.startswith("results"))
    assert done.code == 0
