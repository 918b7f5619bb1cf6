"""The integration under test from outside: a command we start and end, or a URL; whatever is wrong is said in words."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from hardclose_mocks.server.listen import free_port
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.run.sut import HEALTH_S, LOOK_S, CommandSut, RunningSut, Sight, SutError, reference_command

pytestmark = pytest.mark.wall

SLEEP = f"{shlex.quote(sys.executable)} -c 'import time; time.sleep(60)'"

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def python(program: str) -> str:
    return shlex.join([sys.executable, "-c", program])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has waited for yet has ended all the same.
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, f"not within {within_s} s"
        await asyncio.sleep(0.01)


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


# --- starting --------------------------------------------------------------------------------------------------


def test_a_command_gets_the_systems_a_port_and_an_empty_folder(tmp_path: Path) -> None:
    program = (
        "import os; print(os.environ['HARDCLOSE_ERP_URL'], os.environ['PORT'], "
        "os.listdir(os.environ['HARDCLOSE_STATE_DIR']), 'PATH' in os.environ)"
    )

    async def story() -> None:
        sut = CommandSut.of(python(program), 9123, tmp_path)
        await sut.start({"HARDCLOSE_ERP_URL": "http://erp"})
        await until(lambda: sut.gone is not None)
        assert sut.url == "http://127.0.0.1:9123"
        assert (tmp_path / "sut.log").read_text() == "http://erp 9123 [] True\n"
        await sut.stop()

    run(story())


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("no-such-program --port 9000", "'no-such-program' cannot be started: No such file"),
        ("node 'my integration.js", "cannot be read: No closing quotation"),
        ("", "is empty"),
        ("   ", "is empty"),
        ("/", "'/' cannot be started: Permission denied"),
        ("a\0b", "cannot be started"),
    ],
)
def test_a_command_that_cannot_be_started_is_refused_in_words(tmp_path: Path, command: str, says: str) -> None:
    async def story() -> None:
        sut = CommandSut.of(command, 9123, tmp_path)
        await sut.start({})

    with pytest.raises(SutError, match=says):
        run(story())


def test_a_command_that_ends_is_gone_and_its_last_words_can_be_found(tmp_path: Path) -> None:
    async def story() -> None:
        sut = CommandSut.of(python("import sys; sys.exit('the port is taken')"), 9123, tmp_path)
        assert sut.gone is None
        await sut.start({})
        await until(lambda: sut.gone is not None)
        assert sut.gone == f"exit code 1; its output is in {tmp_path / 'sut.log'}"
        assert (tmp_path / "sut.log").read_text() == "the port is taken\n"
        await sut.stop()

    run(story())


def test_the_bundled_reference_is_a_command_like_any_other() -> None:
    assert reference_command("polling", None) == [sys.executable, "-m", "hardclose_reference", "--style", "polling"]
    assert reference_command("webhooks", "P01")[-2:] == ["--variant", "P01"]


# --- ending ----------------------------------------------------------------------------------------------------


def test_stopping_a_command_ends_it_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        sut = CommandSut.of(SLEEP, 9123, tmp_path)
        await sut.start({})
        await sut.stop()
        assert sut.gone is not None
        assert sut.gone.startswith("exit code -15"), "asked, not killed"

    run(story())


def test_a_command_that_will_not_go_is_killed(tmp_path: Path) -> None:
    async def story() -> None:
        sut = CommandSut.of(python(DEAF), 9123, tmp_path)
        await sut.start({})
        await until(lambda: "deaf" in (tmp_path / "sut.log").read_text())
        await sut.stop()
        assert sut.gone is not None
        assert sut.gone.startswith("exit code -9")

    run(story())


def test_nothing_a_command_has_started_outlives_it(tmp_path: Path) -> None:
    """A wrapper that ends while its child goes on, deaf to SIGTERM, as `npm run` may do."""
    wrapper = (
        f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {DEAF!r}]); "
        "print(child.pid, flush=True); child.wait()"
    )

    async def story() -> None:
        sut = CommandSut.of(python(wrapper), 9123, tmp_path)
        await sut.start({})
        log = tmp_path / "sut.log"
        await until(lambda: "deaf" in log.read_text())
        pid = int(next(word for word in log.read_text().split() if word.isdecimal()))
        assert alive(pid)
        await sut.stop()
        await until(lambda: not alive(pid))

    run(story())


def test_stopping_what_was_never_started_or_is_not_ours_does_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        await CommandSut.of(SLEEP, 9123, tmp_path).stop()
        sut = RunningSut("http://localhost:9000/")
        await sut.start({})
        await sut.stop()
        assert (sut.url, sut.describes, sut.gone) == ("http://localhost:9000", "http://localhost:9000", None)

    run(story())


# --- looking ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["http://[::1", "localhost:9000", "ftp://localhost", "http://", "http://a b/", ""])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(SutError, match="is no address"):
        RunningSut(url)


def test_a_process_that_ends_while_we_wait_for_its_health_is_refused_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        sut = CommandSut.of(python("import sys; sys.exit(3)"), free_port(), tmp_path)
        await sut.start({})
        await Sight(sut, Manifest()).wait_healthy()

    before = time.monotonic()
    with pytest.raises(SutError, match="ended before the run began: exit code 3"):
        run(story())
    assert time.monotonic() - before < HEALTH_S


def test_exceptions_of_an_integration_that_is_gone_are_a_problem_on_record() -> None:
    async def story() -> None:
        sight = Sight(RunningSut(f"http://127.0.0.1:{free_port()}"), Manifest())
        assert await sight.exceptions() == []
        assert len(sight.problems) == 1
        assert sight.problems[0].startswith("GET /exceptions: ")

    run(story())


DRIBBLE_S = 0.2


async def dribble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An answer that goes on until the caller leaves, as a live stream of events does."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"1\r\n.\r\n")
        await asyncio.sleep(DRIBBLE_S)


def test_an_answer_without_an_end_holds_nothing_up() -> None:
    async def story() -> None:
        server = await asyncio.start_server(dribble, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        sight = Sight(RunningSut(f"http://127.0.0.1:{port}"), Manifest())
        async with asyncio.timeout(2 * HEALTH_S):
            await sight.wait_healthy()
            assert await sight.exceptions() == []
        assert sight.problems == [f"GET /exceptions: no end of it within {LOOK_S:.0f} s"]
        server.close()

    run(story())
