"""Schemathesis against each mock system over real HTTP, all phases, with the checks of our own: nothing is found."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .fuzzed import fuzzed

pytest.importorskip("schemathesis")
pytestmark = pytest.mark.wall
EXAMPLES = "3"
"""Cases per operation and phase; longer campaigns are `hardclose contracts fuzz --mocks --examples N`."""


@pytest.mark.parametrize("system", ["erp", "procurement", "expense"])
def test_nothing_is_found(system: str, tmp_path: Path) -> None:
    junit = tmp_path / "fuzz.xml"
    words = ("--mocks", "--system", system, "--examples", EXAMPLES, "--format", "json", "--junit", str(junit))
    done = fuzzed(*words)
    assert done.out, done.err
    (outcome,) = json.loads(done.out)["targets"]
    assert outcome["failures"] == []
    assert outcome["errors"] == []
    assert done.code == 0
    # That it found nothing says something only if it got everywhere.
    assert outcome["phases"] == dict.fromkeys(("examples", "coverage", "fuzzing", "stateful"), "success")
    assert outcome["tested"] == outcome["selected"] == len(outcome["answers"])
    # What lies at the end of long flows may not be reached by so few of them.
    assert len(outcome["never_done"]) <= outcome["selected"] // 4, outcome["never_done"]
    statuses = {status for answers in outcome["answers"].values() for status in answers}
    assert statuses >= {"200", "201", "400", "401", "404", "409", "422"}
    assert not any(status.startswith("5") for status in statuses)
    suite = ElementTree.parse(junit).getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("name"), suite.get("failures")) == (f"fuzz {system}", "0")
