"""Runs in virtual time: every scenario passes with the reference, and repeats to the bit in another process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hardclose_mocks.history.records import Record, Run
from hardclose_simulator.judge import judge
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import available, load
from hardclose_simulator.verdict import Status

STYLES = ("webhooks", "polling")
PRINT_HASHES = """
import sys
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load
name, style, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
print(play_virtually(from_scenario(load(name), seed, "T1"), style)[-1].h)
"""


def played(name: str, style: str, seed: int = 1, tag: str = "T1") -> list[Record]:
    return play_virtually(from_scenario(load(name), seed, tag), style)


def header(records: list[Record]) -> Run:
    return next(record.body for record in records if isinstance(record.body, Run))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", [listed.name for listed in available()])
def test_the_reference_keeps_every_promise_that_was_put_to_the_test(name: str, style: str) -> None:
    verdict = judge(played(name, style))
    assert verdict.exit_code == 0, (verdict.findings, verdict.must_happen, verdict.unfired, verdict.soundness)
    assert verdict.settled == "quiet"
    assert all(one.status in (Status.PASS, Status.VACUOUS) for one in verdict.verdicts)


@pytest.mark.parametrize(("name", "style"), [("month-end", "webhooks"), ("smoke", "polling")])
def test_the_same_seed_gives_the_same_history_in_every_process(name: str, style: str) -> None:
    hashes = set()
    for hash_seed in ("0", "12345"):
        done = subprocess.run(
            [sys.executable, "-c", PRINT_HASHES, name, style, "1"],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        hashes.add(done.stdout.strip())
    assert hashes == {played(name, style)[-1].h}


def test_another_seed_is_another_story() -> None:
    first, second = header(played("smoke", "webhooks", 1)), header(played("smoke", "webhooks", 2))
    assert first.facts_hash != second.facts_hash
    assert first.plan_hash != second.plan_hash


def test_the_run_tag_stands_outside_every_hash_of_the_plan() -> None:
    first, second = header(played("smoke", "webhooks")), header(played("smoke", "webhooks", tag="Tother"))
    assert (first.facts_hash, first.plan_hash) == (second.facts_hash, second.plan_hash)


def test_the_style_changes_neither_facts_nor_plan() -> None:
    first, second = header(played("smoke", "webhooks")), header(played("smoke", "polling"))
    assert (first.facts_hash, first.plan_hash) == (second.facts_hash, second.plan_hash)
