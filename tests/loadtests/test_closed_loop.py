"""The load generator on small servers whose behaviour is known: what it counts, and what it refuses to count."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HEAD, BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", b"hello"


def _loaded() -> ModuleType:
    """Its folder is no package: it runs as a script."""
    path = Path(__file__).parents[2] / "loadtests" / "bench" / "closed_loop.py"
    spec = importlib.util.spec_from_file_location("hardclose_bench_closed_loop", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


closed_loop = _loaded()


class Hello:
    """Says the same for ever and wants `hello`."""

    asks = "hello"

    def request(self) -> bytes:
        return b"GET / HTTP/1.1\r\n\r\n"

    def take(self, status: int, body: bytes) -> None:
        if (status, body) != (200, b"hello"):
            raise closed_loop.WrongAnswer(f"{status} {body!r}")


@contextmanager
def listening(serve: Serve) -> Iterator[int]:
    """A server on a thread and a loop of its own; its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(serve, "127.0.0.1", 0), loop).result(10)

    async def close() -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def answering(*parts: bytes, apart_s: float = 0.0) -> Serve:
    """Every request gets these parts, one after the other."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                for place, part in enumerate(parts):
                    await asyncio.sleep(apart_s if place else 0)
                    writer.write(part)
                    await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    return serve


def test_whole_answers_are_counted_and_timed() -> None:
    with listening(answering(HEAD + BODY)) as port:
        found = closed_loop.measure(port, [Hello(), Hello()], 0.2, 0.05)
    assert found.answers == len(found.latencies_ms["hello"]) == found.pieces > 0
    assert found.percentile(0.0) <= found.percentile(0.5) <= found.percentile(1.0) == max(found.latencies_ms["hello"])


def test_an_answer_in_two_packets_is_timed_to_its_last_byte() -> None:
    with listening(answering(HEAD, BODY, apart_s=0.04)) as port:
        found = closed_loop.measure(port, [Hello()], 0.4, 0.0)
    assert found.percentile(0.0) >= 40
    assert found.pieces == 2 * found.answers


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 5\r\n\r\nhello", "500"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhullo", "hullo"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "without Content-Length"),
    ],
)
def test_a_wrong_answer_ends_the_measurement(answer: bytes, says: str) -> None:
    with listening(answering(answer)) as port, pytest.raises(closed_loop.WrongAnswer, match=says):
        closed_loop.measure(port, [Hello()], 5.0, 0.0)


def test_a_lost_connection_ends_the_measurement() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    with listening(hang_up) as port, pytest.raises(closed_loop.WrongAnswer, match="closed the connection"):
        closed_loop.measure(port, [Hello()], 5.0, 0.0)


def test_a_server_that_never_answers_is_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed_loop, "GRACE_S", 0.1)
    with listening(answering()) as port, pytest.raises(closed_loop.WrongAnswer, match="1 of 1 connections"):
        closed_loop.measure(port, [Hello()], 0.1, 0.0)
