"""What a run is made of: equal for equal scenario or log and seed, and good for a story that can be played."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hardclose_mocks.clock import HostClock, LoopClock, VirtualLoop
from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import Fact, FaultRule, Genesis
from hardclose_mocks.kernel.documents import ExpenseReport
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_mocks.server.sandbox import Sandbox
from hardclose_simulator.logs.errors import LogError
from hardclose_simulator.run.recipe import Recipe, from_log, from_scenario
from hardclose_simulator.run.stage import Stage
from hardclose_simulator.scenario import ScenarioError, load

from ..logs.small_logs import event, trace, written, xes

ROUTINE = ("Submitted", "Approved by X", "Final approved by Y", "Request Payment", "Payment Handled")


def case(name: str, *activities: str, day: int = 2) -> str:
    """A case whose events lie an hour apart."""
    return trace(name, *(event(what, f"2026-11-{day:02}T{8 + hour:02}:00:00Z") for hour, what in enumerate(activities)))


def small_log(folder: Path, name: str = "small.xes") -> Path:
    """Three cases, of which two become due; one activity that means nothing."""
    return written(
        folder,
        name,
        xes(
            case("c1", *ROUTINE),
            case("c2", "Submitted", "Rejected by Y", *ROUTINE, day=3),
            case("c3", "Saved", "Submitted", "Coffee", day=4),
        ),
    )


def identity(recipe: Recipe) -> tuple[str, str, str]:
    return recipe.story.digest, recipe.story.facts_hash, recipe.story.plan_hash


def played(recipe: Recipe) -> tuple[list[Fact], Sandbox]:
    """The story on a sandbox of its own in virtual time, with nobody between the systems."""
    loop = VirtualLoop()
    try:
        sandbox = Sandbox(recipe.setup, LoopClock(loop))
        sandbox.open()
        sandbox.set_clock(recipe.story.starts, sandbox.pace.business_rate)
        stage = Stage(sandbox, recipe.story.starts)
        loop.run_until_complete(stage.play(recipe.story.cast))
        return stage.facts, sandbox
    finally:
        loop.close()


# --- from a log ------------------------------------------------------------------------------------------------


def test_the_same_log_and_seed_give_equal_hashes_whatever_the_run_tag(tmp_path: Path) -> None:
    log = small_log(tmp_path)
    assert identity(from_log(log, 10, 7, "T7")) == identity(from_log(log, 10, 7, "T7x123"))


def test_another_seed_gives_other_facts_and_another_plan(tmp_path: Path) -> None:
    log = small_log(tmp_path)
    one, other = from_log(log, 10, 7, "T7").story, from_log(log, 10, 8, "T8").story
    assert one.facts_hash != other.facts_hash
    assert one.plan_hash != other.plan_hash


def test_another_mapping_gives_another_story(tmp_path: Path) -> None:
    log = small_log(tmp_path)
    own = written(tmp_path, "own.yaml", "final_approval: coffee\n")
    recipe = from_log(log, 10, 7, "T7", activities=own)
    assert recipe.story.planned_facts == 3
    assert recipe.story.digest != from_log(log, 10, 7, "T7").story.digest
    assert recipe.story.config["activities"] == str(own)


def test_a_replay_promises_the_facts_of_its_plan_and_says_what_was_made_of_the_log(tmp_path: Path) -> None:
    story = from_log(small_log(tmp_path), 10, 7, "T7").story
    assert (story.name, story.planned_facts, story.must_happen) == ("replay", 2, {"expense_facts": 2})
    notes = "\n".join(story.config["notes"])
    assert "3 cases, 15 events" in notes
    assert "Coffee 1" in notes
    assert "3 amounts synthetic, drawn from the seed" in notes


def test_only_the_cases_asked_for_are_played(tmp_path: Path) -> None:
    assert from_log(small_log(tmp_path), 1, 7, "T7").story.planned_facts == 1


def test_what_the_header_keeps_of_a_replay_is_plain(tmp_path: Path) -> None:
    config = dict(from_log(small_log(tmp_path), 10, 7, "T7").story.config)
    assert plain(config) == config


def test_every_fact_a_replay_promises_becomes_due(tmp_path: Path) -> None:
    recipe = from_log(small_log(tmp_path), 10, 7, "T7")
    facts, sandbox = played(recipe)
    assert len(facts) == recipe.story.planned_facts
    assert {fact.source for fact in facts} == {"T7-R00001", "T7-R00002"}
    left = sandbox.systems["expense"].books.find("T7-R00003")
    assert isinstance(left, ExpenseReport)
    assert left.status == "submitted"


def test_no_period_closes_while_a_replay_is_played(tmp_path: Path) -> None:
    recipe = from_log(small_log(tmp_path), 10, 7, "T7")
    _, sandbox = played(recipe)
    erp = sandbox.systems["erp"].books
    assert isinstance(erp, ErpBooks)
    states = {
        row.state
        for company in recipe.setup.master.companies
        for row in erp.period_listing(company.code, "expense", sandbox.business.now())
        if row.starts_on <= recipe.story.starts.date() <= row.ends_on
    }
    assert states == {"open"}


def test_a_log_in_which_nothing_becomes_due_promises_nothing(tmp_path: Path) -> None:
    log = written(tmp_path, "drafts.xes", xes(case("c1", "Saved"), case("c2", "Submitted")))
    story = from_log(log, 10, 7, "T7").story
    assert (story.planned_facts, story.must_happen) == (0, {})


def test_columns_of_a_csv_are_kept_as_they_were_given(tmp_path: Path) -> None:
    rows = ["Claim;What;When", *(f"c1;{what};2026-11-02T0{hour}:00:00Z" for hour, what in enumerate(ROUTINE))]
    log = written(tmp_path, "claims.csv", "\n".join(rows))
    columns = ["case=Claim", "activity=What", "timestamp=When"]
    story = from_log(log, 10, 7, "T7", columns=columns).story
    assert story.planned_facts == 1
    assert story.config["columns"] == columns


def test_a_replay_can_run_under_another_profile(tmp_path: Path) -> None:
    recipe = from_log(small_log(tmp_path), 10, 7, "T7", profile="C4")
    assert recipe.setup.terms["expense_posting.create"].profile == "C4"
    with pytest.raises(ScenarioError, match="C9"):
        from_log(small_log(tmp_path), 10, 7, "T7", profile="C9")


def test_a_foreign_file_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="is JSON"):
        from_log(written(tmp_path, "log.xes", "{}"), 10, 7, "T7")


# --- from a scenario -------------------------------------------------------------------------------------------


def test_a_scenario_and_a_seed_give_equal_hashes_whatever_the_run_tag() -> None:
    scenario = load("smoke")
    assert identity(from_scenario(scenario, 3, "T3")) == identity(from_scenario(scenario, 3, "T3x1"))
    assert from_scenario(scenario, 3, "T3").story.facts_hash != from_scenario(scenario, 4, "T4").story.facts_hash


def test_every_fact_a_scenario_promises_becomes_due() -> None:
    recipe = from_scenario(load("smoke"), 3, "T3")
    facts, _ = played(recipe)
    assert len({fact.id for fact in facts}) == recipe.story.planned_facts > 0


def test_what_was_asked_for_stands_in_the_header() -> None:
    asked: dict[str, Any] = {"scenario": "./mine/smoke.yaml", "manifest": "m.yaml"}
    config = from_scenario(load("smoke"), 3, "T3", asked=asked).story.config
    assert {**config, **asked} == config


def test_a_sandbox_opens_with_the_masters_and_the_weather_of_its_recipe(tmp_path: Path) -> None:
    recipe = from_log(small_log(tmp_path), 10, 7, "T7")
    _, sandbox = played(recipe)
    genesis = next(one.body for one in sandbox.history.records if isinstance(one.body, Genesis))
    assert genesis.master == plain(recipe.setup.master)
    planned = [one.body.id for one in sandbox.history.records if isinstance(one.body, FaultRule)]
    assert planned == [rule.id for rule in recipe.setup.plan.rules] != []


@pytest.mark.parametrize("refuses", [True, False])
def test_the_cards_of_the_source_systems_say_what_the_story_does_with_older_copies(refuses: bool) -> None:
    story = load("smoke").model_copy(update={"refuses_older": refuses})
    systems = Sandbox(from_scenario(story, 1, "T1").setup, HostClock()).systems
    assert {name: one.card.refuses_older for name, one in systems.items()} == {
        "erp": False,
        "procurement": refuses,
        "expense": refuses,
    }
