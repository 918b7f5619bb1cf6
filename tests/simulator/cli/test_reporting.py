"""What `run` and `judge` print and leave behind: a verdict that was reached is never lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hardclose_simulator.cli.console import Format
from hardclose_simulator.cli.reporting import report
from hardclose_simulator.expected_failures import ExpectedFailure

from ..checkers.script import history

KEPT = "09:00 fact E-1\n09:02 post E-1 as A\n10:00 write E-1 posted A\n14:00 phase heal\n33:00 audit"
LOST = "09:00 fact E-1\n33:00 audit"


@pytest.mark.parametrize(("text", "code"), [(KEPT, 0), (LOST, 1), ("09:00 phase heal\n33:00 audit", 3)])
def test_the_exit_code_is_the_verdicts(text: str, code: int, tmp_path: Path) -> None:
    assert report(history(text), tmp_path, Format.text, 1.0) == code


def test_text_ends_with_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(history(KEPT), tmp_path, Format.text, 1.0)
    assert capsys.readouterr().out.splitlines()[-1] == f"report: {tmp_path / 'report.html'}"


def test_json_is_alone_on_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(history(LOST), tmp_path, Format.json, 1.0)
    printed = capsys.readouterr()
    assert json.loads(printed.out) == json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert "report.html" in printed.err


@pytest.mark.parametrize(("text", "code"), [(KEPT, 2), (LOST, 1)])
def test_a_verdict_survives_a_folder_that_cannot_be_written(
    text: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    assert report(history(text), tmp_path / "taken" / "1", Format.text, 1.0) == code
    printed = capsys.readouterr()
    assert "exit code" in printed.out
    assert "choose another one with --results" in printed.err


def test_where_only_expected_failures_were_seen_too_little_was_proven(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [ExpectedFailure(obligation="O09", reason="known")]
    assert report(history(LOST), tmp_path, Format.json, 1.0, expected=entries) == 3
    verdict = json.loads(capsys.readouterr().out)["verdict"]
    assert verdict["sentence"] == (
        "No other promise was seen broken, but this run proves too little: no other promise was put to the test. "
        "Broken as expected: O09."
    )


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report(history(KEPT), None, Format.text, None)
    assert list(tmp_path.iterdir()) == []
