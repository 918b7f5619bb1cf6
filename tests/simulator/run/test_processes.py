"""The integration's own life: killed and frozen at wire events, in virtual time and for real."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from hardclose_mocks.history.records import DeliveryTried, Exchange, Hit, Record, SutProcess
from hardclose_mocks.server.listen import free_port
from hardclose_simulator.judge import judge
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.sut import CommandSut, RunningSut, Sut, reference_command
from hardclose_simulator.run.virtual import play_virtually, reference_manifest_of
from hardclose_simulator.run.wall import FREE, WallRun, play
from hardclose_simulator.scenario import Scenario, ScenarioError, load, parse

STORY = """
title: Killed once, frozen once
summary: Two documents, and the integration dies on one and freezes on the other.
story: A process is not for ever.
starts: 2026-11-18T08:00:00Z
ends: 2026-11-18T17:00:00Z
flows:
  expense:
    facts: 2
    companies: {DE01: 1}
    ramp:
      - {from: 2026-11-18 09:15, to: 2026-11-18 13:00}
    approval_hours: 0.2
faults:
  aimed:
    - {fault: F38, system: erp, operation: expense_posting.create, facts: [expense/1], parameters: {down_s: 0.5}}
    - fault: F39
      system: expense
      operation: expense_report.posting
      facts: [expense/2]
      parameters: {pause_s: 0.5}
"""


def short_story() -> Scenario:
    return parse(STORY, "killed.yaml")


def states(records: list[Record]) -> list[str]:
    return [record.body.state for record in records if isinstance(record.body, SutProcess)]


def hits(records: list[Record]) -> list[Hit]:
    faults = (record.body.fault for record in records if isinstance(record.body, (Exchange, DeliveryTried)))
    return [hit for hit in faults if hit is not None]


def test_two_kills_of_one_instant_are_one_death() -> None:
    """Both calls were committed in one tick of the loop; whoever came back twice would be two and post twice."""
    scenario = load("restarts").with_profile("C4")
    records = play_virtually(from_scenario(scenario, 12, "T12"), "polling")
    seen = states(records)
    assert seen.count("killed") == seen.count("restarted")
    assert all(one != other for one, other in pairwise(seen)), seen
    assert judge(records).exit_code == 0


def test_a_kill_strikes_between_the_commit_and_its_answer() -> None:
    records = play_virtually(from_scenario(short_story(), 1, "T1"), "webhooks")
    assert states(records) == ["started", "killed", "restarted"]
    (hit,) = (hit for hit in hits(records) if hit.fault == "F38")
    assert hit.stage == "after_commit"
    assert judge(records).exit_code == 0


def test_what_cannot_be_done_to_this_integration_is_struck_from_the_promise() -> None:
    """On the virtual clock nobody can be frozen alone: the run is no worse for it, and says so."""
    verdict = judge(play_virtually(from_scenario(short_story(), 1, "T1"), "webhooks"))
    assert verdict.unfired == ()
    assert any("F39" in one for one in verdict.struck)


def test_the_same_seed_kills_at_the_same_instants() -> None:
    hashes = {play_virtually(from_scenario(load("restarts"), 3, "T3"), "webhooks")[-1].h for _ in range(2)}
    assert len(hashes) == 1


def test_a_process_fault_is_no_weather() -> None:
    text = STORY.replace("  aimed:", "  weather:\n    - {fault: F38, system: erp, share: 0.1}\n  aimed:")
    with pytest.raises(ScenarioError, match="aimed, never weather"):
        parse(text, "killed.yaml")


def test_an_integration_somewhere_else_is_not_ours_to_kill() -> None:
    sut: Sut = RunningSut("http://127.0.0.1:1")
    assert not hasattr(sut, "kill")


@pytest.mark.wall
def test_a_real_process_is_killed_and_frozen_and_nothing_is_lost(tmp_path: Path) -> None:
    def reference() -> Sut:
        return CommandSut(reference_command("webhooks", None), free_port(), tmp_path, "reference, webhooks")

    recipe = from_scenario(short_story(), 1, "T1")
    records = play(WallRun(recipe, tmp_path, FREE, reference_manifest_of("webhooks", None), reference))
    assert sorted(states(records)) == ["killed", "paused", "restarted", "resumed", "started"]
    assert {hit.fault for hit in hits(records)} == {"F38", "F39"}
    verdict = judge(records)
    assert verdict.exit_code == 0, (verdict.findings, verdict.unfired)


def test_what_is_due_while_the_integration_is_down_strikes_when_it_is_back() -> None:
    """Both facts are due within the seconds that the first kill lasts."""
    crowded = STORY.replace("[expense/1], parameters: {down_s: 0.5}", "[expense/1, expense/2], parameters: {down_s: 3}")
    crowded = crowded.replace("to: 2026-11-18 13:00", "to: 2026-11-18 09:20")
    records = play_virtually(from_scenario(parse(crowded, "killed.yaml"), 1, "T1"), "webhooks")
    assert states(records).count("killed") == 2
    verdict = judge(records)
    assert verdict.unfired == ()
    assert verdict.exit_code == 0
