"""What people read when a test fails, or asks for what is not there: the finding, and nothing of our own inside."""

from __future__ import annotations

import re
import shlex
import socket
import sys
from pathlib import Path

import pytest

from hardclose_simulator.checkers.catalogue import OBLIGATIONS

from .team import Team, settle_in

BROKEN_BY_P01 = f" of {len(OBLIGATIONS)} promises: O01 one fact, one effect (1 finding)"
"""It breaks others as well; the first is told first."""
OURS = re.compile(r"pytest_plugin[/.]|hardclose_(simulator|mocks)/|Traceback")
FAILING = """
    import pytest
    from hardclose_simulator.pytest_plugin.integration import Integration


    @pytest.mark.scenario("smoke", seed=7, variant="P01")
    def test_asserting(verdict):
        assert verdict


    @pytest.mark.scenario("smoke", seed=7, variant="P01")
    def test_asking(verdict):
        verdict.assert_kept()


    def test_an_unknown_fault(faults):
        faults.add("F01x", "erp")


    def test_nothing_comes(erp, hardclose):
        erp.wait_for("purchase_order", reference="R-1", timeout_s=0.01)


    def test_nobody_starts(hardclose):
        hardclose.start_integration(Integration(command="no-such-program"))


    class TestNoIntegration:
        @pytest.fixture
        def hardclose_integration(self):
            return Integration(command="false")

        @pytest.mark.scenario("smoke")
        def test_one_that_ends(self, verdict):
            pass


    class TestBadManifest:
        @pytest.fixture
        def hardclose_integration(self):
            return Integration(url="http://127.0.0.1:9", manifest={"moed": "poll"})

        def test_one(self, verdict):
            pass
"""
WRONG = {
    '@pytest.mark.scenario("mont-end")': "no such scenario; try 'month-end'",
    '@pytest.mark.scenario("smoke", sead=7)': "scenario has no argument 'sead'; try 'seed'",
    '@pytest.mark.scenario("smoke", seed="7")': "seed is a whole number, 0 or more, not '7'",
    '@pytest.mark.scenario("smoke", 7)': "scenario takes name alone without a name; write seed=...",
    '@pytest.mark.scenario("smoke", profile="C9")': "no such profile 'C9'",
    '@pytest.mark.scenario("smoke", style="webhook")': "there is no style 'webhook'; try 'webhooks'",
    '@pytest.mark.scenario("smoke", variant="P99")': "there is no variant 'P99'; try 'P",
    "@pytest.mark.scenario()": "scenario wants a name",
    '@pytest.mark.scenario("broken.yaml")': "try 'story'",
    '@pytest.mark.sandbox(like="smok")': "no such scenario; try 'smoke'",
    '@pytest.mark.sandbox(opened_at="2026-11-30")': "opened_at: 2026-11-30 has no offset",
    '@pytest.mark.scenario("smoke")\n@pytest.mark.sandbox()': "scenario brings a sandbox of its own",
}
BROKEN = "title: x\nsummary: x\nstorry: x\n"
HERE = Team(Path(sys.executable))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    project = settle_in(tmp_path_factory.mktemp("failing"), {"test_failing.py": FAILING})
    ran = HERE.pytest(project, "--hardclose-results", "judged")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert (project / "judged" / "test_failing.py-test_asking" / "report.html").is_file()
    return ran.stdout


