"""Reports in a folder: all of them, whole or not at all, or one sentence that says what to do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from hardclose_simulator.report.writing import ReportError, write_reports

from .runs import everything


def test_every_report_is_written_the_page_first(tmp_path: Path) -> None:
    folder = tmp_path / "results" / "month-end" / "1"
    written = write_reports(folder, everything()["fail"])
    assert [path.name for path in written] == ["report.html", "report.json", "report.md", "junit.xml"]
    assert sorted(folder.iterdir()) == sorted(written), "nothing else is left behind"
    assert json.loads((folder / "report.json").read_text(encoding="utf-8"))["verdict"]["exit_code"] == 1
    assert fromstring((folder / "junit.xml").read_bytes()).get("failures") == "1"


def test_a_second_judgement_replaces_the_first(tmp_path: Path) -> None:
    write_reports(tmp_path, everything()["fail"])
    write_reports(tmp_path, everything()["pass"])
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["verdict"]["exit_code"] == 0


def test_a_folder_that_cannot_be_is_one_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(ReportError) as refused:
        write_reports(tmp_path / "results" / "1", everything()["pass"])
    says = str(refused.value)
    assert str(tmp_path / "results" / "1") in says
    assert "make that folder writable, or choose another one with --results" in says
    assert "\n" not in says


def test_a_folder_in_the_place_of_a_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.html" / "kept").mkdir(parents=True)
    with pytest.raises(ReportError, match="report"):
        write_reports(tmp_path, everything()["pass"])
    assert (tmp_path / "report.html" / "kept").is_dir()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ReportError, match="Permission denied"):
        write_reports(tmp_path, everything()["pass"])
