"""The command line: which commands there are. Each has a module of its own."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hardclose_simulator.cli.console import INTERRUPTED, OK, OURS


class LazyGroup(TyperGroup):
    """Imports a command when it is asked for: what starts the systems need not wait for what judges them."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # as click asks
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  # as click asks
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(f"hardclose_simulator.cli.{module}"), name)
        if isinstance(found, typer.Typer):
            return typer.main.get_command(found)
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        alone.command(cmd_name)(found)
        return typer.main.get_command(alone)


app = typer.Typer(
    name="hardclose",
    cls=LazyGroup,
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
        from hardclose_mocks.control import harness_version  # the servers' libraries, for a number

        typer.echo(f"hardclose {harness_version()}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Sandbox, scenarios and judge for finance integrations."""


COMMANDS = {
    "run": "running:run",
    "judge": "judging:judge",
    "prove": "proving:prove",
    "sweep": "sweeping:sweep",
    "up": "systems:up",
    "env": "systems:env",
    "list": "listing:list_",
    "schema": "listing:schema",
    "doctor": "doctor:doctor",
    "contracts": "contracts:app",
    "webhooks": "webhooks:app",
}
"""Module and function, or group, of each command, in the order of `--help`."""


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
        return INTERRUPTED
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
