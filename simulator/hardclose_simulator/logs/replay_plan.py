"""The plan of a replay: what the people of each case do and when, from log and seed alone. Knows no systems."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from random import Random

from hardclose_mocks.history.codec import plain
from hardclose_simulator.logs.activities import STEPS, Activities
from hardclose_simulator.logs.cases import LogCase
from hardclose_simulator.logs.compression import TARGET_S, wire_offsets
from hardclose_simulator.logs.errors import LogError
from hardclose_simulator.logs.moves import Move, walk

CENTS_MAX = 100_000_000_00
"""Larger amounts are taken for something else that happens to be called an amount."""


@dataclass(frozen=True, slots=True)
class ReplayCase:
    """One expense report. `index` counts the cases played from 1; `cents` are hundredths, whatever the currency.

    `offsets_s` belong to `moves`, one for one: wire seconds from the start of the replay."""

    id: str
    index: int
    cents: int
    synthetic: bool
    """The amount was drawn from the seed."""
    moves: tuple[Move, ...]
    offsets_s: tuple[float, ...]

    @property
    def becomes_due(self) -> bool:
        return any(move.kind == "final_approve" for move in self.moves)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What was made of a log. `events` = `played` + all `skipped` + all `meaningless`.

    `cases` counts the cases read, `unplayable` those of them without a move. `skipped` is by kind of impossible step,
    `meaningless` by activity, `oddities` as in LogCase."""

    cases: int
    unplayable: int
    events: int
    played: int
    facts: int
    promoted: int
    synthetic_amounts: int
    unusable_amounts: int
    skipped: Mapping[str, int]
    meaningless: Mapping[str, int]
    oddities: Mapping[str, int]

    @property
    def mapped(self) -> int:
        """Events that meant something, whether or not it could be done."""
        return self.events - sum(self.meaningless.values())

    @property
    def naive_timestamps(self) -> int:
        """Timestamps without a zone, taken for UTC."""
        return self.oddities.get("naive_timestamps", 0)

    def lines(self) -> tuple[str, ...]:
        """For people; what did not occur is left out."""
        told = [
            f"{self.cases} cases, {self.events} events: {self.played} played as {self.facts} facts to come",
            _listed("impossible steps skipped", self.skipped),
            _listed("activities that mean nothing to the mapping", self.meaningless),
            f"{self.unplayable} cases without a single step that can be played" if self.unplayable else "",
            f"{self.promoted} last approvals taken for final: the log pays after them" if self.promoted else "",
            f"{self.synthetic_amounts} amounts synthetic, drawn from the seed" if self.synthetic_amounts else "",
            f"{self.unusable_amounts} amounts of the log unusable: none, negative or no number"
            if self.unusable_amounts
            else "",
            _listed("oddities put up with", {kind.replace("_", " "): n for kind, n in self.oddities.items()}),
            "timestamps without a zone were taken for UTC" if self.naive_timestamps else "",
        ]
        return tuple(line for line in told if line)


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """`span_s` is the wire time from the first move to the last."""

    cases: tuple[ReplayCase, ...]
    span_s: float
    statistics: Statistics

    @property
    def digest(self) -> str:
        text = json.dumps(plain(self.cases), sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def plan_replay(
    path: Path, cases: Iterable[LogCase], activities: Activities, seed: int, target_s: float = TARGET_S
) -> ReplayPlan:
    """All of `cases`, played within `target_s` wire seconds. `path` is for messages; raises LogError.

    The same cases, activities and seed give the same plan in every process."""
    read = events = promoted = synthetic = unusable = 0
    skipped: Counter[str] = Counter()
    meaningless: Counter[str] = Counter()
    oddities: Counter[str] = Counter()
    found: list[tuple[str, int, bool, tuple[Move, ...]]] = []
    for case in cases:
        read += 1
        events += len(case.events)
        oddities.update(case.oddities)
        path_taken = walk(case, activities)
        promoted += path_taken.promoted
        skipped.update(path_taken.skipped)
        meaningless.update(path_taken.meaningless)
        if not path_taken.moves:
            continue
        logged = case.amount
        cents = cents_of(logged) if logged is not None else None
        unusable += logged is not None and cents is None
        synthetic += cents is None
        drawn = _drawn_cents(seed, case.id) if cents is None else cents
        found.append((case.id, drawn, cents is None, tuple(path_taken.moves)))
    if not found:
        raise LogError(path, says=_nothing_to_play(read, skipped, meaningless))
    planned = _timed(found, target_s)
    statistics = Statistics(
        cases=read,
        unplayable=read - len(found),
        events=events,
        played=sum(len(case.moves) for case in planned),
        facts=sum(case.becomes_due for case in planned),
        promoted=promoted,
        synthetic_amounts=synthetic,
        unusable_amounts=unusable,
        skipped=dict(skipped.most_common()),
        meaningless=dict(meaningless.most_common()),
        oddities=dict(oddities),
    )
    return ReplayPlan(planned, max(case.offsets_s[-1] for case in planned), statistics)


def cents_of(text: str) -> int | None:
    """`26.85120450862128` as 2685, also `1,234.50` and `1.234,50`; None for what is not above zero, or no amount."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+\.\d+", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})*,\d{1,2}|\d+,\d{1,2}", text):
        text = text.replace(".", "").replace(",", ".")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 < amount < CENTS_MAX:
        return None
    cents = int((amount * 100).to_integral_value(ROUND_HALF_UP))
    return cents if 0 < cents <= CENTS_MAX else None


def _drawn_cents(seed: int, case: str) -> int:
    """Log-normal, median 42: like the domestic declarations of the BPI Challenge 2020 (median 41.52)."""
    return max(100, min(500_000, round(4200 * Random(f"{seed}/replay.amount/{case}").lognormvariate(0.0, 1.1))))


def _timed(found: list[tuple[str, int, bool, tuple[Move, ...]]], target_s: float) -> tuple[ReplayCase, ...]:
    """With wire offsets. Moves of one instant keep the order of their cases, moves of a case their own."""
    order = sorted(
        ((move.logged_at, place, step) for place, (*_, moves) in enumerate(found) for step, move in enumerate(moves)),
    )
    offsets: list[list[float]] = [[] for _ in found]
    for (_, place, _), offset in zip(order, wire_offsets([at for at, _, _ in order], target_s), strict=True):
        offsets[place].append(offset)
    return tuple(
        ReplayCase(name, index, cents, synthetic, moves, tuple(offsets[index - 1]))
        for index, (name, cents, synthetic, moves) in enumerate(found, 1)
    )


def _nothing_to_play(read: int, skipped: Mapping[str, int], meaningless: Mapping[str, int]) -> str:
    why = [_listed("activities without meaning", meaningless), _listed("impossible steps", skipped)]
    steps = ", ".join(step for step in STEPS if step != "ignored")
    says = f"none of the {read} cases holds a step of an expense report ({'; '.join(filter(None, why))})"
    return f"{says}; map its activities with --activities FILE, a YAML file of patterns for {steps}"


def _listed(what: str, counts: Mapping[str, int], shown: int = 12) -> str:
    if not counts:
        return ""
    names = ", ".join(f"{name} {count}" for name, count in [*counts.items()][:shown])
    more = f" and {len(counts) - shown} more kinds" if len(counts) > shown else ""
    return f"{sum(counts.values())} {what}: {names}{more}"
