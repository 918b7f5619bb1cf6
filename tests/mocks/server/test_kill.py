"""A server killed with SIGKILL in mid-run, again and again, comes back equal; no acknowledged write is missing."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hardclose_mocks.history.codec import check_chained, plain
from hardclose_mocks.history.places import read_history
from hardclose_mocks.history.records import Acted, Exchange
from hardclose_mocks.kernel.books import open_books
from hardclose_mocks.kernel.commands import ApproveReport, Command, SubmitReport
from hardclose_mocks.server.credentials import Credentials
from hardclose_mocks.server.listen import PORTS, Listener, free_port
from hardclose_mocks.server.restore import redo
from hardclose_mocks.server.sandbox import SYSTEMS

from ..kernel.small_world import MASTER, report
from ..sandboxes import OPENED, Receiver, posting_body

pytestmark = pytest.mark.wall
ROOT = Path(__file__).parents[3]
KILLS = 5
SUBSCRIPTION = {"types": ["expense_report.approved"]}


class Victim:
    """The server process on fixed ports, started again after each kill, and somebody who calls it."""

    def __init__(self, path: Path, client: httpx2.AsyncClient) -> None:
        self.path, self.client = path, client
        self.ports = {name: free_port() for name in PORTS}
        self.urls = {name: f"http://127.0.0.1:{port}" for name, port in self.ports.items()}
        self.process: asyncio.subprocess.Process | None = None
        self.tokens: dict[str, str] = {}

    async def start(self) -> None:
        arguments = [str(self.path), *map(str, self.ports.values())]
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.mocks.server.serving", *arguments, cwd=ROOT
        )
        async with asyncio.timeout(20):
            while True:
                try:
                    await self.control("GET", "/health")
                    return
                except httpx2.TransportError:
                    assert self.process.returncode is None, "the server did not come back"
                    await asyncio.sleep(0.02)

    async def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def control(self, method: str, path: str, **request: Any) -> Any:
        answer = await self.client.request(method, self.urls["control"] + "/_hardclose/v1" + path, **request)
        assert answer.is_success, answer.text
        return answer.json()

    async def call(self, method: str, path: str, system: str, **headers: Any) -> httpx2.Response:
        body = headers.pop("json", None)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if system not in self.tokens:
            self.tokens[system] = await self.log_in(system)
        sent["authorization"] = f"Bearer {self.tokens[system]}"
        answer = await self.client.request(method, self.urls[system] + path, headers=sent, json=body)
        if answer.status_code == 401:
            del self.tokens[system]
        return answer

    async def log_in(self, system: str) -> str:
        credentials = Credentials()
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id(system),
            "client_secret": credentials.client_secret(system),
        }
        answer = await self.client.post(self.urls[system] + "/oauth/token", data=form)
        return str(answer.json()["access_token"])

    async def look(self) -> dict[str, Any]:
        """What a restart may not change."""
        looks = {name: await self.control("GET", f"/books/{name}") for name in SYSTEMS}
        return {"books": looks, "faults": await self.control("GET", "/faults")}


class Crowd:
    """An integration that posts and people who approve, all of whom try again until they are told."""

    def __init__(self, victim: Victim) -> None:
        self.victim, self.gate = victim, asyncio.Event()
        self.posted: dict[str, str] = {}
        self.approved: set[str] = set()
        self.tries: Counter[str] = Counter()
        self.stopped = False

    async def post(self, worker: int) -> None:
        place = 0
        while not self.stopped:
            reference = f"T0-P-{worker}-{place}"
            answer = await self._told(
                lambda reference=reference: self.victim.call(  # type: ignore[misc]
                    "POST", "/v1/expense-postings", "erp", json=posting_body(reference), idempotency_key=reference
                ),
                reference,
            )
            if answer.status_code == 201:
                self.posted[reference] = answer.json()["number"]
                place += 1
            else:
                assert answer.status_code in (401, 409), answer.text
                await asyncio.sleep(0.01)

    async def approve(self, worker: int) -> None:
        place = 0
        while not self.stopped:
            number = f"T0-R-{worker}-{place}"
            steps: list[tuple[Command, str]] = [
                (report(number=number), "employee"),
                (SubmitReport(number), "employee"),
                (ApproveReport(number, "lead"), "lead"),
            ]
            for command, person in steps:
                await self._act(command, person)
            self.approved.add(number)
            place += 1

    async def _act(self, command: Command, person: str) -> None:
        """Until it is done; refused the second time, it had been done the first."""
        name, arguments = type(command).__name__, plain(command)
        asked = {"system": "expense", "command": name, "arguments": arguments, "person": person}
        url = self.victim.urls["control"] + "/_hardclose/v1/commands"
        answer = await self._told(lambda: self.victim.client.post(url, json=asked), str(arguments))
        assert answer.status_code == 200 or self.tries[str(arguments)] > 1, answer.text

    async def _told(self, ask: Any, name: str) -> httpx2.Response:
        while True:
            await self.gate.wait()
            self.tries[name] += 1
            try:
                answer: httpx2.Response = await ask()
                return answer
            except httpx2.TransportError:
                await asyncio.sleep(0.01)


def folded(path: Path) -> dict[str, tuple[str, int]]:
    """The books done again from what is on disk, by the kernel alone."""
    books = {name: open_books(name, MASTER, OPENED) for name in SYSTEMS}
    records = read_history(path, os.environ.get("HARDCLOSE_HISTORY"))
    check_chained(records)
    for record in records:
        match record.body:
            case Exchange(carried=carried):
                done = carried
            case Acted(carried=carried):
                done = (carried,)
            case _:
                done = ()
        for one in done:
            redo(books[record.system], record.system, one, record.actor, record.seq)
    return {name: (one.digest(), one.count()) for name, one in books.items()}


@pytest.mark.parametrize("kept_in", ["sqlite", "postgres"])
def test_a_killed_server_comes_back_with_equal_books_and_every_acknowledged_write(
    kept_in: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kept_in == "postgres":
        monkeypatch.setenv("HARDCLOSE_HISTORY", request.getfixturevalue("postgres").url)
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    asyncio.run(_story(tmp_path / "history.sqlite", random.Random(seed)))


async def _story(path: Path, rng: random.Random) -> None:
    receiver = Receiver(*([500, 200] * 10))
    hooks = Listener({"sut": receiver}, {})
    await hooks.start()
    async with httpx2.AsyncClient(timeout=5, trust_env=False) as client:
        victim = Victim(path, client)
        await victim.start()
        crowd = Crowd(victim)
        try:
            await _kill_again_and_again(victim, crowd, hooks.urls["sut"], rng)
            await _check_the_end(victim, crowd, receiver)
        finally:
            crowd.stopped = True
            await victim.kill()
            await hooks.stop()


async def _kill_again_and_again(victim: Victim, crowd: Crowd, url: str, rng: random.Random) -> None:
    await victim.call("POST", "/v1/webhook-subscriptions", "expense", json={"url": url, **SUBSCRIPTION})
    await victim.control("POST", "/faults", json={"fault": "F02", "system": "procurement", "share": 0.5, "ttl_s": 3600})
    await victim.control("PUT", "/clock", json={"rate": 1000})
    clock = await victim.control("GET", "/clock")
    workers = [asyncio.ensure_future(crowd.post(worker)) for worker in range(4)]
    workers += [asyncio.ensure_future(crowd.approve(worker)) for worker in range(3)]
    faults = (await victim.look())["faults"]
    for _ in range(KILLS):
        crowd.gate.set()
        await asyncio.sleep(rng.uniform(0.05, 0.6))
        await victim.kill()
        crowd.gate.clear()
        on_disk = folded(victim.path)
        await victim.start()
        looked = await victim.look()
        assert {name: (one["digest"], one["documents"]) for name, one in looked["books"].items()} == on_disk
        assert looked["faults"] == faults
        await _check_clock(victim, clock)
        assert (await victim.call("GET", "/v1/companies", "erp")).status_code == 200, "its token is still good"
        hooked = await victim.call("GET", "/v1/webhook-subscriptions", "expense")
        assert [one["url"] for one in hooked.json()["items"]] == [url]
    crowd.gate.set()
    crowd.stopped = True
    await asyncio.gather(*workers)


async def _check_clock(victim: Victim, before: dict[str, Any]) -> None:
    after = await victim.control("GET", "/clock")
    business_s = (_instant(after) - _instant(before)).total_seconds()
    wire_s = (after["wire_ns"] - before["wire_ns"]) / 1e9
    # The two are read one after the other, and business time runs a thousand times as fast.
    assert abs(business_s - wire_s * 1000) < 100
    assert after["rate"] == 1000


def _instant(clock: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(clock["business"])


async def _check_the_end(victim: Victim, crowd: Crowd, receiver: Receiver) -> None:
    assert len(crowd.posted) > 20
    assert len(crowd.approved) > 5
    assert max(crowd.tries.values()) > 1, "nobody was ever in doubt: the kills struck nothing"
    held = (await victim.control("GET", "/books/erp/expense_posting"))["items"]
    by_reference = Counter(one["reference"] for one in held)
    numbers = {one["number"]: one["reference"] for one in held}
    for reference, number in crowd.posted.items():
        assert numbers.get(number) == reference, f"{reference} was acknowledged as {number} and is not there"
        assert by_reference[reference] == 1, f"{reference} was posted twice under one key"
    reports = (await victim.control("GET", "/books/expense/expense_report"))["items"]
    assert {one["number"] for one in reports if one["status"] == "approved"} >= crowd.approved
    async with asyncio.timeout(10):
        while not crowd.approved <= {arrival.content["subject"] for arrival in receiver.got}:
            await asyncio.sleep(0.02)
    assert folded(victim.path)["erp"][1] == len(held)
