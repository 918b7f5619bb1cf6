"""The recipes of the CI page as files, and a repository that uses them, laid out as the page draws it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from ..docs.pages import ROOT, Block, blocks_of

PAGE = ROOT / "docs" / "ci.md"
ACTION = ROOT / "action.yml"
EXAMPLES = ROOT / "docs" / "examples"
OWN_ENVIRONMENT = Path(sys.prefix)

ONE_HOUR = """\
title: One hour
summary: Two expense reports on a quiet morning in Berlin.
story: What a pipeline can do in a few seconds.
starts: 2026-11-18T08:00:00Z
ends: 2026-11-18T10:00:00Z
flows:
  expense:
    facts: 2
    companies: {DE01: 1}
    ramp:
      - {from: 2026-11-18T08:30:00Z, to: 2026-11-18T09:30:00Z}
    approval_hours: 0.3
must_happen:
  expense_facts: 2
"""
UNPROVEN = ONE_HOUR + "  unknown_outcomes: 1\n"
"""Promises a lost answer that never comes: the run proves too little."""


def files() -> dict[str, Block]:
    """By path: the blocks whose first line is a comment that names a file."""
    found = {}
    for block in blocks_of(PAGE):
        first = block.text.partition("\n")[0]
        if block.words in (("yaml",), ("sh",)) and first.startswith("# "):
            found[first.removeprefix("# ")] = block
    return found


def fragments() -> list[Block]:
    """Blocks that are steps of a job."""
    return [block for block in blocks_of(PAGE) if block.words == ("yaml", "steps")]


def parsed(path: str) -> Any:
    return yaml.safe_load(files()[path].text)


def workflow_of(fragment: Block) -> dict[str, Any]:
    """The steps as a workflow of their own."""
    steps = yaml.safe_load(fragment.text)
    job = {"runs-on": "ubuntu-latest", "timeout-minutes": 10, "steps": steps}
    return {"name": "fragment", "on": ["push"], "jobs": {"books": job}}


def repository(folder: Path, integration: str = "integration_mended.py", expected: str = "[]\n") -> Path:
    """A checkout with the page's files, one of the example integrations, and `expected` instead of the page's
    expected failures, which are out of date one day."""
    for path, block in files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(block.text, encoding="utf-8")
    (folder / "hardclose" / "expected-failures.yaml").write_text(expected, encoding="utf-8")
    (folder / "requirements.txt").write_text("fastapi\nhttpx2\nuvicorn\n")
    (folder / "src").mkdir()
    shutil.copy(EXAMPLES / integration, folder / "src" / "integration.py")
    (folder / "one_hour.yaml").write_text(ONE_HOUR, encoding="utf-8")
    (folder / "unproven.yaml").write_text(UNPROVEN, encoding="utf-8")
    return folder
