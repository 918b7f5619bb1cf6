"""The fault plan: whether a rule strikes, as a pure function of names and numbers. Carries nothing out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hardclose_mocks.faults.catalogue import FAULTS


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the plan.

    `operations` name what it may strike (`expense_posting.create`; for deliveries the event type); empty means any.
    Weather: `share` of calls, while business time is within `starts` <= t < `ends` (None is open).
    Aimed: `aimed` is the subject without run tag, `nth` which of its calls (1 is the first); share is ignored.
    `until_ns` is the end of a life told in wire time: business time may stand still or jump meanwhile."""

    id: str
    fault: str
    system: str
    operations: tuple[str, ...] = ()
    share: float = 1.0
    starts: datetime | None = None
    ends: datetime | None = None
    aimed: str | None = None
    nth: int = 1
    parameters: Mapping[str, float | str] = field(default_factory=dict)
    until_ns: int | None = None

    def lives(self, wire_ns: int) -> bool:
        return self.until_ns is None or wire_ns < self.until_ns

    def number(self, name: str) -> float:
        """The numeric parameter, or the catalogue's default."""
        return float(self.parameters.get(name, FAULTS[self.fault].parameters[name].default))

    def word(self, name: str) -> str:
        return str(self.parameters.get(name, FAULTS[self.fault].parameters[name].default))

    @property
    def carrier(self) -> str:
        return FAULTS[self.fault].carrier


def draw(seed: int, rule: str, *names: object) -> float:
    """Uniform in [0, 1), from the seed and names alone: the same in every process, whatever happened before."""
    text = "\x1f".join((str(seed), "faults", rule, *map(str, names)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64


def exponential(seed: int, rule: str, *names: object, mean: float, highest: float) -> float:
    """An exponential delay with that mean, cut at `highest`."""
    return min(highest, -mean * math.log(1.0 - draw(seed, rule, "exponential", *names)))


def lognormal(seed: int, rule: str, *names: object, median: float, sigma: float, highest: float) -> float:
    """A log-normal delay with that median (Box-Muller over two draws), cut at `highest`."""
    first, second = draw(seed, rule, "normal-1", *names), draw(seed, rule, "normal-2", *names)
    normal = math.sqrt(-2.0 * math.log(1.0 - first)) * math.cos(2.0 * math.pi * second)
    return min(highest, median * math.exp(sigma * normal))


@dataclass(frozen=True, slots=True)
class Plan:
    """The seed and its rules. `strikes` depends on nothing else: not on arrival order, not on time but for windows."""

    seed: int
    rules: tuple[Rule, ...] = ()

    def would_strike(self, rule: Rule, operation: str, subject: str, nth: int) -> bool:
        """The draw alone, windows aside. `subject` carries no run tag."""
        if rule.operations and operation not in rule.operations:
            return False
        if rule.aimed is not None:
            return rule.aimed == subject and rule.nth == nth
        return draw(self.seed, rule.id, rule.fault, rule.system, operation, subject, nth) < rule.share

    def strikes(
        self, carrier: str, system: str, operation: str, subject: str, nth: int, at: datetime, wire_ns: int = 0
    ) -> tuple[Rule, ...]:
        """The rules of that carrier that strike this call at business instant `at`, in the plan's order. `wire_ns`
        matters to rules with a life of their own only."""
        return tuple(
            rule
            for rule in self.rules
            if rule.carrier == carrier
            and rule.system == system
            and (rule.starts is None or rule.starts <= at)
            and (rule.ends is None or at < rule.ends)
            and rule.lives(wire_ns)
            and self.would_strike(rule, operation, subject, nth)
        )


def plan_hash(plan: Plan, planned: Iterable[tuple[str, str, str]], attempts: Sequence[int] = (1, 2, 3, 4, 5)) -> str:
    """Digest over the draws for planned (system, operation, subject) triples and attempts 1-5: equal for equal seeds
    in every mode."""
    digest = hashlib.blake2b(digest_size=16)
    for system, operation, subject in sorted(planned):
        for rule in plan.rules:
            if rule.system == system:
                bits = "".join("1" if plan.would_strike(rule, operation, subject, nth) else "0" for nth in attempts)
                digest.update(f"{rule.id}|{system}|{operation}|{subject}|{bits}\n".encode())
    return digest.hexdigest()
