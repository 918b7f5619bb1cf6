"""`hardclose prove`: is the judge worth believing? Mutants must die for the right reason, correct integrations live."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hardclose_mocks.history.codec import HistoryError
from hardclose_reference.legal import LEGAL
from hardclose_reference.mutants import MUTANTS, Mutant
from hardclose_simulator.cli.console import FAILED, INTERRUPTED, OK, UNKNOWN, Format, put_json, say, stop
from hardclose_simulator.cli.listing import aligned
from hardclose_simulator.cli.results import point_latest, results_folder
from hardclose_simulator.prove.alarms import AlarmReport, Play, alarms, plays
from hardclose_simulator.prove.baselines import Uplift, baselines
from hardclose_simulator.prove.campaign import Judged, Trial, campaign
from hardclose_simulator.prove.matrix import summary
from hardclose_simulator.prove.population import population
from hardclose_simulator.scenario import ScenarioError, available, load

HEAD = ["id", "what it does", "scenario", "profile", "expected", "seen", "result"]
ALARM_HEAD = ["id", "tempted in", "cells", "occasions", "alarms", "unknown", "95 % bound", "by cells", ""]
EVERY = 25
"""A line of progress per so many runs of the false-alarm campaign."""


def prove(
    mutant: Annotated[
        list[str] | None, typer.Option("--mutant", metavar="ID", help="Only these mutants or legal variants.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="How many seeds each is tried on.")] = 1,
    first_seed: Annotated[int, typer.Option(min=0, help="The first of them.")] = 1,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes; one per core.")] = None,
    with_baselines: Annotated[
        bool, typer.Option("--baselines", help="Also what a diff, weather only, and C1 only would have killed.")
    ] = False,
    false_alarms: Annotated[
        bool, typer.Option("--false-alarms", help="Play correct integrations of many styles instead of mutants.")
    ] = False,
    runs: Annotated[int, typer.Option(min=1, max=1_000_000, help="--false-alarms: how many runs.")] = 300,
    minutes: Annotated[float | None, typer.Option(min=0.01, help="--false-alarms: stop after that long.")] = None,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", metavar="NAME", help="--false-alarms: only these scenarios.")
    ] = None,
    results: Annotated[Path, typer.Option(help="Folder that the matrix goes to.")] = Path("results"),
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
) -> None:
    """Judge the bundled mutants and legal variants in virtual time, or correct integrations only (--false-alarms).

    Exit code 0 exactly when the reference and all correct integrations pass and each mutant fails on an obligation that
    it breaks; 1 otherwise, and 3 where --false-alarms accused nobody and yet not every run passed.
    """
    known: dict[str, Mutant] = {**MUTANTS, **LEGAL}
    for name in mutant or ():
        if name not in known:
            stop(f"no mutant or legal variant {name!r}; known: {', '.join(known)}")
    if false_alarms and (mutant or with_baselines):
        stop("--false-alarms plays correct integrations; leave --mutant and --baselines out")
    processes = workers or os.cpu_count() or 1
    try:
        folder = results_folder(results / ("false-alarms" if false_alarms else "prove"), first_seed)
        if false_alarms:
            names = [load(name).name for name in scenario or ()] or [one.name for one in available()]
            raise typer.Exit(_false_alarms(names, runs, first_seed, minutes, processes, folder, format))
    except (HistoryError, ScenarioError) as wrong:
        stop(str(wrong))
    cards = [known[name] for name in mutant or known]
    numbers = range(first_seed, first_seed + seeds)
    trials: list[Trial] = []
    for trial in campaign(cards, numbers, workers=processes):
        trials.append(trial)
        say(f"{trial.id} seed {trial.seed}: {trial.says}")
    result = summary(trials)
    uplift = _uplift(cards, numbers, processes) if with_baselines else []
    document = result.document(uplift)
    page = result.markdown(uplift, asked=_asked(), when=_now())
    _write(folder, "prove", document, f"# Proof\n\n{page}")
    if format is Format.json:
        put_json(document)
    else:
        for line in aligned([HEAD, *result.rows()]):
            typer.echo(line)
        for one in uplift:
            typer.echo(f"{one.title}: {len(one.killed)} of {len(one.tried)} killed; missed {' '.join(one.missed)}")
        typer.echo(result.sentence())
    raise typer.Exit(OK if result.proven else FAILED)


def _uplift(cards: Sequence[Mutant], numbers: range, processes: int) -> list[Uplift]:
    found = []
    for one in baselines(cards, numbers, workers=processes):
        found.append(one)
        say(f"{one.title}: {len(one.killed)} of {len(one.tried)} mutants killed")
    return found


def _false_alarms(
    scenarios: Sequence[str],
    runs: int,
    first_seed: int,
    minutes: float | None,
    processes: int,
    folder: Path,
    format: Format,
) -> int:
    planned = list(plays(scenarios, population(), runs, first_seed))
    began, played = time.monotonic(), list[tuple[Play, Judged]]()
    whole = True
    try:
        for one, judged in alarms(planned, workers=processes):
            played.append((one, judged))
            if judged.exit_code:
                say(f"exit code {judged.exit_code}: {one.reproduce}: {'; '.join(judged.says)}")
            if len(played) % EVERY == 0:
                say(f"{len(played)} of {len(planned)} runs, {(time.monotonic() - began) / 60:.1f} min")
            if minutes is not None and time.monotonic() - began > minutes * 60:
                say(f"time is up: {len(played)} of {len(planned)} runs are reported")
                break
    except KeyboardInterrupt:
        whole = False
        say(f"stopped: {len(played)} of {len(planned)} runs are reported")
    report = AlarmReport(tuple(played))
    rows = [ALARM_HEAD, *_alarm_rows(report)]
    _write(folder, "false-alarms", report.document(), _alarm_page(report, rows))
    if format is Format.json:
        put_json(report.document())
    else:
        for line in aligned(rows):
            typer.echo(line)
        typer.echo(report.sentence())
    if not whole:
        return INTERRUPTED
    return FAILED if report.accused else UNKNOWN if report.undecided else OK


def _alarm_rows(report: AlarmReport) -> list[list[str]]:
    return [
        [
            one.obligation,
            str(one.runs),
            str(one.cells),
            str(one.evaluated),
            str(one.alarms),
            str(one.unknown),
            f"{one.bound:.2%}" if one.runs else "none",
            f"{one.bound_by_cells:.2%}" if one.runs else "none",
            "" if one.credible else "not yet credible",
        ]
        for one in report.tallies()
    ]


def _alarm_page(report: AlarmReport, rows: Sequence[Sequence[str]]) -> str:
    lines = ["# False alarms", "", f"`{_asked()}`, {_now()}.", "", f"{report.sentence()}.", ""]
    lines += ["| " + " | ".join(row) + " |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:])]
    lines += ["", *(f"- `{one.reproduce}`: exit code {judged.exit_code}" for one, judged in report.accused)]
    return "\n".join(lines) + "\n"


def _write(folder: Path, name: str, document: Mapping[str, Any], page: str) -> None:
    (folder / f"{name}.json").write_text(json.dumps(document, indent=2, default=str) + "\n", encoding="utf-8")
    (folder / f"{name}.md").write_text(page, encoding="utf-8")
    point_latest(folder.parent, folder)
    say(f"{folder / name}.md and .json are written")


def _asked() -> str:
    return " ".join(["hardclose", *sys.argv[1:]])


def _now() -> str:
    return f"{datetime.now().astimezone():%d %B %Y}"
