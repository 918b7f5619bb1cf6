"""The composite action and the GitHub recipes, executed in a repository laid out as the page says.

hardclose is linked in instead of installed, except in the one test that installs it."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from ..contracts.npm import installed
from ..docs.pages import Block, blocks_of, rows_of
from .github_runner import Runner
from .recipes import ACTION, OWN_ENVIRONMENT, PAGE, fragments, parsed, repository, workflow_of

WORKFLOW = ".github/workflows/integration.yml"
PLAIN = ".github/workflows/integration-in-plain-steps.yml"
KNOWN = "- {obligation: O10, reason: comes with release 14}\n"


def link(runner: Runner) -> None:
    """What setting hardclose up leaves behind."""
    runner.temp.mkdir(exist_ok=True)
    if not (runner.temp / "hardclose").exists():
        (runner.temp / "hardclose").symlink_to(OWN_ENVIRONMENT)


def nothing(runner: Runner) -> None:
    """The example integrations need what is there already."""


LINKED = {"Set hardclose up": link, "Set the integration up": nothing}


def on(folder: Path, workspace: Path, **more: Any) -> Runner:
    return Runner(workspace, folder / "runner", LINKED, **more)


def fragment(name: str) -> Block:
    return next(one for one in fragments() if f"id: {name}" in one.text)


@pytest.mark.wall
def test_a_broken_integration_in_the_workflow_with_the_action(tmp_path: Path) -> None:
    """Red by exit code 1; the findings are in the summary and in annotations, and everything is kept."""
    runner = on(tmp_path, repository(tmp_path / "repository", "integration.py", KNOWN))
    ended = runner.job(parsed(WORKFLOW), "books", {"scenario": "smoke", "profile": "C1"})

    assert ended.failed
    assert 1 in ended.codes, ended.log
    errors = re.findall(r"^::error title=(O\d\d)", ended.log, re.MULTILINE)
    assert {"O01", "O09"} & set(errors)
    assert "O10" not in errors
    assert re.search(r"^::warning title=O10 .*fails as expected \(comes with release 14\)", ended.log, re.MULTILINE)
    assert ended.summary.startswith("## ❌ Smoke: FAIL")
    assert all(f"<summary><b>{one}</b>" in ended.summary for one in errors)
    assert "hardclose run smoke --seed 1" in ended.summary
    [kept] = ended.artifacts
    assert kept.name == "hardclose-smoke-1-C1"
    assert kept.files == {"report.html", "report.json", "report.md", "junit.xml", "history.sqlite", "sut.log"}


@pytest.mark.wall
def test_an_integration_that_keeps_its_promises_in_plain_steps(tmp_path: Path) -> None:
    workspace = repository(tmp_path / "repository")
    workflow = parsed(PLAIN)
    workflow["jobs"]["books"]["env"]["SCENARIO"] = "one_hour.yaml"
    ended = on(tmp_path, workspace).job(workflow, "books")

    assert not ended.failed, ended.log
    assert ended.summary.startswith("## ✅ One hour: PASS")
    assert "::notice title=hardclose one-hour" in ended.log
    [kept] = ended.artifacts
    assert {name.rpartition("/")[2] for name in kept.files} >= {"report.html", "junit.xml", "history.sqlite"}
    assert not any("latest" in name or "sut-state" in name for name in kept.files)
    counts = next(iter(ElementTree.parse(next(workspace.glob("results/*/latest/junit.xml"))).iter("testsuite"))).attrib
    assert counts["failures"] == counts["errors"] == "0"


def test_an_integration_that_does_not_start_gets_no_verdict_but_a_reason(tmp_path: Path) -> None:
    workspace = repository(tmp_path / "repository")
    (workspace / "src" / "integration.py").write_text("raise SystemExit('no database: 100% full')\n")
    ended = on(tmp_path, workspace).job(parsed(WORKFLOW), "books", {"scenario": "smoke", "profile": "C1"})

    assert 2 in ended.codes, ended.log
    assert "::error title=hardclose, exit code 2::no verdict. hardclose: the integration ended before" in ended.log
    assert ended.summary.startswith("## ❔ hardclose: no verdict, exit code 2")
    [kept] = ended.artifacts
    assert "sut.log" in kept.files
    [log] = workspace.glob("results/smoke/*/sut.log")
    assert "no database: 100% full" in log.read_text()


def test_a_wrong_word_in_the_inputs_is_said_and_leaves_nothing_to_keep(tmp_path: Path) -> None:
    ended = on(tmp_path, repository(tmp_path / "repository")).action({"scenario": "smoek"})
    assert ended.outputs == {"exit-code": "2", "folder": "", "artifact": ""}
    assert re.search(r"::error title=hardclose, exit code 2::no verdict\. hardclose: .*smoke", ended.log)
    assert ended.artifacts == []


def test_the_alarm_fragment_rings_and_its_job_is_green(tmp_path: Path) -> None:
    ended = on(tmp_path, repository(tmp_path / "repository")).job(workflow_of(fragment("alarm")), "books")
    assert not ended.failed, ended.log
    assert ended.codes == [1, 0]
    assert "::error title=O01" in ended.log
    assert [kept.name for kept in ended.artifacts] == ["hardclose-lossy-1-C4"]


def test_an_alarm_that_does_not_ring_fails_the_job(tmp_path: Path) -> None:
    workflow = workflow_of(fragment("alarm"))
    workflow["jobs"]["books"]["steps"][0]["with"]["options"] = "--virtual\n"
    assert on(tmp_path, repository(tmp_path / "repository")).job(workflow, "books").failed


@pytest.mark.parametrize(
    ("given", "code", "failed"),
    [
        ({"scenario": "unreturned"}, "0", False),
        ({"scenario": "unproven.yaml"}, "3", False),
        ({"scenario": "unreturned", "options": "--virtual\n--variant\nP14\n"}, "1", True),
    ],
)
def test_only_too_little_evidence_passes_where_a_step_decides(
    given: dict[str, str], code: str, failed: bool, tmp_path: Path
) -> None:
    workflow = workflow_of(fragment("books"))
    workflow["jobs"]["books"]["steps"][0]["with"] = {"options": "--virtual\n", **given}
    ended = on(tmp_path, repository(tmp_path / "repository")).job(workflow, "books")
    assert (ended.steps["books"]["outputs"]["exit-code"], ended.failed) == (code, failed), ended.log
    assert ("::warning title=hardclose::too little was proven" in ended.log) is (code == "3")


def test_one_job_can_use_the_action_twice_and_each_summary_is_about_its_own_run(tmp_path: Path) -> None:
    runner = on(tmp_path, repository(tmp_path / "repository"))
    first = runner.action({"scenario": "unreturned", "options": "--virtual"})
    second = runner.action({"scenario": "one_hour.yaml", "options": "--virtual", "artifact": "ours"})
    assert (first.summary.count("\n## "), second.summary.count("\n## ")) == (0, 0)
    assert second.summary.startswith("## ✅ One hour")
    assert [kept.name for kept in first.artifacts + second.artifacts] == ["hardclose-unreturned-1", "ours"]
    assert first.outputs["folder"] != second.outputs["folder"]


def test_a_stale_expectation_turns_the_job_red(tmp_path: Path) -> None:
    workspace = repository(tmp_path / "repository", expected=KNOWN)
    given = {"scenario": "unreturned", "options": "--virtual", "expected-failures": "hardclose/expected-failures.yaml"}
    ended = on(tmp_path, workspace).action(given)
    assert ended.outputs["exit-code"] == "1"
    assert "expected to fail, and kept; take the entry out (comes with release 14)" in ended.summary
    assert "::error title=O10" in ended.log


def test_each_job_of_a_night_keeps_its_own_artefact_and_the_seed_is_the_runs_number(tmp_path: Path) -> None:
    workspace, workflow = repository(tmp_path / "repository"), parsed(WORKFLOW)
    axes = on(tmp_path, workspace, event="schedule").matrix_of(workflow, "books")
    assert axes == {"scenario": ["smoke", "lossy", "month-end"], "profile": ["C1", "C3", "C4"]}
    assert on(tmp_path, workspace).matrix_of(workflow, "books")["scenario"] == ["smoke"]

    virtual = copy.deepcopy(workflow)
    given = virtual["jobs"]["books"]["steps"][-1]["with"]
    for one in ("command", "manifest"):
        del given[one]
    given["options"] = "--virtual"
    names = set()
    for profile in axes["profile"]:
        ended = on(tmp_path, workspace, event="schedule").job(
            virtual, "books", {"scenario": "lossy", "profile": profile}
        )
        assert not ended.failed, ended.log
        assert "--seed 9876543210" in ended.summary
        names |= {kept.name for kept in ended.artifacts}
    assert names == {f"hardclose-lossy-9876543210-{profile}" for profile in axes["profile"]}


@pytest.mark.wall
def test_setting_hardclose_up_installs_the_actions_own_version(tmp_path: Path) -> None:
    """The one test in which nothing stands in for the installation."""
    workspace = repository(tmp_path / "repository")
    runner = Runner(workspace, tmp_path / "runner", {})
    ended = runner.action({"scenario": "unreturned", "options": "--virtual"})
    if "No matching distribution" in ended.log or "Failed to fetch" in ended.log:
        pytest.skip(f"NO PACKAGE REGISTRY: the installation of the action was not tested\n{ended.log[-500:]}")
    assert ended.outputs["exit-code"] == "0", ended.log
    assert not (runner.temp / "hardclose").is_symlink()


def test_a_python_that_is_too_old_is_told_at_once(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    ended = Runner(repository(tmp_path / "repository"), tmp_path / "runner", {}).action({"python": str(old)})
    assert ended.codes == [2]
    assert "Python 3.11 or newer" in ended.log


def test_the_upload_takes_the_files_that_the_stand_in_says(tmp_path: Path) -> None:
    """By the very package that the upload looks for files with."""
    modules = installed("@actions/glob", "0.5.0")
    workspace = repository(tmp_path / "repository")
    for name in ("report.md", "sut-state/work:1.db", "sut-state/deep/file", "sut.log"):
        path = workspace / "results" / "smoke" / "20261124-100000-1" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (workspace / "results" / "smoke" / "latest").symlink_to("20261124-100000-1")
    runner = on(tmp_path, workspace)
    for path in _patterns():
        kept = runner.kept("name", path)
        assert {name.rpartition("/")[2] for name in kept.files} == {"report.md", "sut.log"}
        assert _globbed(modules, workspace, path) == {
            str((workspace / path.split()[0] / name).resolve()) for name in kept.files
        }


def _patterns() -> Iterator[str]:
    for document in (yaml.safe_load(ACTION.read_text(encoding="utf-8")), parsed(PLAIN)):
        steps = document["runs"]["steps"] if "runs" in document else document["jobs"]["books"]["steps"]
        path = next(step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", ""))
        yield path.replace("${{ steps.play.outputs.folder }}", "results/smoke/20261124-100000-1")


def _globbed(modules: Path, workspace: Path, path: str) -> set[str]:
    program = (
        "const glob = require('@actions/glob'), fs = require('fs');"
        "glob.create(process.argv[1], {excludeHiddenFiles: true}).then(found => found.glob())"
        ".then(all => console.log(JSON.stringify(all.filter(one => !fs.statSync(one).isDirectory()))))"
    )
    environment = {**os.environ, "NODE_PATH": str(modules)}
    done = subprocess.run(
        ["node", "-e", program, path], cwd=workspace, env=environment, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_page_lists_the_inputs_with_their_defaults() -> None:
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    shown = {name.strip("`"): default.strip("`") for name, default, _ in rows_of(PAGE, "input")}
    assert shown == {name: str(one["default"]) or "none" for name, one in action["inputs"].items()}
    told = re.search(r"Its outputs are ([^.]*)\.", PAGE.read_text(encoding="utf-8"))
    assert told is not None
    assert re.findall(r"`([\w-]+)`", told[1]) == list(action["outputs"])


def test_every_recipe_uses_the_same_versions_of_the_same_actions() -> None:
    texts = [ACTION.read_text(encoding="utf-8"), *(block.text for block in blocks_of(PAGE))]
    used = set(re.findall(r"uses: (\S+)@(\S+)", "\n".join(texts)))
    assert dict(used) == {
        "actions/checkout": "v7",
        "actions/setup-python": "v7",
        "actions/upload-artifact": "v7",
        "OWNER/hardclose": "REF",
    }
    assert len(used) == 4
