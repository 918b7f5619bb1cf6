"""What the wire faults of the plan do to one call, before and after the books. Decides; breaks and delays nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hardclose_mocks.faults.plan import Rule, draw, lognormal
from hardclose_mocks.history.records import Hit

READING = (".list", ".get", "token", "card")
"""Endings of operations that a read-only window lets through."""
Names = tuple[str, str, int]
"""Operation, subject without run tag, and the number of the call."""


@dataclass(frozen=True, slots=True)
class Blow:
    """The end of a call. `instead` is what is told in place of the real answer: a protocol answer's name, `page`, `cut`
    or `garbled` for a torn one, `silence`; None drops the connection. `lasts_s` is how long a lock is held or silence
    kept."""

    hit: Hit
    instead: str | None = None
    retry_after_s: float | None = None
    lasts_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Job:
    """The call is accepted and carried out `after_s` later, never if that is None."""

    hit: Hit
    after_s: float | None


@dataclass(frozen=True, slots=True)
class Lag:
    """The read is served from a copy that is this far behind."""

    hit: Hit
    lag_s: float


@dataclass(frozen=True, slots=True)
class Ordeal:
    """All that one call meets. Delays are wire seconds; a `before` blow keeps the call from the books.

    `early` is told at once, and the call is carried out `late_s` after it came."""

    delay_before_s: float = 0.0
    before: Blow | None = None
    early: Blow | None = None
    late_s: float = 0.0
    delay_after_s: float = 0.0
    after: Blow | None = None
    slow: Hit | None = None
    """Set where a delay is all that the call meets."""
    job: Job | None = None
    twice: Hit | None = None
    """The system itself does it once more (F18)."""
    disguised: Hit | None = None
    """A refusal is told with a success status (F14)."""
    rows: Hit | None = None
    """The results of a batch are told otherwise (F16)."""
    omits: bool = False
    """They are told without the refused ones."""
    lag: Lag | None = None

    @property
    def hit(self) -> Hit | None:
        """What is on record of a call that reached the books."""
        ends = self.after or self.early or self.job
        return ends.hit if ends is not None else self.twice or self.slow


def ordeal(seed: int, rules: Sequence[Rule], names: Names) -> Ordeal:
    """What those rules, which strike this call, do to it. Of several that end it in one phase the first does."""
    before = [blow for rule in rules if (blow := _before(seed, rule, names)) is not None]
    after = [blow for rule in rules if (blow := _after(seed, rule, names)) is not None]
    slow = [rule for rule in rules if rule.fault == "F03"]
    waits = [(draw(seed, rule.id, "side", *names) < 0.5, _delay_s(seed, rule, names)) for rule in slow]
    first = {rule.fault: rule for rule in reversed(rules)}
    late, rows = first.get("F04"), first.get("F16")
    lags = [Lag(_hit(rule, "on_read"), rule.number("lag_s")) for rule in rules if _lags(rule, names)]
    return Ordeal(
        delay_before_s=max((wait for side, wait in waits if side), default=0.0),
        before=before[0] if before else None,
        early=_early(seed, late, names) if late is not None else None,
        late_s=_between(seed, late, names) if late is not None else 0.0,
        delay_after_s=max((wait for side, wait in waits if not side), default=0.0),
        after=after[0] if after else None,
        slow=_hit(slow[0], "on_response") if slow else None,
        job=_job(seed, first["F15"], names) if "F15" in first else None,
        twice=_hit(first["F18"], "after_commit") if "F18" in first else None,
        disguised=next((_hit(one, "on_response") for one in rules if _disguises(one)), None),
        rows=_hit(rows, "on_response") if rows is not None else None,
        omits=rows is not None and rows.word("how") == "omits",
        lag=max(lags, key=lambda lag: lag.lag_s, default=None),
    )


def _hit(rule: Rule, stage: str) -> Hit:
    return Hit(rule.fault, stage, rule.id)


def _lags(rule: Rule, names: Names) -> bool:
    """The index is behind in lists and searches only."""
    return rule.fault == "F24" or (rule.fault == "F25" and names[0].endswith(".list"))


def _disguises(rule: Rule) -> bool:
    return rule.fault == "F14" and rule.word("how") == "problem"


def _before(seed: int, rule: Rule, names: Names) -> Blow | None:
    hit = _hit(rule, "before_commit")
    match rule.fault:
        case "F02":
            return Blow(hit)
        case "F07":
            retry = rule.number("retry_after_s") or None
            kind = "unavailable" if retry or draw(seed, rule.id, "kind", *names) < 0.5 else "server_error"
            return Blow(hit, kind, retry)
        case "F06" if not _commits(seed, rule, names):
            return Blow(hit, _gateway(seed, rule, names))
        case "F45" if rule.word("how") == "page":
            return Blow(hit, "page")
        case "F45" if rule.word("how") == "unavailable" or not names[0].endswith(READING):
            return Blow(hit, "unavailable")
        case "F09":
            return Blow(hit, "silence", lasts_s=rule.number("open_s"))
        case "F14" if rule.word("how") == "page" and not _commits(seed, rule, names):
            return Blow(hit, "page")
        case "F20":
            changed = _one_of(seed, rule, names, "how", ("locked", "changed")) == "changed"
            return Blow(hit, "record_changed") if changed else Blow(hit, "locked", lasts_s=rule.number("holds_s"))
        case _:
            return None


def _after(seed: int, rule: Rule, names: Names) -> Blow | None:
    hit = _hit(rule, "after_commit")
    match rule.fault:
        case "F01":
            return Blow(hit)
        case "F05":
            return Blow(hit, _one_of(seed, rule, names, "how", ("cut", "garbled")))
        case "F06" if _commits(seed, rule, names):
            return Blow(hit, _gateway(seed, rule, names))
        case "F14" if rule.word("how") == "page" and _commits(seed, rule, names):
            return Blow(hit, "page")
        case _:
            return None


def _early(seed: int, rule: Rule, names: Names) -> Blow:
    told = _one_of(seed, rule, names, "told", ("nothing", "504"))
    return Blow(_hit(rule, "after_commit"), "gateway_timeout" if told == "504" else None)


def _job(seed: int, rule: Rule, names: Names) -> Job:
    stuck = draw(seed, rule.id, "stuck", *names) < rule.number("stuck")
    return Job(_hit(rule, "after_commit"), None if stuck else _between(seed, rule, names))


def _between(seed: int, rule: Rule, names: Names) -> float:
    """Uniform from `shortest_s` to `highest_s`."""
    shortest, highest = rule.number("shortest_s"), rule.number("highest_s")
    return min(highest, shortest + draw(seed, rule.id, "delay", *names) * max(0.0, highest - shortest))


def _one_of(seed: int, rule: Rule, names: Names, parameter: str, choices: tuple[str, ...]) -> str:
    """What the parameter says, or a draw among the choices where it says any."""
    word = rule.word(parameter)
    return word if word in choices else choices[int(draw(seed, rule.id, parameter, *names) * len(choices))]


def _commits(seed: int, rule: Rule, names: Names) -> bool:
    return draw(seed, rule.id, "commits", *names) < rule.number("commits")


def _gateway(seed: int, rule: Rule, names: Names) -> str:
    return "bad_gateway" if draw(seed, rule.id, "kind", *names) < 0.5 else "gateway_timeout"


def _delay_s(seed: int, rule: Rule, names: Names) -> float:
    median, sigma, highest = (rule.number(name) for name in ("median_s", "sigma", "highest_s"))
    return lognormal(seed, rule.id, *names, median=median, sigma=sigma, highest=highest)
