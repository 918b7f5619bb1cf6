"""A run from end to end: warm-up, chaos, heal, drain, audit; whatever the integration does, there is a verdict."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta

import pytest

from hardclose_mocks.history.records import (
    DeliveryTried,
    ExceptionSeen,
    Exchange,
    Fact,
    ManifestSeen,
    Phase,
    Run,
    Snapshot,
    Subscribed,
    SutProcess,
)
from hardclose_mocks.kernel.commands import SetPeriod
from hardclose_mocks.server.sandbox import Sandbox
from hardclose_simulator.actors.steps import Actor, Ask, Outcome, Step, WaitUntil
from hardclose_simulator.judge import judge
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.sut import HEALTH_S, SutError
from hardclose_simulator.verdict import RunVerdict, Status

from .tiny import FACTS, HASTY, HOST, Played, Stranger, listed, play_with, tiny


def lost(verdict: RunVerdict) -> int:
    return sum(line.lost.count for line in verdict.headlines)


def phases(played: Played) -> list[tuple[str, str]]:
    return [(phase.name, phase.note) for phase in played.bodies(Phase)]


# --- the order of things ---------------------------------------------------------------------------------------


def test_a_run_goes_through_its_phases_in_order_and_ends_with_the_books() -> None:
    played = play_with(Stranger())
    assert [name for name, _ in phases(played)] == ["warm-up", "chaos", "heal", "drain", "audit"]
    assert {record.system for record in played.records[-3:]} == {"erp", "procurement", "expense"}
    assert all(isinstance(record.body, Snapshot) for record in played.records[-3:])


def test_header_and_manifest_are_written_before_the_integration_is_started() -> None:
    played = play_with(Stranger())
    kinds = [record.kind for record in played.records]
    assert kinds.index("Run") < kinds.index("ManifestSeen") < kinds.index("SutProcess") < kinds.index("Fact")
    (run,) = played.bodies(Run)
    assert (run.scenario, run.seed, run.run_tag, run.mode, run.pace, run.sut) == (
        "tiny",
        1,
        "T1",
        "virtual",
        "ci",
        "a stranger",
    )
    assert run.config["must_happen"] == {"expense_facts": 3, "requisition_facts": 2}
    (manifest,) = played.bodies(ManifestSeen)
    assert manifest.manifest["retry_interval_s"] == 0.5


def test_every_planned_fact_is_declared_and_every_document_bears_the_run_tag() -> None:
    played = play_with(Stranger())
    facts = played.bodies(Fact)
    assert len({fact.id for fact in facts}) == FACTS
    assert all(fact.source.startswith("T1-") for fact in facts)


def test_the_integration_is_told_its_systems_and_stopped_in_the_end() -> None:
    stranger = Stranger()
    play_with(stranger)
    assert stranger.environment["HARDCLOSE_ERP_URL"] == "http://erp.test"
    assert len(stranger.environment) == 15
    assert stranger.stopped


def test_people_who_watch_see_each_phase_and_growing_numbers() -> None:
    played = play_with(Stranger())
    assert list(dict.fromkeys(look.phase for look in played.looks)) == ["chaos", "drain", "audit"]
    facts = [look.facts for look in played.looks]
    assert facts == sorted(facts)
    assert (played.looks[-1].facts, played.looks[-1].planned) == (FACTS, FACTS)


# --- webhooks --------------------------------------------------------------------------------------------------


def test_an_integration_that_subscribed_to_nothing_is_subscribed_to_everything() -> None:
    played = play_with(Stranger(), manifest=replace(HASTY, webhook_path="/in/{system}/now"))
    assert [one.url for one in played.bodies(Subscribed)] == [
        f"http://{HOST}/in/{system}/now" for system in ("erp", "procurement", "expense")
    ]


def test_an_integration_that_subscribed_itself_is_left_alone() -> None:
    def subscribe(sandbox: Sandbox) -> None:
        sandbox.subscriptions.create("expense", f"http://{HOST}/mine", ("expense_report.approved",))

    played = play_with(Stranger(subscribes=subscribe))
    subscribed = [one.url for one in played.bodies(Subscribed)]
    assert subscribed[0] == f"http://{HOST}/mine"
    assert len(subscribed) == 3, "the other two systems are subscribed for it"
    assert not any(url.endswith("/webhooks/expense") for url in subscribed)


def test_an_integration_that_only_polls_gets_no_webhooks() -> None:
    played = play_with(Stranger(), manifest=replace(HASTY, mode="poll"))
    assert played.bodies(Subscribed) == []
    assert played.bodies(DeliveryTried) == []


# --- integrations that are not there ---------------------------------------------------------------------------


def test_an_integration_that_never_answers_its_health_path_is_refused_in_words() -> None:
    with pytest.raises(SutError, match=rf"does not answer at http://{HOST}/ within {HEALTH_S:.0f} s") as no:
        play_with(Stranger(answers_health=None))
    assert "`health`" in str(no.value)


def test_any_answer_at_the_health_path_is_a_sign_of_life() -> None:
    played = play_with(Stranger(answers_health=503))
    assert phases(played)[-1][0] == "audit"


def test_an_integration_that_is_gone_before_the_run_is_refused_in_words() -> None:
    with pytest.raises(SutError, match="ended before the run began: exit code 7"):
        play_with(Stranger(answers_health=None, lives_s=0.2))


def test_a_refused_integration_is_stopped_all_the_same() -> None:
    stranger = Stranger(answers_health=None)
    with pytest.raises(SutError):
        play_with(stranger)
    assert stranger.stopped


def test_an_integration_that_does_nothing_loses_everything_and_is_told_so() -> None:
    verdict = judge(play_with(Stranger()).records)
    assert (verdict.exit_code, lost(verdict)) == (1, FACTS)


def test_an_integration_that_dies_in_the_middle_is_judged_with_its_losses() -> None:
    played = play_with(Stranger(lives_s=1.0))
    verdict = judge(played.records)
    assert [(one.state, one.note) for one in played.bodies(SutProcess)][1:2] == [("exited", "exit code 7")]
    assert (verdict.exit_code, lost(verdict)) == (1, FACTS)
    assert verdict.crashed == verdict.soundness == ()


def test_its_death_is_noted_once() -> None:
    played = play_with(Stranger(lives_s=0.5))
    assert [one.state for one in played.bodies(SutProcess)].count("exited") == 1


def test_an_integration_that_dies_while_the_run_drains_is_noted_as_well() -> None:
    played = play_with(Stranger(lives_s=2.0))
    assert "exited" in [one.state for one in played.bodies(SutProcess)]
    assert judge(played.records).exit_code == 1


def test_an_integration_that_never_answers_a_webhook_is_judged_when_the_drain_is_over() -> None:
    played = play_with(Stranger(answers_webhooks=None))
    assert phases(played)[-1] == ("audit", "drain_max")
    assert played.wire_s < 60.0
    verdict = judge(played.records)
    assert (verdict.exit_code, lost(verdict)) == (1, FACTS)


def test_an_integration_that_refuses_every_webhook_is_judged_with_its_losses() -> None:
    verdict = judge(play_with(Stranger(answers_webhooks=500)).records)
    assert (verdict.exit_code, lost(verdict)) == (1, FACTS)


# --- time ------------------------------------------------------------------------------------------------------


def test_the_audit_waits_until_all_has_been_at_rest_for_the_quiet_time() -> None:
    played = play_with(Stranger(), manifest=replace(HASTY, retry_interval_s=4.0))
    drain, audit = (
        next(record for record in played.records if isinstance(record.body, Phase) and record.body.name == name)
        for name in ("drain", "audit")
    )
    last = max(one.ended_ns for one in played.bodies(DeliveryTried))
    assert audit.body == Phase("audit", "quiet")
    assert (audit.wire_ns - max(last, drain.wire_ns)) / 1e9 == pytest.approx(4.0, abs=0.3)


def test_the_audit_waits_as_long_as_the_card_makes_a_doubtful_caller_wait() -> None:
    """Under C4 nobody may look before the late commit is over: 3 s, after the 2 s that callers wait for an answer."""
    played = play_with(Stranger(), from_scenario(tiny().with_profile("C4"), 1, "T1"))
    (audit,) = (record for record in played.records if record.body == Phase("audit", "quiet"))
    last = max(one.ended_ns for one in played.bodies(DeliveryTried))
    assert (audit.wire_ns - last) / 1e9 == pytest.approx(5.0, abs=0.3)


def test_a_story_that_does_not_end_is_cut_off_and_judged_as_it_stands() -> None:
    recipe = from_scenario(tiny(), 1, "T1")

    def sleeper() -> Generator[Step, Outcome, None]:
        yield WaitUntil(recipe.story.ends + timedelta(days=365))

    played = play_with(Stranger(), recipe, cast=(*recipe.story.cast, ("sleeper", sleeper())))
    planned_s = (recipe.story.ends - recipe.story.starts).total_seconds() / 4320
    assert ("heal", "deadline: the story was cut off") in phases(played)
    assert played.wire_s == pytest.approx(2 * planned_s + 30, abs=5.0)
    assert len(played.bodies(Fact)) == FACTS
    assert lost(judge(played.records)) == FACTS


def test_a_bug_in_a_person_of_ours_is_not_taken_for_the_integrations_fault() -> None:
    recipe = from_scenario(tiny(), 1, "T1")

    def confused() -> Actor:
        yield WaitUntil(recipe.story.starts + timedelta(minutes=10))
        raise ZeroDivisionError("a bug of ours")

    stranger = Stranger()
    with pytest.raises(ZeroDivisionError, match="a bug of ours"):
        play_with(stranger, recipe, cast=(*recipe.story.cast, ("confused", confused())))
    assert stranger.stopped


def test_a_person_whose_command_is_refused_goes_on_with_the_story() -> None:
    recipe = from_scenario(tiny(), 1, "T1")
    answers: list[str] = []

    def controller() -> Generator[Step, Outcome, None]:
        done = yield Ask("erp", SetPeriod("DE01", "payroll", 2026, 11, "open"), "controller")
        answers.append(type(done.refusal).__name__)
        done = yield Ask("erp", SetPeriod("DE01", "expense", 2026, 12, "open"), "controller")
        answers.append(type(done.refusal).__name__)

    play_with(Stranger(), recipe, cast=(("controller", controller()),))
    assert answers == ["Invalid", "NoneType"]


# --- what it shows of its own accord ---------------------------------------------------------------------------


def test_its_open_exceptions_are_on_record_at_the_audit() -> None:
    played = play_with(Stranger(exceptions=listed("T1-E0001", "T1-R0002")))
    assert [one.source for one in played.bodies(ExceptionSeen)] == ["T1-E0001", "T1-R0002"]
    verdict = judge(played.records)
    assert sum(line.parked.count for line in verdict.headlines) == 2
    assert lost(verdict) == FACTS - 2


@pytest.mark.parametrize(
    "answer",
    [
        (404, b""),
        (500, b"{}"),
        (200, b"<html>"),
        (200, b"\xff\xfe"),
        (200, b"17"),
        (200, b'[1, null, "R-1"]'),
        (200, b'{"items": {"R-1": "closed"}}'),
        (200, b'{"items": null}'),
    ],
)
def test_a_list_of_exceptions_nobody_understands_counts_as_none(answer: tuple[int, bytes]) -> None:
    played = play_with(Stranger(exceptions=answer))
    assert played.bodies(ExceptionSeen) == []
    assert len(played.bodies(Snapshot)) == 3


def test_a_bare_list_of_exceptions_will_do() -> None:
    played = play_with(Stranger(exceptions=(200, b'[{"source": "T1-E0001", "reason": 7}]')))
    assert [(one.source, one.reason) for one in played.bodies(ExceptionSeen)] == [("T1-E0001", "7")]


def test_nobody_is_asked_for_exceptions_who_declares_to_have_none() -> None:
    stranger = Stranger()
    play_with(stranger, manifest=replace(HASTY, exceptions=None))
    assert "/exceptions" not in stranger.asked


def test_the_judge_hears_of_no_call_that_was_not_made() -> None:
    played = play_with(Stranger())
    assert played.bodies(Exchange) == []
    verdict = judge(played.records)
    assert {one.obligation for one in verdict.verdicts if one.status is Status.FAIL} <= {"O09", "O10", "O12"}
