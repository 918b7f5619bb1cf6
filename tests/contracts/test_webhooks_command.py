"""`hardclose webhooks verify` as people start it, against receivers on real sockets."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from hardclose_mocks.server.credentials import Credentials, environment
from hardclose_mocks.server.listen import free_port
from hardclose_reference.settings import SYSTEMS
from hardclose_simulator.contracts.webhook_vocabulary import vocabulary

from ..simulator.cli.commands import hardclose, refused

START_S = 30.0


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bundled reference as a process of its own, with nothing to post into."""
    port, folder = free_port(), tmp_path_factory.mktemp("reference")
    nowhere = {name: f"http://127.0.0.1:{free_port()}" for name in SYSTEMS}
    variables = {**environment(Credentials(), nowhere), "PORT": str(port), "HARDCLOSE_STATE_DIR": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hardclose_reference"], env={**os.environ, **variables}, stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(START_S)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until it answers; the socket is the condition, and the process its end."""
    until = threading.Event()
    for _ in range(int(START_S / 0.05)):
        assert process.poll() is None, "the reference ended"
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except (urllib.error.URLError, OSError):
            until.wait(0.05)
    raise AssertionError(f"no answer at {url} within {START_S} s")


class Naive(BaseHTTPRequestHandler):
    """What is written in an afternoon: no signature, no bounds, headers by their exact names."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            event, name = json.loads(body), dict(self.headers.items())["webhook-id"]
            status = 200 if event["data"]["number"] and name else 400
        except (KeyError, ValueError, TypeError):
            status = 500
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Not on the test's terminal."""


class Patient(ThreadingHTTPServer):
    request_queue_size = 64
    """Callers that may wait for a thread; five, the default, are fewer than a burst has."""


@pytest.fixture
def naive() -> Iterator[str]:
    server = Patient(("127.0.0.1", 0), Naive)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_bundled_reference_keeps_every_rule_of_every_system(reference: str, tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    systems = [word for system in SYSTEMS for word in ("--system", system)]
    done = hardclose("webhooks", "verify", "--to", reference, *systems, "--strict", "--junit", str(file))
    assert done.code == 0, done.out
    assert done.out.count(f"All {len(vocabulary())} rules are kept") == len(SYSTEMS)
    assert done.err == ""
    suites = ElementTree.parse(file).getroot()
    assert [suite.get("name") for suite in suites] == [f"hardclose.webhooks.{system}" for system in SYSTEMS]
    assert all((suite.get("failures"), suite.get("skipped")) == ("0", "0") for suite in suites)


def test_a_naive_receiver_is_caught(naive: str) -> None:
    done = hardclose("webhooks", "verify", "--to", naive, "--format", "json")
    report = json.loads(done.out)
    (check,) = report["checks"]
    broken = {line["name"]: line["broken"] for line in check["deliveries"] if line["broken"]}
    assert (done.code, report["exit_code"]) == (1, 1)
    assert {name for name, level in broken.items() if level == "MUST"} == {
        "header-case",
        "wrong-secret",
        "altered-body",
        "altered-id",
        "old-timestamp",
        "future-timestamp",
        "restamped",
        "no-timestamp",
        "no-signature",
        "bad-timestamp",
    }
    assert {name for name, level in broken.items() if level == "SHOULD"} == {"no-id", "not-json", "batch", "oversized"}
    assert check["target"] == naive
    assert 0 < check["answer_ms"]["median"] <= check["answer_ms"]["longest"] < 3000
    assert "breaks what it must keep" in done.err


def test_text_tells_what_was_accepted_and_whose_rule_that_breaks(naive: str) -> None:
    done = hardclose("webhooks", "verify", "--to", naive)
    assert done.code == 1
    paragraph = done.out[done.out.index("Broken (MUST): wrong-secret") :].splitlines()[:4]
    assert paragraph == [
        "Broken (MUST): wrong-secret, signed with another secret",
        "  accepted and should have been refused: 200",
        "  Anybody can post to an address. Only who knows the secret is the sender.",
        "  Source: Standard Webhooks 1.0, Verifying webhook authenticity",
    ]


def test_a_secret_that_the_receiver_does_not_know_is_asked_about(reference: str) -> None:
    other = Credentials("another").webhook_secret("expense")
    done = hardclose("webhooks", "verify", "--to", reference, "--secret", other)
    assert done.code == 1
    assert "Is it the secret that the receiver knows?" in done.out
    assert done.out.count("not sent") == len(vocabulary()) - 1


# --- wrong before the first delivery ---------------------------------------------------------------------------


def test_nobody_listening_is_a_matter_of_starting_the_integration() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        says = refused(hardclose("webhooks", "verify", "--to", url))
    assert f"{url}/webhooks/expense: no connection" in says
    assert "start the integration first" in says


@pytest.mark.parametrize("url", ["http://erp.example.invalid", "https://192.0.2.7/hook", "http://127.0.0.1.example:80"])
def test_receivers_elsewhere_are_left_alone_unless_they_are_ones_own(url: str) -> None:
    assert "--i-own-this-target" in refused(hardclose("webhooks", "verify", "--to", url))


def test_one_who_says_it_is_his_own_is_believed() -> None:
    words = ("--to", "http://receiver.invalid", "--i-own-this-target")
    assert "no connection" in refused(hardclose("webhooks", "verify", *words))


@pytest.mark.parametrize("url", ["localhost:9000", "ftp://127.0.0.1/", "http://"])
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    assert "http://127.0.0.1:9000" in refused(hardclose("webhooks", "verify", "--to", url))


@pytest.mark.parametrize("secret", ["hunter2", "whsec_", "whsec_c2hvcnQ="])
def test_what_is_no_secret_is_said_to_be_none_and_not_repeated(secret: str) -> None:
    says = refused(hardclose("webhooks", "verify", "--to", "http://127.0.0.1:9", "--secret", secret))
    assert "16 bytes in base64" in says
    assert secret not in says.replace("whsec_ and", "")


def test_a_report_that_cannot_be_written_is_known_before_anything_is_sent(tmp_path: Path) -> None:
    words = ("--to", "http://127.0.0.1:9", "--junit", str(tmp_path / "nowhere" / "junit.xml"))
    assert "no folder" in refused(hardclose("webhooks", "verify", *words))


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ((), "/webhooks/expense"),
        (("--path", "/in/{system}/now"), "/in/expense/now"),
        (("--path", ""), ""),
        (("--system", "procurement"), "/webhooks/procurement"),
    ],
)
def test_where_deliveries_go(words: tuple[str, ...], target: str) -> None:
    says = refused(hardclose("webhooks", "verify", "--to", "http://127.0.0.1:9/", *words))
    assert f"http://127.0.0.1:9{target}: no connection" in says
