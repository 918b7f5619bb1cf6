"""`hardclose judge`: judge a stored run again, with today's judge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hardclose_mocks.history.codec import HistoryError
from hardclose_mocks.history.store import read
from hardclose_simulator.cli.console import Format, stop
from hardclose_simulator.cli.reporting import report


def judge(
    path: Annotated[Path, typer.Argument(help="Folder of a stored run, or its history.sqlite.")],
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
    write: Annotated[bool, typer.Option("--write", help="Write the reports into the run's folder anew.")] = False,
) -> None:
    """Judge a stored run again. Exit code as for `run`."""
    file = path / "history.sqlite" if path.is_dir() else path
    try:
        records = read(file)
    except HistoryError as wrong:
        stop(str(wrong))
    raise typer.Exit(report(records, file.parent if write else None, format, None))
