"""Carries out what the plan does to the integration's own process: kills and starts it again, pauses and resumes it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import SutProcess
from hardclose_mocks.server.sandbox import SANDBOX, Sandbox


@runtime_checkable
class Breakable(Protocol):
    """An integration whose process is ours to break. `breaks` names the faults it can be put through."""

    breaks: frozenset[str]

    async def kill(self) -> None:
        """At once, without a chance to tidy up."""
        ...

    async def revive(self) -> None:
        """Start it again, with what it had stored and the same environment."""
        ...

    async def pause(self) -> None: ...

    async def resume(self) -> None: ...


class Processes:
    """One trouble at a time: what is due while the integration is down or paused strikes at its next wire event."""

    def __init__(self, sandbox: Sandbox, sut: Breakable, healthy: Callable[[], Awaitable[None]]) -> None:
        self._sandbox, self._sut, self._healthy = sandbox, sut, healthy
        self._mending: asyncio.Task[None] | None = None
        self._chosen: Rule | None = None
        self._waiting: list[Rule] = []

    @property
    def busy(self) -> bool:
        """Whether the integration is down or paused by us, or about to be."""
        return self._chosen is not None or (self._mending is not None and not self._mending.done())

    def choose(self, due: tuple[Rule, ...]) -> Rule | None:
        """The rule to strike with at this wire event; nothing else can be chosen until it has struck and is over."""
        self._waiting += [rule for rule in due if rule.fault in self._sut.breaks]
        if self.busy or not self._waiting:
            return None
        self._chosen = self._waiting.pop(0)
        return self._chosen

    async def strike(self, rule: Rule) -> None:
        assert rule is self._chosen, f"{rule.id} was not chosen"
        if rule.fault == "F38":
            await self._sut.kill()
            self._note("killed", rule)
            again = self._later(rule, rule.number("down_s"), self._sut.revive, "restarted")
        else:
            await self._sut.pause()
            self._note("paused", rule)
            again = self._later(rule, rule.number("pause_s"), self._sut.resume, "resumed")
        self._mending = asyncio.get_running_loop().create_task(again)
        self._chosen = None

    async def _later(self, rule: Rule, wait_s: float, mend: Callable[[], Awaitable[None]], word: str) -> None:
        await asyncio.sleep(wait_s)
        await mend()
        await self._healthy()
        self._note(word, rule)

    async def settled(self) -> None:
        """Nothing is left broken when the run ends."""
        if self._mending is not None:
            await asyncio.gather(self._mending, return_exceptions=True)

    def _note(self, state: str, rule: Rule) -> None:
        self._sandbox.note(SANDBOX, SutProcess(state, f"{rule.id}: {rule.fault}"))
