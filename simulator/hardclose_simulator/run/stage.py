"""Carries actors' steps out on a sandbox: waits in business time, commands, looks, declared facts."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, assert_never

import simpy

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.commands import Command
from hardclose_mocks.kernel.refusals import Refused
from hardclose_mocks.server.sandbox import Sandbox
from hardclose_simulator.actors.steps import Actor, Ask, Declare, Look, Operate, Outcome, WaitUntil, Withdraw
from hardclose_simulator.run.bridge import Bridge


@dataclass(slots=True)
class Stage:
    """`starts` is the business instant at which the simulation's zero lies. `facts` is the intent ledger so far."""

    sandbox: Sandbox
    starts: datetime
    facts: list[Fact] = field(default_factory=list)
    refused: int = 0
    """Commands of people that the books refused: part of the story, shown in progress."""

    async def play(self, cast: Iterable[tuple[str, Actor]]) -> None:
        """Until every actor has ended."""
        bridge = Bridge(self._elapsed, lambda business_s: business_s / self.sandbox.business.rate)
        for _, actor in cast:
            bridge.process(self._perform(bridge, actor))
        await bridge.run()

    def _elapsed(self) -> float:
        return (self.sandbox.business.now() - self.starts).total_seconds()

    def _perform(self, bridge: Bridge, actor: Actor) -> Generator[simpy.Event, Any, None]:
        outcome: Outcome | None = None
        while True:
            try:
                step = next(actor) if outcome is None else actor.send(outcome)
            except StopIteration:
                return
            match step:
                case WaitUntil(at=at):
                    wait = (at - self.starts).total_seconds() - bridge.env.now
                    if wait > 0:
                        yield bridge.env.timeout(wait)
                    outcome = Outcome(self.sandbox.business.now())
                case Ask(system=system, command=command, person=person):
                    outcome = yield bridge.call(self._ask(system, command, person))
                case Look(system=system, number=number):
                    document = self.sandbox.systems[system].books.find(number)
                    outcome = Outcome(self.sandbox.business.now(), document=document)
                case Declare(fact=fact):
                    self.facts.append(fact)
                    self.sandbox.note(fact.system, fact)
                    self.sandbox.history.soon()
                    outcome = Outcome(self.sandbox.business.now())
                case Withdraw(taken_back=taken_back):
                    self.sandbox.note(taken_back.system, taken_back)
                    self.sandbox.history.soon()
                    outcome = Outcome(self.sandbox.business.now())
                case Operate(rule=rule, undo=undo):
                    self.sandbox.operate(rule, undo=undo)
                    outcome = Outcome(self.sandbox.business.now())
                case _:
                    assert_never(step)

    async def _ask(self, system: str, command: Command, person: str) -> Outcome:
        at = self.sandbox.business.now()
        try:
            done = await self.sandbox.act(system, command, f"person:{person}")
        except Refused as no:
            self.refused += 1
            return Outcome(at, refusal=no.refusal)
        return Outcome(at, done=done)
