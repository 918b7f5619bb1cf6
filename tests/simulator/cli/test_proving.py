"""`hardclose prove`: the matrix on stdout, a line per trial on stderr, and 0 exactly when everything is proven."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hardclose_reference.legal import LEGAL
from hardclose_reference.mutants import MUTANTS

from .commands import hardclose, refused

FEW = ("--mutant", "P27", "--mutant", "L07", "--workers", "1")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_matrix_says_what_was_expected_and_what_was_seen() -> None:
    done = hardclose("prove", *FEW)
    assert done.code == 0
    head, killed, lives, sentence = done.out.splitlines()
    assert head.split()[0] == "id"
    assert (killed.split()[0], lives.split()[0]) == ("P27", "L07")
    assert killed.endswith("O01 O03 O35  as expected")
    assert lives.endswith("passes    passes       as expected")
    assert sentence == (
        "1 of 1 mutants killed for the right reason, 1 of 1 legal variants pass, 0 false alarms on the reference"
    )


def test_a_line_per_trial_goes_to_stderr_while_it_runs() -> None:
    lines = hardclose("prove", *FEW, "--seeds", "2", "--first-seed", "3").err.splitlines()
    *lines, written = lines
    assert written.endswith("prove.md and .json are written")
    assert [line.split(":")[1].strip() for line in lines] == ["P27 seed 3", "L07 seed 3", "P27 seed 4", "L07 seed 4"]
    assert lines[0].startswith("hardclose: P27 seed 3: killed by ")
    assert lines[1] == "hardclose: L07 seed 3: passes"


def test_json_is_alone_on_stdout() -> None:
    done = hardclose("prove", *FEW, "--format", "json")
    document = json.loads(done.out)
    assert (document["schema"], document["proven"]) == ("hardclose.prove/1", True)
    assert [trial["id"] for trial in document["trials"]] == ["P27", "L07"]
    assert all(trial["right"] for trial in document["trials"])


def test_an_unknown_mutant_is_told_which_there_are() -> None:
    told = refused(hardclose("prove", "--mutant", "P01", "--mutant", "P99"))
    assert "'P99'" in told
    for name in (*MUTANTS, *LEGAL):
        assert name in told


@pytest.mark.parametrize(("option", "value"), [("--seeds", "0"), ("--seeds", "many"), ("--first-seed", "-1")])
def test_seeds_that_are_no_numbers_are_told(option: str, value: str) -> None:
    done = hardclose("prove", option, value)
    assert (done.code, done.out) == (2, "")
    assert f"Invalid value for '{option}'" in done.err


def test_correct_integrations_are_played_on_many_stories_and_nobody_is_accused() -> None:
    done = hardclose(
        "prove", "--false-alarms", "--runs", "4", "--workers", "1", "--scenario", "smoke", "--format", "json"
    )
    assert done.code == 0, done.err
    document = json.loads(done.out)
    assert (document["runs"], document["accused"], document["undecided"]) == (4, [], [])
    nothing_lost = next(one for one in document["obligations"] if one["id"] == "O09")
    assert (nothing_lost["runs"], nothing_lost["cells"], nothing_lost["alarms"]) == (4, 4, 0)
    assert nothing_lost["bound"] == pytest.approx(1 - 0.05 ** (1 / 4))
    assert not nothing_lost["credible"]


def test_the_page_lies_in_the_results() -> None:
    hardclose("prove", "--mutant", "L07", "--workers", "1")
    page = Path("results/prove/latest/prove.md").read_text(encoding="utf-8")
    assert "| L07 | sends every creation twice under one key | legal |" in page


def test_false_alarms_are_not_looked_for_among_mutants() -> None:
    assert "leave --mutant and --baselines out" in refused(hardclose("prove", "--false-alarms", "--mutant", "P01"))
