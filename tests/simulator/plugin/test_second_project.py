"""The plugin as another team has it: from the wheel, in an environment and a project of their own."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from .team import ROOT, Team, examples, settle_in

MEETING = '''
    """Many tests at once, each of which would see at a glance if it were not alone."""

    import json
    import os
    from pathlib import Path

    import pytest


    @pytest.mark.parametrize("place", range(24))
    def test_nobody_else_is_in_here(hardclose, erp, expense, procurement, faults, clock, place, record):
        assert expense.documents("expense_report") == procurement.documents("requisition") == []
        assert faults.rules == () and clock.now().isoformat() == "2026-11-30T08:30:00+00:00"
        clock.advance(hours=place)
        faults.add("F02", "erp", "purchase_order.create")
        facts = [hardclose.approved_report() for _ in range(place % 3 + 1)]
        assert {one.number for one in expense.documents("expense_report")} == {fact.source for fact in facts}
        assert all(fact.source.startswith(hardclose.run_tag + "-") for fact in facts)
        assert erp.client.get("/v1/expense-postings").json()["items"] == []
        record(hardclose)


    @pytest.fixture
    def record():
        def write(hardclose):
            worker = os.environ["PYTEST_XDIST_WORKER"]
            seen = {"worker": worker, "pid": os.getpid(), "urls": hardclose.urls, "opened_s": hardclose.opened_s}
            seen["run_tag"] = hardclose.run_tag
            with Path(os.environ["RECORD"]).joinpath(worker).open("a") as lines:
                lines.write(json.dumps(seen) + "\\n")
        return write


    def test_our_own_folders_are_ours():
        import contracts
        import mocks

        assert mocks.OURS == "the team's mocks" and contracts.OURS == "the team's contracts"


    @pytest.mark.scenario("smoke", seed=7, style="polling", profile="C4")
    def test_the_reference_passes(verdict, hardclose_integration):
        verdict.assert_kept()


    @pytest.fixture
    def hardclose_integration():
        from hardclose_simulator.pytest_plugin.integration import Integration

        return Integration()
'''


WITH_AN_INTEGRATION = ("tests/test_month_end.py", "tests/test_by_hand.py", "tests/in_process")
"""Examples that start one, in wall time: not beside eight workers that need all there is of the machine."""


@pytest.mark.wall
def test_every_example_with_an_integration_passes(team: Team, tmp_path: Path) -> None:
    project = settle_in(
        tmp_path / "project", {**examples(), "hardclose.yaml": "poll_interval_s: 2\nretry_interval_s: 5\n"}
    )
    ran = team.pytest(project, "-n", "2", "--hardclose-manifest", "hardclose.yaml", *WITH_AN_INTEGRATION)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 passed" in ran.stdout


@pytest.mark.wall
def test_eight_workers_share_nothing(team: Team, tmp_path: Path) -> None:
    project = settle_in(tmp_path / "project", {**examples(), "tests/test_meeting.py": MEETING})
    record = tmp_path / "record"
    record.mkdir()
    began = time.monotonic()
    others = [f"--ignore={name}" for name in WITH_AN_INTEGRATION]
    ran = team.pytest(project, "-n", "8", "--strict-markers", *others, RECORD=str(record))
    took_s = time.monotonic() - began
    assert ran.returncode == 0, ran.stdout + ran.stderr
    lines = [json.loads(line) for path in record.iterdir() for line in path.read_text().splitlines()]
    assert len(lines) == 24
    addresses = {(one["pid"], tuple(sorted(one["urls"].values()))) for one in lines}
    urls = [url for _, mine in addresses for url in mine]
    assert len(addresses) > 1
    assert len(set(urls)) == len(urls) == 4 * len(addresses)
    assert len({one["run_tag"] for one in lines}) == 24
    opened = sorted(one["opened_s"] for one in lines)
    print(f"8 workers: {took_s:.1f} s; a sandbox opened in {opened[12] * 1000:.1f} ms, {opened[-1] * 1000:.1f} at most")
    assert opened[12] < 0.5, f"half of all sandboxes took longer to open than {opened[12]} s"


def test_the_wheel_brings_scenarios_and_contracts(team: Team, tmp_path: Path) -> None:
    project = settle_in(tmp_path / "project", {})
    (installed,) = team.python.parents[1].glob("lib/python*/site-packages/hardclose_simulator/_data")
    for folder in ("scenarios", "contracts"):
        files = {path: path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*.*") if path.is_file()}
        ours = {name for path, name in files.items() if path.stat().st_mtime < team.built_at}
        theirs = {path.relative_to(installed / folder) for path in (installed / folder).rglob("*.*")}
        assert ours
        assert ours <= theirs
    listed = team.run("hardclose", "list", "scenarios", folder=project)
    assert listed.returncode == 0, listed.stderr
    assert {"month-end", "smoke"} <= {line.split()[0] for line in listed.stdout.splitlines() if line.strip()}
    ran = team.run("hardclose", "run", "smoke", "--virtual", folder=project)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (project / "results" / "smoke" / "latest" / "report.html").is_file()
