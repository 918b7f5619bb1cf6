"""What the CI page says beside its recipes: exit codes, time budgets, files, expected failures."""

from __future__ import annotations

import math
import re
from pathlib import Path

import yaml

from hardclose_simulator.expected_failures import ExpectedFailure, load_expected_failures
from hardclose_simulator.manifest import load_manifest
from hardclose_simulator.report.writing import REPORTS
from hardclose_simulator.scenario import load

from ..docs.pages import blocks_of, rows_of
from .recipes import PAGE, files, repository


def test_every_exit_code_has_its_line() -> None:
    codes = [row[0] for row in rows_of(PAGE, "code")]
    assert codes[:5] == ["0", "1", "2", "3", "4"]


def test_no_run_can_last_longer_than_the_page_says() -> None:
    for names, _, bound, _ in rows_of(PAGE, "scenario"):
        longest = 0.0
        for name in re.findall(r"`([\w-]+)`", names):
            scenario = load(name)
            business_s = (scenario.ends - scenario.starts).total_seconds()
            longest = max(longest, business_s / scenario.pace_values.business_rate + scenario.drain_max_s)
        assert bound == f"{math.ceil(longest)} s", names


def test_every_report_that_is_written_is_listed() -> None:
    listed = {row[0].strip("`") for row in rows_of(PAGE, "file")}
    assert listed == {*REPORTS, "history.sqlite", "sut.log", "sut-state/"}


def test_the_files_of_the_layout_are_files(tmp_path: Path) -> None:
    workspace = repository(tmp_path)
    drawn = next(block.text for block in blocks_of(PAGE) if block.text.startswith("your-repository/"))
    for name in re.findall(r"[\w.-]+\.(?:yml|yaml|sh|py|txt)", drawn):
        assert [*workspace.rglob(name)], f"{name} is drawn, and no block of the page is it"


def test_the_manifest_and_the_expected_failures_of_the_page_are_read(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text(files()["hardclose/manifest.yaml"].text)
    assert load_manifest(manifest).poll_interval_s == 1
    expected = tmp_path / "expected.yaml"
    expected.write_text(files()["hardclose/expected-failures.yaml"].text)
    assert [entry.obligation for entry in load_expected_failures(expected)] == ["O10", "O01"]


def test_the_page_explains_every_key_of_an_expected_failure() -> None:
    keys = [row[0].strip("`") for row in rows_of(PAGE, "key")]
    assert sorted(keys) == sorted(ExpectedFailure.model_fields)


def test_the_recipes_are_whole_files() -> None:
    for path, block in files().items():
        if path.endswith((".yml", ".yaml")):
            assert yaml.safe_load(block.text), path
