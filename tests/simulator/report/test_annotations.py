"""Annotations: broken promises where reviewers look, in one line each whatever they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from hardclose_mocks.history.records import Record
from hardclose_simulator.expected_failures import ExpectedFailure, excuse
from hardclose_simulator.judge import judge
from hardclose_simulator.report.annotations import github_annotations
from hardclose_simulator.report.model import RunInfo, build_model
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load
from hardclose_simulator.verdict import RunVerdict

NOTHING = ExpectedFailure(obligation="O30", reason="never tempted", scenario="another")


@cache
def played(variant: str | None) -> tuple[Sequence[Record], RunVerdict]:
    records = play_virtually(from_scenario(load("unreturned"), 1, "T1"), "webhooks", variant)
    return records, judge(records)


def annotated(variant: str | None, expected: ExpectedFailure = NOTHING) -> tuple[str, ...]:
    records, verdict = played(variant)
    excused = excuse(verdict, [expected], date(2026, 11, 24))
    info = RunInfo(folder=None, history_hash=records[-1].h, duration_s=None)
    return github_annotations(build_model(records, excused.verdict, info), excused)


def test_a_kept_run_says_so_in_a_notice() -> None:
    (line,) = annotated(None)
    assert line.startswith("::notice title=hardclose unreturned::The integration kept")


def test_a_broken_promise_is_one_error_in_one_line_with_the_way_to_see_it_again() -> None:
    errors = [line for line in annotated("P14") if line.startswith("::error ")]
    assert len(errors) == 1
    assert errors[0].startswith("::error title=O10 the write-back loop is closed::")
    assert "%0AReproduce with: hardclose run unreturned" in errors[0]
    assert "\n" not in errors[0]


def test_a_promise_broken_as_expected_is_a_warning() -> None:
    first, *_ = annotated("P14", ExpectedFailure(obligation="O10", reason="comes in January"))
    assert first.startswith("::warning title=O10 the write-back loop is closed::fails as expected (comes in January);")


def test_a_stale_expectation_is_an_error() -> None:
    errors = [line for line in annotated(None, ExpectedFailure(obligation="O10", reason="old")) if "::error" in line]
    assert errors == [
        "::error title=O10 the write-back loop is closed::expected to fail, and kept; take the entry out (old)"
    ]


@pytest.mark.parametrize(("code", "kind"), [(0, "notice"), (1, "notice"), (3, "warning"), (4, "error")])
def test_the_last_line_is_as_loud_as_the_exit_code(code: int, kind: str) -> None:
    records, verdict = played(None)
    excused = excuse(verdict, [], date(2026, 11, 24))
    model = build_model(records, replace(verdict, exit_code=code), RunInfo(None, records[-1].h, None))
    assert github_annotations(model, excused)[-1].startswith(f"::{kind} title=hardclose unreturned::")