def told(printed: str, test: str) -> str:
    """What stands under the heading of one test."""
    parts = re.split(r"^_{3,} (.*?) _{3,}$", printed.partition("short test summary")[0], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[test]


def test_an_assertion_carries_the_finding_the_money_the_timeline_and_how_to_see_it_again(printed: str) -> None:
    lines = [line.removeprefix("E").strip() for line in told(printed, "test_asking").splitlines() if line[:1] == "E"]
    assert lines[0].startswith("AssertionError: FAIL  The integration broke ")
    assert BROKEN_BY_P01 in lines[0]
    assert lines[1].startswith("exit code 1: the integration broke a promise; at stake 100,004 JPY")
    assert lines[3] == "O01 one fact, one effect"
    assert lines[4].startswith("expense/2, 100,004 JPY: T7-E0002 has 2 live expense postings at once: ")
    assert lines[5].startswith("card: profile C1: ")
    evidence = [line for line in lines if line.startswith("> ")]
    assert any("told nothing (F01)" in line for line in evidence)
    assert any("told 201" in line for line in evidence)
    again = lines.index("Reproduce with: pytest test_failing.py::test_asking")
    assert lines[again + 1].startswith("or: hardclose run smoke --seed 7")
    assert lines[again + 2].endswith("judged/test_failing.py-test_asking/report.html")


def test_a_plain_assert_shows_the_same_below(printed: str) -> None:
    text = told(printed, "test_asserting")
    assert "E       assert <verdict FAIL: The integration broke " in text
    assert BROKEN_BY_P01 in text
    said = text.partition("- hardclose verdict -")[2]
    assert "expense/2, 100,004 JPY: T7-E0002 has 2 live expense postings at once: " in said
    assert "Reproduce with: pytest test_failing.py::test_asserting" in said


def test_the_line_to_reproduce_with_does(printed: str, tmp_path: Path) -> None:
    [line] = {line.partition("or: ")[2] for line in printed.splitlines() if "or: hardclose run" in line}
    ran = HERE.run(*shlex.split(line), folder=tmp_path)
    assert ran.returncode == 1, ran.stderr
    assert "T7-E0002 has 2 live expense postings" in " ".join(ran.stdout.split())


@pytest.mark.parametrize(
    ("test", "says"),
    [
        ("test_an_unknown_fault", "E       hardclose.UsageError: no fault 'F01x'; try 'F01'"),
        ("test_nothing_comes", "E       AssertionError: after 0.01 s erp held 0 of 1 purchase_order (reference='R-1')"),
        ("test_nobody_starts", "E       hardclose.UsageError: the command 'no-such-program' cannot be started"),
        (
            "ERROR at setup of TestNoIntegration.test_one_that_ends",
            "hardclose: the integration ended before the run began: exit code 1",
        ),
        (
            "ERROR at setup of TestBadManifest.test_one",
            "hardclose: hardclose_integration: 'moed': ",
        ),
    ],
)
def test_what_went_wrong_is_said_in_a_sentence(printed: str, test: str, says: str) -> None:
    assert says in told(printed, test)


def test_no_line_of_ours_is_shown(printed: str) -> None:
    assert [line for line in printed.splitlines() if OURS.search(line)] == []


def test_a_marker_that_cannot_be_obeyed_stops_at_collection(tmp_path: Path) -> None:
    tests = [f"{mark}\ndef test_{place}(verdict):\n    pass\n" for place, mark in enumerate(WRONG)]
    tests.append('@pytest.mark.scenario("smoke")\ndef test_unjudged():\n    pass\n')
    project = settle_in(tmp_path, {"test_wrong.py": "import pytest\n\n" + "\n".join(tests), "broken.yaml": BROKEN})
    ran = HERE.pytest(project, "-n", "2")
    assert ran.returncode != 0
    for place, says in enumerate(WRONG.values()):
        # Each worker collects, and whether the second one's errors come in before the run is over is a race of theirs.
        lines = {one for one in ran.stdout.splitlines() if one.startswith(f"test_wrong.py::test_{place}:")}
        assert len(lines) == 1, lines
        assert says in lines.pop()
    assert "test_unjudged: hardclose marker: scenario is played for the fixture `verdict`" in ran.stdout
    assert not OURS.search(ran.stdout)
    assert "passed" not in ran.stdout


def test_options_that_contradict_each_other_are_a_usage_error(tmp_path: Path) -> None:
    project = settle_in(tmp_path, {"test_fine.py": "def test_fine(): pass"})
    for options, says in (
        (["--hardclose-sut", "http://x", "--hardclose-command", "x"], "give one of them"),
        (["--hardclose-manifest", "nowhere.yaml"], "hardclose_manifest: .*nowhere.yaml is not there"),
        (["--hardclose-port-base", "many"], "hardclose_port_base: 'many' is no port"),
    ):
        ran = HERE.pytest(project, *options)
        assert ran.returncode == pytest.ExitCode.USAGE_ERROR
        assert re.search(says, ran.stderr), ran.stderr


def test_ports_that_are_taken_are_named_with_the_way_out(tmp_path: Path) -> None:
    project = settle_in(tmp_path, {"test_any.py": "def test_any(erp): pass"})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = ["--hardclose-sut", "http://127.0.0.1:9", "--hardclose-port-base", str(port - 1)]
        ran = HERE.pytest(project, *options)
    assert re.search(r"hardclose: 127\.0\.0\.1:\d+ cannot be listened on", ran.stdout), ran.stdout
    assert "use -n 0, or hardclose_command instead" in ran.stdout
    assert not OURS.search(ran.stdout)
