"""`--expected-failures`, `--annotations`, `--url` and `--only` as pipelines and containers use them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .commands import hardclose


def played(tmp_path: Path, variant: str, entries: str) -> tuple[int, str]:
    """A virtual run of `unreturned`, and what it said on stderr."""
    file = tmp_path / "expected.yaml"
    file.write_text(entries)
    words = ["run", "unreturned", "--virtual", "--results", str(tmp_path), "--expected-failures", str(file)]
    done = hardclose(*words, *(["--variant", variant] if variant else []), "--annotations", "github")
    return done.code, done.err


def test_an_expected_failure_lets_the_pipeline_go_on_and_stays_visible(tmp_path: Path) -> None:
    code, said = played(tmp_path, "P14", "- {obligation: O10, reason: write-back comes in January}\n")
    assert code == 0
    assert "O10: fails as expected (write-back comes in January)" in said
    assert "::warning title=O10" in said
    assert "::error" not in said


def test_no_report_calls_kept_what_was_broken_as_expected(tmp_path: Path) -> None:
    played(tmp_path, "P14", "- {obligation: O10, reason: write-back comes in January}\n")
    latest = tmp_path / "unreturned" / "latest"
    verdict = json.loads((latest / "report.json").read_text())["verdict"]
    assert verdict["sentence"].endswith("Broken as expected: O10.")
    assert verdict["meaning"] == "every promise that was put to the test was kept, but those expected (O10)"
    page = (latest / "report.md").read_text()
    assert "| 18 | 9 findings; fails as expected (write-back comes in January) |" in page


def test_a_stale_entry_fails_the_pipeline(tmp_path: Path) -> None:
    code, said = played(tmp_path, "", "- {obligation: O10, reason: old}\n")
    assert code == 1
    assert "::error title=O10 the write-back loop is closed::expected to fail, and kept; take the entry out" in said
    page = (tmp_path / "unreturned" / "latest" / "report.md").read_text()
    assert "The integration kept O10 the write-back loop is closed, expected to be broken." in page


def test_a_misspelt_entry_is_told_before_the_first_fact(tmp_path: Path) -> None:
    code, said = played(tmp_path, "", "- {obligation: 010, reason: x}\n")
    assert code == 2
    assert "expected.yaml: entry 1" in said


def test_judging_again_knows_the_same_exceptions(tmp_path: Path) -> None:
    played(tmp_path, "P14", "- {obligation: O10, reason: known}\n")
    stored = str(tmp_path / "unreturned" / "latest")
    assert hardclose("judge", stored).code == 1
    assert hardclose("judge", stored, "--expected-failures", str(tmp_path / "expected.yaml")).code == 0


def test_an_integration_elsewhere_is_told_where_the_systems_are() -> None:
    done = hardclose("env", "--url", "erp=http://erp:18501/")
    assert "HARDCLOSE_ERP_URL=http://erp:18501\n" in done.out
    assert "HARDCLOSE_ERP_TOKEN_URL=http://erp:18501/oauth/token" in done.out


def test_a_wrong_address_or_system_is_refused_in_words() -> None:
    assert "SYSTEM=URL" in hardclose("env", "--url", "epr=http://erp").err
    done = hardclose("up", "--only", "exspense")
    assert done.code == 2
    assert "try 'expense'" in done.err


def junit_of(tmp_path: Path) -> dict[str, Element]:
    suites = ElementTree.parse(tmp_path / "unreturned" / "latest" / "junit.xml")
    return {case.get("name", ""): case for case in suites.iter("testcase")}


def test_readers_of_junit_see_what_the_exit_code_says(tmp_path: Path) -> None:
    played(tmp_path, "P14", "- {obligation: O10, reason: in January}\n")
    cases = junit_of(tmp_path)
    skipped = cases["O10 the write-back loop is closed"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "fails as expected: in January"
    assert not [
        name for name, case in cases.items() if case.find("failure") is not None or case.find("error") is not None
    ]


def test_a_stale_entry_is_red_in_junit_too(tmp_path: Path) -> None:
    played(tmp_path, "", "- {obligation: O10, reason: old}\n")
    assert junit_of(tmp_path)["the run itself"].find("error") is not None
