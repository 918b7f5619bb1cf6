"""`hardclose contracts fuzz`, used badly: what cannot be tried is said in a sentence, before anything is."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hardclose_simulator.cli.contracts_fuzz import without_secret
from hardclose_simulator.contracts.fuzz_login import header_of, login_from
from hardclose_simulator.contracts.fuzz_report import failures_in

from ..simulator.cli.commands import hardclose
from .finance_service import SPEC, FinanceService, served

NOBODY = "http://127.0.0.1:9"


def says(*words: str) -> str:
    """The paragraph on stderr of a command that ends in exit code 2."""
    done = hardclose("contracts", "fuzz", *words)
    assert (done.code, done.out) == (2, ""), done
    return " ".join(line for line in done.err.splitlines() if not line.startswith("hardclose: fuzzing"))


def test_something_has_to_be_fuzzed_and_only_one_thing() -> None:
    assert "--sut URL" in says()
    assert "--sut URL" in says("--mocks", "--sut", NOBODY)


@pytest.mark.parametrize("host", ["example.com", "203.0.113.7", "no-such-host.invalid"])
def test_what_is_not_on_this_host_has_to_be_owned(host: str) -> None:
    assert "--i-own-this-target" in says("--sut", f"http://{host}")
    for option in ("--reset", "--books"):
        assert "--i-own-this-target" in says("--sut", NOBODY, option, f"http://{host}/digest")


@pytest.mark.parametrize("address", ["localhost:8080", "ftp://localhost", "http://"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    assert "http address" in says("--sut", address)


@pytest.mark.parametrize(
    "login", ["", "token", "bearer:", "basic:user", "header:NAME", "oauth2:id,secret", "oauth2:a,b,c", "digest:a:b"]
)
def test_a_login_that_is_none_is_refused_without_being_shown(login: str) -> None:
    if login:
        told = says("--sut", NOBODY, "--auth", login)
        assert "a login is bearer:TOKEN" in told
    else:
        assert "does not answer" in says("--sut", NOBODY, "--auth", login)


def test_a_target_that_is_not_running_is_one_sentence() -> None:
    assert "is it running?" in says("--sut", NOBODY, "--spec", str(SPEC))


def test_a_description_that_is_none_is_refused(tmp_path: Path) -> None:
    with listening() as url:
        assert "no such file" in says("--sut", url, "--spec", str(tmp_path / "openapi.yaml"))
        for text, told in (("paths: [1]", "no paths"), ("a: [", "cannot be read"), ("hello", "no paths")):
            (tmp_path / "openapi.yaml").write_text(text)
            assert told in says("--sut", url, "--spec", str(tmp_path / "openapi.yaml"))


@pytest.mark.wall
def test_a_token_endpoint_that_gives_none_is_one_sentence() -> None:
    with served(FinanceService()) as url:
        told = says("--sut", url, "--spec", str(SPEC), "--auth", f"oauth2:{url}/oauth/token,me,hush")
        assert "answered 404 to me" in told
        assert "hush" not in told


def test_a_command_line_is_shown_without_itslogin_from() -> None:
    line = ["contracts", "fuzz", "--auth", "bearer:hush", "--sut", NOBODY, "--auth=basic:me:hush"]
    assert without_secret(line) == ["contracts", "fuzz", "--auth", "bearer:...", "--sut", NOBODY, "--auth=basic:..."]


def test_every_way_to_log_in_becomes_its_header() -> None:
    basic = base64.b64encode(b"me:a:b").decode()
    assert header_of(login_from("bearer:abc:def")) == "Bearer abc:def"
    assert header_of(login_from("basic:me:a:b")) == f"Basic {basic}"
    key = login_from("header:X-Api-Key: abc")
    assert (key.header, header_of(key)) == ("X-Api-Key", "abc")
    assert login_from("oauth2:http://127.0.0.1:1/t,me,secret").token_url == "http://127.0.0.1:1/t"


def test_what_schemathesis_words_in_one_text_is_taken_apart() -> None:
    text = """1. Test Case ID: wMj8Ul

- ST101 Server error

- ST103 Undocumented status code

    Received: 500
    Documented: 200

[500] Internal Server Error:

    `boom`

Reproduce with:

    curl -X GET http://127.0.0.1/a
    curl -X GET http://127.0.0.1/b

2. Test Case ID: aaaaaa

- ST901 Custom check failed: `same_key`

    two answers

Reproduce with:

    curl -X POST http://127.0.0.1/c"""
    crash, undocumented, custom = failures_in(text, "GET /a")
    assert (crash.code, crash.title, crash.says, crash.status, crash.answer) == (
        "ST101",
        "Server error",
        "",
        500,
        "boom",
    )
    assert undocumented.says == "Received: 500\nDocumented: 200"
    assert undocumented.request == "curl -X GET http://127.0.0.1/a\ncurl -X GET http://127.0.0.1/b"
    assert (custom.status, custom.says, custom.request) == (None, "two answers", "curl -X POST http://127.0.0.1/c")


@contextmanager
def listening() -> Iterator[str]:
    """Somebody who takes connections, and answers nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
