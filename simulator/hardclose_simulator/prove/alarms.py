"""The false-alarm campaign: correct integrations on many stories and seeds, and how wrong the judge may yet be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.prove.campaign import Judged, judged_run
from hardclose_simulator.prove.population import Implementation
from hardclose_simulator.prove.spreading import spread
from hardclose_simulator.verdict import PROMISE_BROKEN, PROMISES_KEPT, Status

CREDIBLE = 300
"""An obligation with fewer non-vacuous evaluations is not yet credible: its bound is above 1 %."""


@dataclass(frozen=True, slots=True)
class Play:
    """One correct integration on one story and seed."""

    scenario: str
    seed: int
    who: Implementation

    @property
    def cell(self) -> tuple[str, str]:
        """Seeds within one (implementation, scenario) are correlated; cells are not."""
        return self.who.name, self.scenario

    @property
    def reproduce(self) -> str:
        variant = f" --variant {self.who.variant}" if self.who.variant else ""
        return (
            f"hardclose run {self.scenario} --seed {self.seed} --style {self.who.style}{variant} "
            f"--profile {self.who.profile} --virtual"
        )


def plays(scenarios: Sequence[str], who: Sequence[Implementation], runs: int, first_seed: int) -> Iterator[Play]:
    """So many runs: every implementation on every story before any story is played with a second seed."""
    cells = [(scenario, one) for scenario in scenarios for one in who]
    # A stride apart from both lengths: who stops early has seen all stories and all implementations a little.
    stride = next(step for step in range(len(cells) * 5 // 8 or 1, 2 * len(cells) + 2) if _coprime(step, len(cells)))
    for number in range(runs):
        scenario, one = cells[number * stride % len(cells)]
        yield Play(scenario, first_seed + number // len(cells), one)


def _coprime(one: int, other: int) -> bool:
    while other:
        one, other = other, one % other
    return one == 1


def play(one: Play) -> Judged:
    return judged_run(one.scenario, one.who.profile, one.who.style, one.seed, one.who.variant)


def alarms(planned: Sequence[Play], *, workers: int) -> Iterator[tuple[Play, Judged]]:
    for place, judged in spread(play, planned, workers=workers):
        yield planned[place], judged


def bound(clean: int) -> float:
    """Upper 95 % bound of a rate after so many independent trials without a single event: 1 - 0.05^(1/n)."""
    return 1.0 - 0.05 ** (1.0 / clean) if clean else 1.0


@dataclass(frozen=True, slots=True)
class Tally:
    """One obligation over the whole campaign. `runs` are those in which it was tempted (PASS or FAIL), `cells` the
    (implementation, scenario) pairs among them, `evaluated` single occasions."""

    obligation: str
    runs: int
    cells: int
    evaluated: int
    alarms: int
    vacuous: int
    unknown: int

    @property
    def bound(self) -> float:
        return 1.0 if self.alarms else bound(self.runs)

    @property
    def bound_by_cells(self) -> float:
        return 1.0 if self.alarms else bound(self.cells)

    @property
    def credible(self) -> bool:
        return self.runs >= CREDIBLE and not self.alarms


@dataclass(frozen=True, slots=True)
class AlarmReport:
    """All plays that were finished."""

    played: tuple[tuple[Play, Judged], ...]

    @property
    def accused(self) -> tuple[tuple[Play, Judged], ...]:
        return tuple(one for one in self.played if one[1].exit_code == PROMISE_BROKEN)

    @property
    def undecided(self) -> tuple[tuple[Play, Judged], ...]:
        """Neither accused nor passed: too little evidence, or our own trouble."""
        return tuple(one for one in self.played if one[1].exit_code not in (PROMISE_BROKEN, PROMISES_KEPT))

    def tallies(self) -> list[Tally]:
        return [self._tally(obligation) for obligation in OBLIGATIONS]

    def _tally(self, obligation: str) -> Tally:
        seen = [(one.cell, *judged.statuses[obligation]) for one, judged in self.played]
        by_status = Counter(status for _, status, _ in seen)
        tempted = [(cell, count) for cell, status, count in seen if status in (Status.PASS, Status.FAIL)]
        return Tally(
            obligation=obligation,
            runs=len(tempted),
            cells=len({cell for cell, _ in tempted}),
            evaluated=sum(count for _, count in tempted),
            alarms=by_status[Status.FAIL],
            vacuous=by_status[Status.VACUOUS],
            unknown=by_status[Status.UNKNOWN],
        )

    def sentence(self) -> str:
        who = len({one.who for one, _ in self.played})
        stories = len({one.scenario for one, _ in self.played})
        clean = len(self.played) - len(self.accused)
        says = f"{len(self.accused)} of {len(self.played)} runs accused ({who} implementations, {stories} scenarios)"
        if self.undecided:
            says += f", {len(self.undecided)} undecided"
        return says if self.accused else f"{says}; 95 % bound {bound(clean):.3%} per run"

    def document(self) -> dict[str, Any]:
        return {
            "schema": "hardclose.alarms/1",
            "sentence": self.sentence(),
            "runs": len(self.played),
            "accused": [_told(one, judged) for one, judged in self.accused],
            "undecided": [_told(one, judged) for one, judged in self.undecided],
            "obligations": [
                {
                    "id": one.obligation,
                    "runs": one.runs,
                    "cells": one.cells,
                    "evaluated": one.evaluated,
                    "alarms": one.alarms,
                    "vacuous": one.vacuous,
                    "unknown": one.unknown,
                    "bound": one.bound,
                    "bound_by_cells": one.bound_by_cells,
                    "credible": one.credible,
                }
                for one in self.tallies()
            ],
        }


def _told(one: Play, judged: Judged) -> dict[str, Any]:
    return {
        "scenario": one.scenario,
        "seed": one.seed,
        "implementation": one.who.name,
        "exit_code": judged.exit_code,
        "failed": list(judged.failed),
        "says": list(judged.says),
        "reproduce": one.reproduce,
    }
