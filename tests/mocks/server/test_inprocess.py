"""HTTP without a network behaves as HTTP over one: time-outs, drops, leaving callers, several clients."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from hardclose_mocks.server.calls import CONNECTED, DROP
from hardclose_mocks.server.inprocess import InProcessTransport

from ..sandboxes import virtually

Log = list[tuple[str, bool]]


def application(log: Log) -> Any:
    """Echoes; `/slow` takes two seconds, `/drop` breaks off, `/broken` falls over, `/late` looks who is still there."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        path = scope["path"]
        if path == "/slow":
            await asyncio.sleep(2)
        if path == "/drop":
            scope["extensions"][DROP]()
            return
        if path == "/broken":
            raise ZeroDivisionError(path)
        log.append((path, scope["extensions"][CONNECTED]()))
        headers = [
            (b"content-type", b"text/plain"),
            (b"x-query", scope["query_string"]),
            (b"x-one", b"1"),
            (b"x-one", b"2"),
        ]
        await send({"type": "http.response.start", "status": 207, "headers": headers})
        await send({"type": "http.response.body", "body": scope["method"].encode() + b" ", "more_body": True})
        await send({"type": "http.response.body", "body": body})

    return app


@virtually
async def test_a_request_arrives_whole_and_so_does_its_answer() -> None:
    log: Log = []
    async with httpx2.AsyncClient(transport=InProcessTransport({"app.test": application(log)})) as client:
        answer = await client.put("http://app.test/echo?a=1&b=%20", content=b"\x00body")
        assert (answer.status_code, answer.content) == (207, b"PUT \x00body")
        assert (answer.headers["x-query"], answer.headers.get_list("x-one")) == ("a=1&b=%20", ["1", "2"])
        assert log == [("/echo", True)]


@virtually
async def test_nobody_listens_at_an_unknown_host() -> None:
    async with httpx2.AsyncClient(transport=InProcessTransport({})) as client:
        with pytest.raises(httpx2.ConnectError, match=r"nobody listens at app\.test"):
            await client.get("http://app.test/")


@virtually
async def test_whoever_gives_up_stops_nothing_that_had_begun() -> None:
    log: Log = []
    async with httpx2.AsyncClient(transport=InProcessTransport({"app.test": application(log)})) as client:
        with pytest.raises(httpx2.ReadTimeout):
            await client.get("http://app.test/slow", timeout=1)
        assert asyncio.get_running_loop().time() == pytest.approx(1)
        cancelled = asyncio.ensure_future(client.get("http://app.test/slow", timeout=None))
        await asyncio.sleep(0.5)
        cancelled.cancel()
        await asyncio.sleep(3)
        assert log == [("/slow", False), ("/slow", False)], "both were carried out, and both callers had left"


@virtually
async def test_a_dropped_connection_is_the_same_error_as_over_a_network() -> None:
    async with httpx2.AsyncClient(transport=InProcessTransport({"app.test": application([])})) as client:
        with pytest.raises(httpx2.ReadError):
            await client.get("http://app.test/drop")


@virtually
async def test_an_application_that_falls_over_does_not_hang_its_caller() -> None:
    problems: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context["message"]))
    async with httpx2.AsyncClient(transport=InProcessTransport({"app.test": application([])})) as client:
        with pytest.raises(httpx2.ReadError):
            await client.get("http://app.test/broken", timeout=5)


@virtually
async def test_closing_one_client_closes_no_other() -> None:
    transport = InProcessTransport({"app.test": application([])})
    async with httpx2.AsyncClient(transport=transport) as first:
        async with httpx2.AsyncClient(transport=transport) as second:
            await second.get("http://app.test/")
        assert (await first.get("http://app.test/")).status_code == 207
