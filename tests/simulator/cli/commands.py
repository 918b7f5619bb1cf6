"""`hardclose` as people start it, and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from hardclose_simulator.cli.main import app

HARDCLOSE = [sys.executable, "-m", "hardclose_simulator.cli.main"]
START_S, STOP_S = 60.0, 30.0


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str


def hardclose(*words: str, cwd: Path | None = None) -> Done:
    """The command in this process: for those that look and print."""
    with contextlib.chdir(cwd or Path.cwd()):
        result = CliRunner().invoke(app, words, catch_exceptions=False)
    return Done(result.exit_code, result.stdout, result.stderr)


def spawned(*words: str, more: Mapping[str, str] | None = None) -> Done:
    """The command in a process of its own, run to its end; `more` are additional environment variables."""
    environment = {**os.environ, **(more or {})}
    done = subprocess.run([*HARDCLOSE, *words], env=environment, capture_output=True, text=True, timeout=START_S)
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass(slots=True)
class Up:
    """A `hardclose up` under way; `said` is its stderr so far."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    _listening: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.rstrip("\n"))
            if line.startswith("Ctrl-C"):
                self._listening.set()
        self._listening.set()

    def wait(self) -> None:
        assert self._listening.wait(START_S), f"not up after {START_S} s: {self.said}"
        assert self.process.poll() is None or self.said[-1].startswith("Ctrl-C"), "\n".join(self.said)

    def url(self, name: str) -> str:
        """`control` and the systems: their addresses as people read them on the terminal."""
        line = next(line for line in self.said if line.startswith(name + " "))
        return line.split()[1].removesuffix("/docs").removesuffix("/_hardclose/v1/health")

    def control(self, path: str, body: Any = None, *, token: str = "", method: str | None = None) -> Any:
        """One call of the control plane. Raises HTTPError."""
        return answered(self.url("control") + "/_hardclose/v1" + path, body, token=token, method=method)

    def end(self, sign: int = signal.SIGINT) -> int:
        """Its exit code after Ctrl-C, or after another signal."""
        self.process.send_signal(sign)
        return self.process.wait(STOP_S)


def answered(url: str, body: Any = None, *, token: str = "", method: str | None = None) -> Any:
    request = urllib.request.Request(url, method=method or ("GET" if body is None else "POST"))
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if isinstance(body, bytes):
        request.data = body  # a form
    elif body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


@contextmanager
def up(folder: Path, *words: str) -> Iterator[Up]:
    """The systems of `smoke` on free ports, state in `folder`, until the block ends."""
    process = subprocess.Popen(
        [*HARDCLOSE, "up", "--scenario", "smoke", "--port-base", "0", "--state", str(folder), *words],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    running = Up(process)
    reader = threading.Thread(target=running.listen, daemon=True)
    reader.start()
    try:
        running.wait()
        yield running
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(STOP_S)
        reader.join(STOP_S)
        assert process.stderr is not None
        process.stderr.close()


def refused(done: Done) -> str:
    """The one paragraph on stderr with which a command ends in exit code 2; nothing on stdout, no traceback."""
    assert done.code == 2, done
    assert done.out == ""
    lines = done.err.splitlines()
    assert len(lines) == 1, done.err
    assert lines[0].startswith("hardclose: ")
    return lines[0]


HTTPError = urllib.error.HTTPError
