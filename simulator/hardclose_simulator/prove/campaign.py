"""The proof campaign: each mutant and legal variant on its exposing scenario, paired with the reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hardclose_reference.mutants import Mutant
from hardclose_simulator.judge import judge
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load
from hardclose_simulator.verdict import PROMISES_KEPT, RunVerdict, Status


@dataclass(frozen=True, slots=True)
class Trial:
    """One variant on one seed, and the reference on the very same story.

    `expected` is empty for a legal variant; `failed` are the obligations the variant broke, `reference_failed` those
    the paired reference broke (any is a defect of ours). The exit codes are their runs'."""

    id: str
    title: str
    scenario: str
    profile: str
    style: str
    seed: int
    expected: tuple[str, ...]
    failed: tuple[str, ...]
    reference_failed: tuple[str, ...]
    exit_code: int
    reference_exit_code: int

    @property
    def right(self) -> bool:
        """A mutant failed on an obligation of its card; a legal variant passed; the reference passed."""
        if self.reference_exit_code != PROMISES_KEPT:
            return False
        return bool(set(self.expected) & set(self.failed)) if self.expected else self.exit_code == PROMISES_KEPT

    @property
    def says(self) -> str:
        if self.reference_failed:
            return f"the reference itself fails {' '.join(self.reference_failed)}"
        if self.reference_exit_code != PROMISES_KEPT:
            return f"the reference itself does not pass: exit code {self.reference_exit_code}"
        if not self.expected and self.failed:
            return f"FALSE ALARM {' '.join(self.failed)}"
        if not self.expected:
            return "passes" if self.right else f"does not pass: exit code {self.exit_code}"
        if self.right:
            return f"killed by {' '.join(self.failed)}"
        return f"killed for another reason: {' '.join(self.failed)}" if self.failed else "SURVIVES"


def campaign(cards: Iterable[Mutant], seeds: Iterable[int]) -> Iterator[Trial]:
    """Runs lazily, one trial after the other; a reference run is shared by all variants of the same story."""
    references: dict[tuple[str, str, str, int], RunVerdict] = {}
    cards = tuple(cards)
    for seed in seeds:
        for card in cards:
            story = (card.scenario, card.profile, card.style, seed)
            if story not in references:
                references[story] = verdict_of(*story, None)
            verdict, reference = verdict_of(*story, card.id), references[story]
            yield Trial(
                id=card.id,
                title=card.title,
                scenario=card.scenario,
                profile=card.profile,
                style=card.style,
                seed=seed,
                expected=tuple(card.breaks),
                failed=failed_of(verdict),
                reference_failed=failed_of(reference),
                exit_code=verdict.exit_code,
                reference_exit_code=reference.exit_code,
            )


def verdict_of(scenario: str, profile: str, style: str, seed: int, variant: str | None) -> RunVerdict:
    recipe = from_scenario(load(scenario).with_profile(profile), seed, f"T{seed}")
    return judge(play_virtually(recipe, style, variant))


def failed_of(verdict: RunVerdict) -> tuple[str, ...]:
    """The obligations this run broke, by id."""
    return tuple(one.obligation for one in verdict.verdicts if one.status is Status.FAIL)


@dataclass(frozen=True, slots=True)
class Summary:
    """All trials of a campaign."""

    trials: tuple[Trial, ...]

    @property
    def proven(self) -> bool:
        return bool(self.trials) and all(trial.right for trial in self.trials)

    def rows(self) -> list[list[str]]:
        return [
            [
                trial.id,
                trial.title,
                f"{trial.scenario} ({trial.style}, seed {trial.seed})",
                trial.profile,
                " ".join(trial.expected) or "passes",
                " ".join(trial.failed) or "passes",
                "as expected" if trial.right else trial.says,
            ]
            for trial in self.trials
        ]

    def sentence(self) -> str:
        mutants = [trial for trial in self.trials if trial.expected]
        legal = [trial for trial in self.trials if not trial.expected]
        alarms = sum(bool(trial.reference_failed) for trial in self.trials)
        return (
            f"{sum(one.right for one in mutants)} of {len(mutants)} mutants killed for the right reason, "
            f"{sum(one.right for one in legal)} of {len(legal)} legal variants pass, "
            f"{alarms} false alarms on the reference"
        )

    def document(self) -> dict[str, Any]:
        return {
            "schema": "hardclose.prove/1",
            "proven": self.proven,
            "sentence": self.sentence(),
            "trials": [
                {
                    "id": trial.id,
                    "title": trial.title,
                    "scenario": trial.scenario,
                    "profile": trial.profile,
                    "style": trial.style,
                    "seed": trial.seed,
                    "expected": list(trial.expected),
                    "failed": list(trial.failed),
                    "reference_failed": list(trial.reference_failed),
                    "exit_code": trial.exit_code,
                    "reference_exit_code": trial.reference_exit_code,
                    "right": trial.right,
                }
                for trial in self.trials
            ],
        }


def summary(trials: Iterable[Trial]) -> Summary:
    return Summary(tuple(trials))
