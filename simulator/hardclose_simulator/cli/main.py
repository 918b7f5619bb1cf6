"""The command line: which commands there are. Each has a module of its own."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from hardclose_mocks.control import harness_version
from hardclose_simulator.cli import contracts, doctor, judging, listing, proving, running, sweeping, systems, webhooks
from hardclose_simulator.cli.console import OK, OURS

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
app.command("sweep")(sweeping.sweep)
app.command("up")(systems.up)
app.command("env")(systems.env)
app.command("list")(listing.list_)
app.command("schema")(listing.schema)
app.command("doctor")(doctor.doctor)
app.add_typer(contracts.app, name="contracts")
app.add_typer(webhooks.app, name="webhooks")


def main() -> None:
    """Entry point."""
    sys.exit(ended(app))


def ended(command: Callable[[], object]) -> int:
    """Runs it, and the exit code: a closed pipe, Ctrl-C and a bug of ours end without a traceback as well."""
    try:
        command()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    # The last edge there is: an exit code 1 would accuse the integration of our own bug.
    except Exception as bug:
        if os.environ.get("HARDCLOSE_TRACEBACK"):
            traceback.print_exc()
        where = traceback.extract_tb(bug.__traceback__)[-1]
        says = (
            f"hardclose: this is a defect of hardclose, not of your integration: {type(bug).__name__}: {bug} "
            f"({Path(where.filename).name}, line {where.lineno}); HARDCLOSE_TRACEBACK=1 shows the way there, and "
            "whoever mends it will want to see that"
        )
        sys.stderr.write(" ".join(says.split()) + "\n")
        return OURS
    return OK


if __name__ == "__main__":
    main()
