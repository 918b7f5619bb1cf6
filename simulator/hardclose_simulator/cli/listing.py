"""`hardclose list` and `hardclose schema`: what there is, and what files may say."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, cast

import typer

from hardclose_mocks.faults.catalogue import FAULTS
from hardclose_mocks.history.codec import plain
from hardclose_reference.legal import LEGAL
from hardclose_reference.mutants import MUTANTS
from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.cli.console import Format, put_json, stop
from hardclose_simulator.manifest import manifest_schema
from hardclose_simulator.report.json_report import report_schema
from hardclose_simulator.scenario import ScenarioError, available
from hardclose_simulator.scenario import schema as scenario_schema


class Kind(StrEnum):
    scenarios = "scenarios"
    faults = "faults"
    obligations = "obligations"
    mutants = "mutants"


class File(StrEnum):
    scenario = "scenario"
    manifest = "manifest"
    report = "report"


SHOWN = {
    Kind.scenarios: ("name", "title", "tempts", "summary"),
    Kind.faults: ("id", "name", "carrier", "says"),
    Kind.obligations: ("id", "name", "title", "says"),
    Kind.mutants: ("id", "title", "style", "profile", "scenario", "breaks"),
}
"""What text shows of each; JSON has more."""


def list_(
    kind: Annotated[Kind, typer.Argument(help="What to list.")] = Kind.scenarios,
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
) -> None:
    """List scenarios, faults, obligations, or mutants and legal variants, a line each."""
    try:
        found = _entries(kind)
    except ScenarioError as wrong:
        stop(str(wrong))
    if format is Format.json:
        put_json(found)
    else:
        for line in aligned([list(SHOWN[kind]), *([_words(one[key]) for key in SHOWN[kind]] for one in found)]):
            typer.echo(line)


def _entries(kind: Kind) -> list[dict[str, Any]]:
    match kind:
        case Kind.scenarios:
            return [
                {"name": one.name, "title": one.title, "tempts": list(one.tempts), "summary": one.summary}
                for one in available()
            ]
        case Kind.faults:
            return [cast(dict[str, Any], plain(one)) for one in FAULTS.values()]
        case Kind.obligations:
            return [
                {"id": one.id, "name": one.name, "title": one.title, "says": one.says} for one in OBLIGATIONS.values()
            ]
        case Kind.mutants:
            # A legal variant breaks nothing: the judge must let it pass.
            return [cast(dict[str, Any], plain(one)) for one in (*MUTANTS.values(), *LEGAL.values())]


def aligned(rows: list[list[str]]) -> list[str]:
    """One line per row, however long: what is piped into grep must not be folded."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _words(value: Any) -> str:
    return str(value) if isinstance(value, str) else " ".join(value) or "nothing: legal"


def schema(file: Annotated[File, typer.Argument(help="Which file.")] = File.scenario) -> None:
    """Print the JSON Schema of a scenario file, a manifest, or the JSON report."""
    match file:
        case File.scenario:
            put_json(scenario_schema())
        case File.manifest:
            put_json(manifest_schema())
        case File.report:
            put_json(report_schema())
