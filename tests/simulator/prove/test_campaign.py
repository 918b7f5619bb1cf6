"""A campaign is proven when every mutant died for its reason, every legal variant passed, and so did the reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from hardclose_reference.legal import LEGAL
from hardclose_reference.mutants import MUTANTS, Mutant
from hardclose_simulator.prove.baselines import Uplift
from hardclose_simulator.prove.campaign import Trial, campaign
from hardclose_simulator.prove.matrix import Summary, summary

KILLED = Trial("P01", "a defect", "lossy", "C1", "webhooks", 1, ("O01", "O09"), ("O01", "O03"), (), 1, 0)
LIVES = Trial("L01", "an oddity", "lossy", "C1", "webhooks", 1, (), (), (), 0, 0)


def tried(cards: Iterable[Mutant], *seeds: int) -> Summary:
    return summary(campaign(cards, seeds or (1,)))


# --- one trial -------------------------------------------------------------------------------------------------


def test_a_mutant_is_right_when_it_fails_on_an_obligation_of_its_card() -> None:
    assert (KILLED.right, KILLED.says) == (True, "killed by O01 O03")
    assert (LIVES.right, LIVES.says) == (True, "passes")


@pytest.mark.parametrize(
    ("trial", "says"),
    [
        (replace(KILLED, failed=(), exit_code=0), "SURVIVES"),
        (replace(KILLED, failed=(), exit_code=3), "SURVIVES"),
        (replace(KILLED, failed=("O30",)), "killed for another reason: O30"),
        (replace(KILLED, reference_failed=("O09",), reference_exit_code=1), "the reference itself fails O09"),
        (replace(KILLED, reference_exit_code=3), "the reference itself does not pass: exit code 3"),
        (replace(LIVES, failed=("O01",), exit_code=1), "FALSE ALARM O01"),
        (replace(LIVES, exit_code=4), "does not pass: exit code 4"),
        (replace(LIVES, exit_code=3), "does not pass: exit code 3"),
        (replace(LIVES, reference_failed=("O01",), reference_exit_code=1), "the reference itself fails O01"),
    ],
)
def test_everything_else_is_wrong_and_says_why(trial: Trial, says: str) -> None:
    assert (trial.right, trial.says) == (False, says)
    assert not summary([KILLED, LIVES, trial]).proven


# --- all trials ------------------------------------------------------------------------------------------------


def test_a_campaign_without_a_trial_proves_nothing() -> None:
    assert not summary([]).proven
    assert summary([KILLED]).proven


def test_the_sentence_counts_what_was_right() -> None:
    alarm = replace(KILLED, id="P02", reference_failed=("O01",), reference_exit_code=1)
    accused = replace(LIVES, id="L02", exit_code=1, failed=("O01",))
    assert summary([KILLED, LIVES, alarm, accused]).sentence() == (
        "1 of 2 mutants killed for the right reason, 1 of 2 legal variants pass, 1 false alarms on the reference"
    )


def test_a_row_says_what_was_expected_and_what_was_seen() -> None:
    (killed, lives, survivor) = summary([KILLED, LIVES, replace(KILLED, failed=())]).rows()
    assert killed == ["P01", "a defect", "lossy (webhooks, seed 1)", "C1", "O01 O09", "O01 O03", "as expected"]
    assert lives[-3:] == ["passes", "passes", "as expected"]
    assert survivor[-2:] == ["passes", "SURVIVES"]


def test_the_document_holds_everything_a_reader_needs() -> None:
    document = summary([KILLED, replace(LIVES, exit_code=3)]).document()
    assert (document["schema"], document["proven"]) == ("hardclose.prove/1", False)
    assert [(one["id"], one["right"], one["exit_code"]) for one in document["trials"]] == [
        ("P01", True, 1),
        ("L01", False, 3),
    ]


def test_one_right_seed_kills_a_mutant_and_one_wrong_seed_condemns_a_legal_variant() -> None:
    survives = replace(KILLED, failed=(), exit_code=0, seed=2)
    assert summary([survives, KILLED]).proven
    assert not summary([KILLED, LIVES, replace(LIVES, seed=2, exit_code=1, failed=("O09",))]).proven


def test_the_score_weighs_kills_by_level_and_one_alarm_takes_all_of_it() -> None:
    subtle = replace(KILLED, id="P08", level="S", failed=())
    assert summary([KILLED, LIVES, subtle]).score == pytest.approx(2 / 6)
    assert summary([KILLED, replace(LIVES, failed=("O01",), exit_code=1)]).score == 0.0


def test_the_matrix_marks_what_was_on_the_card_what_was_beside_it_and_what_was_missed() -> None:
    page = summary([KILLED, LIVES]).markdown([Uplift("diff", (("P01", "N"), ("P11", "T")), frozenset({"P01"}))])
    assert "| id | what it does | level | where | profile | O01 | O03 | O09 | result |" in page
    assert "| P01 | a defect | N | lossy, webhooks, seed 1 | C1 | ● | + | ○ | as expected |" in page
    assert "1 of 2 | 0 of 1 T, 1 of 1 N | P11 |" in page


# --- the real thing --------------------------------------------------------------------------------------------


def test_a_mutant_under_its_own_profile_is_killed() -> None:
    found = tried([MUTANTS["P02"]])
    assert found.proven
    assert found.trials[0].says == "killed by O01"


def test_a_mutant_under_a_profile_that_hides_it_survives_and_nothing_is_proven() -> None:
    """Under C1 the idempotency key saves who never looks: why the profile is part of the test input."""
    found = tried([replace(MUTANTS["P02"], profile="C1"), LEGAL["L07"]])
    assert [trial.says for trial in found.trials] == ["SURVIVES", "passes"]
    assert not found.proven


def test_a_variant_that_is_not_legal_under_a_profile_is_an_alarm_and_nothing_is_proven() -> None:
    """L08 takes 'already exists' for success; where nothing says so, it posts twice."""
    found = tried([replace(LEGAL["L08"], profile="C4")])
    assert [trial.says for trial in found.trials] == ["FALSE ALARM O01"]
    assert not found.proven


def test_a_mutant_whose_card_names_the_wrong_obligation_was_killed_for_another_reason() -> None:
    found = tried([replace(MUTANTS["P14"], breaks=("O30",))])
    assert found.trials[0].says == "killed for another reason: O10"
    assert not found.proven


def test_each_seed_is_a_trial_of_its_own() -> None:
    found = tried([MUTANTS["P27"]], 2, 3)
    assert [(trial.seed, trial.right) for trial in found.trials] == [(2, True), (3, True)]


def test_trials_come_one_by_one() -> None:
    """The first is there before the others have been played: its seed is all that was asked for."""
    asked: list[int] = []

    def seeds() -> Iterable[int]:
        for seed in (1, 2):
            asked.append(seed)
            yield seed

    trials = campaign([LEGAL["L07"]], seeds())
    assert asked == []
    assert next(iter(trials)).id == "L07"
    assert asked == [1]
