"""`hardclose judge`: judge a stored run again, with today's judge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hardclose_mocks.history.codec import HistoryError
from hardclose_mocks.history.places import read_history
from hardclose_simulator.cli.console import Format, stop
from hardclose_simulator.cli.reporting import Annotations, report
from hardclose_simulator.cli.results import history_url
from hardclose_simulator.expected_failures import ExpectedFailuresError, load_expected_failures


def judge(
    path: Annotated[Path, typer.Argument(help="Folder of a stored run, or its history.sqlite.")],
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
    expected_failures: Annotated[
        Path | None, typer.Option(help="YAML list of promises known to be broken; stale entries fail.")
    ] = None,
    annotations: Annotated[
        Annotations | None, typer.Option(help="Also print findings as this CI system's annotations, on stderr.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the reports into the run's folder anew.")] = False,
) -> None:
    """Judge a stored run again. Exit code as for `run`."""
    file = path / "history.sqlite" if path.is_dir() else path
    try:
        records = read_history(file, history_url())
        expected = load_expected_failures(expected_failures) if expected_failures else ()
    except (HistoryError, ExpectedFailuresError) as wrong:
        stop(str(wrong))
    folder = file.parent if write else None
    raise typer.Exit(report(records, folder, format, None, expected=expected, annotations=annotations))
