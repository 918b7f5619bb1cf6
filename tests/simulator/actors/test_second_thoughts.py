"""People who think again (F50): what they take back is ordered no more, and what they order instead is."""

from __future__ import annotations

from hardclose_mocks.history.records import Acted, ExceptionSeen, Fact, Record, Withdrawn
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


def messed(variant: str | None, profile: str) -> tuple[list[Record], dict[str, str]]:
    """The history, and the documents that people made in the ERP, by number, with the reports they are of."""
    recipe = from_scenario(load("human-mess").with_profile(profile), 1, "T1")
    records = play_virtually(recipe, "polling", variant)
    case = build(records)
    assert judge(records).exit_code == 0
    return records, {one.number: one.reference for one in case.documents.values() if not one.by_integration}


def test_an_edited_report_is_withdrawn_at_the_edit_and_approved_once_more() -> None:
    records = play_virtually(from_scenario(load("amended"), 1, "T1"), "polling")
    facts = {one.body.id: one.body for one in records if isinstance(one.body, Fact)}
    gone = [one.body for one in records if isinstance(one.body, Withdrawn)]
    assert {one.why for one in gone} == {"edited"}
    assert all(facts[f"{one.fact}.2"].revision == 2 and facts[f"{one.fact}.2"].due_at > one.at for one in gone)


def test_what_an_accountant_keyed_in_is_found_where_references_are_unique() -> None:
    records, by_hand = messed(None, "C3")
    told = {claim.document for claims in build(records).claims.values() for claim in claims}
    assert told & set(by_hand)


def test_an_exception_that_people_have_put_right_is_closed_by_who_takes_that_over() -> None:
    left, taken = (
        {one.body.source for one in records if isinstance(one.body, ExceptionSeen)} & set(by_hand.values())
        for records, by_hand in (messed(None, "C1"), messed("L18", "C1"))
    )
    assert taken < left
