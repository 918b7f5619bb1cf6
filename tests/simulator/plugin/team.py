"""Another team's project: the built wheel in an empty environment of its own, and folders called as ours are."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "pytest.md"
LATER_S = 120

MY_PROJECT = '''
"""What the team has built. For this test it is the reference, wrapped as a project of theirs."""

import json
import os
import random
import sys
import tempfile
from datetime import UTC, datetime
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import uvicorn
from hardclose_reference.service import build
from hardclose_reference.settings import Settings


def make_app(environment):
    folder = environment.get("HARDCLOSE_STATE_DIR") or tempfile.mkdtemp()
    settings = Settings.from_environment({**environment, "HARDCLOSE_STATE_DIR": folder}, style="webhooks")
    return build(settings, now=lambda: datetime.now(UTC), rng=random.Random()).app


def call(system, method, path, body=None, token=None):
    url = os.environ[f"HARDCLOSE_{system}_URL"] + path
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    with urlopen(Request(url, data, headers, method=method), timeout=10) as answer:
        return json.load(answer)


def login(system):
    secrets = {name.lower(): os.environ[f"HARDCLOSE_{system}_{name}"] for name in ("CLIENT_ID", "CLIENT_SECRET")}
    form = urlencode({"grant_type": "client_credentials", **secrets}).encode()
    with urlopen(os.environ[f"HARDCLOSE_{system}_TOKEN_URL"], form, timeout=10) as answer:
        return json.load(answer)["access_token"]


def once():
    """Posts every approved report, and leaves."""
    tokens = {system: login(system) for system in ("EXPENSE", "ERP")}
    due = call("EXPENSE", "GET", "/v1/expense-reports?status=approved&posting_state=none", token=tokens["EXPENSE"])
    for report in due["items"]:
        lines = [
            {"account": line["account"], "tax_code": line["tax_code"], "text": line["text"], **part}
            for line in report["lines"]
            for part in line["allocations"]
        ]
        body = {name: report[name] for name in ("company", "currency", "employee")}
        body |= {"reference": report["number"], "posting_date": report["approved_at"][:10], "lines": lines}
        call("ERP", "POST", "/v1/expense-postings", body, token=tokens["ERP"])


if __name__ == "__main__":
    if sys.argv[1:] == ["once"]:
        once()
    else:
        port = int(os.environ["PORT"])
        uvicorn.run(make_app(os.environ), port=port, log_level="warning", timeout_graceful_shutdown=1)
'''

FILES = {
    # A team's own folders of these names, with modules that would be mistaken for ours.
    "mocks/__init__.py": 'OURS = "the team\'s mocks"',
    "mocks/server.py": 'raise ImportError("nobody asked for this one")',
    "contracts/__init__.py": 'OURS = "the team\'s contracts"',
    "contracts/neutral.py": 'raise ImportError("nobody asked for this one")',
    "my_project.py": MY_PROJECT,
    "conftest.py": "",
}


@dataclass(frozen=True, slots=True)
class Team:
    """`python` is the environment's; hardclose is in it as its wheel and nothing else."""

    python: Path
    built_at: float = 0.0
    """When the wheel was built, as files have it."""

    def run(self, *command: str | Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """A program of the environment, called in a folder; neither our checkout nor our test run is in its sight."""
        name, *arguments = map(str, command)
        kept = _plain_environment()
        return subprocess.run(
            [str(self.python.parent / name), *arguments],
            cwd=folder,
            env={
                **kept,
                "PATH": f"{self.python.parent}{os.pathsep}{os.environ['PATH']}",
                "COLUMNS": "120",
                **variables,
            },
            capture_output=True,
            text=True,
            timeout=LATER_S,
            check=False,
        )

    def pytest(self, folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.run("python", "-m", "pytest", "-p", "no:cacheprovider", *arguments, folder=folder, **variables)


def install(home: Path) -> Team:
    """Builds the wheel and installs it, pinned as we test it. Once for all processes of a test run."""
    python = home / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "ready").exists():
            _uv("build", "--wheel", "--out-dir", home / "dist", ROOT)
            _uv("venv", "--python", sys.executable, home / "venv")
            (wheel,) = (home / "dist").glob("*.whl")
            pins = ("-c", ROOT / "constraints.txt")
            _uv("pip", "install", "--python", python, *pins, wheel, "pytest", "pytest-xdist", "pytest-timeout")
            # One process compiles what eight would otherwise compile at once.
            first = settle_in(home / "first", {"test_first.py": "def test_first(hardclose): assert hardclose.urls"})
            ran = Team(python).pytest(first)
            assert ran.returncode == 0, ran.stdout + ran.stderr
            (home / "ready").touch()
        (wheel,) = (home / "dist").glob("*.whl")
    return Team(python, wheel.stat().st_mtime)


def _plain_environment() -> dict[str, str]:
    """The variables of somebody whose Python knows nothing of our test run."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON", "COV_"))}


def _uv(*arguments: str | Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "uv", *map(str, arguments), "--quiet"],
        check=True,
        timeout=LATER_S,
        env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
    )


def settle_in(folder: Path, files: Mapping[str, str]) -> Path:
    """Writes a project; the files of the team come first, and more can be added later."""
    for name, text in {**FILES, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return folder


def examples() -> dict[str, str]:
    """The tested examples of the documentation: the file that the first line names, and its text."""
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w+ tested\n# (\S+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == len(re.findall(r"^```\w+ tested$", text, re.MULTILINE)), "an example without a file's name"
    return {name: f"# {name}\n{body}" for name, body in blocks}
