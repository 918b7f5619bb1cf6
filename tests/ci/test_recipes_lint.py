"""The recipes are what GitHub and GitLab publish as valid, and shell that a linter has nothing to say of."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .expressions import ExpressionError, Scope
from .gitlab_runner import Job
from .recipes import ACTION, files, fragments, parsed, workflow_of

WORKFLOWS = [path for path in files() if path.startswith(".github/")]


def schema_says(schema: str, path: Path) -> str:
    """What check-jsonschema finds; empty if it is valid. Its schemas are in the package: nothing is fetched."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, "--no-cache", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def written(folder: Path, text: str) -> Path:
    path = folder / "file.yml"
    path.write_text(text, encoding="utf-8")
    return path


def scripts() -> Iterator[tuple[str, str]]:
    """Every piece of shell, and where it is from."""
    documents: list[tuple[str, Any]] = [("action.yml", yaml.safe_load(ACTION.read_text(encoding="utf-8")))]
    documents += [(path, parsed(path)) for path in WORKFLOWS]
    documents += [(one.where, workflow_of(one)) for one in fragments()]
    for where, document in documents:
        steps = document["runs"]["steps"] if "runs" in document else document["jobs"]["books"]["steps"]
        for step in steps:
            if "run" in step:
                yield f"{where}: {step.get('name')}", step["run"]
    for name, job in parsed(".gitlab-ci.yml").items():
        if "script" in job:
            yield f".gitlab-ci.yml: {name}", "\n".join([*job["before_script"], *job["script"]])
    yield "ci/hardclose.sh", files()["ci/hardclose.sh"].text


def test_the_action_is_valid() -> None:
    assert schema_says("vendor.github-actions", ACTION) == ""


@pytest.mark.parametrize("path", WORKFLOWS)
def test_each_workflow_is_valid_and_has_a_time_limit(path: str, tmp_path: Path) -> None:
    file = written(tmp_path, files()[path].text)
    assert schema_says("vendor.github-workflows", file) == ""
    assert schema_says("custom.github-workflows-require-timeout", file) == ""


@pytest.mark.parametrize("fragment", fragments(), ids=lambda one: one.where)
def test_each_fragment_is_valid_in_a_workflow(fragment: Any, tmp_path: Path) -> None:
    assert schema_says("vendor.github-workflows", written(tmp_path, yaml.safe_dump(workflow_of(fragment)))) == ""


def merged(text: str) -> str:
    """A pipeline whose jobs have taken in what they extend: the schema asks nothing of hidden jobs."""
    pipeline = yaml.safe_load(text)
    jobs = {name: dict(Job.of(pipeline, name).keys) for name, job in pipeline.items() if "extends" in job}
    return yaml.safe_dump({"stages": pipeline["stages"], **jobs})


def test_the_gitlab_pipeline_is_valid(tmp_path: Path) -> None:
    text = files()[".gitlab-ci.yml"].text
    assert schema_says("vendor.gitlab-ci", written(tmp_path, text)) == ""
    assert schema_says("vendor.gitlab-ci", written(tmp_path, merged(text))) == ""


def test_a_misspelt_key_would_be_noticed(tmp_path: Path) -> None:
    action = ACTION.read_text(encoding="utf-8").replace("using: composite", "usign: composite")
    assert "usign" in schema_says("vendor.github-actions", written(tmp_path, action))
    pipeline = files()[".gitlab-ci.yml"].text.replace("{exit_codes: [3]}", "{exit_code: [3]}")
    assert "exit_code" in schema_says("vendor.gitlab-ci", written(tmp_path, merged(pipeline)))


@pytest.mark.parametrize(("where", "script"), [pytest.param(*one, id=one[0]) for one in scripts()])
def test_shellcheck_has_nothing_to_say(where: str, script: str) -> None:
    program = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run([program, "-s", "bash", "-"], input=script, capture_output=True, text=True)
    assert done.returncode == 0, f"{where}\n{done.stdout}{done.stderr}"


def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    """With our action as an action of the same repository, so that its inputs are looked at too."""
    program = shutil.which("actionlint")
    if program is None:
        pytest.skip("actionlint is not on the PATH; no registry has it as a plain package, so it is no dependency")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    shutil.copy(ACTION, tmp_path / "action.yml")
    home = tmp_path / ".github" / "workflows"
    home.mkdir(parents=True)
    texts = {Path(path).name: files()[path].text for path in WORKFLOWS}
    texts |= {f"fragment-{one.line}.yml": yaml.safe_dump(workflow_of(one)) for one in fragments()}
    for name, text in texts.items():
        (home / name).write_text(text.replace("OWNER/hardclose@REF", "./"), encoding="utf-8")
    done = subprocess.run([program, "-no-color"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inputs.seed || github.event_name == 'schedule' && github.run_id || '1'", "77"),
        ("inputs.seed || github.event_name == 'push' && github.run_id || '1'", "1"),
        ("fromJSON(github.event_name == 'schedule' && '[\"a\", \"b\"]' || '[]')", ["a", "b"]),
        ("always() && steps.play.outputs.exit-code != ''", False),
        ("!failure() && 'it''s'", "it's"),
    ],
)
def test_expressions_mean_what_github_documents(text: str, value: Any) -> None:
    scope = Scope(
        {
            "inputs": {"seed": None},
            "github": {"event_name": "schedule", "run_id": "77"},
            "steps": {"play": {"outputs": {"exit-code": ""}}},
        }
    )
    assert scope.value(text) == value


@pytest.mark.parametrize(
    "text", ["inputs.sead", "steps.plya.outputs.x", "nothing()", "'a' 'b'", "(inputs.seed", "a ? b"]
)
def test_an_expression_that_github_would_take_for_nothing_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        Scope({"inputs": {"seed": None}, "steps": {}}).value(text)


def test_a_step_without_a_condition_waits_for_success() -> None:
    failed = Scope({"steps": {"play": {"outputs": {"folder": "x"}}}}, failed=True)
    assert not failed.condition("steps.play.outputs.folder != ''")
    assert failed.condition("${{ always() && steps.play.outputs.folder != '' }}")
    assert failed.condition("failure()")
