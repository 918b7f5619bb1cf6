"""A test's hands on the sandbox's clock and faults, and its webhooks: through the control plane, so in its words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import DeliveryTried, Exchange, Fact, Hit, Record
from hardclose_mocks.server.sandbox import SYSTEMS
from hardclose_simulator.pytest_plugin.receivers import Receiver
from hardclose_simulator.pytest_plugin.server import SandboxServer
from hardclose_simulator.pytest_plugin.usage import UsageError, nearest_of

LOOK_S = 0.005


class Clock:
    """Business time. It stands still until a test moves it; wire time (limits, retries, tokens) is real time."""

    def __init__(self, server: SandboxServer) -> None:
        self._server = server

    def now(self) -> datetime:
        return self._server.ask(lambda: self._server.sandbox.business.now())

    def date(self, company: str) -> date:
        """Today, where that company is. Raises UsageError."""
        __tracebackhide__ = True
        companies = {one.code: one for one in self._server.setup.master.companies}
        if company not in companies:
            raise UsageError(f"there is no company {company!r}{nearest_of(company, companies)}")
        return companies[company].business_date(self.now())

    @property
    def rate(self) -> float:
        """Business seconds per wire second; 0 while the clock stands."""
        return self._server.sandbox.business.rate

    def set(self, to: datetime | str) -> datetime:
        """Jump to a business instant, such as `2026-12-01T09:00:00+01:00`. Raises UsageError for an earlier one."""
        __tracebackhide__ = True
        return self._put(business=to if isinstance(to, str) else to.isoformat())

    def advance(
        self, by: timedelta | None = None, *, days: float = 0, hours: float = 0, minutes: float = 0
    ) -> datetime:
        """Jump so far ahead."""
        __tracebackhide__ = True
        step = by if by is not None else timedelta(days=days, hours=hours, minutes=minutes)
        return self.set(self.now() + step)

    def freeze(self) -> datetime:
        """Stand still."""
        __tracebackhide__ = True
        return self._put(rate=0.0)

    def run(self, rate: float | None = None) -> datetime:
        """Go on at that many business seconds per wire second; as the sandbox's pace has it unless given."""
        __tracebackhide__ = True
        return self._put(rate=self._server.sandbox.pace.business_rate if rate is None else rate)

    def __repr__(self) -> str:
        return f"<clock {self.now().isoformat()}, " + (f"{self.rate:g} times as fast>" if self.rate else "stands>")

    def _put(self, **body: object) -> datetime:
        __tracebackhide__ = True
        return datetime.fromisoformat(self._server.control("PUT", "/clock", json=body)["business"])


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault that struck: which rule of which fault, where, about what, and at which point of the exchange."""

    rule: str
    fault: str
    system: str
    operation: str
    subject: str
    stage: str


class PlantedFault:
    """A rule a test added. `fired` is what a test should look at: a fault that never struck proves nothing."""

    def __init__(self, id: str, fault: str, faults: Faults) -> None:
        self.id, self.fault, self._faults = id, fault, faults

    @property
    def fired(self) -> list[Strike]:
        return [one for one in self._faults.fired if one.rule == self.id]

    def remove(self) -> None:
        """It strikes no more; what it broke stays broken. Nothing happens if it has gone already."""
        self._faults._remove(self.id)

    def __repr__(self) -> str:
        return f"<{self.fault} as {self.id}, fired {len(self.fired)} times>"


class Faults:
    """Faults by hand. None strikes in a fresh sandbox."""

    def __init__(self, server: SandboxServer) -> None:
        self._server = server

    def add(
        self,
        fault: str,
        system: str,
        *operations: str,
        share: float = 1.0,
        ttl_s: float | None = None,
        **parameters: float | str,
    ) -> PlantedFault:
        """Weather: a share of the calls (or deliveries) of these operations, of all without any; gone after `ttl_s`
        wire seconds. Raises UsageError for a fault, a system or a parameter that is not there."""
        __tracebackhide__ = True
        return self._add(fault, system, operations, ttl_s, {"share": share, "parameters": parameters})

    def aim(
        self,
        fault: str,
        system: str,
        *operations: str,
        at: Fact | str,
        nth: int = 1,
        ttl_s: float | None = None,
        **parameters: float | str,
    ) -> PlantedFault:
        """The `nth` call about one fact, source reference or document number."""
        __tracebackhide__ = True
        aimed = at.source if isinstance(at, Fact) else at
        return self._add(fault, system, operations, ttl_s, {"aimed": aimed, "nth": nth, "parameters": parameters})

    def clear(self) -> None:
        """No fault strikes any more, those of a scenario included."""
        for rule in self.rules:
            self._remove(rule.id)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self._server.sandbox.plan.rules

    @property
    def fired(self) -> list[Strike]:
        """Every fault that struck so far."""
        return [strike for record in self._server.ask(self._records) if (strike := _strike(record)) is not None]

    def __repr__(self) -> str:
        return f"<faults: {len(self.rules)} planned, {len(self.fired)} fired>"

    def _records(self) -> list[Record]:
        return list(self._server.sandbox.history.records)

    def _add(
        self, fault: str, system: str, operations: Sequence[str], ttl_s: float | None, more: dict[str, object]
    ) -> PlantedFault:
        __tracebackhide__ = True
        body = {"fault": fault, "system": system, "operations": list(operations), **more}
        planted = PlantedFault(self._server.control("POST", "/faults", json=body)["id"], fault, self)
        if ttl_s is not None:
            # Not the control plane's time to live: that one is business time, which stands still here.
            sandbox = self._server.sandbox
            self._server.later(ttl_s, lambda: sandbox.remove_rule(planted.id))
        return planted

    def _remove(self, rule_id: str) -> None:
        self._server.ask(lambda: self._server.sandbox.remove_rule(rule_id))


def _strike(record: Record) -> Strike | None:
    match record.body:
        case Exchange(fault=Hit() as hit, op=operation, subject=subject):
            pass
        case DeliveryTried(fault=Hit() as hit, event=operation, subject=subject):
            pass
        case _:
            return None
    return Strike(hit.note.partition(":")[0], hit.fault, record.system, operation, subject, hit.stage)


class Webhooks:
    """Who is told of what, and how it went."""

    def __init__(self, server: SandboxServer) -> None:
        self._server = server

    def subscribe(self, system: str, *types: str) -> Receiver:
        """A receiver of this test's own for the events of a system, of all types without any. Raises UsageError."""
        __tracebackhide__ = True
        _check_system(system)
        receiver = self._server.receivers.new(system, self._server.setup.credentials.webhook_secret(system))
        self.subscribe_url(system, receiver.url, *types)
        return receiver

    def subscribe_url(self, system: str, url: str, *types: str) -> None:
        """Somebody else's receiver, such as the integration's own. Raises UsageError."""
        __tracebackhide__ = True
        _check_system(system)
        self._server.ask(lambda: self._server.sandbox.subscriptions.create(system, url, types or ("*",)))

    def __repr__(self) -> str:
        return f"<webhooks: {len(self.deliveries())} attempts>"

    def deliveries(self, system: str | None = None) -> list[DeliveryTried]:
        """Every attempt so far, the oldest first, as the sender logged it. Those under way are waited for: a receiver
        has an event before its sender knows."""

        async def logged() -> list[DeliveryTried]:
            sandbox = self._server.sandbox
            while sandbox.dispatcher.in_flight:
                await asyncio.sleep(LOOK_S)
            return [one for owner, one in sandbox.outbox.log if system in (None, owner)]

        return self._server.call(logged())


def _check_system(system: str) -> None:
    __tracebackhide__ = True
    if system not in SYSTEMS:
        raise UsageError(f"there is no system {system!r}{nearest_of(system, SYSTEMS)}")
