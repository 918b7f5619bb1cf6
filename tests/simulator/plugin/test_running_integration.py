"""An integration that runs already, in whatever language: it was given `hardclose env`, and pytest only its URL."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardclose_mocks.server.credentials import Credentials, environment
from hardclose_mocks.server.listen import PORTS, free_port

from .team import Team, examples, settle_in

HERE = Team(Path(sys.executable))
TESTS = """
    import pytest

    @pytest.mark.scenario("one_hour.yaml")
    def test_a_story(verdict):
        verdict.assert_kept("O03", "O09")
        said = verdict.report.run.reproduce
        assert "--sut http://127.0.0.1:" in said and "--port-base" in said and "hardclose.yaml" in said

    def test_by_hand(hardclose, erp, expense):
        hardclose.start_integration()
        report = hardclose.approved_report()
        erp.wait_for("expense_posting", reference=report.source)
        expense.wait_for("expense_report", status="posted")
"""


def four_free_ports() -> int:
    """The first of four in a row. Somebody else may take them before we do: so from where few look for any."""
    for base in range(21_000 + os.getpid() % 500 * 8, 32_000, 4):
        try:
            for place in range(len(PORTS)):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", base + place))
        except OSError:
            continue
        return base
    raise AssertionError("no four free ports in a row")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """The reference as somebody's service, and the first port of the systems it was told of."""
    base, port = four_free_ports(), free_port()
    urls = {name: f"http://127.0.0.1:{base + place}" for place, name in enumerate(PORTS)}
    variables = {**environment(Credentials(), urls), "PORT": str(port), "HARDCLOSE_STATE_DIR": str(tmp_path / "state")}
    process = subprocess.Popen(
        [sys.executable, "-m", "hardclose_reference"],
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}", base
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.mark.wall
def test_one_process_tests_what_is_running(running: tuple[str, int], tmp_path: Path) -> None:
    url, base = running
    story = examples()["tests/in_process/one_hour.yaml"]
    manifest = "poll_interval_s: 2\nretry_interval_s: 2\n"
    project = settle_in(
        tmp_path / "project", {"test_running.py": TESTS, "one_hour.yaml": story, "hardclose.yaml": manifest}
    )
    options = ["--hardclose-sut", url, "--hardclose-port-base", str(base), "--hardclose-manifest", "hardclose.yaml"]
    ran = HERE.pytest(project, *options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2 passed" in ran.stdout
