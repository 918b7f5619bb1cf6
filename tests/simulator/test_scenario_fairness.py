"""What no honest integration could bear is refused before anything is played, with the key and the reason."""

from __future__ import annotations

import pytest

from hardclose_simulator.scenario import Scenario, ScenarioError, parse

from .test_scenario import QUIET

WEATHER = "faults: {{weather: [{{fault: {fault}, system: erp, share: 0.5{more}}}]}}\n"


def told(text: str, profile: str | None = None) -> Scenario:
    story = parse(QUIET + text, "quiet_day.yaml")
    return story.with_profile(profile) if profile is not None else story


def complaint(text: str, profile: str | None = None) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        told(text, profile)
    return caught.value


@pytest.mark.parametrize(("fault", "parameter"), [("F03", "highest_s"), ("F04", "highest_s"), ("F15", "highest_s")])
def test_what_comes_later_than_the_card_allows_is_refused(fault: str, parameter: str) -> None:
    late = complaint(WEATHER.format(fault=fault, more=f", parameters: {{{parameter}: 3.1}}"))
    assert late.key == f"faults.weather[0].parameters.{parameter}"
    assert "late_commit_s 3" in late.says


@pytest.mark.parametrize("fault", ["F24", "F25"])
def test_lagging_reads_contradict_a_profile_that_promises_fresh_ones(fault: str) -> None:
    lag = WEATHER.format(fault=fault, more="")
    refused = complaint(lag, "C4")
    assert (refused.key, "put it under C5" in refused.says) == ("faults.weather[0].fault", True)
    assert parse(QUIET + lag, "quiet_day.yaml").with_profile("C5").terms("expense_posting.create") == "C5"
    other = WEATHER.format(fault=fault, more=", operations: [company.list]")
    assert parse(QUIET + other, "quiet_day.yaml").with_profile("C4")


def test_references_that_are_cut_cannot_be_searched_by() -> None:
    cut = "faults: {habits: [{fault: F21, system: erp, parameters: {reference_max: 16}}]}\n"
    assert parse(QUIET + cut, "quiet_day.yaml")
    refused = complaint(cut, "C5")
    assert refused.key == "faults.habits[0].parameters.reference_max"


def test_a_quota_that_the_facts_do_not_fit_into_is_refused() -> None:
    assert complaint("limits: {erp: {per_day: 2}}\n").key == "limits.erp.per_day"
    assert parse(QUIET + "limits: {erp: {per_day: 50}}\n", "quiet_day.yaml")


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        (WEATHER.format(fault="F28", more=""), "faults.weather[0].fault", "under 'habits'"),
        ("faults: {habits: [{fault: F01, system: erp}]}\n", "faults.habits[0].fault", "under 'weather' or 'aimed'"),
        (WEATHER.format(fault="F11", more=""), "faults.weather[0].fault", "under 'limits'"),
        ("limits: {erp: {rate_per_s: 3}}\n", "limits.erp", "set both"),
        ("limits: {erp: {}}\n", "limits.erp", "limits nothing"),
    ],
)
def test_each_fault_has_its_place(text: str, key: str, says: str) -> None:
    refused = complaint(text)
    assert refused.key == key
    assert says in refused.says
