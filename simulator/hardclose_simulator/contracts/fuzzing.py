"""Runs schemathesis, in a process of its own, against a target and its OpenAPI description; reads what came of it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from defusedxml.ElementTree import parse

from hardclose_simulator.contracts.fuzz_brief import VARIABLE, Brief

PHASES = ("examples", "coverage", "fuzzing", "stateful")
HOOKS = "hardclose_simulator.contracts.fuzz_hooks"
ACCEPTED = ("2xx", "3xx", "401", "403", "404", "409", "412", "422", "429")
"""What a valid request may be answered: no description can tell every business rule. 400 says it was not valid."""
STEPS, FLOWS = 10, 5
"""Steps of one flow through links, and flows per example asked for: they are cheap, and many end early. All requests of
flows are valid: the first invalid one would end most of them."""
ENDED, FAILED, INTERRUPTED = 0, 1, 130
"""How schemathesis leaves: without a failure, with one, by Ctrl-C."""


class FuzzError(ValueError):
    """Nothing could be tried; the message says what to do."""


class FuzzerBroke(RuntimeError):
    """The fuzzer itself did not come to an end."""


@dataclass(frozen=True, slots=True)
class Target:
    """`spec` is a file or an address; `url` the base of a described API, empty where `spec` was served by it."""

    name: str
    spec: str
    url: str = ""
    brief: Brief = field(default_factory=Brief)


@dataclass(frozen=True, slots=True)
class Effort:
    """`examples` per operation and phase. Without a `seed` the same cases every time; with one, others."""

    examples: int = 50
    seed: int | None = None
    phases: Sequence[str] = PHASES
    request_timeout_s: float = 10.0
    workers: int = 1
    infer_links: bool = True
    """Guess what leads to what, besides the links that the description declares."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that one operation did and should not have; `says` is schemathesis's own text, with a curl command."""

    operation: str
    code: str
    says: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`answers` counts, by operation, the statuses it answered: what was never carried out was hardly tried."""

    name: str
    selected: int
    tested: int
    cases: int
    phases: Mapping[str, str]
    failures: tuple[Failure, ...]
    errors: tuple[str, ...]
    warnings: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, Mapping[str, int]]
    seconds: float
    version: str

    @property
    def clean(self) -> bool:
        return not self.failures and not self.errors

    @property
    def never_done(self) -> tuple[str, ...]:
        """Operations of which no request succeeded."""
        return tuple(name for name, seen in self.answers.items() if not any(status < "300" for status in seen))


def check_installed() -> None:
    """Raises FuzzError where the extra is missing."""
    if importlib.util.find_spec("schemathesis") is None:
        raise FuzzError("this needs schemathesis: pip install 'hardclose[contracts]'")


def fuzz(target: Target, effort: Effort, *, junit: Path | None = None) -> Outcome:
    """Raises FuzzError for a description that cannot be read or a target that does not answer, FuzzerBroke for a
    schemathesis that left without a result. `junit` is where its report goes."""
    check_installed()
    with tempfile.TemporaryDirectory(prefix="hardclose-fuzz-") as folder:
        place = Path(folder)
        tally = place / "tally.json"
        (place / "schemathesis.toml").write_text(_settings(effort), encoding="utf-8")
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", "--no-color"]
        command += ["--phases", ",".join(effort.phases), "--report", "json,junit"]
        command += ["--report-json-path", "report.json", "--report-junit-path", "report.xml"]
        command += ["--url", target.url] if target.url else []
        command += [str(Path(target.spec).resolve()) if Path(target.spec).exists() else target.spec]
        # Its crash files and caches belong into the folder, not into whatever repository we are started from.
        done = subprocess.run(  # noqa: S603  # our own interpreter, arguments as a list
            command,
            cwd=place,
            env={**os.environ, VARIABLE: replace(target.brief, tally=str(tally)).encode(), "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        report = place / "report.json"
        if not report.exists():
            raise _trouble(target, done)
        answers = json.loads(tally.read_text(encoding="utf-8")) if tally.exists() else {}
        outcome = _outcome(target.name, json.loads(report.read_text(encoding="utf-8")), place / "report.xml", answers)
        if done.returncode not in (ENDED, FAILED) or not (outcome.tested or outcome.errors):
            raise _trouble(target, done)
        if junit is not None:
            junit.parent.mkdir(parents=True, exist_ok=True)
            junit.write_bytes((place / "report.xml").read_bytes())
    return outcome


def _settings(effort: Effort) -> str:
    """The settings file: what a command line cannot say, and nothing from the user's own folder."""
    chance = "deterministic = true" if effort.seed is None else ""
    return f"""\
hooks = {json.dumps(HOOKS)}
{f"seed = {effort.seed}" if effort.seed is not None else ""}
wait-for-schema = 10
workers = {effort.workers}
continue-on-failure = true
request-timeout = {effort.request_timeout_s}
[cache]
enabled = false
[generation]
{chance}
database = "none"
max-examples = {effort.examples}
[phases.stateful]
max-steps = {STEPS}
{"" if effort.infer_links else "inference = {algorithms = []}"}
[phases.stateful.generation]
mode = "positive"
max-examples = {FLOWS * effort.examples}
[checks.positive_data_acceptance]
expected-statuses = {json.dumps(ACCEPTED)}
"""


def _trouble(target: Target, done: subprocess.CompletedProcess[str]) -> Exception:
    """Why there is no result, in the words of schemathesis."""
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip() and set(line.strip()) != {"="}]
    if "Traceback" in done.stderr or done.returncode not in (0, 1, 2):
        return FuzzerBroke(f"schemathesis left with {done.returncode}: {' | '.join(said[-3:])}")
    return FuzzError(f"{target.spec} against {target.url or 'its own server'}: {' '.join(said[-12:])[:800]}")


def _outcome(name: str, report: Mapping[str, Any], xml: Path, answers: Mapping[str, Mapping[str, int]]) -> Outcome:
    operations = report["operations"] or {"selected": 0, "tested": 0}
    return Outcome(
        name=name,
        selected=operations["selected"],
        tested=operations["tested"],
        cases=report["test_cases"]["generated"],
        phases={phase: told["status"] for phase, told in (report["phases"] or {}).items()},
        failures=tuple(_failures(xml)),
        errors=tuple(_errors(report, xml)),
        warnings={kind: tuple(about) for kind, about in report["warnings"].items() if about},
        answers=answers,
        seconds=report["running_time"] or 0.0,
        version=report["schemathesis_version"],
    )


def _failures(xml: Path) -> list[Failure]:
    """From the JUnit report, which is the one that has the texts."""
    if not xml.exists():
        return []
    return [
        Failure(case.get("name", ""), failure.get("message", ""), (failure.text or "").strip())
        for case in parse(xml).iter("testcase")
        for failure in case.findall("failure")
    ]


def _errors(report: Mapping[str, Any], xml: Path) -> list[str]:
    """What kept schemathesis from trying, the same text once."""
    told = [error.text or str(error.get("message")) for error in parse(xml).iter("error")] if xml.exists() else []
    return [*dict.fromkeys(one.strip() for one in told)] or [one["title"] for one in report["errors"]]


def merged_junit(reports: Mapping[str, Path]) -> bytes:
    """One report of several: the suites bear the targets' names."""
    suites = ElementTree.Element("testsuites")
    for name, path in reports.items():
        for suite in parse(path).iter("testsuite"):
            suite.set("name", f"fuzz {name}")
            suites.append(suite)
    return bytes(ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True))
