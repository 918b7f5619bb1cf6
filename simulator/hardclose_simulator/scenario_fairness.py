"""What no honest integration could bear: combinations of faults, profiles and limits that a scenario may not have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from hardclose_mocks.cards import CREATING
from hardclose_mocks.faults.catalogue import FAULTS, highest_of

if TYPE_CHECKING:
    from hardclose_simulator.scenario import Scenario
    from hardclose_simulator.scenario_faults import Aimed, Habit, Weather

REFERENCE_MIN = 24
"""Characters that hold any reference of a run: its tag and the document's number."""
CALLS_PER_FACT = 2
"""What a document costs at least, a lost answer included."""


class Unfair(NamedTuple):
    """The dotted key, and why nobody could do right under it."""

    key: str
    says: str


def unfair(scenario: Scenario) -> Iterator[Unfair]:
    for place, weather in enumerate(scenario.faults.weather):
        yield from _rule(scenario, f"faults.weather[{place}]", weather)
    for place, aimed in enumerate(scenario.faults.aimed):
        yield from _rule(scenario, f"faults.aimed[{place}]", aimed)
    for place, habit in enumerate(scenario.faults.habits):
        yield from _rule(scenario, f"faults.habits[{place}]", habit)
    yield from _quotas(scenario)


def _rule(scenario: Scenario, key: str, rule: Weather | Aimed | Habit) -> Iterator[Unfair]:
    pace, kind = scenario.pace_values, FAULTS[rule.fault]
    for name, parameter in kind.parameters.items():
        value = rule.parameters.get(name, parameter.default)
        highest = highest_of(rule.fault, name, pace.late_commit_s)
        if not isinstance(value, str) and value > highest:
            says = f"{value:g} s is beyond what the card promises at pace {pace.name}: late_commit_s {highest:g}"
            yield Unfair(f"{key}.parameters.{name}", says)
    if rule.fault in ("F24", "F25"):
        struck = rule.operations if not hasattr(rule, "operation") else (rule.operation,)
        for create in CREATING:
            document = create.partition(".")[0]
            hit = not struck or any(name.partition(".")[0] == document for name in struck)
            if rule.system == "erp" and hit and scenario.terms(create) == "C4":
                says = f"{create} is under C4, which promises that reads are up to date; put it under C5"
                yield Unfair(f"{key}.fault", says)
                return
    if rule.fault == "F21" and float(rule.parameters.get("reference_max", REFERENCE_MIN)) < REFERENCE_MIN:
        blind = [create for create in CREATING if scenario.terms(create) in ("C2", "C3", "C4", "C5")]
        if blind:
            says = f"{blind[0]} is found by its reference only, which would be cut; keep {REFERENCE_MIN} characters"
            yield Unfair(f"{key}.parameters.reference_max", says)


def _quotas(scenario: Scenario) -> Iterator[Unfair]:
    days = (scenario.ends - scenario.starts) / timedelta(days=1) + scenario.drain_max
    facts = sum(scenario.flows.counts().values())
    for system, limit in scenario.limits.items():
        if limit.per_day is not None and limit.per_day * days < CALLS_PER_FACT * facts:
            says = f"{facts} facts need more than {limit.per_day} calls a day for {days:.1f} days"
            yield Unfair(f"limits.{system}.per_day", says)
