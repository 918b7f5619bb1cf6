"""`hardclose list` and `hardclose schema`: what there is, and what files may say."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from hardclose_reference.legal import LEGAL
from hardclose_reference.mutants import MUTANTS

from hardclose_mocks.faults.catalogue import FAULTS
from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.cli.console import Format, put_json, table
from hardclose_simulator.manifest import manifest_schema
from hardclose_simulator.report.json_report import report_schema
from hardclose_simulator.scenario import available
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


def _rows(kind: Kind) -> tuple[list[str], list[list[str]]]:
    match kind:
        case Kind.scenarios:
            return ["name", "title", "summary"], [[one.name, one.title, one.summary] for one in available()]
        case Kind.faults:
            return ["id", "name", "carried by", "what it does"], [
                [one.id, one.name, one.carrier, one.says] for one in FAULTS.values()
            ]
        case Kind.obligations:
            return ["id", "name", "what it promises"], [[one.id, one.name, one.says] for one in OBLIGATIONS.values()]
        case Kind.mutants:
            return ["id", "title", "style", "profile", "scenario", "breaks"], [
                [one.id, one.title, one.style, one.profile, one.scenario, " ".join(one.breaks) or "nothing: legal"]
                for one in [*MUTANTS.values(), *LEGAL.values()]
            ]


def list_(
    kind: Annotated[Kind, typer.Argument(help="What to list.")] = Kind.scenarios,
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
) -> None:
    """List scenarios, faults, obligations, or mutants and legal variants."""
    columns, rows = _rows(kind)
    if format is Format.json:
        put_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        table(f"{len(rows)} {kind.value}", columns, rows)


def schema(file: Annotated[File, typer.Argument(help="Which file.")] = File.scenario) -> None:
    """Print the JSON Schema of a scenario file, a manifest, or the JSON report."""
    match file:
        case File.scenario:
            put_json(scenario_schema())
        case File.manifest:
            put_json(manifest_schema())
        case File.report:
            put_json(report_schema())
