"""The servers that are measured, each a fresh process on a core of its own: started, watched, stopped."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from closed_loop import LOOPBACK
from conversations import Masters, call, masters_of
from peers import PEERS, Peer, modules

HERE = Path(__file__).parent
START_S_MAX = 30.0
PLATFORM_TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
MOCKS, BARE, CONSTANT = "mock systems", "bare FastAPI", "constant answer"


class NoServer(Exception):
    """A server that did not start; what it said."""


@dataclass(slots=True)
class Server:
    """`start_s` is from the spawning of the process to its first 200; `port` is the one that is measured."""

    process: subprocess.Popen[bytes]
    port: int
    start_s: float
    token: str = ""
    masters: Masters = field(default_factory=Masters)
    control: int = 0
    """Port of the control plane, where there is one."""
    documents_max: int | None = None
    """A peer that takes no more than this."""
    empty: Callable[[], None] = lambda: None
    """Gives such a peer an empty store again."""

    def cpu_s(self) -> float | None:
        """Processor time so far; None where there is no /proc."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / PLATFORM_TICKS

    def rss_mb(self) -> float:
        """Resident memory in MB (10^6 bytes), by /proc or else by ps."""
        try:
            return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * PAGE_BYTES / 1e6
        except OSError:
            told = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, check=True)
            return int(told.stdout) * 1024 / 1e6


@contextmanager
def serve(name: str, core: int | None) -> Iterator[Server]:
    """One of MOCKS, BARE, CONSTANT and PEERS, pinned to `core` if there is one to spare. Raises NoServer."""
    folder = Path(tempfile.mkdtemp(prefix="hardclose-bench-"))
    port = _free_row()
    control, peer = 0, PEERS.get(name)
    match name:
        case _ if peer is not None:
            words, path = peer.start(modules(), folder, port), peer.ready
        case "mock systems":
            # What people start: all three systems and the control plane, with the history on disk.
            words = ["-m", "hardclose_simulator.cli.main", "up", "--scenario", str(HERE / "quiet.yaml")]
            words += ["--port-base", str(port), "--state", str(folder / "state")]
            port, control, path = port + 1, port, "/_hardclose/v1/health"
            words = [sys.executable, *words]
        case "bare FastAPI":
            words = ["-m", "uvicorn", "bare_app:app", "--port", str(port), "--no-access-log", "--log-level", "warning"]
            words, path = [sys.executable, *words], "/health"
        case "constant answer":
            words, path = [sys.executable, str(HERE / "constant_answer.py"), str(port)], ""
        case _:
            raise AssertionError(f"no server is called {name!r}")
    began = time.perf_counter()
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            words,
            cwd=HERE if peer is None else folder,
            stdout=output,
            stderr=output,
            preexec_fn=None if core is None else lambda: os.sched_setaffinity(0, {core}),
        )
    try:
        _wait(process, control or port, path, folder / "output", began)
        server = Server(process, port, 0.0, control=control)
        if peer is not None and peer.prepare:
            server.empty, server.documents_max = partial(_emptied, port, peer), peer.documents_max
            server.empty()
        server.start_s = time.perf_counter() - began
        if name == MOCKS:
            server.token = _token(control, port)
            server.masters = masters_of(port, server.token)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(process: subprocess.Popen[bytes], port: int, path: str, output: Path, began: float) -> None:
    """Until `path` is answered 200, or the port is listened on if there is no path."""
    while time.perf_counter() - began < START_S_MAX:
        if process.poll() is not None:
            raise NoServer(f"{process.args!r} ended with {process.returncode}:\n{output.read_text()[-2000:]}")
        try:
            if path:
                call(port, path)
            else:
                socket.create_connection((LOOPBACK, port), 1).close()
            return
        except (OSError, urllib.error.URLError):
            time.sleep(0.005)
    raise NoServer(f"{process.args!r} did not answer within {START_S_MAX} s:\n{output.read_text()[-2000:]}")


def _emptied(port: int, peer: Peer) -> None:
    call(port, "/mockserver/reset", method="PUT")
    call(port, peer.prepare, body=peer.crud.encode(), method="PUT")


def _token(control: int, port: int) -> str:
    """As an integration gets one."""
    variables = call(control, "/_hardclose/v1/env")["environment"]
    form = "grant_type=client_credentials&client_id={}&client_secret={}".format(
        variables["HARDCLOSE_ERP_CLIENT_ID"], variables["HARDCLOSE_ERP_CLIENT_SECRET"]
    )
    return str(call(port, "/oauth/token", body=form.encode())["access_token"])


def _free_row(length: int = 4) -> int:
    """The first of so many free ports in a row."""
    for first in range(20_000 + os.getpid() % 10_000, 60_000, length):
        if all(_free(first + place) for place in range(length)):
            return first
    raise NoServer("there are no four free ports in a row")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


# --- the machine -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cores:
    """Which core the server gets and which the generator; None where they cannot be told apart."""

    server: int | None
    generator: int | None


def cores() -> Cores:
    """First and last of the cores we may use; none if there is one only, or the system cannot pin."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores(None, None)
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(allowed[0], allowed[-1]) if len(allowed) > 1 else Cores(None, None)


def machine() -> dict[str, str]:
    """For people who compare figures."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {
        "cpu": f"{os.cpu_count()} x {model}",
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def busy_s() -> float | None:
    """Processor seconds the whole machine has spent on anything since it started; None where there is no /proc."""
    try:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    except OSError:
        return None
    return (sum(fields) - fields[3] - fields[4]) / PLATFORM_TICKS
