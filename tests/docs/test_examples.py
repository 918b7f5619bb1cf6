"""What the pages tell people to type does what they say: exit code, verdict, and the words of the output shown."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .pages import ROOT, Example, examples

EXAMPLES = list(examples())
_NUMBER = re.compile(r"(?<![A-Za-z])(?:O\d\d|F\d\d|C\d)(?!\w)|\d+(?:[.,:]\d+)*")


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(one, id=one.blocks[0].where, marks=[pytest.mark.wall] if one.says("slow") else [])
        for one in EXAMPLES
    ],
)
def test_a_command_of_the_pages_does_what_they_say(example: Example, tmp_path: Path) -> None:
    for program in ("node", "curl"):
        if example.says(program) and shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: {example.blocks[0].where} WAS NOT TESTED")
    (tmp_path / "docs").symlink_to(ROOT / "docs")

    code, output, errors = _run(example.script, tmp_path)

    logs = "\n".join(log.read_text(errors="replace")[-2000:] for log in tmp_path.glob("results/*/latest/sut.log"))
    told = f"{example.blocks[0].where}: exit code {code}\n{output}\n{errors}\n{logs}"
    assert code == example.exit_code, told
    if example.output is not None:
        _assert_shown(example.output.text, output, told)


def test_the_pages_show_a_verdict_of_each_example_integration() -> None:
    scripts = " ".join(example.script for example in EXAMPLES)
    for name in ("integration.py", "integration_mended.py", "integration.mjs"):
        assert f"docs/examples/{name}" in scripts


def _run(script: str, folder: Path) -> tuple[int, str, str]:
    """In a shell of its own with our programs first on its PATH; ends all that it left running."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
        "NO_COLOR": "1",
    }
    with (folder / "stdout").open("w+") as out, (folder / "stderr").open("w+") as err:
        shell = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            code = shell.wait(timeout=150)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGTERM)
        out.seek(0)
        err.seek(0)
        return code, out.read(), err.read()


def _assert_shown(shown: str, printed: str, told: str) -> None:
    """Each piece between `...` stands in the output, one after the other; numbers and line breaks may differ."""
    rest = _words(printed)
    for piece in filter(str.strip, re.split(r"^\.\.\.$", shown, flags=re.MULTILINE)):
        wanted = _words(piece)
        assert wanted in rest, f"not printed any more: {piece}\n{told}"
        rest = rest.partition(wanted)[2]


def _words(text: str) -> str:
    """Obligations, faults and profiles keep their numbers."""
    blurred = _NUMBER.sub(lambda found: found[0] if found[0][0].isalpha() else "#", text)
    return " ".join(blurred.split())
