"""`hardclose judge`: a stored run is judged again, and a history that was touched is not believed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .commands import hardclose, refused, spawned

ASKED = ("lossy", "--variant", "P02", "--profile", "C4", "--virtual")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that broke a promise."""
    results = tmp_path_factory.mktemp("results")
    assert hardclose("run", *ASKED, "--results", str(results)).code == 1
    return (results / "lossy" / "latest").resolve()


@pytest.fixture
def copied(stored: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stored, tmp_path / "run"))


def change(folder: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(folder / "history.sqlite") as file:
        assert file.execute(statement, values).rowcount != 0
    file.close()


def without_times(report: dict[str, Any]) -> dict[str, Any]:
    """What judging anew may change: where it was written, and how long the run took on this host."""
    return {**report, "run": {**report["run"], "folder": ""}, "durations": {**report["durations"], "real_s": 0}}


# --- the same verdict ------------------------------------------------------------------------------------------


def test_judging_again_gives_the_same_verdict(stored: Path) -> None:
    done = hardclose("judge", str(stored), "--format", "json")
    assert done.code == 1
    first = json.loads((stored / "report.json").read_text(encoding="utf-8"))
    assert without_times(json.loads(done.out)) == without_times(first)
    assert done.err == ""


@pytest.mark.parametrize("what", ["history.sqlite", "."])
def test_a_run_is_named_by_its_folder_or_by_its_history(stored: Path, what: str) -> None:
    done = hardclose("judge", str(stored / what))
    assert done.code == 1
    assert "O01  FAIL" in done.out


def test_latest_will_do_as_well(stored: Path) -> None:
    assert hardclose("judge", str(stored.parent / "latest")).code == 1


def test_judging_leaves_the_folder_as_it_was(copied: Path) -> None:
    before = {path.name: path.read_bytes() for path in copied.iterdir()}
    assert hardclose("judge", str(copied)).code == 1
    assert {path.name: path.read_bytes() for path in copied.iterdir()} == before


def test_a_stored_run_can_be_judged_where_nothing_may_be_written(copied: Path) -> None:
    for path in [*copied.iterdir(), copied]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert hardclose("judge", str(copied)).code == 1
    finally:
        copied.chmod(0o755)


def test_reports_are_written_anew_when_asked_for(copied: Path) -> None:
    (copied / "report.html").unlink()
    done = hardclose("judge", str(copied), "--write")
    assert done.code == 1
    assert (copied / "report.html").is_file()
    assert done.out.splitlines()[-1] == f"report: {copied / 'report.html'}"


# --- histories that cannot be believed -------------------------------------------------------------------------


def test_a_folder_without_a_history_is_told(tmp_path: Path) -> None:
    told = refused(hardclose("judge", str(tmp_path)))
    assert str(tmp_path / "history.sqlite") in told
    assert "is not there" in told


def test_a_file_that_is_no_history_is_told(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").write_text("my letters\n" * 200, encoding="utf-8")
    assert "cannot be read as a history" in refused(hardclose("judge", str(tmp_path)))


def test_an_empty_history_is_told(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").write_bytes(b"")
    refused(hardclose("judge", str(tmp_path)))


def test_another_database_is_told(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "history.sqlite") as file:
        file.execute("CREATE TABLE letters (text)")
    file.close()
    assert "cannot be read as a history" in refused(hardclose("judge", str(tmp_path)))


def test_a_history_cut_in_the_middle_of_the_file_is_told(copied: Path) -> None:
    file = copied / "history.sqlite"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    refused(hardclose("judge", str(copied)))


@pytest.mark.parametrize("seq", [1, 40, 200])
def test_an_edited_record_is_told_by_its_number(copied: Path, seq: int) -> None:
    change(copied, "UPDATE record SET actor = 'person:nobody' WHERE seq = ?", seq)
    told = refused(hardclose("judge", str(copied)))
    assert f"record {seq} (" in told
    assert "was changed after it was written" in told


def test_a_record_that_is_missing_is_told(copied: Path) -> None:
    change(copied, "DELETE FROM record WHERE seq = 40")
    assert "record 40 is missing" in refused(hardclose("judge", str(copied)))


@pytest.mark.parametrize(
    ("column", "value"),
    [("body", b"\xff\xfe"), ("body", b"{}"), ("kind", "Confession"), ("business", "yesterday"), ("wire_ns", "soon")],
)
def test_a_record_nobody_can_read_is_told(copied: Path, column: str, value: object) -> None:
    change(copied, f"UPDATE record SET {column} = ? WHERE seq = 40", value)
    assert "40" in refused(hardclose("judge", str(copied)))


def test_a_history_that_ends_too_early_is_judged_as_far_as_it_goes(copied: Path) -> None:
    """As a killed run leaves it: nothing is lost but the audit, so what is missing is not held against anybody."""
    change(copied, "DELETE FROM record WHERE seq > (SELECT max(seq) FROM record WHERE kind = 'Fact')")
    done = hardclose("judge", str(copied), "--format", "json")
    assert done.code in (1, 3)
    by_id = {one["id"]: one["status"] for one in json.loads(done.out)["obligations"]}
    assert by_id["O09"] == "UNKNOWN"


@pytest.mark.wall
def test_no_traceback_is_ever_shown(copied: Path) -> None:
    change(copied, "UPDATE record SET h = 'x' WHERE seq = 100")
    assert "record 100" in refused(spawned("judge", str(copied)))
