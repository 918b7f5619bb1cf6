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
    from hardclose_simulator.contracts.fuzz_brief import Login
    from hardclose_simulator.contracts.fuzzing import Effort, Outcome, Target

LINE_MAX = 400
"""Characters of one line of a finding in text; JSON and JUnit have them whole."""


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
    from hardclose_simulator.contracts.fuzzing import Effort, FuzzerBroke, FuzzError, check_installed

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
                target = _target(str(sut), spec, auth, exact_bodies, i_own_this_target)
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
            out.print(f"Reproduce with: {shlex.join(['hardclose', *sys.argv[1:]])}", markup=False, soft_wrap=True)
    raise typer.Exit(code)


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """A target that breaks the connection is a finding; only a broken check or hook of ours is not."""
    if any(error.startswith("Runtime Error") for one in outcomes for error in one.errors):
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


def _target(sut: str, spec: str | None, auth: str | None, exact_bodies: bool, owned: bool) -> Target:
    """Raises FuzzError for what could not be tried, or should not."""
    from hardclose_simulator.contracts.fuzz_brief import Brief
    from hardclose_simulator.contracts.fuzzing import FuzzError, Target

    parts = urlsplit(sut)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FuzzError(f"--sut {sut!r} is no http address; write it like http://127.0.0.1:8080")
    if not owned and not _is_loopback(parts.hostname):
        raise FuzzError(
            f"{parts.hostname} is not this host. A fuzzer writes nonsense into its target by the thousand: if it is "
            "yours, and may be written into, say --i-own-this-target"
        )
    base = sut.rstrip("/")
    described = spec or f"{base}/openapi.json"
    if "://" not in described and not Path(described).is_file():
        raise FuzzError(f"--spec {described}: there is no such file")
    return Target("sut", described, base, Brief(login=_login(auth) if auth else None, closed_bodies=exact_bodies))


def _is_loopback(host: str) -> bool:
    try:
        addresses = {str(one[4][0]).partition("%")[0] for one in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ipaddress.ip_address(address).is_loopback for address in addresses)


def _login(text: str) -> Login:
    """Raises FuzzError, without the secret in its words."""
    import base64

    from hardclose_simulator.contracts.fuzz_brief import Login
    from hardclose_simulator.contracts.fuzzing import FuzzError

    kind, _, rest = text.partition(":")
    match kind, rest.split(":", 1), rest.split(","):
        case "bearer", [token], _ if token:
            return Login(value=f"Bearer {token}")
        case "basic", [user, password], _:
            return Login(value="Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
        case "header", [name, value], _ if name:
            return Login(header=name, value=value.strip())
        case "oauth2", _, [token_url, client_id, client_secret] if "://" in token_url:
            return Login(token_url=token_url, client_id=client_id, client_secret=client_secret)
        case _:
            raise FuzzError(
                "--auth is bearer:TOKEN, basic:USER:PASSWORD, header:NAME:VALUE or "
                "oauth2:TOKEN_URL,CLIENT_ID,CLIENT_SECRET"
            )


# --- what came of it -------------------------------------------------------------------------------------------


def _write_junit(path: Path, reports: Path, outcomes: Sequence[Outcome]) -> None:
    from hardclose_simulator.contracts.fuzzing import merged_junit

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(merged_junit({one.name: reports / f"{one.name}.xml" for one in outcomes}))
    except OSError as wrong:
        stop(f"{path} cannot be written: {wrong.strerror}", USAGE)


def _plain(outcome: Outcome) -> dict[str, Any]:
    return {**asdict(outcome), "clean": outcome.clean, "never_done": list(outcome.never_done)}


def _show(outcome: Outcome) -> None:
    """A line of numbers, then each finding with a request that shows it."""
    wrong = len(outcome.failures)
    head = Text.assemble(
        (f"{outcome.name:<12}", "bold"),
        f"{outcome.tested} of {counted(outcome.selected, 'operation')}, {counted(outcome.cases, 'case')} in "
        f"{outcome.seconds:.0f} s: ",
        ("nothing wrong", "green") if outcome.clean else (f"{counted(wrong, 'operation')} failed", "bold red"),
    )
    out.print(head, soft_wrap=True)
    phases = "  ".join(f"{name} {status}" for name, status in outcome.phases.items())
    out.print(f"{'':<12}{phases}", markup=False, soft_wrap=True)
    if outcome.never_done:
        out.print(f"{'':<12}never carried out: {', '.join(outcome.never_done)}", markup=False, soft_wrap=True)
    for error in outcome.errors:
        out.print(Text.assemble(("\nNOT TRIED  ", "magenta"), "\n".join(_lines(error))), soft_wrap=True)
    for failure in outcome.failures:
        title = Text.assemble(("\nFAILED  ", "bold red"), (failure.operation, "bold"), f"  {failure.code}")
        out.print(title, soft_wrap=True)
        for line in _lines(failure.says):
            out.print(f"    {line}", markup=False, soft_wrap=True)


def _lines(says: str) -> Iterator[str]:
    """Without the blank lines and the case numbers, which mean nothing once schemathesis has gone."""
    for line in says.splitlines():
        if line.strip() and "Test Case ID" not in line:
            yield line if len(line) <= LINE_MAX else f"{line[:LINE_MAX]} ... ({len(line)} characters)"
