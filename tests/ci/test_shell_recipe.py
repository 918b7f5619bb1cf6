"""The plain shell recipe: exit codes pass through with a word for people. hardclose is linked in, not installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .recipes import OWN_ENVIRONMENT, repository


def called(workspace: Path, *words: str, more: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **(more or {}),
    }
    command = ["bash", str(workspace / "ci" / "hardclose.sh"), *words]
    return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, timeout=120)


def linked(folder: Path) -> Path:
    workspace = repository(folder)
    (workspace / ".venv-hardclose").symlink_to(OWN_ENVIRONMENT)
    return workspace


@pytest.mark.wall
def test_a_run_from_anywhere_passes_with_a_seed_that_it_prints(tmp_path: Path) -> None:
    workspace = linked(tmp_path)
    done = called(workspace, "one_hour.yaml", "random")
    assert done.returncode == 0, done.stdout + done.stderr
    first, *_, last = done.stdout.splitlines()
    seed = re.fullmatch(r"hardclose: scenario one_hour.yaml, seed (\d+)", first)
    assert seed is not None
    assert f"One hour  one-hour, seed {seed[1]}," in done.stdout
    assert last.startswith("GO ON")
    assert [*workspace.glob("results/one-hour/latest/junit.xml")]


def test_a_scenario_that_does_not_exist_stops_with_2(tmp_path: Path) -> None:
    done = called(linked(tmp_path), "smoek")
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1].startswith("STOP: the pipeline")


@pytest.mark.parametrize(
    ("code", "word"),
    [(0, "GO ON"), (1, "STOP: a promise"), (2, "STOP: the p"), (3, "LOOK"), (4, "AGAIN"), (124, "STOP: no verdict")],
)
def test_each_exit_code_passes_through_with_a_word_of_its_own(code: int, word: str, tmp_path: Path) -> None:
    """Code 4 is not to be had from a sound hardclose: a program that only exits takes its place here."""
    workspace = repository(tmp_path)
    program = workspace / ".venv-hardclose" / "bin" / "hardclose"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\necho "asked: $*"\nexit {code}\n')
    program.chmod(0o755)
    done = called(workspace)
    assert done.returncode == code
    assert "asked: run smoke --seed 1 --command python src/integration.py --manifest hardclose/manifest" in done.stdout
    assert done.stdout.splitlines()[-1].startswith(word)


def test_an_installation_that_fails_is_no_broken_promise(tmp_path: Path) -> None:
    nowhere = {"HARDCLOSE": str(tmp_path / "nowhere.whl"), "PIP_NO_INDEX": "1"}
    done = called(repository(tmp_path / "repository"), more=nowhere)
    assert done.returncode == 2
    assert "nowhere.whl" in done.stderr
