"""`hardclose contracts fuzz`: an API against its own OpenAPI description, by requests that nobody would write."""

from __future__ import annotations

import asyncio
import ipaddress
import shlex
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.text import Text

from hardclose_simulator.cli.console import FAILED, OK, OURS, USAGE, Format, err, out, put_json, stop
from hardclose_simulator.report.wording import counted

if TYPE_CHECKING:
    from hardclose_simulator.contracts.fuzz_brief import Brief
    from hardclose_simulator.contracts.fuzz_report import Failure, Outcome
    from hardclose_simulator.contracts.fuzzing import Effort, Target

LINE_MAX, LINES_MAX = 300, 12
"""Of one finding in text: characters of a line, and lines. JSON and JUnit have them whole."""


class System(StrEnum):
    erp = "erp"
    procurement = "procurement"
    expense = "expense"


def fuzz(
    sut: Annotated[str | None, typer.Option(metavar="URL", help="Base address of your own API, running.")] = None,
    spec: Annotated[
        str | None, typer.Option(metavar="FILE|URL", help="Its OpenAPI description; URL/openapi.json by default.")
    ] = None,
    mocks: Annotated[bool, typer.Option("--mocks", help="The mock systems instead, started for it.")] = False,
    system: Annotated[list[System] | None, typer.Option(help="With --mocks: only this one; may be repeated.")] = None,
    auth: Annotated[
        str | None,
        typer.Option(
            envvar="HARDCLOSE_FUZZ_AUTH",
            metavar="LOGIN",
            help="bearer:TOKEN, basic:USER:PASSWORD, header:NAME:VALUE or oauth2:TOKEN_URL,CLIENT_ID,CLIENT_SECRET; "
            "better in the variable than on the command line.",
        ),
    ] = None,
    examples: Annotated[
        int, typer.Option(min=1, max=100_000, help="Cases per operation and phase; flows through links get more.")
    ] = 50,
    seed: Annotated[int | None, typer.Option(min=0, help="Other cases; the same ones every time by default.")] = None,
    reset: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="POSTed to before each flow, and your API is as it was at first; goes deeper."
        ),
    ] = None,
    books: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help='Answers {"digest": ...} of all your API holds; a refusal must not change it.'
        ),
    ] = None,
    exact_bodies: Annotated[
        bool, typer.Option("--exact-bodies", help="A field that an answer's schema does not name is a failure.")
    ] = False,
    i_own_this_target: Annotated[
        bool, typer.Option("--i-own-this-target", help="It is not on this host, and I may write nonsense into it.")
    ] = False,
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
    junit: Annotated[Path | None, typer.Option(help="Write a JUnit report there.")] = None,
) -> None:
    """Hold an API to its OpenAPI description: no 5xx, nothing undocumented, no invalid input accepted, no stack trace.

    Exit code 0 when nothing was found, 1 when something was, 2 when nothing could be tried, 4 when the fuzzer broke.
    It writes into its target: never point it at books that matter.
    """
    from hardclose_simulator.contracts.fuzz_brief import Brief, FuzzError
    from hardclose_simulator.contracts.fuzz_login import login_from
    from hardclose_simulator.contracts.fuzzing import Effort, FuzzerBroke, check_installed

    if mocks == (sut is not None):
        stop("say what to fuzz: --sut URL for your own API, or --mocks for the mock systems")
    effort = Effort(examples=examples, seed=seed, infer_links=not mocks)
    try:
        check_installed()
        with TemporaryDirectory(prefix="hardclose-junit-") as folder:
            reports = Path(folder)
            if mocks:
                outcomes = asyncio.run(_fuzz_mocks([one.value for one in system or System], effort, reports))
            else:
                brief = Brief(login_from(auth) if auth else None, books=books, reset=reset, closed_bodies=exact_bodies)
                target = _target(str(sut), spec, brief, owned=i_own_this_target)
                outcomes = [_tried(target, effort, reports)]
            if junit is not None:
                _write_junit(junit, reports, outcomes)
    except FuzzError as wrong:
        stop(str(wrong))
    except FuzzerBroke as broke:
        stop(str(broke), OURS)
    code = exit_code(outcomes)
    if format is Format.json:
        put_json({"targets": [_plain(one) for one in outcomes], "exit_code": code})
    else:
        for one in outcomes:
            _show(one)
        if code:
            out.print(
                f"\nReproduce with: {shlex.join(['hardclose', *without_secret(sys.argv[1:])])}",
                markup=False,
                soft_wrap=True,
            )
    raise typer.Exit(code)


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """A target that breaks the connection is a finding; only a broken check or hook of ours is not."""
    if any(one.ours for one in outcomes):
        return OURS
    return OK if all(one.clean for one in outcomes) else FAILED


# --- what to fuzz ----------------------------------------------------------------------------------------------


async def _fuzz_mocks(systems: Sequence[str], effort: Effort, reports: Path) -> list[Outcome]:
    from hardclose_simulator.contracts.fuzz_mocks import fuzzable_mocks, target

    found = []
    for system in systems:
        # Each on books of its own: what one system's cases left behind must not decide over another's.
        async with fuzzable_mocks() as urls:
            found.append(await asyncio.to_thread(_tried, target(system, urls), effort, reports))
    return found


