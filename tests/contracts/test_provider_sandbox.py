"""`--provider-url`: the same pacts against somebody else's sandbox, where nobody sets up a state."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from hardclose_mocks.clock import HostClock
from hardclose_mocks.pace import REAL
from hardclose_mocks.server.listen import Listener
from hardclose_mocks.server.world import World

from ..mocks.sandboxes import setup as opening
from .foreign import contracts, http, message, write

COMPANIES = ("GET", "/v1/companies")
POSTINGS = ("GET", "/v1/expense-postings")


@contextmanager
def a_vendors_sandbox() -> Iterator[tuple[str, str]]:
    """An ERP on loopback that knows nothing of pacts: its address, and a token that is valid there."""
    told: list[str] = []
    loop, there, over = asyncio.new_event_loop(), asyncio.Event(), asyncio.Event()

    async def life() -> None:
        world = World(opening(pace=REAL), HostClock())
        listener = Listener({"erp": world.application("erp")}, {})
        await listener.start()
        world.sandbox.enter("play")
        credentials = world.sandbox.setup.credentials
        token = world.sandbox.admission.token("erp", credentials.client_id("erp"), credentials.client_secret("erp"))
        told.extend((listener.urls["erp"], str(token)))
        there.set()
        await over.wait()
        await listener.stop()

    thread = Thread(target=lambda: loop.run_until_complete(life()))
    thread.start()
    asyncio.run_coroutine_threadsafe(there.wait(), loop).result(timeout=30)
    try:
        yield told[0], told[1]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def test_what_needs_no_state_is_played_and_the_rest_is_named(tmp_path: Path) -> None:
    write(
        tmp_path,
        http("companies are read", ask=COMPANIES, answer=200, says={"next_cursor": None}),
        http("an unknown posting is read", ask=("GET", "/v1/expense-postings/none"), answer=404),
        http("a posting is read", "a posting with reference R-1 exists", ask=POSTINGS, answer=200),
        message("a payment.completed webhook", says={"type": "payment.completed"}),
    )
    with a_vendors_sandbox() as (url, token):
        words = ("verify", "--pact-dir", tmp_path, "--provider-url", url, "--header", f"Authorization: Bearer {token}")
        said = contracts(*words, "--junit", tmp_path / "pacts.xml")
        assert said.exit_code == 0, said.output
        assert f"Can be deployed: close-engine with Acme ERP at {url}. 2 interactions kept, none broken." in said.stdout
        state = "it needs a provider state that nobody can set up there; --states-are-set plays it anyway"
        assert f"skipped 1: {state}\n  a posting is read\n" in said.stdout
        assert "sends it when it likes, not to us\n  a payment.completed webhook\n" in said.stdout
        assert token not in said.output
        assert 'skipped="2"' in (tmp_path / "pacts.xml").read_text(encoding="utf-8")
        report = json.loads(contracts(*words, "--states-are-set", "--format", "json").stdout)
        assert [one["outcome"] for one in report["interactions"]] == ["skipped", "kept", "kept", "kept"]


def test_an_interaction_the_vendor_does_not_keep_is_broken_there(tmp_path: Path) -> None:
    write(tmp_path, http("companies are read", ask=COMPANIES, answer=200, says={"items": []}))
    with a_vendors_sandbox() as (url, _):
        said = contracts("verify", "--pact-dir", tmp_path, "--provider-url", url)
    assert said.exit_code == 1
    assert "status: expected 200 but was 401" in said.stdout
    assert f"Cannot be deployed: close-engine with Acme ERP at {url}." in said.stdout


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sandbox.example.com", "'sandbox.example.com' is no address; write it like https://sandbox.example.com/api"),
        ("ftp://sandbox.example.com", "is no address"),
    ],
)
def test_an_address_that_is_none_is_told(tmp_path: Path, url: str, says: str) -> None:
    write(tmp_path, http("companies are read", ask=COMPANIES, answer=200))
    said = contracts("verify", "--pact-dir", tmp_path, "--provider-url", url)
    assert said.exit_code == 2
    assert says in said.stderr.replace("\n", " ")


def test_the_address_may_have_a_path_and_the_header_replaces_the_consumers(tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not into our output."""

    write(tmp_path, http("companies are read", ask=COMPANIES, answer=204))
    with ThreadingHTTPServer(("127.0.0.1", 0), Noting) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/tenant/api/"
        words = ("verify", "--pact-dir", tmp_path, "--provider-url", url, "--header", "Authorization: Bearer real")
        assert contracts(*words).exit_code == 0
        server.shutdown()
        thread.join()
    assert asked == [("/tenant/api/v1/companies", "Bearer real")]


def test_when_everything_needs_a_state_nothing_is_shown(tmp_path: Path) -> None:
    write(tmp_path, http("a posting is read", "a posting exists", ask=POSTINGS, answer=200))
    said = contracts("verify", "--pact-dir", tmp_path, "--provider-url", "http://127.0.0.1:9")
    assert said.exit_code == 3
    assert "Not known: no interaction of close-engine was played against Acme ERP at http://127.0.0.1:9" in said.stdout


def test_a_sandbox_that_is_not_there_keeps_nothing(tmp_path: Path) -> None:
    write(tmp_path, http("companies are read", ask=COMPANIES, answer=200))
    said = contracts("verify", "--pact-dir", tmp_path, "--provider-url", "http://127.0.0.1:9")
    assert said.exit_code == 1
    assert "http://127.0.0.1:9" in said.stdout
