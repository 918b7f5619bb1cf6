"""`hardclose prove`: is the judge worth believing? Mutants must die for the right reason, legal variants must live."""

from __future__ import annotations

from typing import Annotated

import typer

from hardclose_reference.legal import LEGAL
from hardclose_reference.mutants import MUTANTS
from hardclose_simulator.cli.console import FAILED, OK, Format, err, put_json, stop
from hardclose_simulator.cli.listing import aligned
from hardclose_simulator.prove.campaign import Trial, campaign, summary

HEAD = ["id", "what it does", "scenario", "profile", "expected", "seen", "result"]


def prove(
    mutant: Annotated[
        list[str] | None, typer.Option("--mutant", metavar="ID", help="Only these mutants or legal variants.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="How many seeds each is tried on.")] = 1,
    first_seed: Annotated[int, typer.Option(min=0, help="The first of them.")] = 1,
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
) -> None:
    """Judge the bundled mutants and legal variants in virtual time.

    Exit code 0 exactly when the reference and the legal variants pass and each mutant fails on an obligation it breaks.
    """
    known = {**MUTANTS, **LEGAL}
    for name in mutant or ():
        if name not in known:
            stop(f"no mutant or legal variant {name!r}; known: {', '.join(known)}")
    trials: list[Trial] = []
    for trial in campaign([known[name] for name in mutant or known], range(first_seed, first_seed + seeds)):
        trials.append(trial)
        err.print(f"hardclose: {trial.id} seed {trial.seed}: {trial.says}", highlight=False)
    result = summary(trials)
    if format is Format.json:
        put_json(result.document())
    else:
        for line in aligned([HEAD, *result.rows()]):
            typer.echo(line)
        typer.echo(result.sentence())
    raise typer.Exit(OK if result.proven else FAILED)
