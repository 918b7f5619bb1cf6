"""However a command ends, it ends in words and with an exit code that means what it says."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hardclose_simulator.cli import main
from hardclose_simulator.cli.console import OURS

from .commands import HARDCLOSE, hardclose

SERVER = """
import http.server, os, sys
print(os.getpid(), file=open(sys.argv[1], "w"), flush=True)
http.server.test(port=int(os.environ["PORT"]), bind="127.0.0.1")
"""


def wait_for(file: Path, within_s: float = 30.0) -> str:
    end = time.monotonic() + within_s
    while not file.exists() or not file.read_text(encoding="utf-8").strip():
        assert time.monotonic() < end, f"no {file.name} within {within_s} s"
        time.sleep(0.02)
    return file.read_text(encoding="utf-8").strip()


def ended(pid: int, within_s: float = 10.0) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.wall
@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_interrupted_takes_its_integration_with_it(
    tmp_path: Path, sign: signal.Signals, code: int
) -> None:
    command = shlex.join([sys.executable, "-c", SERVER, str(tmp_path / "pid")])
    running = subprocess.Popen(
        [*HARDCLOSE, "run", "smoke", "--command", command, "--results", str(tmp_path / "results")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    integration = int(wait_for(tmp_path / "pid"))
    assert running.stderr is not None
    assert running.stderr.readline().startswith("hardclose: smoke: chaos"), "it is under way"
    running.send_signal(sign)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (code, "")
    assert "Traceback" not in err
    assert ended(integration)


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    line = f"{shlex.join(HARDCLOSE)} schema scenario | head -c 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")


def test_a_bug_of_ours_is_one_paragraph_and_exit_code_4(capsys: pytest.CaptureFixture[str]) -> None:
    def buggy() -> None:
        raise ZeroDivisionError("float division by zero")

    assert main.ended(buggy) == OURS
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.splitlines()
    assert line.startswith("hardclose: ")
    assert "ZeroDivisionError: float division by zero" in line
    assert "test_main.py, line" in line
    assert "HARDCLOSE_TRACEBACK=1" in line


def test_who_wants_to_see_where_the_bug_is_can(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def buggy() -> None:
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setenv("HARDCLOSE_TRACEBACK", "1")
    assert main.ended(buggy) == OURS
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_the_version_is_told() -> None:
    done = hardclose("--version")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("hardclose 0.")


def test_without_a_word_the_commands_are_listed() -> None:
    done = hardclose()
    for command in ("run", "judge", "prove", "up", "env", "list", "schema", "doctor"):
        assert command in done.out + done.err


def test_an_unknown_command_is_told() -> None:
    done = hardclose("rum")
    assert done.code == 2
    assert "No such command 'rum'" in done.err
