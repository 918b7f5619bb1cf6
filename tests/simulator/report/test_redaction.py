"""No report shows a credential, whoever repeated it, nor a character that fools its reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.console import Console

from hardclose_mocks.history.records import Record, TokenIssued
from hardclose_mocks.server.credentials import Credentials, token_hash
from hardclose_simulator.report.html import to_html
from hardclose_simulator.report.json_report import to_json
from hardclose_simulator.report.junit import to_junit
from hardclose_simulator.report.markdown import to_markdown
from hardclose_simulator.report.redaction import HIDDEN, redactor
from hardclose_simulator.report.terminal import render

from ..checkers.recorder import rehashed
from ..checkers.script import history
from .runs import report_of

DUMMIES = Credentials()
TOKEN = DUMMIES.token("erp/integration-erp", 0)
SECRETS = {
    **{f"client secret of {name}": DUMMIES.client_secret(name) for name in ("erp", "procurement", "expense")},
    **{f"webhook secret of {name}": DUMMIES.webhook_secret(name) for name in ("erp", "procurement", "expense")},
    "people's secret": DUMMIES.person_secret(),
    "control token": DUMMIES.control_token(),
    "access token": TOKEN,
}


def indiscreet(secret: str) -> list[Record]:
    """An integration that repeats the secret in every word of its own: command line, exceptions, write-backs."""
    records = history(
        f"""
        09:00  fact E-1 120.00
        09:02  post E-1 as A
        10:00  write E-1 parked "could not log in with {secret}"
        20:00  exception E-1 "ERP said no to {secret}"
        33:00  audit
        """,
        sut=f"node my-integration.js {secret}",
    )
    issued = TokenIssued("integration-erp", token_hash(TOKEN), 10**12)
    return rehashed([*records[:-1], replace(records[-1], seq=10_000, body=issued), records[-1]])


def outputs(records: list[Record]) -> Iterator[tuple[str, str]]:
    model = report_of(records)
    console = Console(width=100_000, record=True, file=open("/dev/null", "w", encoding="utf-8"))  # noqa: SIM115
    console.print(render(model))
    yield "terminal", console.export_text()
    yield "JSON", json.dumps(to_json(model))
    yield "JUnit", to_junit(model)
    yield "Markdown", to_markdown(model)
    yield "HTML", to_html(model)


@pytest.mark.parametrize("name", SECRETS)
def test_no_report_shows_a_credential(name: str) -> None:
    for output, text in outputs(indiscreet(SECRETS[name])):
        assert SECRETS[name] not in text, output
        assert "could not log in with" in text, f"{output} shows nothing of the write-back; the test proves nothing"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Authorization: Bearer eyJhbGciOi.J9.x", f"Authorization: {HIDDEN}"),
        ('{"authorization": "Basic dXNlcjpwYXNz"}', f'{{"authorization": "{HIDDEN}"}}'),
        ("sent Bearer 0123456789abcdef0123 again", f"sent Bearer {HIDDEN} again"),
        ("basic aW50ZWdyYXRpb246c2VjcmV0LXNlY3JldA==", f"basic {HIDDEN}"),
        ("run.sh --client_secret=s3cr3t --port 1", f"run.sh --client_secret={HIDDEN} --port 1"),
        ("GET /x?access_token=abc&page=2", f"GET /x?access_token={HIDDEN}&page=2"),
        ('"client_secret": "f00ba4f00ba4"', f'"client_secret": "{HIDDEN}"'),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", HIDDEN),
        ("http://ann:pa55@erp.example/v1", f"http://{HIDDEN}@erp.example/v1"),
    ],
)
def test_what_is_shaped_like_a_credential_is_hidden(said: str, shown: str) -> None:
    assert redactor([])(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "the token expired: ask for another",
        "token: expired",
        "a basic misunderstanding between systems",
        "facts-hash 837dc7075d2c0348c8c13758c476e78d",
        "Reproduce with: hardclose run month-end --seed 7 --sut http://localhost:9000",
        "HARDCLOSE_ERP_TOKEN_URL",
        "der Beleg wurde geparkt, weil die Periode geschlossen ist: 2026-11",
    ],
)
def test_ordinary_words_stay(said: str) -> None:
    assert redactor([])(said) == said


def test_a_token_is_known_by_its_hash_alone() -> None:
    record = history("33:00 audit")[0]
    unknown = "0123456789abcdef0123456789abcdef"
    issued = replace(record, body=TokenIssued("integration-erp", token_hash(unknown), 1))
    assert redactor([])(f"sent {unknown}") == f"sent {unknown}"
    assert redactor([issued])(f"sent {unknown}") == f"sent {HIDDEN}"


def test_escape_sequences_and_direction_marks_do_not_reach_a_screen() -> None:
    assert redactor([])("a\x1b[2Jb\x07c\u202ed\x85e") == "a\ufffd[2Jb\ufffdc\ufffdd\ufffde"
    assert redactor([])("first\r\nsecond\tthird") == "first\nsecond\tthird"
