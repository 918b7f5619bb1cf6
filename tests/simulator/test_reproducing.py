"""The line that plays a run again, from the header alone."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from hardclose_mocks.history.records import Run
from hardclose_simulator.reproducing import reproduce_line


def line(name: str = "month-end", *, sut: str = "reference, webhooks", mode: str = "wall", **config: Any) -> str:
    header = Run(name, "s", 42, "T42", mode, "ci", "0", "f", "p", sut, config)
    return reproduce_line(header)


def test_a_history_without_a_header_cannot_be_played_again() -> None:
    assert reproduce_line(None) == ""


def test_a_scenario_is_named_with_its_seed_and_what_was_tested() -> None:
    assert line() == "Reproduce with: hardclose run month-end --seed 42 --style webhooks"
    assert line(mode="virtual").endswith(" --virtual")


def test_a_scenario_of_ones_own_is_named_by_its_file() -> None:
    assert "hardclose run 'my scenarios/june.yaml' --seed" in line("june", scenario="my scenarios/june.yaml")


def test_a_replay_names_log_cases_mapping_and_columns() -> None:
    words = shlex.split(
        line(
            "replay",
            log="in/June log.csv",
            cases=500,
            activities="own.yaml",
            columns=["case=Claim ID", "timestamp=When"],
            notes=["500 cases"],
        )
    )
    asked = ["--log", "in/June log.csv", "--cases", "500", "--activities", "own.yaml"]
    asked += ["--column", "case=Claim ID", "--column", "timestamp=When"]
    assert words == ["Reproduce", "with:", "hardclose", "run", "replay", "--seed", "42", *asked, "--style", "webhooks"]


def test_an_integration_of_ones_own_is_named_with_its_manifest_and_ports() -> None:
    said = line(sut="http://localhost:9000", manifest="sut.yaml", webhook_path="/hooks/{system}", port_base=19000)
    assert said.endswith(
        "--manifest sut.yaml --webhook-path '/hooks/{system}' --port-base 19000 --sut http://localhost:9000"
    )
    assert line(sut="node my integration.js").endswith("--command 'node my integration.js'")


@pytest.mark.parametrize(
    ("sut", "words"),
    [
        ("reference", "--seed 42"),
        ("reference, polling", "--style polling"),
        ("reference, polling, variant P09", "--style polling --variant P09"),
        ("", "--seed 42"),
    ],
)
def test_the_bundled_reference_is_named_by_style_and_variant(sut: str, words: str) -> None:
    assert line(sut=sut).endswith(words)


def test_a_profile_is_named_where_all_operations_run_under_it_and_it_is_not_the_usual_one() -> None:
    create = {"expense_posting.create": "C4", "purchase_order.create": "C4"}
    assert line(profiles=create).endswith("--profile C4")
    assert "--profile" not in line(profiles=dict.fromkeys(create, "C1"))
    assert "--profile" not in line(profiles={**create, "purchase_order.create": "C1"})
