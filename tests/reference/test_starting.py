"""The service as a process of its own: what is wrong with its surroundings is one sentence, never a traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from .test_settings import VARIABLES


def start(*options: str, **changes: str) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("HARDCLOSE_")}
    return subprocess.run(
        [sys.executable, "-m", "hardclose_reference", *options],
        env={**variables, **VARIABLES, **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


def test_an_unknown_variant_is_refused_in_words() -> None:
    assert "no variant 'P99'; there are P01, P02" in said(start("--variant", "P99"))


def test_a_missing_variable_is_named() -> None:
    assert "HARDCLOSE_ERP_URL is not set" in said(start(HARDCLOSE_ERP_URL=""))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    words = said(start(PORT="9000", HARDCLOSE_STATE_DIR=str(tmp_path / "file" / "state")))
    assert "HARDCLOSE_STATE_DIR" in words
    assert str(tmp_path / "file" / "state") in words


def test_a_folder_that_holds_something_else_under_its_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "reference.sqlite").write_text("my letters\n" * 200)
    words = said(start(PORT="9000", HARDCLOSE_STATE_DIR=str(tmp_path)))
    assert str(tmp_path) in words
    assert "not a database" in words


@pytest.mark.wall
def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert port in said(start(PORT=port, HARDCLOSE_STATE_DIR=str(tmp_path)))
