"""What all commands share: exit codes, error paragraphs, output formats, live progress. Results go to stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from hardclose_simulator.run.session import Progress

OK, FAILED, USAGE, UNKNOWN, OURS = 0, 1, 2, 3, 4
"""Exit codes: promises kept; a promise broken; wrong before the first fact; not enough evidence; the fault is ours."""

INTERRUPTED = 130
"""Ctrl-C, as a shell says it; what was done until then is kept and reported."""

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Format(StrEnum):
    text = "text"
    json = "json"


def stop(says: str, code: int = USAGE) -> NoReturn:
    """One paragraph on stderr, no traceback."""
    err.print(Text.assemble(("hardclose: ", "bold red"), says), soft_wrap=True)
    raise typer.Exit(code)


def say(what: str) -> None:
    """A line of progress on stderr, however long."""
    err.print(f"hardclose: {what}", highlight=False, markup=False, soft_wrap=True)


def put_json(payload: Any) -> None:
    """JSON on stdout, nothing else."""
    sys.stdout.write(json.dumps(payload, indent=2, ensure_ascii=False, default=str) + "\n")


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """A table on stdout; plain columns when piped."""
    shown = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*[Text(cell) for cell in row])
    out.print(shown)


@contextmanager
def progress(title: str) -> Iterator[Callable[[Progress], None]]:
    """Live on a terminal; a line per phase where stderr is piped."""
    if not err.is_terminal:
        seen: list[str] = []

        def line(look: Progress) -> None:
            if look.phase not in seen:
                seen.append(look.phase)
                err.print(f"hardclose: {title}: {_words(look)}", markup=False, soft_wrap=True)

        yield line
        return
    with Live(Text(f"{title}: starting"), console=err, refresh_per_second=8, transient=True) as live:
        yield lambda look: live.update(Text(f"{title}: {_words(look)}"))


def _words(look: Progress) -> str:
    business = look.business.strftime("%a %d %b %H:%M") if look.business else ""
    return (
        f"{look.phase:<6} {business}  facts {look.facts}/{look.planned}  documents {look.posted}  "
        f"exchanges {look.exchanges}  deliveries open {look.open_deliveries}"
    )
