"""What the wire faults of the plan do to one call, before and after the books. Decides; breaks and delays nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hardclose_mocks.faults.plan import Rule, draw, lognormal
from hardclose_mocks.history.records import Hit

Names = tuple[str, str, int]
"""Operation, subject without run tag, and the number of the call."""


@dataclass(frozen=True, slots=True)
class Blow:
    """The end of a call. `instead` is the protocol answer told in place of the real one; None drops the connection."""

    hit: Hit
    instead: str | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Ordeal:
    """All that one call meets. Delays are wire seconds; a `before` blow keeps the call from the books."""

    delay_before_s: float = 0.0
    before: Blow | None = None
    delay_after_s: float = 0.0
    after: Blow | None = None
    slow: Hit | None = None
    """Set where a delay is all that the call meets."""

    @property
    def hit(self) -> Hit | None:
        """What is on record of a call that reached the books."""
        return self.after.hit if self.after is not None else self.slow


def ordeal(seed: int, rules: Sequence[Rule], names: Names) -> Ordeal:
    """What those rules, which strike this call, do to it. Of several that end it in one phase the first does."""
    early = [blow for rule in rules if (blow := _before(seed, rule, names)) is not None]
    late = [blow for rule in rules if (blow := _after(seed, rule, names)) is not None]
    slow = [rule for rule in rules if rule.fault == "F03"]
    waits = [(draw(seed, rule.id, "side", *names) < 0.5, _delay_s(seed, rule, names)) for rule in slow]
    return Ordeal(
        delay_before_s=max((wait for before, wait in waits if before), default=0.0),
        before=early[0] if early else None,
        delay_after_s=max((wait for before, wait in waits if not before), default=0.0),
        after=late[0] if late else None,
        slow=Hit("F03", "on_response", slow[0].id) if slow else None,
    )


def _before(seed: int, rule: Rule, names: Names) -> Blow | None:
    hit = Hit(rule.fault, "before_commit", rule.id)
    match rule.fault:
        case "F02":
            return Blow(hit)
        case "F07":
            retry = rule.number("retry_after_s") or None
            kind = "unavailable" if retry or draw(seed, rule.id, "kind", *names) < 0.5 else "server_error"
            return Blow(hit, kind, retry)
        case "F06" if not _commits(seed, rule, names):
            return Blow(hit, _gateway(seed, rule, names))
        case _:
            return None


def _after(seed: int, rule: Rule, names: Names) -> Blow | None:
    hit = Hit(rule.fault, "after_commit", rule.id)
    match rule.fault:
        case "F01":
            return Blow(hit)
        case "F06" if _commits(seed, rule, names):
            return Blow(hit, _gateway(seed, rule, names))
        case _:
            return None


def _commits(seed: int, rule: Rule, names: Names) -> bool:
    return draw(seed, rule.id, "commits", *names) < rule.number("commits")


def _gateway(seed: int, rule: Rule, names: Names) -> str:
    return "bad_gateway" if draw(seed, rule.id, "kind", *names) < 0.5 else "gateway_timeout"


def _delay_s(seed: int, rule: Rule, names: Names) -> float:
    median, sigma, highest = (rule.number(name) for name in ("median_s", "sigma", "highest_s"))
    return lognormal(seed, rule.id, *names, median=median, sigma=sigma, highest=highest)
