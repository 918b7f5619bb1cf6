"""`hardclose contracts freeze`: write down what the mock systems promise, or compare it with what was written down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from hardclose_simulator.cli.console import FAILED, OK, Format, out, put_json, stop
from hardclose_simulator.report.wording import counted

if TYPE_CHECKING:
    from hardclose_simulator.contracts.changes import Change
    from hardclose_simulator.contracts.drift import FileDrift

FOLDER = Path("contracts")
VALUE_CHARACTERS = 60
NOBODY = "nothing breaks consumers"
STYLES = {"BREAKS": "bold red", "changes": "yellow"}


def freeze(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if the files and the code differ.")
    ] = False,
    folder: Annotated[Path, typer.Option("--dir", metavar="FOLDER", help="Folder of the contract files.")] = FOLDER,
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
) -> None:
    """Write what the mock systems promise into files that people review: OpenAPI and AsyncAPI descriptions, and a
    JSON Schema per event.

    With --check, say change by change what the code promises today and the files do not, and what of it breaks
    consumers.
    """
    if check:
        _compare(folder, format)
    else:
        _write(folder, format)


def _write(folder: Path, format: Format) -> None:
    # Imported here: describing all systems takes longer than `--help` may.
    from hardclose_simulator.contracts.drift import freeze as write

    try:
        written, removed = write(folder)
    except OSError as wrong:
        stop(f"{folder} cannot be written: {wrong.strerror}; choose another folder with --dir")
    if format is Format.json:
        put_json({"written": written, "removed": removed})
        return
    for path in written:
        out.print(f"written  {folder / path}", markup=False, soft_wrap=True)
    for path in removed:
        out.print(f"removed  {folder / path}", markup=False, soft_wrap=True)
    if not written and not removed:
        out.print(f"{folder} says what the code promises; nothing was written", markup=False, soft_wrap=True)


def _compare(folder: Path, format: Format) -> None:
    from hardclose_simulator.contracts.drift import drift

    if not folder.is_dir():
        stop(f"there is no folder {folder}; `hardclose contracts freeze --dir {folder}` makes it")
    found = drift(folder)
    if format is Format.json:
        put_json(
            {
                "exit_code": FAILED if found else OK,
                "breaking": sum(one.breaking for one in found),
                "files": [one.document() for one in found],
            }
        )
    else:
        for line in told(found, folder):
            word = line.strip().partition(" ")[0]
            out.print(Text(line, style=STYLES.get(word, "")), soft_wrap=True)
    raise typer.Exit(FAILED if found else OK)


def told(found: list[FileDrift], folder: Path) -> Iterator[str]:
    """Line by line."""
    for one in found:
        breaking = f", {one.breaking} breaking" if one.breaking else ""
        count = f"{counted(len(one.changes), 'change')}{breaking}" if one.changes else ""
        yield f"{folder / one.path}: {one.state}" + "".join(f"; {part}" for part in (one.says, count) if part)
        for change in one.changes:
            yield from _lines(change)
    if not found:
        yield f"{folder} says what the code promises"
        return
    breaks = sum(one.breaking for one in found)
    verdict = f"{counted(breaks, 'change')} {'breaks' if breaks == 1 else 'break'} consumers" if breaks else NOBODY
    differ = "differs" if len(found) == 1 else "differ"
    yield ""
    yield f"{counted(len(found), 'file')} {differ} from what the code promises; {verdict}."
    yield f"If that is meant: hardclose contracts freeze --dir {folder}, and review the difference."


def _lines(change: Change) -> Iterator[str]:
    place = ", ".join(part for part in (change.operation, change.where) if part) or "the whole file"
    yield f"  {'BREAKS ' if change.breaking else 'changes'}  {place}: {change.says} ({change.code})"
    if change.before is not None:
        yield f"             before  {_short(change.before)}"
    if change.after is not None:
        yield f"             after   {_short(change.after)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = " ".join(text.split())
    return line if len(line) <= VALUE_CHARACTERS else line[: VALUE_CHARACTERS - 1] + "…"
