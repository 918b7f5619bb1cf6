"""A run in virtual time repeats to the bit, and the reference keeps every promise in every story."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

from hardclose_mocks.history.records import Record, Run, Snapshot
from hardclose_mocks.server.sandbox import SYSTEMS
from hardclose_simulator.judge import judge
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import available, load
from hardclose_simulator.verdict import PROMISES_KEPT, Status

STYLES = ("webhooks", "polling")
MONTH_END = {"O01", "O02", "O03", "O05", "O09", "O10", "O11", "O12", "O19", "O22", "O24", "O25", "O30", "O35", "O41"}
STORIES = [one.name for one in available()]
TWICE = [("smoke", "webhooks"), ("smoke", "polling"), ("month-end", "webhooks"), ("month-end", "polling")]

PROGRAM = """
import json, sys
from hardclose_mocks.history.records import Run
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load

for scenario, style in json.loads(sys.argv[1]):
    records = play_virtually(from_scenario(load(scenario), 7, "T7"), style)
    run = next(record.body for record in records if isinstance(record.body, Run))
    print(json.dumps([len(records), records[-1].h, run.facts_hash, run.plan_hash]))
"""


@cache
def played(scenario: str, style: str, seed: int = 1, tag: str = "T1") -> tuple[Record, ...]:
    return tuple(play_virtually(from_scenario(load(scenario), seed, tag), style))


def header(records: tuple[Record, ...]) -> Run:
    return next(record.body for record in records if isinstance(record.body, Run))


def test_the_same_seed_gives_the_same_history_in_every_process() -> None:
    """Processes that hash strings differently would show any set that is iterated over."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, json.dumps(TWICE)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for hash_seed in ("1", "4242")
    ]
    outputs = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    here = outputs[0].splitlines()
    assert len(here) == len(TWICE)
    assert here == outputs[1].splitlines()


def test_the_same_seed_gives_the_same_history_twice_in_one_process() -> None:
    again = play_virtually(from_scenario(load("smoke"), 1, "T1"), "webhooks")
    assert again[-1].h == played("smoke", "webhooks")[-1].h


def test_another_seed_gives_other_facts_another_plan_and_another_history() -> None:
    one, other = played("smoke", "webhooks"), played("smoke", "webhooks", 2, "T1")
    assert header(one).facts_hash != header(other).facts_hash
    assert header(one).plan_hash != header(other).plan_hash
    assert one[-1].h != other[-1].h


def test_a_style_changes_the_history_and_neither_facts_nor_plan() -> None:
    one, other = played("smoke", "webhooks"), played("smoke", "polling")
    assert (header(one).facts_hash, header(one).plan_hash) == (header(other).facts_hash, header(other).plan_hash)
    assert one[-1].h != other[-1].h


def test_a_run_tag_changes_names_and_not_what_happens() -> None:
    one, other = played("smoke", "webhooks"), played("smoke", "webhooks", 1, "T1x99")
    assert (header(one).facts_hash, header(one).plan_hash) == (header(other).facts_hash, header(other).plan_hash)
    assert [record.kind for record in one] == [record.kind for record in other]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("scenario", STORIES)
def test_the_reference_keeps_every_promise_and_the_books_are_what_the_history_says(scenario: str, style: str) -> None:
    records = played(scenario, style)
    verdict = judge(records)
    assert (verdict.findings, verdict.crashed, verdict.soundness, verdict.unfired) == ((), (), (), ())
    assert [one for one in verdict.must_happen if not one.met] == []
    assert (verdict.exit_code, verdict.settled) == (PROMISES_KEPT, "quiet")
    assert {record.system for record in records if isinstance(record.body, Snapshot)} == set(SYSTEMS)
    if scenario == "month-end":
        # What a month end is about is put to the test; but who polls gets no events, forged or not.
        untried = {one.obligation for one in verdict.verdicts if one.status is Status.VACUOUS}
        assert untried & MONTH_END <= ({"O35"} if style == "polling" else set())


def test_a_variant_is_named_in_the_header_and_a_reproduce_line_asks_for_it() -> None:
    recipe = from_scenario(load("smoke").with_profile("C4"), 3, "T3", asked={"scenario": "smoke"})
    verdict = judge(play_virtually(recipe, "polling", "L07"))
    assert verdict.sut == "reference, polling, variant L07"
    assert verdict.reproduce.split(": ", 1)[1] == (
        "hardclose run smoke --seed 3 --style polling --variant L07 --profile C4 --virtual"
    )


def test_an_unknown_variant_is_refused_before_anything_is_played() -> None:
    looks: list[Any] = []
    with pytest.raises(KeyError, match="no variant 'P99'"):
        play_virtually(from_scenario(load("smoke"), 1, "T1"), "webhooks", "P99", looks.append)
    assert looks == []


def test_whoever_posts_nothing_proves_nothing() -> None:
    """Every scenario promises that documents were posted: parking all of them is legal, and no proof of anything."""
    for listed in available():
        assert load(listed.name).must_happen.get("facts_posted", 0) > 0, listed.name
