"""The command line: which commands there are. Each has a module of its own."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from hardclose_mocks.control import harness_version
from hardclose_simulator.cli import contracts, doctor, judging, listing, proving, running, systems, webhooks

app = typer.Typer(
    name="hardclose",
    help="The sandbox in which finance integrations are proven before month-end proves them wrong.\n\n"
    "Exit codes: 0 promises kept, 1 a promise broken, 2 wrong before the first fact, "
    "3 not enough evidence, 4 the fault is ours.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"hardclose {harness_version()}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Sandbox, scenarios and judge for finance integrations."""


app.command("run")(running.run)
app.command("judge")(judging.judge)
app.command("prove")(proving.prove)
app.command("up")(systems.up)
app.command("env")(systems.env)
app.command("list")(listing.list_)
app.command("schema")(listing.schema)
app.command("doctor")(doctor.doctor)
app.add_typer(contracts.app, name="contracts")
app.add_typer(webhooks.app, name="webhooks")


def main() -> None:
    """Entry point; a closed pipe and Ctrl-C end without a traceback."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
