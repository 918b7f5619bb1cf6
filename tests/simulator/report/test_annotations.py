"""Annotations: broken promises where reviewers look, in one line each whatever they say."""

from __future__ import annotations

from functools import cache

from hardclose_simulator.judge import judge
from hardclose_simulator.report.annotations import github_annotations
from hardclose_simulator.report.model import RunInfo, build_model
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load


@cache
def annotated(variant: str | None) -> tuple[str, ...]:
    records = play_virtually(from_scenario(load("unreturned"), 1, "T1"), "webhooks", variant)
    info = RunInfo(folder=None, history_hash=records[-1].h, duration_s=None)
    return github_annotations(build_model(records, judge(records), info))


def test_a_kept_run_says_so_in_a_notice() -> None:
    (line,) = annotated(None)
    assert line.startswith("::notice title=hardclose unreturned::The integration kept")


def test_a_broken_promise_is_one_error_in_one_line_with_the_way_to_see_it_again() -> None:
    errors = [line for line in annotated("P14") if line.startswith("::error ")]
    assert len(errors) == 1
    assert errors[0].startswith("::error title=O10 the write-back loop is closed::")
    assert "%0AReproduce with: hardclose run unreturned" in errors[0]
    assert "\n" not in errors[0]
