"""`hardclose sweep` as people use it: grids on stdout, progress on stderr, a page in the results, stable exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hardclose_simulator.cli.main import app

ONE = "erp purchase_order.create after"


def swept(results: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["sweep", "lossy", "--workers", "1", "--results", str(results), *words])


def test_a_blow_that_is_survived_is_exit_code_0_and_leaves_a_page(tmp_path: Path) -> None:
    done = swept(tmp_path, "--only", ONE)
    assert done.exit_code == 0, done.output
    assert "erp purchase_order.create  recovered" in done.stdout
    latest = tmp_path / "sweep-lossy" / "latest"
    assert {one.name for one in latest.iterdir()} == {"sweep.html", "sweep.md", "sweep.json"}


def test_a_mutant_beside_the_reference_is_exit_code_1_and_opens_its_bad_cell(tmp_path: Path) -> None:
    done = swept(tmp_path, "--only", ONE, "--mutant", "P01", "--format", "json")
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    (reference,), (mutant,) = (grid["cells"] for grid in document["grids"])
    assert (reference["outcome"], mutant["outcome"], mutant["failed"][:1]) == ("recovered", "duplicated", ["O01"])
    assert any(entry["evidence"] for entry in mutant["timeline"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--only", "nothing *"), "names no blow; one looks like"),
        (("--mutant", "P99"), "there is no variant 'P99'"),
        (("--profile", "C9"), "there is no profile 'C9'"),
        (("--command", "x", "--mutant", "P01"), "with --command leave it out"),
    ],
)
def test_wrong_turns_are_told_in_one_paragraph(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = swept(tmp_path, *words)
    assert done.exit_code == 2
    assert says in done.stderr


def test_who_breaks_promises_unstruck_is_told_so_and_the_others_are_swept(tmp_path: Path) -> None:
    words = ["sweep", "refusals", "--workers", "1", "--mutant", "P12", "--only", ONE, "--results", str(tmp_path)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert "refusals without any fault: reference, webhooks, variant P12 breaks" in done.stderr
    assert "erp purchase_order.create  recovered" in done.stdout
