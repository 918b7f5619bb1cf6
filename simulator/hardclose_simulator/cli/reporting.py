"""Judges a history, writes its reports and prints the verdict: shared by `run` and `judge`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from rich.text import Text

from hardclose_mocks.history.codec import HistoryError
from hardclose_mocks.history.records import Record
from hardclose_simulator.cli.console import USAGE, Format, err, out, put_json, stop
from hardclose_simulator.expected_failures import Excused, ExpectedFailure, excuse
from hardclose_simulator.judge import judge
from hardclose_simulator.report.annotations import github_annotations
from hardclose_simulator.report.json_report import to_json
from hardclose_simulator.report.judged_run import Report
from hardclose_simulator.report.model import RunInfo, build_model
from hardclose_simulator.report.redaction import redacted, redactor
from hardclose_simulator.report.terminal import render
from hardclose_simulator.report.wording import listing, titled
from hardclose_simulator.report.writing import ReportError, write_reports
from hardclose_simulator.verdict import NOT_ENOUGH, PROMISES_KEPT, Status


class Annotations(StrEnum):
    github = "github"


def report(
    records: Sequence[Record],
    folder: Path | None,
    format: Format,
    duration_s: float | None,
    *,
    expected: Sequence[ExpectedFailure] = (),
    annotations: Annotations | None = None,
) -> int:
    """Prints on stdout, writes into `folder` if there is one, and returns the verdict's exit code.

    A verdict that was reached is never lost: where the reports cannot be written it is printed all the same, and only
    a pass becomes a usage error."""
    try:
        verdict = judge(records)
    except HistoryError as wrong:
        stop(str(wrong))
    excused = excuse(verdict, expected, datetime.now().astimezone().date())
    verdict = excused.verdict
    info = RunInfo(folder=str(folder) if folder else None, history_hash=records[-1].h, duration_s=duration_s)
    model = redacted(_with_expectations(build_model(records, verdict, info), excused), redactor(records))
    if format is Format.json:
        put_json(to_json(model))
    else:
        out.print(render(model), crop=False)
    for obligation, note in excused.notes.items():
        err.print(Text(f"hardclose: expected failures: {obligation}: {note}"), soft_wrap=True)
    if annotations is Annotations.github:
        for line in github_annotations(model, excused):
            err.print(Text(line), soft_wrap=True)
    if folder is None:
        return verdict.exit_code
    try:
        page, *_ = write_reports(folder, model)
    except ReportError as wrong:
        err.print(Text.assemble(("hardclose: ", "bold red"), str(wrong)), soft_wrap=True)
        return verdict.exit_code or USAGE
    say = err if format is Format.json else out
    say.print(Text(f"report: {page}"), soft_wrap=True)
    return verdict.exit_code


def _with_expectations(model: Report, excused: Excused) -> Report:
    """The same run, saying of each expected failure what became of it: no report may call kept what was broken."""
    if not excused.notes:
        return model
    lines = [
        replace(
            line,
            note="; ".join(filter(None, (excused.notes.get(line.id, ""), line.note))),
            expected=excused.reasons.get(line.id, ""),
        )
        for line in model.obligations
    ]
    told, expected = model.verdict, listing([*excused.reasons])
    unexpected = {line.id for line in lines if line.status is Status.FAIL} - excused.reasons.keys()
    if excused.stale and not unexpected:
        told = replace(
            told,
            meaning="a promise that was expected to be broken was kept; take its entry out of the expected failures",
            sentence=f"The integration kept {listing([titled(one) for one in excused.stale])}, expected to be broken.",
        )
    elif expected and told.exit_code == PROMISES_KEPT:
        told = replace(
            told, meaning=f"every promise that was put to the test was kept, but those expected ({expected})"
        )
    elif expected and told.exit_code == NOT_ENOUGH:
        lacking = "; ".join(told.troubles) or "no other promise was put to the test"
        told = replace(told, sentence=f"No other promise was seen broken, but this run proves too little: {lacking}.")
    if expected:
        told = replace(told, sentence=f"{told.sentence} Broken as expected: {expected}.")
    return replace(model, verdict=told, obligations=tuple(lines))
