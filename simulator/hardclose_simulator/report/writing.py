"""Writes the reports of a run into its folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from hardclose_simulator.report.html import to_html
from hardclose_simulator.report.json_report import to_json
from hardclose_simulator.report.judged_run import Report
from hardclose_simulator.report.junit import to_junit
from hardclose_simulator.report.markdown import to_markdown


class ReportError(Exception):
    """The reports cannot be written; says where, why, and what to do."""


def write_reports(folder: Path, model: Report) -> list[Path]:
    """The files written, the page first. Each appears whole or not at all; raises ReportError."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, worded in REPORTS.items():
            path = folder / name
            part = path.with_name(f".{name}.part")
            part.write_text(worded(model), encoding="utf-8")
            os.replace(part, path)
            written.append(path)
    except OSError as wrong:
        raise ReportError(
            f"the reports cannot be written to {folder} ({wrong.strerror or wrong}); make that folder writable, or "
            "choose another one with --results"
        ) from wrong
    return written


def _json_text(model: Report) -> str:
    return json.dumps(to_json(model), indent=2, ensure_ascii=False) + "\n"


REPORTS: dict[str, Callable[[Report], str]] = {
    "report.html": to_html,
    "report.json": _json_text,
    "report.md": to_markdown,
    "junit.xml": to_junit,
}
"""By file name."""
