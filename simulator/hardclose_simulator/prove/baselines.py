"""What each ingredient of the judge earns: the same mutants and seeds with one ingredient left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hardclose_mocks.history.records import Record
from hardclose_mocks.server.sandbox import SYSTEMS
from hardclose_reference.mutants import Mutant
from hardclose_simulator.case import Case
from hardclose_simulator.case_building import build
from hardclose_simulator.judge import judge
from hardclose_simulator.prove.campaign import failed_of
from hardclose_simulator.prove.spreading import spread
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import Scenario, load
from hardclose_simulator.scenario_faults import Faults, Weather

WAYS = {
    "diff": "final books compared with the reference's, nothing else looked at",
    "weather": "the judge, random weather instead of aimed faults",
    "plain": "the judge, everything under profile C1",
    "base": "the judge, the mutant on the other base: polling instead of webhooks, or the reverse",
}
WEATHER = {"erp": ("F01", "F02", "F06", "F07"), "procurement": ("F01", "F02", "F30", "F31", "F32", "F36")}
"""What may strike anything at each system; the expense system knows what procurement knows."""
SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Task:
    """One mutant on one seed, judged in one of the poorer ways."""

    way: str
    card: Mutant
    seed: int


@dataclass(frozen=True, slots=True)
class Uplift:
    """What one way killed of what it tried, by id and level."""

    way: str
    tried: tuple[tuple[str, str], ...]
    killed: frozenset[str]

    @property
    def title(self) -> str:
        return WAYS.get(self.way, self.way)

    @property
    def missed(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.tried if name not in self.killed)

    def by_level(self) -> dict[str, tuple[int, int]]:
        there = Counter(level for _, level in self.tried)
        killed = Counter(level for name, level in self.tried if name in self.killed)
        return {level: (killed[level], there[level]) for level in ("T", "N", "S") if there[level]}

    def document(self) -> dict[str, Any]:
        return {
            "way": self.way,
            "says": self.title,
            "killed": sorted(self.killed),
            "missed": list(self.missed),
            "by_level": {level: list(counts) for level, counts in self.by_level().items()},
        }


def baselines(cards: Sequence[Mutant], seeds: Iterable[int], *, workers: int) -> Iterator[Uplift]:
    """One after the other, over the same mutants and seeds as the proof."""
    seeds = tuple(seeds)
    mutants = [card for card in cards if card.breaks]
    for way in WAYS:
        tasks = [Task(way, card, seed) for seed in seeds for card in mutants]
        killed = {tasks[place].card.id for place, dead in spread(kills, tasks, workers=workers) if dead}
        yield Uplift(way, tuple((card.id, card.level) for card in mutants), frozenset(killed))


def kills(task: Task) -> bool:
    """Whether that way of looking tells the mutant from the reference for a reason of its card (a diff has none)."""
    card, story = task.card, load(task.card.scenario)
    match task.way:
        case "diff":
            mine, reference = (
                standing(build(_played(story.with_profile(card.profile), card, task.seed, variant)))
                for variant in (card.id, None)
            )
            return mine != reference
        case "weather":
            story = only_weather(story).with_profile(card.profile)
        case "plain":
            story = story.with_profile("C1")
        case "base":
            story = story.with_profile(card.profile)
            card = replace(card, style="polling" if card.style == "webhooks" else "webhooks")
        case _:
            raise AssertionError(f"no baseline {task.way!r}")
    return bool(set(failed_of(judge(_played(story, card, task.seed, card.id)))) & set(card.breaks))


def standing(case: Case) -> Counter[tuple[object, ...]]:
    """The final books as an export shows them: live documents by fact, company, amount; dates and numbers left out."""
    links = case.attribution.links
    return Counter(
        (
            one.flow,
            links[one.number].fact if one.number in links else case.attribution.surplus.get(one.number),
            one.company,
            one.currency,
            one.total,
        )
        for one in case.documents.values()
        if one.live and one.by_integration
    )


def only_weather(story: Scenario) -> Scenario:
    """The same people, and a background of random trouble: nothing is aimed at a step, nobody is killed."""
    rules = tuple(
        Weather.model_validate({"fault": fault, "system": system, "share": SHARE, "name": f"any.{fault}.{system}"})
        for system in SYSTEMS
        for fault in WEATHER["erp" if system == "erp" else "procurement"]
    )
    return story.model_copy(update={"faults": Faults(weather=rules), "must_happen": {}})


def _played(story: Scenario, card: Mutant, seed: int, variant: str | None) -> list[Record]:
    return play_virtually(from_scenario(story, seed, f"T{seed}"), card.style, variant)
