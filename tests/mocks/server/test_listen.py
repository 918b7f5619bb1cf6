"""Over real sockets: answers leave in one packet, a drop is a reset, and what was told is known."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvloop

from hardclose_mocks.clock import HostClock
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import Hit
from hardclose_mocks.history.store import SqliteStore
from hardclose_mocks.server.listen import Listener, PortTaken, bind, free_port
from hardclose_mocks.server.sandbox import SYSTEMS
from hardclose_mocks.server.world import World

from ..sandboxes import Office, on_loopback, posting_body, setup

pytestmark = pytest.mark.wall
POST = "expense_posting.create"
LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]
both_loops = pytest.mark.parametrize("new_loop", LOOPS, ids=["asyncio", "uvloop"])
NewLoop = Callable[[], asyncio.AbstractEventLoop]


def run(story: Coroutine[Any, Any, None], new_loop: NewLoop = uvloop.new_event_loop) -> None:
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(story)


def address(office: Office, system: str = "erp") -> tuple[str, int]:
    host, _, port = office.urls[system].removeprefix("http://").partition(":")
    return host, int(port)


def request(office: Office, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: erp", f"Authorization: Bearer {office.token('erp', 'integration')}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def exchanged(where: tuple[str, int], sent: bytes) -> list[bytes | OSError]:
    """Everything one `recv` after the other gets on a connection of its own, until it ends."""
    got: list[bytes | OSError] = []
    with socket.create_connection(where, timeout=5) as connection:
        connection.sendall(sent)
        while True:
            try:
                part = connection.recv(1 << 20)
            except OSError as wrong:
                got.append(wrong)
                return got
            got.append(part)
            if not part:
                return got


@both_loops
def test_head_and_body_of_an_answer_leave_in_one_packet(new_loop: NewLoop) -> None:
    async def story() -> None:
        async with on_loopback() as office:
            body = httpx2.Request("POST", "http://x", json=posting_body()).read()
            for sent in (
                request(office, "GET", "/.well-known/contract-card"),
                request(office, "POST", "/v1/expense-postings", body),
                request(office, "GET", "/v1/nothing"),
            ):
                closing_request = sent.replace(b"Host: erp", b"Host: erp\r\nConnection: close")
                first, *rest = await asyncio.to_thread(exchanged, address(office), closing_request)
                assert isinstance(first, bytes)
                head, _, content = first.partition(b"\r\n\r\n")
                assert f"content-length: {len(content)}".encode() in head.lower()
                assert rest == [b""]

    run(story(), new_loop)


@both_loops
def test_answers_on_a_kept_connection_wait_for_no_acknowledgement(new_loop: NewLoop) -> None:
    """A head and a body in two packets cost 40 ms each time: the second waits until the first was acknowledged."""

    async def story() -> None:
        async with on_loopback() as office:
            took_s = []
            for _ in range(20):
                began = time.monotonic()
                assert (await office.call("GET", "/v1/companies")).status_code == 200
                took_s.append(time.monotonic() - began)
            assert min(took_s) < 0.035, "if one of twenty was quick, none had to wait"

    run(story(), new_loop)


@both_loops
@pytest.mark.parametrize(("fault", "documents"), [("F01", 1), ("F02", 0)])
def test_a_dropped_connection_is_a_reset_for_the_client(fault: str, documents: int, new_loop: NewLoop) -> None:
    async def story() -> None:
        async with on_loopback(Rule("a", fault, "erp", (POST,))) as office:
            body = httpx2.Request("POST", "http://x", json=posting_body()).read()
            sent = request(office, "POST", "/v1/expense-postings", body)
            got = await asyncio.to_thread(exchanged, address(office), sent)
            assert [type(one) for one in got] == [ConnectionResetError], "no byte, and no orderly end"
            with pytest.raises(httpx2.ReadError):
                await office.post("R-2")
            assert office.sandbox.systems["erp"].books.count() == 2 * documents
            stage = "after_commit" if documents else "before_commit"
            assert [one.fault for one in office.exchanges(POST)] == [Hit(fault, stage, "a")] * 2
            assert [(one.delivered, one.status) for one in office.told()] == [("none", None)] * 2
            assert (await office.call("GET", "/v1/companies")).status_code == 200, "others go on"

    run(story(), new_loop)


def test_slow_broken_and_bursting_answers_arrive_over_sockets_too() -> None:
    async def story() -> None:
        rules = [
            Rule("slow", "F03", "erp", (POST,), aimed="R-slow", parameters={"median_s": 0.2, "sigma": 0.0}),
            Rule("gate", "F06", "erp", (POST,), aimed="R-gate", parameters={"commits": 1.0}),
            Rule("burst", "F07", "erp", (POST,), aimed="R-burst", parameters={"retry_after_s": 1.0}),
        ]
        async with on_loopback(*rules) as office:
            began = time.monotonic()
            assert (await office.post("R-slow")).status_code == 201
            assert time.monotonic() - began >= 0.2
            assert (await office.post("R-gate")).status_code in (502, 504)
            burst = await office.post("R-burst")
            assert (burst.status_code, burst.headers["retry-after"]) == (503, "1")
            assert office.sandbox.systems["erp"].books.count() == 2
            assert [one.fault.fault for one in office.exchanges(POST) if one.fault] == ["F03", "F06", "F07"]

    run(story())


def test_the_record_is_on_disk_before_the_answer_arrives(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "h.sqlite"
        world = World(setup(), HostClock(), lambda: SqliteStore(path))
        listener = Listener({name: world.application(name) for name in SYSTEMS}, {})
        await listener.start()
        try:
            async with httpx2.AsyncClient(trust_env=False) as client:
                office = Office(world, client, listener.urls)
                for number in range(5):
                    answer = await office.post(f"R-{number}")
                    with closing(sqlite3.connect(path)) as other:
                        (count,) = other.execute("SELECT count(*) FROM record WHERE kind = 'Exchange'").fetchone()
                    assert (answer.status_code, count) == (201, number + 1)
        finally:
            await listener.stop()
            world.sandbox.history.close()

    run(story())


@both_loops
def test_a_caller_who_hangs_up_was_told_nothing(new_loop: NewLoop) -> None:
    async def story() -> None:
        slow = Rule("slow", "F03", "erp", (POST,), parameters={"median_s": 0.3, "sigma": 0.0, "highest_s": 0.3})
        async with on_loopback(slow) as office:
            body = httpx2.Request("POST", "http://x", json=posting_body()).read()
            connection = socket.create_connection(address(office))
            connection.sendall(request(office, "POST", "/v1/expense-postings", body))
            await asyncio.sleep(0.1)
            connection.close()
            while not office.told():
                await asyncio.sleep(0.01)
            assert [(one.delivered, one.status) for one in office.told()] == [("none", None)]
            assert office.sandbox.systems["erp"].books.count() == 1

    run(story(), new_loop)


def test_a_request_that_never_ends_is_no_exchange() -> None:
    async def story() -> None:
        async with on_loopback() as office:
            whole = request(office, "POST", "/v1/expense-postings", b"{}" * 100)
            connection = socket.create_connection(address(office))
            connection.sendall(whole[:-50])
            await asyncio.sleep(0.05)
            connection.close()
            await office.call("GET", "/v1/companies")
            assert [one.op for one in office.exchanges()] == ["company.list"]
            assert office.sandbox.open_calls == 0

    run(story())


def test_an_oversized_body_is_refused_over_sockets() -> None:
    async def story() -> None:
        async with on_loopback() as office:
            answer = await office.call(
                "POST", "/v1/expense-postings", headers={"content-type": "application/json"}, content=b" " * 1_500_000
            )
            assert answer.status_code == 413

    run(story())


def test_pages_for_people_are_served_with_what_they_need() -> None:
    async def story() -> None:
        async with on_loopback() as office:
            page = await office.call("GET", "/docs", who=None)
            script = page.text.partition('src="')[2].partition('"')[0]
            assert script.startswith("/static")
            answer = await office.call("GET", script, who=None)
            assert (answer.status_code, len(answer.content) > 100_000) == (200, True)

    run(story())


def test_no_answer_names_the_server_and_every_one_has_a_date() -> None:
    async def story() -> None:
        async with on_loopback() as office:
            answer = await office.call("GET", "/v1/companies")
            assert "server" not in answer.headers
            assert len(answer.headers.get_list("date")) == 1

    run(story())


# --- ports ----------------------------------------------------------------------------------------------------------


def test_a_taken_port_is_told_in_words_and_leaves_none_open() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"127.0.0.1:{port} cannot be listened on"):
            bind("127.0.0.1", port)
        other = free_port()
        with pytest.raises(PortTaken):
            Listener({"erp": None, "expense": None}, {"erp": other, "expense": port})
        bind("127.0.0.1", other).close()


@pytest.mark.parametrize("host", ["256.0.0.1", "no such host", "192.0.2.1"])
def test_a_host_that_is_not_ours_is_told_in_words(host: str) -> None:
    with pytest.raises(PortTaken, match="cannot be listened on"):
        bind(host, 0)


def test_loopback_may_be_version_six() -> None:
    if not socket.has_ipv6:
        pytest.skip("this host has no IPv6")
    try:
        listener = bind("::1", 0)
    except PortTaken:
        pytest.skip("this host has no IPv6 loopback")
    listener.close()
    assert Listener({"erp": None}, {}, "::1").urls["erp"].startswith("http://[::1]:")
