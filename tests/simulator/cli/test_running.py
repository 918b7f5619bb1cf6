"""`hardclose run`: a verdict on stdout, an exit code that means something, and one paragraph where it cannot begin."""

from __future__ import annotations

import json
import shlex
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hardclose_mocks.cards import PROFILES
from hardclose_mocks.server.listen import bind, free_port
from hardclose_reference.behaviour import VARIANTS

from .commands import Done, hardclose, refused, spawned

TINY = """
title: Tiny
summary: Three reports within an hour of business time.
story: Nothing goes wrong by itself.
starts: 2026-11-18T09:00:00Z
ends: 2026-11-18T10:30:00Z
flows:
  expense:
    facts: 3
    companies: {DE01: 1}
    ramp: [{from: 2026-11-18 10:05, to: 2026-11-18 11:15}]
    approval_hours: 0.2
drain_max: 0.2
"""
EXITS = shlex.join([sys.executable, "-c", "import sys; sys.exit('no licence')"])


def tiny(folder: Path, **changes: str) -> str:
    """A scenario file; `changes` are whole lines by their key."""
    lines = [line for line in TINY.strip().splitlines() if line.split(":")[0] not in changes]
    path = folder / "tiny.yaml"
    path.write_text("\n".join([*lines, *(f"{key}: {value}" for key, value in changes.items())]), encoding="utf-8")
    return str(path)


def run(folder: Path, *words: str) -> Done:
    """In this process, in virtual time."""
    return hardclose("run", *words, "--virtual", "--results", str(folder / "results"))


def latest(folder: Path, scenario: str) -> Path:
    return folder / "results" / scenario / "latest"


# --- what it prints and leaves ---------------------------------------------------------------------------------


def test_a_run_that_keeps_its_promises_ends_with_0_and_its_reports(tmp_path: Path) -> None:
    done = run(tmp_path, "smoke")
    assert done.code == 0
    assert "O09  PASS" in done.out
    assert done.out.splitlines()[-1].startswith("report: ")
    assert {path.name for path in latest(tmp_path, "smoke").iterdir()} == {
        "history.sqlite",
        "junit.xml",
        "report.html",
        "report.json",
        "report.md",
    }


def test_progress_goes_to_stderr_a_line_per_phase(tmp_path: Path) -> None:
    lines = run(tmp_path, "smoke").err.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["hardclose:", "smoke:", phase] for phase in ("chaos", "drain", "audit")
    ]


def test_json_is_alone_on_stdout_and_the_same_as_the_file(tmp_path: Path) -> None:
    done = run(tmp_path, "smoke", "--format", "json")
    printed: dict[str, Any] = json.loads(done.out)
    assert printed == json.loads((latest(tmp_path, "smoke") / "report.json").read_text(encoding="utf-8"))
    assert done.code == 0
    assert "report.html" in done.err


def test_a_broken_promise_ends_with_1_and_says_how_to_see_it_again(tmp_path: Path) -> None:
    done = run(tmp_path, "lossy", "--variant", "P02", "--profile", "C4")
    assert done.code == 1
    assert "O01  FAIL" in done.out
    again = "Reproduce with: hardclose run lossy --seed 1 --style webhooks --variant P02 --profile C4 --virtual"
    assert again in " ".join(done.out.split())


def test_the_reproduce_line_reproduces_it(tmp_path: Path) -> None:
    first = run(tmp_path, "lossy", "--variant", "P01", "--seed", "5", "--format", "json")
    words = again_by(first)
    assert words[:2] == ["hardclose", "run"]
    again = hardclose(*words[1:], "--results", str(tmp_path / "again"), "--format", "json")
    assert again.code == first.code == 1
    assert _history_hash(latest(tmp_path, "lossy")) == _history_hash(tmp_path / "again" / "lossy" / "latest")


def again_by(done: Done) -> list[str]:
    """The words of a JSON report's `Reproduce with:` line."""
    return shlex.split(json.loads(done.out)["run"]["reproduce"].removeprefix("Reproduce with: "))


def _history_hash(folder: Path) -> str:
    with sqlite3.connect(folder / "history.sqlite") as file:
        (last,) = file.execute("SELECT h FROM record ORDER BY seq DESC LIMIT 1").fetchone()
    return str(last)


def test_too_little_evidence_ends_with_3(tmp_path: Path) -> None:
    done = run(tmp_path, tiny(tmp_path, must_happen="{rate_limited: 1000}"))
    assert done.code == 3
    assert "the scenario promised 1000 rate limited and saw 0" in " ".join(done.out.split())


def test_each_run_has_a_folder_of_its_own_and_latest_is_the_last(tmp_path: Path) -> None:
    """Also within one second: virtual runs are short."""
    for seed in ("1", "1", "2"):
        assert run(tmp_path, tiny(tmp_path), "--seed", seed).code == 0
    home = tmp_path / "results" / "tiny"
    folders = sorted(path for path in home.iterdir() if not path.is_symlink())
    assert len(folders) == 3
    assert (home / "latest").resolve() == folders[-1].resolve()
    assert str(folders[-1].name).endswith("-2")


def test_a_profile_and_a_style_can_be_chosen(tmp_path: Path) -> None:
    done = run(tmp_path, tiny(tmp_path), "--style", "polling", "--profile", "C4", "--format", "json")
    assert "--style polling --profile C4" in " ".join(again_by(done))


