"""The benchmarks run, measure what they say and print it. Says nothing about speed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "loadtests" / "bench"


def run(*words: str, script: str = "mock_systems.py") -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(BENCH / script), *words], capture_output=True, text=True, timeout=200)


@pytest.mark.wall
def test_both_servers_are_measured_side_by_side() -> None:
    done = run("--seconds", "0.2", "--rounds", "1", "--format", "json")
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    assert {"cpu", "python", "system"} <= set(result["machine"])
    assert result["method"]["generator_ceiling_per_s"] > 0
    for server in ("mock systems", "bare FastAPI"):
        figures = result["medians"][server]
        for asks in ("get.per_s", "crud.per_s", "crud.create.p99", "one.get.p50", "start_s", "rss_idle"):
            assert figures[asks] > 0, (server, asks)
        assert figures["orders"] > 20, "more than the orders it was given to read"
    # One read from the socket per answer: head and body left together, so nothing waits for an acknowledgement.
    assert result["medians"]["mock systems"]["one.pieces"] < 1.5


@pytest.mark.wall
def test_one_run_prints_every_promise_with_what_was_measured_and_how() -> None:
    small = ("--seconds", "0.2", "--rounds", "1", "--documents", "100", "--records", "5000", "--story", "smoke")
    done = run(*small, "--no-peers", script="all.py")
    assert done.returncode == 0, done.stderr
    promises, servers, volumes, method = done.stdout.split("\n\n")
    kept = [[cell.strip() for cell in row.strip("|").split("|")] for row in promises.splitlines()[2:]]
    assert len(kept) == 14
    for what, unit, goal, measured, ratio in kept:
        assert float(goal.replace(",", "")) > 0, what
        if unit in ("MB", "KB"):
            continue  # so small a run may grow by nothing
        assert float(measured.replace(",", "")) > 0, what
        assert float(ratio) > 0, what
    assert "judged: " in volumes
    assert "documents" in volumes
    head, _, *rows = servers.splitlines()
    assert [cell.strip() for cell in head.strip("|").split("|")][2:] == ["mock systems", "bare FastAPI", "ratio"]
    ratios = {row.split("|")[1].strip(): row.split("|")[5].strip() for row in rows}
    assert float(ratios["create, then read"]) > 0
    assert "foreign load" in method
    assert "constant answer" in method


@pytest.mark.parametrize("words", [("--seconds", "0"), ("--seconds", "999"), ("--rounds", "0"), ("--format", "xml")])
def test_what_cannot_be_measured_is_refused_at_once(words: tuple[str, str]) -> None:
    done = run(*words)
    assert (done.returncode, run(*words, script="all.py").returncode) == (2, 2)
    assert "error:" in done.stderr
