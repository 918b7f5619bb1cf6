"""A stand-in for GitLab's runner: one job of a pipeline, executed in a shell in a repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = re.compile(r"\$\{?(\w+)\}?")


@dataclass(frozen=True, slots=True)
class Job:
    """A job with what it extends."""

    name: str
    keys: Mapping[str, Any]

    @classmethod
    def of(cls, pipeline: Mapping[str, Any], name: str) -> Job:
        job = pipeline[name]
        above = cls.of(pipeline, job["extends"]).keys if "extends" in job else {}
        variables = {**above.get("variables", {}), **job.get("variables", {})}
        return cls(name, {**above, **job, "variables": variables})

    def starts_in(self, variables: Mapping[str, str]) -> bool:
        """Whether one of its rules lets it into a pipeline with these variables; rules are `$NAME == "text"` here."""
        for rule in self.keys["rules"]:
            name, _, wanted = rule["if"].partition(" == ")
            if variables.get(name.removeprefix("$")) == wanted.strip('"'):
                return True
        return False

    def run(
        self, repository: Path, given: Mapping[str, str], without: tuple[str, ...]
    ) -> subprocess.CompletedProcess[str]:
        """`before_script` and `script` in one shell, less the lines that hold one of `without`.

        A variable that nobody set is an error, where a shell would take it for the empty text."""
        lines = [*self.keys.get("before_script", []), *self.keys["script"]]
        own = {"CI_PROJECT_DIR": str(repository), **given}
        variables = {**{name: _filled(str(value), own) for name, value in self.keys["variables"].items()}, **own}
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CI": "true",
            "GITLAB_CI": "true",
            **variables,
        }
        script = "\n".join(line for line in lines if not any(part in line for part in without))
        return subprocess.run(
            ["bash", "-u", "-eo", "pipefail", "-c", script],
            cwd=repository,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )


def _filled(value: str, variables: Mapping[str, str]) -> str:
    return NAME.sub(lambda found: variables[found[1]], value)
