"""What the judge's ingredients earn is measured by leaving one out on the same mutants and seeds."""

from __future__ import annotations

import pytest

from hardclose_reference.mutants import MUTANTS
from hardclose_simulator.prove.baselines import Task, Uplift, baselines, kills, only_weather
from hardclose_simulator.scenario import load


@pytest.mark.parametrize(
    ("way", "mutant", "killed"),
    [
        ("diff", "P01", True),
        ("diff", "P14", False),  # the books are right; the source is not told
        ("plain", "P02", False),  # the key saves who never looks
        ("base", "P14", True),
    ],
)
def test_each_way_sees_what_it_can_see(way: str, mutant: str, killed: bool) -> None:
    assert kills(Task(way, MUTANTS[mutant], 1)) is killed


def test_weather_aims_at_nothing_and_strikes_everywhere() -> None:
    story = only_weather(load("lossy"))
    assert story.faults.aimed == ()
    assert {rule.system for rule in story.faults.weather} == {"erp", "procurement", "expense"}


def test_the_uplift_counts_by_level() -> None:
    one = Uplift("diff", (("P01", "N"), ("P02", "T"), ("P11", "T")), frozenset({"P01", "P11"}))
    assert (one.missed, one.by_level()) == (("P02",), {"T": (1, 2), "N": (1, 1)})


def test_every_way_tries_every_mutant_and_no_legal_variant() -> None:
    (first, *_) = baselines([MUTANTS["P01"]], [1], workers=1)
    assert (first.way, first.tried, first.killed) == ("diff", (("P01", "N"),), {"P01"})
