"""Runs schemathesis, in a process of its own, against a target and its OpenAPI description; reads what came of it."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from hardclose_simulator.contracts.fuzz_brief import VARIABLE, Brief, FuzzError
from hardclose_simulator.contracts.fuzz_login import header_of
from hardclose_simulator.contracts.fuzz_report import Outcome, outcome

PHASES = ("examples", "coverage", "fuzzing", "stateful")
HOOKS = "hardclose_simulator.contracts.fuzz_hooks"
ACCEPTED = ("2xx", "3xx", "401", "403", "404", "409", "412", "422", "429")
"""What a valid request may be answered: no description can tell every business rule. 400 says it was not valid."""
SECRETS = ("authorization", "token", "secret", "password", "session", "cookie")
"""Headers and fields that reports do not show. An Idempotency-Key is none: without it a request cannot be repeated."""
REACHED_S = 10.0
STEPS, FLOWS = 25, 2
"""Steps of one flow through links, and flows per example asked for. Few and long: what a business does last, such as
writing back, comes after much else. All requests of flows are valid: the first invalid one would end most of them."""
ENDED, FAILED = 0, 1
"""How schemathesis leaves: without a failure, or with one."""


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


def check_installed() -> None:
    """Raises FuzzError where the extra is missing."""
    if importlib.util.find_spec("schemathesis") is None:
        raise FuzzError("this needs schemathesis: pip install 'hardclose[contracts]'")


def fuzz(target: Target, effort: Effort, *, junit: Path | None = None) -> Outcome:
    """Raises FuzzError for a description that cannot be read or a target that does not answer, FuzzerBroke for a
    schemathesis that left without a result. `junit` is where its report goes."""
    check_installed()
    _check(target)
    with tempfile.TemporaryDirectory(prefix="hardclose-fuzz-") as folder:
        place = Path(folder)
        tally = place / "tally.json"
        (place / "schemathesis.toml").write_text(_settings(target, effort), encoding="utf-8")
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
        found = outcome(target.name, json.loads(report.read_text(encoding="utf-8")), place / "report.xml", answers)
        if done.returncode not in (ENDED, FAILED) or not found.tested:
            raise _trouble(target, done)
        if junit is not None:
            junit.parent.mkdir(parents=True, exist_ok=True)
            junit.write_bytes((place / "report.xml").read_bytes())
    return found


def _check(target: Target) -> None:
    """Raises FuzzError for what schemathesis would find out after long, and say in the words of a programmer."""
    file = Path(target.spec)
    if file.is_file():
        try:
            described = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as wrong:
            raise FuzzError(f"{file} cannot be read: {' '.join(str(wrong).split())}") from wrong
        if not isinstance(described, dict) or not isinstance(described.get("paths"), dict):
            raise FuzzError(f"{file} is no OpenAPI description: it has no paths")
    address = urlsplit(target.url or target.spec)
    try:
        socket.create_connection((address.hostname or "", address.port or 80), REACHED_S).close()
    except OSError as wrong:
        raise FuzzError(f"{target.url or target.spec} does not answer: {wrong}; is it running?") from wrong
    for login in (target.brief.login, target.brief.people):
        if login is not None:
            header_of(login)


def _settings(target: Target, effort: Effort) -> str:
    """The settings file: what a command line cannot say, and nothing from the user's own folder."""
    chance = "deterministic = true" if effort.seed is None else ""
    logins = [login.header for login in (target.brief.login, target.brief.people) if login is not None]
    return f"""\
hooks = {json.dumps(HOOKS)}
{f"seed = {effort.seed}" if effort.seed is not None else ""}
wait-for-schema = 10
workers = {effort.workers}
continue-on-failure = true
request-timeout = {effort.request_timeout_s}
max-redirects = 0
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
[output.sanitization]
sensitive-markers = {json.dumps([*SECRETS, *logins])}
[checks.positive_data_acceptance]
expected-statuses = {json.dumps(ACCEPTED)}
"""


def _trouble(target: Target, done: subprocess.CompletedProcess[str]) -> Exception:
    """Why there is no result, in the words of schemathesis: those below the name of its error, above its reports."""
    said = [line.strip() for line in done.stdout.splitlines() if line.strip() and set(line.strip()) != {"="}]
    names = [place for place, line in enumerate(said) if line.endswith("Error")]
    if not names or "Traceback" in done.stderr or done.returncode not in (0, 1, 2):
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()] or said
        return FuzzerBroke(f"schemathesis left with {done.returncode}: {' | '.join(said[-3:])}")
    end = said.index("Reports:") if "Reports:" in said else len(said)
    return FuzzError(f"{target.spec}: {' '.join(said[names[0] + 1 : end])[:800]}")
