"""The proof campaign: each mutant and legal variant on its exposing scenario, paired with the reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hardclose_reference.legal import LEGAL
from hardclose_reference.mutants import MUTANTS

from hardclose_simulator.judge import judge
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load
from hardclose_simulator.verdict import RunVerdict, Status


@dataclass(frozen=True, slots=True)
class Trial:
    """One variant on one seed, and the reference on the very same story.

    `expected` is empty for a legal variant; `failed` are the obligations the variant broke, `reference_failed` those
    the paired reference broke (any is a defect of ours)."""

    id: str
    title: str
    scenario: str
    profile: str
    style: str
    seed: int
    expected: tuple[str, ...]
    failed: tuple[str, ...]
    reference_failed: tuple[str, ...]

    @property
    def right(self) -> bool:
        """A mutant failed on an obligation of its card; a legal variant on none; the reference on none."""
        if self.reference_failed:
            return False
        return bool(set(self.expected) & set(self.failed)) if self.expected else not self.failed

    @property
    def says(self) -> str:
        if self.reference_failed:
            return f"the reference itself fails {' '.join(self.reference_failed)}"
        if not self.expected:
            return "passes" if self.right else f"FALSE ALARM {' '.join(self.failed)}"
        if self.right:
            return f"killed by {' '.join(self.failed)}"
        return f"killed for another reason: {' '.join(self.failed)}" if self.failed else "SURVIVES"


def campaign(ids: Sequence[str], seeds: Iterable[int]) -> Iterator[Trial]:
    """Runs lazily, one trial after the other; a reference run is shared by all variants of the same story."""
    references: dict[tuple[str, str, str, int], tuple[str, ...]] = {}
    for seed in seeds:
        for name in ids:
            card = MUTANTS[name] if name in MUTANTS else LEGAL[name]
            story = (card.scenario, card.profile, card.style, seed)
            if story not in references:
                references[story] = failures(*story, None)
            yield Trial(
                id=name,
                title=card.title,
                scenario=card.scenario,
                profile=card.profile,
                style=card.style,
                seed=seed,
                expected=tuple(card.breaks),
                failed=failures(*story, name),
                reference_failed=references[story],
            )


def failures(scenario: str, profile: str, style: str, seed: int, variant: str | None) -> tuple[str, ...]:
    """The obligations this implementation breaks in this story, by id."""
    return failed_of(verdict_of(scenario, profile, style, seed, variant))


def verdict_of(scenario: str, profile: str, style: str, seed: int, variant: str | None) -> RunVerdict:
    recipe = from_scenario(load(scenario).with_profile(profile), seed, f"T{seed}")
    return judge(play_virtually(recipe, style, variant))


def failed_of(verdict: RunVerdict) -> tuple[str, ...]:
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
                    "right": trial.right,
                }
                for trial in self.trials
            ],
        }


def summary(trials: Iterable[Trial]) -> Summary:
    return Summary(tuple(trials))
