"""`hardclose contracts`: what the mock systems promise, checked from both sides. One line per command."""

from __future__ import annotations

import typer

from hardclose_simulator.cli import contracts_freeze, contracts_fuzz, contracts_verify

app = typer.Typer(
    name="contracts",
    help="API descriptions, pacts and provider states.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("freeze")(contracts_freeze.freeze)
app.command("fuzz")(contracts_fuzz.fuzz)
app.command("verify")(contracts_verify.verify)
app.command("states")(contracts_verify.states)
