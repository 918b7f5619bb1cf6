"""A stand-in for GitHub's runner: executes the `run:` steps of a job and of our composite action in a repository.

It knows no network: steps that would need one are told what to do instead, or are skipped. Artefacts are not uploaded
but listed."""

from __future__ import annotations

import fnmatch
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .expressions import Scope, shown

ROOT = Path(__file__).resolve().parents[2]
OURS = "OWNER/hardclose@REF"
NOTHING_TO_DO = ("actions/checkout@", "actions/setup-python@")
UPLOAD = "actions/upload-artifact@"
INVALID = set('":<>|*?\r\n\\/')
"""What no artefact's name may hold. Source: actions/toolkit, packages/artifact, its validation of names."""

Instead = Mapping[str, Callable[["Runner"], None]]


@dataclass(frozen=True, slots=True)
class Artifact:
    """`files` as they would lie in it."""

    name: str
    path: str
    files: frozenset[str]


@dataclass(slots=True)
class Ended:
    """A job, or an action, at its end. `log` is all that its steps printed."""

    failed: bool = False
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    steps: dict[str, Any] = field(default_factory=dict)
    artifacts: list[Artifact] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Runner:
    """One machine with a repository checked out in `workspace`. `instead` replaces steps by their name."""

    workspace: Path
    temp: Path
    instead: Instead
    event: str = "pull_request"
    run_id: str = "9876543210"

    def job(self, workflow: Mapping[str, Any], name: str, matrix: Mapping[str, str] | None = None) -> Ended:
        """One job of a workflow, with one combination of its matrix."""
        job = workflow["jobs"][name]
        declared = workflow.get("on") or workflow.get(True) or {}  # YAML 1.1 reads the key `on` as a truth value
        dispatch = declared.get("workflow_dispatch") or {} if isinstance(declared, Mapping) else {}
        contexts: dict[str, Any] = {
            "github": {"event_name": self.event, "run_id": self.run_id, "workspace": str(self.workspace)},
            "inputs": dict.fromkeys(dispatch.get("inputs", {})),
            "matrix": matrix or {},
            "env": {**workflow.get("env", {}), **job.get("env", {})},
        }
        return self._steps(job["steps"], contexts, {})

    def action(self, given: Mapping[str, Any]) -> Ended:
        """Our composite action with these inputs."""
        action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
        unknown = given.keys() - action["inputs"].keys()
        assert not unknown, f"the action has no input {unknown}"
        inputs = {name: shown(one.get("default", "")) for name, one in action["inputs"].items()}
        inputs |= {name: shown(value) for name, value in given.items()}
        contexts = {"inputs": inputs, "env": {}, "github": {"action_path": str(ROOT)}}
        ended = self._steps(action["runs"]["steps"], contexts, {"GITHUB_ACTION_PATH": str(ROOT)})
        scope = Scope({"inputs": inputs, "steps": ended.steps})
        ended.outputs = {name: shown(scope.filled(one["value"])) for name, one in action["outputs"].items()}
        return ended

    def matrix_of(self, workflow: Mapping[str, Any], name: str) -> dict[str, list[str]]:
        """The axes of a job's matrix under this runner's event."""
        scope = Scope({"github": {"event_name": self.event}})
        return {axis: scope.filled(values) for axis, values in workflow["jobs"][name]["strategy"]["matrix"].items()}

    def _steps(self, steps: list[dict[str, Any]], contexts: Mapping[str, Any], more: Mapping[str, str]) -> Ended:
        ended = Ended(steps={step["id"]: {"outputs": _declared(step)} for step in steps if "id" in step})
        for step in steps:
            scope = Scope({**contexts, "steps": ended.steps}, ended.failed)
            if not scope.condition(str(step.get("if", "success()"))):
                continue
            code, outputs = self._step(step, scope, more, ended)
            if "id" in step:
                ended.steps[step["id"]] = {"outputs": _declared(step) | outputs}
            ended.codes.append(code)
            ended.failed = ended.failed or (code != 0 and not step.get("continue-on-error", False))
        return ended

    def _step(
        self, step: Mapping[str, Any], scope: Scope, more: Mapping[str, str], ended: Ended
    ) -> tuple[int, dict[str, str]]:
        if (instead := self.instead.get(str(step.get("name")))) is not None:
            instead(self)
            return 0, {}
        if "run" in step:
            return self._run(step, scope, more, ended)
        used, given = step["uses"], {key: scope.filled(value) for key, value in step.get("with", {}).items()}
        if used == OURS:
            inner = self.action(given)
            ended.log += inner.log
            ended.summary += inner.summary
            ended.artifacts += inner.artifacts
            return (next(code for code in inner.codes if code) if inner.failed else 0), inner.outputs
        if used.startswith(UPLOAD):
            ended.artifacts.append(self.kept(given["name"], given["path"]))
            return 0, {}
        assert used.startswith(NOTHING_TO_DO), f"nothing stands in for {used}"
        return 0, {}

    def _run(
        self, step: Mapping[str, Any], scope: Scope, more: Mapping[str, str], ended: Ended
    ) -> tuple[int, dict[str, str]]:
        assert "${{" not in step["run"], f"an expression inside a script is an injection: {step['run']}"
        self.temp.mkdir(exist_ok=True)
        script, output, summary = (self.temp / name for name in ("step.sh", "step-output", "step-summary"))
        script.write_text(step["run"], encoding="utf-8")
        output.write_text("")
        summary.write_text("")
        own = {key: shown(scope.filled(value)) for key, value in step.get("env", {}).items()}
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            "RUNNER_OS": "Linux",
            **{key: shown(scope.filled(value)) for key, value in scope.contexts["env"].items()},
            **more,
            **own,
        }
        shell = ["--noprofile", "--norc", "-eo", "pipefail"] if step.get("shell") == "bash" else ["-e"]
        done = subprocess.run(
            ["bash", *shell, str(script)],
            cwd=self.workspace,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        ended.log += done.stdout
        ended.summary += summary.read_text(encoding="utf-8")
        return done.returncode, dict(line.split("=", 1) for line in output.read_text().splitlines())

    def kept(self, name: str, path: str) -> Artifact:
        """As the upload does it: links are followed, hidden files left out, `!` excludes a file or a whole folder."""
        assert name, "an artefact needs a name"
        assert not INVALID & set(name), f"no artefact can be called {name!r}"
        lines = [line.strip() for line in path.splitlines() if line.strip()]
        wanted, unwanted = ([one for one in lines if one.startswith("!") is minus] for minus in (False, True))
        (folder,) = (self.workspace / one for one in wanted)
        refused = [str(self.workspace / one[1:]) for one in unwanted]
        files = set()
        for where, folders, names in os.walk(folder, followlinks=True):
            folders[:] = [one for one in folders if not one.startswith(".")]
            if not any(fnmatch.fnmatch(f"{where}/", f"{one}/*") or fnmatch.fnmatch(where, one) for one in refused):
                files |= {str((Path(where) / one).relative_to(folder)) for one in names if not one.startswith(".")}
        return Artifact(name, path, frozenset(files))


def _declared(step: Mapping[str, Any]) -> dict[str, str]:
    """Every output the step can have, still empty; what is not among them is a misspelling."""
    if step.get("uses") == OURS:
        action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
        return dict.fromkeys(action["outputs"], "")
    return dict.fromkeys(re.findall(r'echo "([\w-]+)=', step.get("run", "")), "")
