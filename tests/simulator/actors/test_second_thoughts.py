"""People who think again (F50): what they take back is ordered no more, and what they order instead is."""

from __future__ import annotations

from hardclose_mocks.history.records import Acted, Fact, Record, Withdrawn
from hardclose_simulator.case_building import build
from hardclose_simulator.judge import judge
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load


def lived() -> list[Record]:
    return play_virtually(from_scenario(load("second-thoughts"), 1, "T1"), "polling")


def test_a_recalled_report_is_withdrawn_and_its_correction_takes_its_place() -> None:
    records = lived()
    facts = {one.body.id: one.body for one in records if isinstance(one.body, Fact)}
    gone = [one.body for one in records if isinstance(one.body, Withdrawn)]
    assert gone
    for one in gone:
        first, anew = facts[one.fact], facts[f"{one.fact}.2"]
        assert (one.source, one.revision, one.why) == (first.source, first.revision, "recalled")
        assert (anew.replaces, anew.source, anew.revision) == (first.id, first.source, first.revision + 1)
        assert anew.total != first.total
        assert first.due_at < one.at < anew.due_at
    standing = {fact.id for fact in build(records).facts}
    assert standing == set(facts) - {one.fact for one in gone}
    assert judge(records).exit_code == 0


def test_who_presses_twice_is_refused_once_and_nothing_else_changes() -> None:
    asked = [one.body.carried for one in lived() if isinstance(one.body, Acted)]
    refusals = [one.refusal for one in asked if one.command == "SubmitReport" and one.refusal]
    assert refusals
    assert set(refusals) == {"WrongState"}


def test_nobody_who_only_thinks_again_moves_anybody_elses_documents() -> None:
    calm = load("second-thoughts")
    hasty = calm.model_copy(update={"second_thoughts": calm.second_thoughts.model_copy(update={"recall": 0.0})})
    first, second = (from_scenario(one, 1, "T1").story for one in (calm, hasty))
    assert [name for name, _ in first.cast] == [name for name, _ in second.cast]
    assert first.facts_hash != second.facts_hash