def _tried(target: Target, effort: Effort, reports: Path) -> Outcome:
    from hardclose_simulator.contracts.fuzzing import fuzz as fuzzed

    err.print(f"hardclose: fuzzing {target.name}", markup=False)
    return fuzzed(target, effort, junit=reports / f"{target.name}.xml")


def _target(sut: str, spec: str | None, brief: Brief, *, owned: bool) -> Target:
    """Raises FuzzError for what could not be tried, or should not."""
    from hardclose_simulator.contracts.fuzz_brief import FuzzError
    from hardclose_simulator.contracts.fuzzing import Target

    for option, address in (("--sut", sut), ("--reset", brief.reset), ("--books", brief.books)):
        host = _host(option, address) if address is not None else "localhost"
        if not owned and not _is_loopback(host):
            raise FuzzError(
                f"{host} is not this host. A fuzzer writes nonsense into its target by the thousand: if it is yours, "
                "and may be written into, say --i-own-this-target"
            )
    base = sut.rstrip("/")
    described = spec or f"{base}/openapi.json"
    if "://" not in described and not Path(described).is_file():
        raise FuzzError(f"--spec {described}: there is no such file")
    return Target("sut", described, base, brief)


def _host(option: str, address: str) -> str:
    from hardclose_simulator.contracts.fuzz_brief import FuzzError

    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FuzzError(f"{option} {address!r} is no http address; write it like http://127.0.0.1:8080")
    return parts.hostname


def _is_loopback(host: str) -> bool:
    try:
        addresses = {str(one[4][0]).partition("%")[0] for one in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ipaddress.ip_address(address).is_loopback for address in addresses)


# --- what came of it -------------------------------------------------------------------------------------------


def _write_junit(path: Path, reports: Path, outcomes: Sequence[Outcome]) -> None:
    from hardclose_simulator.contracts.fuzz_report import merged_junit

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(merged_junit({one.name: reports / f"{one.name}.xml" for one in outcomes}))
    except OSError as wrong:
        stop(f"{path} cannot be written: {wrong.strerror}", USAGE)


def _plain(outcome: Outcome) -> dict[str, Any]:
    return {**asdict(outcome), "clean": outcome.clean, "never_done": list(outcome.never_done)}


def without_secret(words: Sequence[str]) -> list[str]:
    """The command line as it may be shown: the login by its kind."""
    shown = list(words)
    for place, word in enumerate(words):
        if word == "--auth" and place + 1 < len(words):
            shown[place + 1] = words[place + 1].partition(":")[0] + ":..."
        elif word.startswith("--auth="):
            shown[place] = word.partition(":")[0] + ":..."
    return shown


def _show(outcome: Outcome) -> None:
    """A line of numbers, then each kind of finding with a request that shows it."""
    found: dict[tuple[str, str, str], list[Failure]] = {}
    for failure in outcome.failures:
        found.setdefault((failure.operation, failure.code, failure.title), []).append(failure)
    head = Text.assemble(
        (f"{outcome.name:<12}", "bold"),
        f"{outcome.tested} of {counted(outcome.selected, 'operation')}, {counted(outcome.cases, 'case')} in "
        f"{outcome.seconds:.0f} s: ",
        ("nothing wrong", "green") if outcome.clean else (counted(len(found), "finding"), "bold red"),
    )
    out.print(head, soft_wrap=True)
    phases = "  ".join(f"{name} {status}" for name, status in outcome.phases.items())
    out.print(f"{'':<12}{phases}", markup=False, soft_wrap=True)
    if outcome.never_done:
        out.print(f"{'':<12}never carried out: {', '.join(outcome.never_done)}", markup=False, soft_wrap=True)
    for error in outcome.errors:
        out.print(Text.assemble(("\nNOT TRIED  ", "magenta"), *_short(error)), soft_wrap=True)
    for (operation, code, _), alike in found.items():
        first, more = alike[0], f"  ({counted(len(alike), 'time')})" if len(alike) > 1 else ""
        out.print(
            Text.assemble(("\nFAILED  ", "bold red"), (operation, "bold"), f"  {code} {first.title}{more}"),
            soft_wrap=True,
        )
        answered = f"answered {first.status}: {first.answer}" if first.status else ""
        for line in _short("\n".join(one for one in (first.says, answered, first.request) if one)):
            out.print(f"    {line}", markup=False, soft_wrap=True, end="")


def _short(says: str) -> Iterator[str]:
    """Whole lines, none of them endless, and not too many."""
    lines = says.splitlines()
    for line in lines[:LINES_MAX]:
        whole = len(line) <= LINE_MAX or line.startswith("curl ")  # to be pasted into a shell
        yield (line if whole else f"{line[:LINE_MAX]} ... ({len(line)} characters)") + "\n"
    if len(lines) > LINES_MAX:
        yield f"... {len(lines) - LINES_MAX} more lines\n"
