"""The GitLab recipe: which jobs a pipeline gets, and what their scripts do. hardclose is linked in, not installed."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .gitlab_runner import Job
from .recipes import OWN_ENVIRONMENT, parsed, repository

INSTALLATION = ("-m venv", "pip install")
MERGE_REQUEST = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_PIPELINE_ID": "4711"}
NIGHT = {"CI_PIPELINE_SOURCE": "schedule", "CI_PIPELINE_ID": "4711"}


def job(name: str) -> Job:
    return Job.of(parsed(".gitlab-ci.yml"), name)


def checkout(folder: Path, integration: str = "integration_mended.py") -> Path:
    workspace = repository(folder, integration)
    (workspace / ".venv-hardclose").symlink_to(OWN_ENVIRONMENT)
    return workspace


def test_merge_requests_get_the_fixed_seed_and_nights_one_of_their_own() -> None:
    day, night = job("books"), job("books at night")
    assert (day.starts_in(MERGE_REQUEST), day.starts_in(NIGHT)) == (True, False)
    assert (night.starts_in(MERGE_REQUEST), night.starts_in(NIGHT)) == (False, True)
    assert day.keys["variables"]["SEED"] == "1"
    assert night.keys["variables"]["SEED"] == "$CI_PIPELINE_ID"


def test_by_day_too_little_evidence_is_a_warning_and_by_night_it_is_not() -> None:
    assert job("books").keys["allow_failure"] == {"exit_codes": [3]}
    assert job("books at night").keys["allow_failure"] is False
    assert job("books at night").keys["retry"] == {"max": 1, "exit_codes": [4]}


@pytest.mark.wall
def test_a_night_job_passes_and_leaves_the_junit_file_where_gitlab_looks_for_it(tmp_path: Path) -> None:
    workspace = checkout(tmp_path)
    given = {**NIGHT, "SCENARIO": "one_hour.yaml", "PROFILE": "C1"}
    done = job("books at night").run(workspace, given, without=INSTALLATION)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "One hour  one-hour, seed 4711" in done.stdout
    artifacts = job("books at night").keys["artifacts"]
    assert [*workspace.glob(artifacts["paths"][0] + "/*/latest/report.html")]
    [report] = workspace.glob(artifacts["reports"]["junit"])
    suites = ElementTree.parse(report).getroot()
    assert suites.attrib["failures"] == "0"
    assert [*workspace.glob("results/*/*/sut-state")], "what is excluded has another name now"
    assert artifacts["exclude"] == ["results/*/*/sut-state/**/*"]


def test_an_integration_that_does_not_start_stops_the_job_with_2(tmp_path: Path) -> None:
    workspace = checkout(tmp_path)
    (workspace / "src" / "integration.py").unlink()
    given = {**MERGE_REQUEST, "SCENARIO": "smoke", "PROFILE": "C1"}
    done = job("books").run(workspace, given, without=INSTALLATION)
    assert done.returncode == 2
    assert "the integration ended before the run began" in done.stderr


def test_every_variable_of_the_scripts_is_set_by_the_pipeline() -> None:
    for name in ("books", "books at night"):
        keys = job(name).keys
        used = set(re.findall(r"\$(\w+)", "\n".join([*keys["before_script"], *keys["script"]])))
        axes = {axis for one in keys["parallel"]["matrix"] for axis in one}
        assert used <= {*keys["variables"], *axes}
