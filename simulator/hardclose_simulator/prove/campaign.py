"""The proof campaign: each mutant and legal variant on its exposing scenario, paired with the reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hardclose_reference.mutants import Mutant
from hardclose_simulator.judge import judge
from hardclose_simulator.prove.spreading import spread
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load
from hardclose_simulator.verdict import PROMISES_KEPT, RunVerdict, Status

SAID_MAX = 5
"""Findings kept in words, of each run."""
Story = tuple[str, str, str, int, str | None]
"""Scenario, profile, style, seed, and the variant; None is the reference."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a campaign keeps of one run: small enough to come back from another process."""

    exit_code: int
    statuses: Mapping[str, tuple[Status, int]]
    """Per obligation its status and how often it was tempted."""
    says: tuple[str, ...] = ()
    """The first findings, else what kept the run from passing."""

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(name for name, (status, _) in self.statuses.items() if status is Status.FAIL)


@dataclass(frozen=True, slots=True)
class Trial:
    """One variant on one seed, and the reference on the very same story.

    `expected` is empty for a legal variant; `failed` are the obligations the variant broke, `reference_failed` those
    the paired reference broke (any is a defect of ours). The exit codes are their runs'. `says` are first findings."""

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
    level: str = "N"
    says_first: tuple[str, ...] = field(default=(), compare=False)

    @property
    def right(self) -> bool:
        """A mutant failed on an obligation of its card; a legal variant passed; the reference passed."""
        if self.reference_exit_code != PROMISES_KEPT:
            return False
        return bool(set(self.expected) & set(self.failed)) if self.expected else self.exit_code == PROMISES_KEPT

    @property
    def beside(self) -> tuple[str, ...]:
        """Obligations a mutant broke outside its card: a card too narrow, or noise in a checker."""
        return tuple(one for one in self.failed if one not in self.expected) if self.expected else ()

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


def campaign(cards: Iterable[Mutant], seeds: Iterable[int], *, workers: int = 1) -> Iterator[Trial]:
    """Trials by seed and card, each as soon as its two runs are over. A reference run is shared by all variants of
    the same story."""
    cards = tuple(cards)
    for seed in seeds:
        waiting = [(card, _pair(card, seed)) for card in cards]
        stories = list(dict.fromkeys(story for _, pair in waiting for story in pair))
        found: dict[Story, Judged] = {}
        for place, judged in spread(_judged, stories, workers=workers):
            found[stories[place]] = judged
            while waiting and all(story in found for story in waiting[0][1]):
                card, (reference, mine) = waiting.pop(0)
                yield trial_of(card, seed, found[mine], found[reference])


def trial_of(card: Mutant, seed: int, mine: Judged, reference: Judged) -> Trial:
    return Trial(
        id=card.id,
        title=card.title,
        scenario=card.scenario,
        profile=card.profile,
        style=card.style,
        seed=seed,
        expected=tuple(card.breaks),
        failed=mine.failed,
        reference_failed=reference.failed,
        exit_code=mine.exit_code,
        reference_exit_code=reference.exit_code,
        level=card.level,
        says_first=mine.says,
    )


def _pair(card: Mutant, seed: int) -> tuple[Story, Story]:
    """The paired reference run, and the variant's."""
    story = card.scenario, card.profile, card.style, seed
    return (*story, None), (*story, card.id)


def _judged(story: Story) -> Judged:
    return judged_run(*story)


def judged_run(scenario: str, profile: str, style: str, seed: int, variant: str | None) -> Judged:
    """One run, played and judged, and what a campaign keeps of it."""
    return kept(verdict_of(scenario, profile, style, seed, variant))


def kept(verdict: RunVerdict) -> Judged:
    said = [f"{one.obligation}: {one.says}" for one in verdict.findings] or [
        *(f"{one.obligation}: {one.note}" for one in verdict.verdicts if one.status is Status.UNKNOWN),
        *(f"wanted {one.wanted} {one.name}, saw {one.seen}" for one in verdict.must_happen if not one.met),
        *(f"never struck: {one}" for one in verdict.unfired),
        *verdict.soundness,
        *verdict.crashed,
    ]
    return Judged(
        verdict.exit_code,
        {one.obligation: (one.status, one.evaluated) for one in verdict.verdicts},
        tuple(said[:SAID_MAX]) if verdict.exit_code else (),
    )


def verdict_of(scenario: str, profile: str, style: str, seed: int, variant: str | None) -> RunVerdict:
    recipe = from_scenario(load(scenario).with_profile(profile), seed, f"T{seed}")
    return judge(play_virtually(recipe, style, variant))


def failed_of(verdict: RunVerdict) -> tuple[str, ...]:
    """The obligations this run broke, by id."""
    return tuple(one.obligation for one in verdict.verdicts if one.status is Status.FAIL)


def best_of(trials: Sequence[Trial]) -> dict[str, Trial]:
    """Per variant the trial that decides: of a mutant's seeds the first right one, of a legal variant's any wrong."""
    best: dict[str, Trial] = {}
    for trial in trials:
        held = best.get(trial.id)
        if held is None or (trial.right if trial.expected and not held.right else not trial.right and held.right):
            best[trial.id] = trial
    return best
