"""The sweep: every site of a fault-free run is struck once in each phase, and each time the books are judged."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import Record
from hardclose_mocks.server.listen import free_port
from hardclose_simulator.case import Case
from hardclose_simulator.case_building import build
from hardclose_simulator.headline import bucket_of
from hardclose_simulator.judge import judge_case
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.must_happen import unfired
from hardclose_simulator.prove.campaign import failed_of
from hardclose_simulator.prove.sites import PHASES, Phase, Site, fault_free, sites_of, struck_by
from hardclose_simulator.prove.spreading import spread
from hardclose_simulator.run.recipe import Recipe, from_scenario
from hardclose_simulator.run.sut import CommandSut
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.run.wall import FREE, WallRun, play
from hardclose_simulator.scenario import Scenario
from hardclose_simulator.soundness import check_unbroken
from hardclose_simulator.verdict import RunVerdict, Status, Witness

GOOD = ("ok", "recovered")
OUTCOMES = (*GOOD, "parked", "lost", "duplicated", "stuck", "wrong", "unmet")
"""What became of the books. `wrong`: another promise was broken. `unmet`: the blow never fell, so nothing was shown."""


Blow = tuple[Site, Phase]


class NotClean(Exception):
    """The run without any fault did not keep its promises: a sweep would blame the faults for it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One site struck once in one phase. `says` is one sentence; `witness` opens a bad one into its timeline."""

    site: Site
    phase: Phase
    outcome: str
    failed: tuple[str, ...] = ()
    says: str = ""
    witness: Witness | None = None

    @property
    def name(self) -> str:
        return f"{self.site.name} {self.phase.name}"

    @property
    def good(self) -> bool:
        return self.outcome in (*GOOD, "unmet")


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is swept: one integration on one story. With a `command` it is a process in wall time, told apart by its
    `manifest`; without one the bundled reference in virtual time."""

    scenario: Scenario
    seed: int
    style: str = "webhooks"
    variant: str | None = None
    command: str | None = None
    manifest: Manifest | None = None
    asked: str = ""
    """How the scenario was asked for: a name or a file."""
    profile: str | None = None
    home: Path | None = None
    """Where runs in wall time leave their history and the command's output."""

    @property
    def integration(self) -> str:
        if self.command is not None:
            return self.command
        return f"reference, {self.style}" + (f", variant {self.variant}" if self.variant else "")

    def recipe(self) -> Recipe:
        return from_scenario(fault_free(self.scenario), self.seed, f"T{self.seed}")

    def sites(self) -> tuple[Site, ...]:
        """Plays the story without a fault; raises NotClean if that alone breaks a promise."""
        case = self._played(self.recipe(), "no-fault")
        verdict = judge_case(case)
        if failed := failed_of(verdict):
            raise NotClean(
                f"{self.scenario.name} without any fault: {self.integration} breaks {' '.join(failed)} already; "
                f"{verdict.reproduce}"
            )
        return sites_of(case, case.records)

    def strike(self, blow: Blow) -> Cell:
        """One run, judged."""
        site, phase = blow
        cell = cell_of(
            self._played(struck_by(self.recipe(), site.rule(phase)), f"{site.name} {phase.name}"), site, phase
        )
        if cell.witness is None:
            return cell
        return replace(cell, witness=replace(cell.witness, reproduce=self.reproduce(cell)))

    def reproduce(self, cell: Cell) -> str:
        words = ["hardclose", "sweep", self.asked, "--seed", str(self.seed)]
        if self.command is not None:
            words += ["--command", self.command]
        elif self.variant is not None:
            words += ["--style", self.style, "--mutant", self.variant]
        else:
            words += ["--style", self.style]
        if self.profile is not None:
            words += ["--profile", self.profile]
        return "Reproduce with: " + shlex.join([*words, "--only", cell.name])

    def _played(self, recipe: Recipe, name: str) -> Case:
        if self.command is None:
            records: Sequence[Record] = play_virtually(recipe, self.style, self.variant)
        else:
            assert self.home is not None, "a run in wall time leaves files"
            folder = self.home / name.replace(" ", "-")
            folder.mkdir(parents=True, exist_ok=True)
            records = _played_in_wall_time(recipe, folder, self.command, self.manifest or Manifest())
        check_unbroken(records)
        return build(records)


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells of one sweep, sites in the order a run meets them."""

    sweep: Sweep
    cells: tuple[Cell, ...]

    @property
    def sites(self) -> tuple[Site, ...]:
        return tuple(dict.fromkeys(cell.site for cell in self.cells))

    @property
    def phases(self) -> tuple[Phase, ...]:
        there = {cell.phase for cell in self.cells}
        return tuple(phase for phase in PHASES if phase in there)

    @property
    def bad(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if not cell.good)

    def cell(self, site: Site, phase: Phase) -> Cell | None:
        return next((cell for cell in self.cells if cell.site == site and cell.phase == phase), None)

    def rows(self) -> list[list[str]]:
        """A head, and a line per site; a blank where a phase does not apply."""
        rows = [["site", *(phase.name for phase in self.phases)]]
        for site in self.sites:
            cells = [self.cell(site, phase) for phase in self.phases]
            rows.append([site.name, *(cell.outcome if cell is not None else "" for cell in cells)])
        return rows

    def sentence(self) -> str:
        counts = Counter(cell.outcome for cell in self.cells)
        told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])
        return f"{self.sweep.integration}: {len(self.cells)} blows at {len(self.sites)} sites: {told or 'none struck'}"

    def document(self) -> dict[str, Any]:
        return {
            "integration": self.sweep.integration,
            "sentence": self.sentence(),
            "cells": [
                {
                    "site": plain(cell.site),
                    "phase": cell.phase.name,
                    "fault": cell.phase.fault,
                    "outcome": cell.outcome,
                    "failed": list(cell.failed),
                    "says": cell.says,
                    "timeline": plain(cell.witness.timeline) if cell.witness is not None else [],
                }
                for cell in self.cells
            ],
        }


def cell_of(case: Case, site: Site, phase: Phase) -> Cell:
    """What became of a run that was struck there."""
    verdict = judge_case(case)
    outcome = _outcome(case, verdict, site)
    witness = verdict.witnesses[0] if verdict.witnesses else None
    says = witness.finding.says if witness is not None else ""
    if outcome == "stuck":
        says = says or "work was still going on when the longest drain was over"
    return Cell(site, phase, outcome, failed_of(verdict), says, witness)


def _outcome(case: Case, verdict: RunVerdict, site: Site) -> str:
    failed = set(failed_of(verdict))
    buckets = {fact.id: bucket_of(case, fact, judged=case.audit is not None) for fact in case.facts}
    if "O01" in failed or "duplicated" in buckets.values():
        return "duplicated"
    if "O09" in failed or "lost" in buckets.values():
        return "lost"
    if case.settled != "quiet" or Status.UNKNOWN in {one.status for one in verdict.verdicts}:
        return "stuck"
    if failed:
        return "wrong"
    if any(unfired(case)):
        return "unmet"
    victim = next((fact for fact in case.facts if fact.id == site.fact), None)
    if victim is not None and buckets[victim.id] == "parked":
        return "parked"
    return "recovered" if victim is not None and case.in_doubt(victim) else "ok"


def _played_in_wall_time(recipe: Recipe, folder: Path, command: str, manifest: Manifest) -> Sequence[Record]:
    return play(WallRun(recipe, folder, FREE, manifest, lambda: CommandSut.of(command, free_port(), folder)))


def cells(sweep: Sweep, blows: Sequence[Blow], *, workers: int) -> Iterator[Cell]:
    """Each blow's cell as it comes, over that many processes. Closing the iterator cancels what has not begun."""
    for _, cell in spread(sweep.strike, blows, workers=workers):
        yield cell


def grid(sweep: Sweep, blows: Sequence[Blow], found: Sequence[Cell]) -> Grid:
    """In the order of the blows, whatever order they came back in."""
    by_blow = {(cell.site, cell.phase): cell for cell in found}
    return Grid(sweep, tuple(by_blow[blow] for blow in blows if blow in by_blow))
