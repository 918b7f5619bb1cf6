"""`hardclose contracts verify` and `hardclose contracts states`: anyone's pacts against the mock systems."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.text import Text

from hardclose_simulator.cli.console import Format, out, put_json, stop, table

if TYPE_CHECKING:
    from hardclose_simulator.contracts.pact_report import Checked, Report
    from hardclose_simulator.contracts.pact_verifier import Source

# What verifies is imported by the commands: pact's library is large, and an extra.
PACTS = Path("pacts")
COLOURS = {"broken": "bold red", "pending": "yellow", "unset": "yellow", "ours": "magenta"}


class System(StrEnum):
    erp = "erp"
    procurement = "procurement"
    expense = "expense"


class Listing(StrEnum):
    text = "text"
    json = "json"
    markdown = "markdown"


def verify(
    pact_dir: Annotated[
        Path | None,
        typer.Option(help="Folder of pact files, or one file; `pacts` if neither this nor --broker is given."),
    ] = None,
    broker: Annotated[
        str | None, typer.Option(help="Address of a Pact Broker; PACT_BROKER_TOKEN or _USERNAME and _PASSWORD log in.")
    ] = None,
    system: Annotated[list[System] | None, typer.Option(help="Only this system; may be repeated.")] = None,
    release: Annotated[str | None, typer.Option(help="Release of the mock systems; the newest by default.")] = None,
    provider: Annotated[
        list[str] | None,
        typer.Option(help="Only this provider of the pacts; NAME=SYSTEM where the name does not say which system."),
    ] = None,
    provider_url: Annotated[
        str | None, typer.Option(help="Verify somebody else's sandbox at this address instead; no states are set up.")
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option(help="With --provider-url: a header of every call, 'Authorization: Bearer ...'.")
    ] = None,
    states_are_set: Annotated[
        bool, typer.Option("--states-are-set", help="With --provider-url: play interactions that need a state, too.")
    ] = False,
    only: Annotated[str | None, typer.Option(help="Only interactions whose description contains this.")] = None,
    consumer_branch: Annotated[
        str | None, typer.Option(help="With --broker: this branch's pacts, not the main and deployed ones.")
    ] = None,
    publish: Annotated[
        str | None, typer.Option(help="With --broker: send the results there, as of this provider version.")
    ] = None,
    branch: Annotated[str | None, typer.Option(help="With --publish: the provider's branch.")] = None,
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
    junit: Annotated[Path | None, typer.Option(help="Write a JUnit report there.")] = None,
) -> None:
    """Verify pacts from any language against the mock systems, or against --provider-url.

    Exit code 0 when every interaction is kept, 1 when one is broken, 2 for pacts that cannot be played, 3 when nothing
    was shown."""
    _need_pact()
    from hardclose_simulator.contracts import pact_verification as pacts
    from hardclose_simulator.contracts.pact_files import PactError
    from hardclose_simulator.contracts.pact_report import to_junit

    if provider_url is None and (header or states_are_set):
        stop("--header and --states-are-set go with --provider-url; the mock systems know who calls")
    if provider_url is not None and publish is not None:
        stop("--publish and --provider-url do not go together: a sandbox of somebody else is no version of ours")
    try:
        asked = pacts.Asked(
            source=_source(pact_dir, broker, consumer_branch, publish, branch),
            systems=tuple(one.value for one in system or System),
            providers=tuple(_provider(one) for one in provider or ()),
            release=release or pacts.RELEASES[-1],
            provider_url=provider_url,
            headers=tuple(_header(one) for one in header or ()),
            states_are_set=states_are_set,
            only=only,
        )
        report = asyncio.run(pacts.verify(asked))
    except PactError as wrong:
        stop(str(wrong))
    if junit is not None:
        try:
            junit.parent.mkdir(parents=True, exist_ok=True)
            junit.write_text(to_junit(report), encoding="utf-8")
        except OSError as wrong:
            stop(f"{junit} cannot be written: {wrong.strerror}")
    show(report, format, asked_again=_again(pact_dir, broker, provider_url))
    if report.exit_code:
        raise typer.Exit(report.exit_code)


def states(
    format: Annotated[Listing, typer.Option("--format", help="What stdout carries.")] = Listing.text,
) -> None:
    """List the provider states that pacts may be given, with their parameters."""
    from hardclose_simulator.contracts.provider_states import as_markdown, rows

    match format:
        case Listing.json:
            put_json(
                [
                    {"group": row.group, "sentences": row.sentences, "parameters": row.parameters, "says": row.says}
                    for row in rows()
                ]
            )
        case Listing.markdown:
            typer.echo(as_markdown())
        case Listing.text:
            shown = [["\n".join(row.sentences), "\n".join(row.parameters), row.says] for row in rows()]
            table(f"{len(shown)} provider states", ["given", "parameters", "makes true"], shown)
            out.print(
                "[...] may be left out, {...} may stand in the sentence or beside it as a parameter.", markup=False
            )


# --- what was asked --------------------------------------------------------------------------------------------


def _need_pact() -> None:
    if importlib.util.find_spec("pact") is None:
        stop("pacts need pact-python; install it with: pip install 'hardclose[contracts]'")


def _source(
    pact_dir: Path | None, broker: str | None, consumer_branch: str | None, publish: str | None, branch: str | None
) -> Source:
    from hardclose_simulator.contracts.pact_verifier import Publish, Source

    if pact_dir is not None and broker is not None:
        stop("--pact-dir or --broker, not both")
    if broker is None:
        for name, given in (("--publish", publish), ("--consumer-branch", consumer_branch)):
            if given is not None:
                stop(f"{name} needs --broker")
        if pact_dir is None and not PACTS.is_dir():
            stop(f"there is no folder {PACTS} here; say --pact-dir DIR or --broker URL")
        return Source(folder=pact_dir or PACTS)
    at = urlsplit(broker)
    if at.scheme not in ("http", "https") or not at.hostname:
        stop(f"--broker {broker} is no address; write it like https://broker.example.com")
    if at.username or at.password:
        stop("no credentials in --broker, where logs show them: PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD log in")
    return Source(
        broker=broker.rstrip("/"),
        username=os.environ.get("PACT_BROKER_USERNAME"),
        password=os.environ.get("PACT_BROKER_PASSWORD"),
        token=os.environ.get("PACT_BROKER_TOKEN"),
        consumer_branch=consumer_branch,
        publish=Publish(publish, branch) if publish is not None else None,
    )


def _provider(told: str) -> tuple[str, str]:
    from hardclose_simulator.contracts.pact_files import system_of

    name, equals, system = told.rpartition("=")
    if equals:
        if system not in [*System]:
            stop(f"--provider {told}: no system {system!r}; there are {', '.join(System)}")
        return name, system
    found = system_of(told)
    if found is None:
        stop(f"which system plays {told!r}? Say so: --provider '{told}=erp' (or procurement, expense)")
    return told, found


def _header(told: str) -> tuple[str, str]:
    name, colon, value = told.partition(":")
    if not colon or not name.strip():
        stop(f"--header {name!r} is no header; write it like 'Authorization: Bearer TOKEN'")
    return name.strip(), value.strip()


def _again(pact_dir: Path | None, broker: str | None, provider_url: str | None) -> str:
    source = f"--broker {broker}" if broker else f"--pact-dir {pact_dir or PACTS}"
    return f"{source} --provider-url {provider_url}" if provider_url else source


# --- what is shown ---------------------------------------------------------------------------------------------


def show(report: Report, format: Format, *, asked_again: str) -> None:
    if format is Format.json:
        from hardclose_simulator.contracts.pact_report import to_json

        put_json(to_json(report))
        return
    for consumer, provider in dict.fromkeys((one.consumer, one.provider) for one in report.checked):
        mine = [one for one in report.checked if (one.consumer, one.provider) == (consumer, provider)]
        rows = [
            [one.outcome.value, one.description, "; ".join(one.states), f"{one.seconds * 1000:.0f}"] for one in mine
        ]
        table(f"{consumer} with {provider}, played by {mine[0].system}", ["", "interaction", "given", "ms"], rows)
    for one in report.checked:
        if one.says and one.outcome.value != "skipped":
            _open(one, asked_again)
    for reason in dict.fromkeys(one.says for one in report.checked if one.outcome.value == "skipped"):
        left = [one.description for one in report.checked if one.says == reason]
        out.print(f"\nskipped {len(left)}: {'; '.join(reason)}", markup=False, soft_wrap=True)
        for description in left:
            out.print(f"  {description}", markup=False, soft_wrap=True)
    for notice in report.notices:
        out.print(notice, markup=False)
    colour = "green" if report.exit_code == 0 else "bold red"
    out.print(Text.assemble("\n", (report.sentence, colour)), soft_wrap=True)


def _open(one: Checked, asked_again: str) -> None:
    """One interaction that was not simply kept, and what was really said."""
    lines = Text.assemble("\n", (one.outcome.value.upper(), COLOURS.get(one.outcome.value, "")))
    lines.append(f"  {one.description}  ({one.consumer} with {one.provider})\n")
    if one.outcome.value != "unset":
        lines.append("".join(f"  given {state}\n" for state in one.states))
    for says in one.says:
        lines.append(f"  {says}\n")
    for seen in one.seen:
        lines.append(f"  really: {seen}\n")
    lines.append(f'  Reproduce with: hardclose contracts verify {asked_again} --only "{one.description}"')
    out.print(lines, soft_wrap=True)
