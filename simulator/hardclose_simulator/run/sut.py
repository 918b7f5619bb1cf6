"""The integration under test, from outside: started or found, watched, asked for its health and its exceptions."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx2

from hardclose_simulator.manifest import Manifest

HEALTH_S = 10.0
"""An integration that has not answered its health path after this many wire seconds is not there."""

LOOK_S = 3.0
"""How long one look at the integration may take, wire seconds: an answer that never ends is none."""


class SutError(Exception):
    """The integration cannot be tested: not there, not started, not answering. Before the first fact only."""


class Sut(Protocol):
    """`url` is known after `start`. `gone` says how its process ended, None while it lives or is not ours."""

    url: str

    @property
    def describes(self) -> str: ...

    async def start(self, environment: Mapping[str, str]) -> None: ...

    async def stop(self) -> None: ...

    @property
    def gone(self) -> str | None: ...

    @property
    def advice(self) -> str:
        """What to do where it does not answer."""
        ...


@dataclass(slots=True)
class RunningSut:
    """Somebody else's process at a URL. Raises SutError where that is none."""

    url: str
    describes: str = ""
    gone: str | None = None
    advice: str = "start it first"

    def __post_init__(self) -> None:
        try:
            parts = httpx2.URL(self.url)
            fine = parts.scheme in ("http", "https") and bool(parts.host) and " " not in self.url
        except httpx2.InvalidURL:
            fine = False
        if not fine:
            raise SutError(f"{self.url!r} is no address; one looks like http://localhost:9000")
        self.url = self.url.rstrip("/")
        self.describes = self.url

    async def start(self, environment: Mapping[str, str]) -> None:
        """Nothing to start: its people gave it `hardclose env` before."""

    async def stop(self) -> None:
        """Nothing to stop."""


@dataclass(slots=True)
class CommandSut:
    """A command line we start with the variables of `hardclose env`, PORT and an empty HARDCLOSE_STATE_DIR."""

    command: list[str]
    port: int
    folder: Path
    describes: str = ""
    url: str = ""
    breaks: frozenset[str] = frozenset({"F38", "F39"})
    _process: asyncio.subprocess.Process | None = None
    _environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, port: int, folder: Path) -> CommandSut:
        """Raises SutError for a line that no shell would read either."""
        try:
            command = shlex.split(text)
        except ValueError as wrong:
            raise SutError(f"the command {text!r} cannot be read: {wrong}; quote it as in a shell") from wrong
        if not command:
            raise SutError("the command is empty; say what starts the integration")
        return cls(command, port, folder, describes=text)

    async def start(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        state = self.folder / "sut-state"
        state.mkdir(parents=True, exist_ok=True)
        self.url = f"http://127.0.0.1:{self.port}"
        variables = {**os.environ, **environment, "PORT": str(self.port), "HARDCLOSE_STATE_DIR": str(state)}
        with (self.folder / "sut.log").open("ab") as log:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *self.command, env=variables, stdout=log, stderr=log, start_new_session=True
                )
            except (OSError, ValueError) as wrong:
                why = getattr(wrong, "strerror", None) or wrong
                raise SutError(f"the command {self.command[0]!r} cannot be started: {why}") from wrong

    @property
    def advice(self) -> str:
        return f"it must listen on the port in PORT ({self.port}); its output is in {self.folder / 'sut.log'}"

    async def kill(self) -> None:
        assert self._process is not None, "nothing was started"
        self._signal(signal.SIGKILL)
        await self._process.wait()

    async def revive(self) -> None:
        await self.start(self._environment)

    async def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    async def resume(self) -> None:
        self._signal(signal.SIGCONT)

    @property
    def gone(self) -> str | None:
        if self._process is None or self._process.returncode is None:
            return None
        return f"exit code {self._process.returncode}; its output is in {self.folder / 'sut.log'}"

    async def stop(self) -> None:
        """SIGTERM to the whole process group; once the command has ended, or after two seconds, SIGKILL to the rest."""
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                await self._process.wait()
        self._signal(signal.SIGKILL)
        await self._process.wait()

    def _signal(self, kind: signal.Signals) -> None:
        assert self._process is not None
        # Nobody left; macOS says so with another error.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, kind)


def reference_command(style: str, variant: str | None) -> list[str]:
    """The bundled reference as a process of its own."""
    return [sys.executable, "-m", "hardclose_reference", "--style", style, *(["--variant", variant] if variant else [])]


@dataclass(slots=True)
class Sight:
    """How we look at the integration over HTTP: health before the run, exceptions at audit."""

    sut: Sut
    manifest: Manifest
    transport: httpx2.AsyncBaseTransport | None = None
    problems: list[str] = field(default_factory=list)

    async def wait_healthy(self) -> None:
        """Raises SutError when nothing answers within HEALTH_S, or its process is gone."""
        loop = asyncio.get_running_loop()
        until, why = loop.time() + HEALTH_S, "no answer"
        async with self._client() as client:
            while loop.time() < until:
                if self.sut.gone is not None:
                    raise SutError(f"the integration ended before the run began: {self.sut.gone}")
                try:
                    # Its head is enough: a page that streams on and on is an answer too.
                    async with client.stream("GET", self.sut.url + self.manifest.health):
                        return
                except httpx2.HTTPError as wrong:
                    why = str(wrong) or type(wrong).__name__
                await asyncio.sleep(0.05)
        raise SutError(
            f"the integration does not answer at {self.sut.url}{self.manifest.health} within {HEALTH_S:.0f} s ({why}); "
            f"{self.sut.advice}, or name its health path in the manifest (key `health`)"
        )

    async def exceptions(self) -> list[dict[str, Any]]:
        """The entries of `GET /exceptions`, empty where the integration offers none or is gone."""
        if self.manifest.exceptions is None:
            return []
        try:
            async with asyncio.timeout(LOOK_S), self._client() as client:
                answer = await client.get(self.sut.url + self.manifest.exceptions)
                if answer.status_code != 200:
                    # Nothing there is a legal style; an error of its own is worth a line.
                    if answer.status_code not in (404, 405):
                        self.problems.append(f"GET {self.manifest.exceptions}: {answer.status_code}")
                    return []
                items = answer.json()
        except TimeoutError:
            self.problems.append(f"GET {self.manifest.exceptions}: no end of it within {LOOK_S:.0f} s")
            return []
        except (httpx2.HTTPError, ValueError) as wrong:
            self.problems.append(f"GET {self.manifest.exceptions}: {wrong or type(wrong).__name__}")
            return []
        entries = items.get("items", []) if isinstance(items, dict) else items
        return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=self.transport, timeout=LOOK_S, trust_env=False)
