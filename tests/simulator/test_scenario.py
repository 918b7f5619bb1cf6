"""A scenario file is read strictly, and what is wrong with it is said in one sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hardclose_simulator.scenario import Scenario, ScenarioError, available, load, parse, schema

QUIET = """
title: Quiet day
summary: nothing happens
story: it is quiet
starts: 2026-11-30T00:00:00Z
ends: 2026-12-02T02:00:00Z
flows:
  expense: {facts: 10}
"""
CHECKOUT = Path(__file__).parents[2] / "scenarios"


def complaint(more: str, story: str = QUIET) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        parse(story + more, "stories/quiet_day.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("line", "key", "says"),
    [
        ("paces: ci", "paces", "try 'pace'"),
        ("pace: cj", "pace", "try 'ci'"),
        ("drain_max: '3'", "drain_max", "business days"),
        ("people: {employes: 3}", "people.employes", "try 'employees'"),
        ("page_limit_max: 0", "page_limit_max", "'0'"),
        ("page_limit_max: yes", "page_limit_max", "'yes'"),
        ("must_happen: {late_aprovals: 1}", "must_happen.late_aprovals", "try 'late_approvals'"),
        ("profiles: {purchase_order.creat: C3}", "profiles.purchase_order.creat", "try 'purchase_order.create'"),
        ("profiles: {purchase_order.create: C7}", "profiles.purchase_order.create", "try 'C"),
        ("limits: {epr: {rate_per_s: 1, burst: 1}}", "limits.epr", "try 'erp'"),
        ("bad_facts: {blocked_supplier: 0.8, over_budget: 0.8}", "bad_facts", "more than 1"),
        (
            "periods: [{company: DE02, period: 2026-12, state: open, at: 2026-11-30 09:00}]",
            "periods[0].company",
            "DE01",
        ),
        ("periods: [{company: DE01, period: 2026-12, state: shut, at: 2026-11-30 09:00}]", "periods[0].state", "open"),
        (
            "periods: [{company: DE01, period: 2026-13, state: open, at: 2026-11-30 09:00}]",
            "periods[0].period",
            "2026-13",
        ),
        ("periods: [{company: DE01, period: 2026-12, state: open, at: 2026-12-24 09:00}]", "periods[0].at", "outside"),
        ("payments: [{company: DE01, at: 17:00}]", "payments[0].at", "not a moment"),
        ("companies: [{code: DE01, country: DE, currency: EURO, zone: UTC}]", "companies[0].currency", "try 'EUR'"),
        (
            "companies: [{code: DE01, country: DE, currency: EUR, zone: Berlin}]",
            "companies[0].zone",
            "try 'Europe/Berlin'",
        ),
    ],
)
def test_a_wrong_line_names_its_key_and_what_would_be_right(line: str, key: str, says: str) -> None:
    error = complaint(line)
    assert error.key == key
    assert says in error.says
    assert str(error).startswith(f"stories/quiet_day.yaml: {key}: ")


@pytest.mark.parametrize(
    ("rule", "key", "says"),
    [
        ("fault: F1, system: erp, share: 0.1", "fault", "try 'F01'"),
        ("fault: F10, system: erp, share: 0.1", "fault", "under 'limits'"),
        ("fault: F19, system: erp, share: 0.1", "fault", "under 'bad_facts'"),
        ("fault: F46, system: erp, share: 0.1", "fault", "under 'periods'"),
        ("fault: F01, system: erp, share: 1.1", "share", "less than or equal to 1"),
        ("fault: F01, system: erp", "share", "missing"),
        (
            "fault: F01, system: erp, share: 0.1, operations: [expense_postin.create]",
            "operations[0]",
            "expense_posting.create",
        ),
        (
            "fault: F30, system: expense, share: 0.1, operations: [expense_report.aproved]",
            "operations[0]",
            "event of expense",
        ),
        ("fault: F03, system: erp, share: 0.1, parameters: {median: 1}", "parameters.median", "try 'median_s'"),
        ("fault: F03, system: erp, share: 0.1, parameters: {median_s: 99}", "parameters.median_s", "outside 0 to 60"),
        ("fault: F01, system: erp, share: 0.1, from: 2026-11-30 10:00", "from", "offset"),
    ],
)
def test_a_wrong_fault_is_refused_with_the_nearest_known_word(rule: str, key: str, says: str) -> None:
    error = complaint(f"faults: {{weather: [{{{rule}}}]}}")
    assert error.key == f"faults.weather[0].{key}"
    assert says in error.says


@pytest.mark.parametrize(
    ("aim", "says"),
    [
        ("expense/11", "beyond the 10 facts"),
        ("first 11 expense", "beyond the 10 facts"),
        ("requisition/1", "belongs to the expense flow"),
        ("expense 3", "chooses no facts"),
    ],
)
def test_an_aimed_fault_must_be_able_to_hit(aim: str, says: str) -> None:
    error = complaint(
        f"faults: {{aimed: [{{fault: F01, system: erp, operation: expense_posting.create, facts: [{aim}]}}]}}"
    )
    assert error.key == "faults.aimed[0].facts[0]"
    assert says in error.says


def test_two_rules_of_one_fault_and_system_need_names() -> None:
    rule = "{fault: F01, system: erp, share: 0.1}"
    assert complaint(f"faults: {{weather: [{rule}, {rule}]}}").key == "faults.weather[1].name"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("limits: [", "line 9"),
        ("title: Again", "line 9, column 1: not valid YAML: the key 'title' is there twice"),
        ("\tpace: ci", "line 9"),
    ],
)
def test_broken_yaml_names_its_line(more: str, says: str) -> None:
    assert says in str(complaint(more))


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n"])
def test_a_file_that_is_no_mapping_is_told_how_a_scenario_begins(text: str) -> None:
    assert "title:" in str(complaint("", story=text))


def test_a_story_without_facts_or_without_anybody_at_work_is_refused() -> None:
    assert complaint("", QUIET.replace("facts: 10", "facts: 0")).key == "flows"
    assert complaint("", QUIET.replace("2026-12-02", "2026-11-29")).key == "ends"


def test_an_unknown_name_gets_the_nearest_and_the_list(tmp_path: Path) -> None:
    for name in ("month_end", "smoke"):
        (tmp_path / f"{name}.yaml").write_text(QUIET)
    with pytest.raises(ScenarioError, match="no such scenario; try 'month-end'; there are: month-end, smoke"):
        load("month-ent", search=[tmp_path])
    with pytest.raises(ScenarioError, match="no such file"):
        load(tmp_path / "gone.yaml")


def test_the_first_folder_wins_and_a_path_works_too(tmp_path: Path) -> None:
    for folder, title in (("package", "Theirs"), ("checkout", "Mine")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "quiet_day.yaml").write_text(QUIET.replace("Quiet day", title))
    assert load("quiet-day", search=[tmp_path / "package", tmp_path / "checkout"]).title == "Theirs"
    assert load("quiet_day", search=[tmp_path / "checkout", tmp_path / "package"]).title == "Mine"
    mine = load(tmp_path / "checkout" / "quiet_day.yaml")
    assert (mine.title, mine.name) == ("Mine", "quiet-day")


def test_a_moment_without_offset_is_the_companys_wall_clock() -> None:
    story = parse(
        QUIET + "periods: [{company: JP01, period: 2026-12, state: open, at: 2026-12-01 09:30}]", "quiet_day.yaml"
    )
    assert story.company("JP01").instant(story.periods[0].at) == datetime(2026, 12, 1, 0, 30, tzinfo=UTC)


def test_the_digest_is_of_the_story_and_not_of_its_file() -> None:
    story = parse(QUIET, "quiet_day.yaml")
    assert parse("# a comment\n" + QUIET, "other.yaml").digest() == story.digest()
    assert story.with_profile("C4").digest() != story.digest()


def test_a_profile_can_be_set_for_all_erp_operations() -> None:
    story = parse(QUIET + "profiles: {purchase_order.create: C3}", "quiet_day.yaml")
    assert [story.terms(op) for op in ("expense_posting.create", "purchase_order.create")] == ["C1", "C3"]
    assert story.with_profile("C4").terms("expense_posting.create") == "C4"
    with pytest.raises(ScenarioError, match="no such profile 'C7'"):
        story.with_profile("C7")


def test_every_scenario_of_the_checkout_reads_and_says_what_it_is_for() -> None:
    listed = available(search=[CHECKOUT])
    assert {"month-end", "smoke", "lossy", "twice-told", "paging", "throttled"} <= {one.name for one in listed}
    for one in listed:
        story = load(one.path)
        assert story.must_happen, f"{one.name} promises nothing"
        assert "must show" in story.story, one.name
        assert "costs" in story.story, one.name


def test_the_schema_knows_every_key_of_the_type() -> None:
    written = schema()
    json.dumps(written)
    assert set(written["properties"]) == set(Scenario.model_fields) - {"name"}
    assert written["additionalProperties"] is False
    assert "from" in written["$defs"]["Window"]["properties"]
