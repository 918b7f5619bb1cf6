"""An integration in a container that somebody else started: ours to kill, start again, pause and resume."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hardclose_mocks.faults.catalogue import nearest
from hardclose_simulator.run.sut import RunningSut, SutError

KILL_S = 15
"""Longer than this no engine takes for an answer, seconds."""


@dataclass(slots=True)
class ContainerSut:
    """`url` is where the integration answers, `name` its container. Raises SutError before the first fact."""

    url: str
    name: str
    breaks: frozenset[str] = frozenset({"F38", "F39"})
    advice: str = "start its container first"
    gone: str | None = None
    _container: Any = field(default=None)

    def __post_init__(self) -> None:
        self.url = RunningSut(self.url).url

    @property
    def describes(self) -> str:
        return self.url

    async def start(self, environment: Mapping[str, str]) -> None:  # noqa: ARG002  # the protocol's signature
        """Finds the container; its people started it with what `hardclose env` prints."""
        self._container = await asyncio.to_thread(_find, self.name)

    async def stop(self) -> None:
        """Whoever started it stops it; paused it is not left."""
        if self._container is not None:
            await asyncio.to_thread(_unpaused, self._container)

    async def kill(self) -> None:
        await self._do(lambda container: container.kill())

    async def revive(self) -> None:
        await self._do(lambda container: container.start())

    async def pause(self) -> None:
        await self._do(lambda container: container.pause())

    async def resume(self) -> None:
        await self._do(lambda container: container.unpause())

    async def _do(self, act: Callable[[Any], None]) -> None:
        """The engine's client blocks; on the wall clock a thread may wait for it."""
        await asyncio.to_thread(act, self._container)


def _find(name: str) -> Any:
    try:
        import docker
        from docker.errors import DockerException, NotFound
    except ImportError as wrong:
        raise SutError("--container needs the docker package: pip install 'hardclose[docker]'") from wrong
    try:
        client = docker.from_env(timeout=KILL_S)
        try:
            return client.containers.get(name)
        except NotFound:
            names = [str(one.name) for one in client.containers.list()]
            known = nearest(name, names) if names else "; none is running"
            raise SutError(f"there is no container {name!r}{known}") from None
    except DockerException as wrong:
        raise SutError(f"no Docker engine answers ({wrong}); is DOCKER_HOST right?") from wrong


def _unpaused(container: Any) -> None:
    container.reload()
    if container.status == "paused":
        container.unpause()
