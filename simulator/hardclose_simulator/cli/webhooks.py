"""`hardclose webhooks verify`: does a receiver take what it must, and refuse what it must not take?"""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import httpx2
import typer
from rich.text import Text

from hardclose_mocks.pace import CI
from hardclose_mocks.server.credentials import Credentials
from hardclose_simulator.cli.console import FAILED, OK, OURS, Format, err, out, put_json, stop

app = typer.Typer(help="Contracts of webhook receivers.", no_args_is_help=True, rich_markup_mode=None)

SECRET_BYTES_MIN = 16
MARKS = {"ok": "green", "MUST": "bold red", "SHOULD": "yellow", "-": "dim"}


class System(StrEnum):
    erp = "erp"
    procurement = "procurement"
    expense = "expense"


@app.callback()
def root() -> None:
    """Contracts of webhook receivers."""


@app.command("verify")
def verify(
    to: Annotated[str, typer.Option("--to", metavar="URL", help="Address of the integration, or of one receiver.")],
    system: Annotated[
        list[System] | None, typer.Option(help="Whose events; may be repeated. Default: expense.")
    ] = None,
    secret: Annotated[
        str | None, typer.Option(metavar="WHSEC", help="The receiver's secret; that of `hardclose env` by default.")
    ] = None,
    path: Annotated[
        str | None,
        typer.Option(
            help="Where it takes webhooks; {system} is replaced. Default: /webhooks/{system}; nothing if URL has a path"
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=60, metavar="SECONDS", help="How long the sender waits for an answer.")
    ] = CI.webhook_timeout_s,
    batches: Annotated[bool, typer.Option("--batches", help="It takes arrays of events, and is held to it.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="What only should be counts like what must be.")] = False,
    own: Annotated[
        bool, typer.Option("--i-own-this-target", help="Check a receiver that is not on this machine.")
    ] = False,
    format: Annotated[Format, typer.Option("--format", help="What stdout carries.")] = Format.text,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write JUnit XML there too.")] = None,
) -> None:
    """Send a webhook receiver good and bad deliveries, and report what it took and should not have, or refused and
    should have taken. Exit code 1 when a MUST is broken.

    Genuine deliveries are about documents that nobody has: an integration may try to post them. Connect it to a
    sandbox, or to nothing.
    """
    # Imported here: the books that emit the events are not small.
    from hardclose_simulator.contracts.webhook_check import Check, Receiver, Unreachable, kept
    from hardclose_simulator.contracts.webhook_report import junit as to_junit
    from hardclose_simulator.contracts.webhook_report import text
    from hardclose_simulator.contracts.webhook_sender import Sender
    from hardclose_simulator.contracts.webhook_vocabulary import vocabulary

    url = _target(to, own=own)
    if secret is not None:
        _check_secret(secret)
    if junit is not None and not junit.absolute().parent.is_dir():
        stop(f"there is no folder {junit.parent} to write {junit.name} into")
    tag = f"V{int(time.time()) % 10_000_000:07d}"
    cases = vocabulary(batches=batches)
    checks: list[Check] = []
    for one in system or [System.expense]:
        key = secret or Credentials().webhook_secret(one)
        sender = Sender.of(one, key, lambda: datetime.now(UTC), tag)
        receiver = Receiver(_with_path(url, path, one), timeout)
        try:
            checks.append(asyncio.run(receiver.check(sender, cases)))
        except Unreachable as wrong:
            stop(f"{receiver.target}: {wrong}; start the integration first")
    if junit is not None:
        try:
            junit.write_text(to_junit(checks, strict=strict), encoding="utf-8")
        except OSError as wrong:
            stop(f"{junit} cannot be written: {wrong.strerror}", OURS)
    good = kept(checks, strict=strict)
    if format is Format.json:
        put_json({"exit_code": OK if good else FAILED, "strict": strict, "checks": [one.document() for one in checks]})
    else:
        for place, check in enumerate(checks):
            for line in (*([""] if place else []), *text(check)):
                word = line.partition(" ")[0]
                out.print(Text(line, style=MARKS.get(word, "")), soft_wrap=True)
    if not good:
        err.print("hardclose: exit code 1: the receiver breaks what it must keep", soft_wrap=True)
    raise typer.Exit(OK if good else FAILED)


def _target(text: str, *, own: bool) -> httpx2.URL:
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as wrong:
        stop(f"--to {text}: {wrong}")
    if url.scheme not in ("http", "https") or not url.host:
        stop(f"--to {text} is no http address; write it like http://127.0.0.1:9000")
    if not own and not _loopback(url.host):
        stop(
            f"{url.host} is not this machine. Forged deliveries go to receivers of your own only: say "
            "--i-own-this-target if it is yours"
        )
    return url


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _with_path(url: httpx2.URL, path: str | None, system: str) -> str:
    told = path if path is not None else "" if url.path.strip("/") else "/webhooks/{system}"
    return str(url.copy_with(path=url.path.rstrip("/") + told.replace("{system}", system)))


def _check_secret(secret: str) -> None:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_") + "==", validate=False)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < SECRET_BYTES_MIN:
        stop(f"--secret is no secret of Standard Webhooks: whsec_ and at least {SECRET_BYTES_MIN} bytes in base64")