def test_a_manifest_is_heeded_in_virtual_time_too(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text("name: ours\nmax_concurrency: 1\n", encoding="utf-8")
    assert run(tmp_path, "throttled", "--variant", "L12").code == 0
    done = run(tmp_path, "throttled", "--variant", "L12", "--manifest", str(manifest))
    assert done.code == 1
    assert "the manifest declares 1" in " ".join(done.out.split())


# --- what is wrong before it begins ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["month-ends"], ["no such scenario", "try 'month-end'"]),
        (["./none.yaml"], ["there is no such file"]),
        (["smoke", "--profile", "C9"], ["no profile 'C9'", ", ".join(PROFILES)]),
        (["smoke", "--variant", "P99"], ["no variant 'P99'", *VARIANTS]),
        (["smoke", "--manifest", "none.yaml"], ["none.yaml", "cannot be read"]),
        (["smoke", "--virtual", "--command", "node x.js"], ["--virtual", "the bundled reference only"]),
        (["smoke", "--virtual", "--sut", "http://localhost:9000"], ["--virtual", "the bundled reference only"]),
        (["smoke", "--sut", "http://localhost:9000", "--command", "x"], ["--sut", "--command", "one of them"]),
        (["smoke", "--sut", "http://localhost:9000", "--variant", "P01"], ["--variant", "the bundled reference"]),
        (["smoke", "--command", "x", "--style", "polling"], ["--style", "the bundled reference"]),
        (["smoke", "--sut", "localhost:9000"], ["is no address", "http://localhost:9000"]),
        (["smoke", "--command", "node 'x.js"], ["cannot be read", "No closing quotation"]),
        (["smoke", "--command", ""], ["is empty"]),
        (["replay"], ["--log"]),
        (["replay", "--log", "none.xes"], ["none.xes"]),
        (["smoke", "--run-tag", "a b/c"], ["--run-tag", "'a b/c'", "letters"]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_what_is_wrong_before_the_first_fact_is_one_paragraph(
    tmp_path: Path, words: list[str], says: list[str]
) -> None:
    told = refused(hardclose("run", *words, "--results", str(tmp_path / "results")))
    for part in says:
        assert part in told
    assert not (tmp_path / "results").exists(), "nothing was played, so nothing is left"


def test_a_seed_that_is_no_number_is_refused() -> None:
    done = hardclose("run", "smoke", "--seed", "abc")
    assert (done.code, done.out) == (2, "")
    assert "Invalid value for '--seed'" in done.err
    assert "Traceback" not in done.err


def test_broken_yaml_is_told_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("title: Mine\nflows: [1, 2\n", encoding="utf-8")
    told = refused(run(tmp_path, str(path)))
    assert str(path) in told
    assert "line" in told


def test_a_misspelt_key_is_told_with_the_nearest(tmp_path: Path) -> None:
    told = refused(run(tmp_path, tiny(tmp_path, drian_max="3")))
    assert "drian_max" in told
    assert "drain_max" in told


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_played() -> None:
    told = refused(hardclose("run", "smoke", "--virtual", "--results", "/dev/null/x"))
    assert "/dev/null/x" in told
    assert "--results" in told


def test_a_latest_that_is_no_link_is_told(tmp_path: Path) -> None:
    (tmp_path / "results" / "tiny" / "latest").mkdir(parents=True)
    told = refused(run(tmp_path, tiny(tmp_path)))
    assert "latest" in told


@contextmanager
def taken() -> Iterator[int]:
    listener = bind("127.0.0.1", 0)
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


def play(folder: Path, *words: str) -> Done:
    """In a process of its own, in wall time."""
    return spawned("run", tiny(folder), *words, "--results", str(folder / "results"))


@pytest.mark.wall
def test_a_command_that_does_not_exist_is_told(tmp_path: Path) -> None:
    assert "'no-such-program' cannot be started" in refused(play(tmp_path, "--command", "no-such-program"))


@pytest.mark.wall
def test_a_command_that_exits_at_once_is_told_with_its_output(tmp_path: Path) -> None:
    told = refused(play(tmp_path, "--command", EXITS))
    assert "ended before the run began: exit code 1" in told
    log = Path(told.split("its output is in ", 1)[1].strip())
    assert log.read_text(encoding="utf-8") == "no licence\n"
    assert not latest(tmp_path, "tiny").is_symlink(), "nothing was judged"


@pytest.mark.wall
def test_a_command_that_never_answers_its_health_path_is_told(tmp_path: Path) -> None:
    asleep = shlex.join([sys.executable, "-c", "import time; time.sleep(600)"])
    assert "does not answer at http://127.0.0.1:" in refused(play(tmp_path, "--command", asleep))


@pytest.mark.wall
def test_a_running_integration_that_is_not_there_is_told(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    told = refused(play(tmp_path, "--sut", url, "--port-base", "0"))
    assert f"does not answer at {url}/" in told
    assert "`health`" in told


@pytest.mark.wall
def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with taken() as port:
        told = refused(play(tmp_path, "--sut", "http://127.0.0.1:9", "--port-base", str(port)))
    assert "cannot be listened on" in told
    assert "--port-base" in told


@pytest.mark.wall
def test_an_integration_that_does_nothing_is_judged_with_its_losses(tmp_path: Path) -> None:
    server = "import http.server, os; http.server.test(port=int(os.environ['PORT']), bind='127.0.0.1')"
    manifest = tmp_path / "hasty.yaml"
    manifest.write_text("poll_interval_s: 0.5\nretry_interval_s: 0.5\n", encoding="utf-8")
    command = shlex.join([sys.executable, "-c", server])
    done = play(tmp_path, "--command", command, "--manifest", str(manifest), "--format", "json")
    assert done.code == 1
    report = json.loads(done.out)
    assert "Traceback" not in done.err
    assert sum(line["lost"]["count"] for line in report["reconciliation"]) == 3
    again = again_by(done)
    assert again[again.index("--command") + 1] == command
