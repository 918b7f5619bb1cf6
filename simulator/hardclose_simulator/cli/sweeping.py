"""`hardclose sweep`: strike every site of a scenario once, and show where the books come out wrong."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from hardclose_mocks.cards import PROFILES
from hardclose_mocks.history.codec import HistoryError
from hardclose_reference.behaviour import VARIANTS
from hardclose_simulator.cli.console import FAILED, INTERRUPTED, OK, UNKNOWN, Format, err, out, put_json, say, stop
from hardclose_simulator.cli.listing import aligned
from hardclose_simulator.cli.results import point_latest, results_folder
from hardclose_simulator.cli.running import Style
from hardclose_simulator.manifest import ManifestError, load_manifest
from hardclose_simulator.prove.sweep import Cell, Grid, NotClean, Sweep, cells, grid
from hardclose_simulator.prove.sweep_page import to_html, to_markdown
from hardclose_simulator.run.sut import CommandSut, SutError
from hardclose_simulator.scenario import ScenarioError, load

COLOURS = {"ok": "green", "recovered": "bold green", "parked": "yellow", "stuck": "bold yellow", "unmet": "dim"}
SHOWN = 3
"""Bad cells opened into their timelines in the terminal; the page opens all of them."""


def sweep(
    scenario: Annotated[str, typer.Argument(help="A scenario's name or file.")],
    seed: Annotated[int, typer.Option(min=0, help="Repeats facts and victims.")] = 1,
    style: Annotated[Style, typer.Option(help="Style of the bundled reference.")] = Style.webhooks,
    mutant: Annotated[
        list[str] | None, typer.Option("--mutant", metavar="ID", help="Sweep this variant beside the reference.")
    ] = None,
    command: Annotated[
        str | None, typer.Option("--command", metavar="CMD", help="Sweep this integration, in wall time.")
    ] = None,
    manifest: Annotated[Path | None, typer.Option(help="Which legal style it is; YAML or JSON.")] = None,
    profile: Annotated[str | None, typer.Option(help=f"Capability profile: {', '.join(PROFILES)}.")] = None,
    only: Annotated[
        str | None, typer.Option(metavar="PATTERN", help="Only these blows, such as 'erp *.create after'.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes; one per core, one with --command.")
    ] = None,
    results: Annotated[Path, typer.Option(help="Folder that the page goes to.")] = Path("results"),
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
) -> None:
    """Strike every kind of call and event of a fault-free run once, in each phase, and judge the books each time.

    Exit code 0 when every blow was survived, 1 when one was not, 3 when no blow fell.
    """
    for name in mutant or ():
        if name not in VARIANTS:
            stop(f"there is no variant {name!r} of the reference; there are {', '.join(VARIANTS)}")
    if command is not None and mutant:
        stop("--mutant chooses among the bundled reference's; with --command leave it out")
    if profile is not None and profile not in PROFILES:
        stop(f"there is no profile {profile!r}; there are {', '.join(PROFILES)}")
    try:
        story = load(scenario)
        story = story.with_profile(profile) if profile else story
        chosen = load_manifest(manifest) if command is not None else None
        if command is not None:
            CommandSut.of(command, 0, Path())
        folder = results_folder(results / f"sweep-{re.sub(r'[^A-Za-z0-9._-]+', '-', story.name)}", seed)
        first = Sweep(story, seed, style, None, command, chosen, scenario, profile, folder)
        grids, whole, clean = _swept([first, *(replace(first, variant=name) for name in mutant or ())], only, workers)
    except (ScenarioError, ManifestError, SutError, HistoryError) as wrong:
        stop(str(wrong))
    _write(folder, story.name, grids)
    _show(story.name, grids, folder, format)
    if not whole:
        raise typer.Exit(INTERRUPTED)
    fell = any(cell.outcome != "unmet" for one in grids for cell in one.cells)
    raise typer.Exit(FAILED if not clean or any(one.bad for one in grids) else OK if fell else UNKNOWN)


def _swept(sweeps: Sequence[Sweep], only: str | None, workers: int | None) -> tuple[list[Grid], bool, bool]:
    """The grids, whether they are whole (Ctrl-C keeps what is done), and whether all kept their promises unstruck."""
    grids: list[Grid] = []
    clean = True
    for one in sweeps:
        err.print(
            f"hardclose: {one.integration}: a run without faults, to see where they could strike",
            markup=False,
            soft_wrap=True,
        )
        try:
            sites = one.sites()
        except NotClean as wrong:
            say(str(wrong))
            clean = False
            continue
        blows = [
            (site, phase)
            for site in sites
            for phase in site.phases()
            if only is None or fnmatch(f"{site.name} {phase.name}", only)
        ]
        if not blows:
            stop(f"--only {only!r} names no blow; one looks like 'erp expense_posting.create after', * stands for any")
        found: list[Cell] = []
        count = workers or (1 if one.command is not None else os.cpu_count() or 1)
        try:
            for cell in cells(one, blows, workers=min(count, len(blows))):
                found.append(cell)
                _progress(one, cell, len(found), len(blows))
        except KeyboardInterrupt:
            err.print(
                f"hardclose: stopped; {len(found)} of {len(blows)} blows are reported", markup=False, soft_wrap=True
            )
            return [*grids, grid(one, blows, found)], False, clean
        grids.append(grid(one, blows, found))
    return grids, True, clean


def _progress(one: Sweep, cell: Cell, done: int, wanted: int) -> None:
    """A line for each bad cell, and for every tenth."""
    if not cell.good or done % 10 == 0 or done == wanted:
        err.print(
            f"hardclose: {one.integration}: {done}/{wanted}  {cell.name}: {cell.outcome}", markup=False, soft_wrap=True
        )


def _write(folder: Path, title: str, grids: Sequence[Grid]) -> None:
    document = _document(title, grids)
    files = {
        "sweep.html": to_html(title, grids),
        "sweep.md": to_markdown(title, grids),
        "sweep.json": json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    point_latest(folder.parent, folder)


def _document(title: str, grids: Sequence[Grid]) -> dict[str, object]:
    return {"schema": "hardclose.sweep/1", "scenario": title, "grids": [one.document() for one in grids]}


def _show(title: str, grids: Sequence[Grid], folder: Path, format: Format) -> None:
    if format is Format.json:
        put_json(_document(title, grids))
        return
    for one in grids:
        if out.is_terminal:
            _show_table(one)
        else:
            for line in aligned(one.rows()):
                typer.echo(line)
        typer.echo(one.sentence())
        for cell in one.bad[:SHOWN]:
            _show_cell(cell)
        if len(one.bad) > SHOWN:
            typer.echo(f"... and {len(one.bad) - SHOWN} more bad cells on the page")
        typer.echo("")
    typer.echo(f"page: {folder / 'sweep.html'}")


def _show_table(one: Grid) -> None:
    head, *rows = one.rows()
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in head:
        shown.add_column(column, no_wrap=True)
    for site, *outcomes in rows:
        shown.add_row(site, *(Text(outcome, COLOURS.get(outcome, "bold red")) for outcome in outcomes))
    out.print(shown)


def _show_cell(cell: Cell) -> None:
    typer.echo(f"\n{cell.name}: {cell.outcome} {' '.join(cell.failed)}: {cell.says}")
    if cell.witness is None:
        return
    for entry in cell.witness.timeline:
        mark = ">" if entry.evidence else " "
        typer.echo(f"  {mark} {entry.wire_s:8.2f} s  {entry.business:%d %b %H:%M}  {entry.who:<22} {entry.what}")
    typer.echo(f"  {cell.witness.reproduce}")
