"""How one system is called: its waits obeyed by all callers, its token renewed by one, and three ways to end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import TokenIssued
from hardclose_reference.answers import InDoubt, Refused
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import SystemClient

from ..mocks.sandboxes import posting_body, virtually
from .integrations import LISTS, Integration, aimed, integrated

PATH = LISTS["erp"]
TOKEN = "/oauth/token"


@asynccontextmanager
async def caller(folder: Path, *rules: Rule, behaviour: Behaviour | None = None, **opening: Any) -> AsyncIterator[Any]:
    """The ERP's client of a service that does nothing by itself, and the world around it."""
    async with integrated(folder, *rules, style="polling", running=False, **opening) as there:
        access, now = there.settings.systems["erp"], there.office.sandbox.wire.utc
        client = SystemClient(access, behaviour or Behaviour(), now, there.transport)
        await client.learn()
        try:
            yield client, there
        finally:
            await client.close()


def limit(rate_per_s: float = 1.0, burst: float = 2.0, wait: str = "seconds") -> Rule:
    return Rule("F10.erp", "F10", "erp", parameters={"rate_per_s": rate_per_s, "burst": burst, "wait": wait})


def arrivals(there: Integration, path: str = PATH) -> list[float]:
    return [one.at_s for one in there.sent if one.path == path]


def refused_at(there: Integration) -> list[tuple[float, float]]:
    """When a 429 was told, and until when it asked to wait."""
    return [
        (one.started_ns / 1e9, one.started_ns / 1e9 + (one.wait_s or 1.0))
        for one in there.office.exchanges()
        if one.status == 429
    ]


# --- waiting ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["seconds", "http-date"])
@virtually
async def test_a_wait_told_to_one_caller_is_obeyed_by_all(tmp_path: Path, form: str) -> None:
    async with caller(tmp_path, limit(wait=form)) as (client, there):
        await asyncio.gather(*(client.call("GET", PATH) for _ in range(12)))
        waits = refused_at(there)
        assert waits
        for told, until in waits:
            too_early = [at for at in arrivals(there) if told + 1e-6 < at < until - 1e-6]
            assert too_early == [], f"{form}: told at {told} to wait until {until}"


@virtually
async def test_without_a_retry_after_a_second_is_waited(tmp_path: Path) -> None:
    async with caller(tmp_path, limit(burst=1.0, wait="absent")) as (client, there):
        for _ in range(3):
            await client.call("GET", PATH)
        for told, _ in refused_at(there):
            assert min(at for at in arrivals(there) if at > told) >= told + 1.0


@virtually
async def test_an_unavailable_system_that_says_how_long_is_left_alone_so_long(tmp_path: Path) -> None:
    async with caller(tmp_path) as (client, there):
        there.doors["erp"].instead[PATH] = [(503, {"retry-after": "7"}, b"{}")]
        with pytest.raises(InDoubt, match="503"):
            await client.call("GET", PATH)
        await client.call("GET", PATH)
        first, second = arrivals(there)
        assert second - first == pytest.approx(7.0, abs=0.01)


@pytest.mark.parametrize(
    ("told", "wait_s"),
    [
        ("2.5", 2.5),
        ("0", 0.0),
        ("-3", 0.0),
        ("Thu, 01 Jan 2026 00:00:09 GMT", 9.0),
        ("Thu, 01 Jan 2026 00:00:09 -0000", 9.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("soon", 1.0),
        ("", 1.0),
        ("inf", 1.0),
        ("nan", 1.0),
        ("Wed, 99 Foo 2026 00:00:00 GMT", 1.0),
    ],
)
@virtually
async def test_a_retry_after_nobody_can_read_counts_as_a_second(tmp_path: Path, told: str, wait_s: float) -> None:
    """Virtual time begins with the year 2026."""
    async with caller(tmp_path) as (client, there):
        there.doors["erp"].instead[PATH] = [(429, {"retry-after": told}, b"{}")]
        await client.call("GET", PATH)
        first, second = arrivals(there)
        assert second - first == pytest.approx(wait_s, abs=0.01)


@virtually
async def test_who_waited_for_the_token_still_waits_for_his_turn(tmp_path: Path) -> None:
    """One caller renews a token that is about to end, and that takes a while; another one is told to wait meanwhile."""
    async with caller(tmp_path) as (client, there):
        door, life_s = there.doors["erp"], there.office.sandbox.pace.token_life_s
        await client.call("GET", PATH)
        await there.rest(life_s - 1.2)
        door.instead[PATH], door.delays_s = [(429, {"retry-after": "3"}, b"{}")], {PATH: 0.7, TOKEN: 1.0}
        told_to_wait = asyncio.ensure_future(client.call("GET", PATH))
        await there.rest(0.3)
        in_need_of_a_token = asyncio.ensure_future(client.call("GET", PATH))
        await asyncio.gather(told_to_wait, in_need_of_a_token)
        _, refused, *later = arrivals(there)
        assert min(later) >= refused + 0.7 + 3.0


@virtually
async def test_no_more_callers_than_declared_are_under_way_at_once(tmp_path: Path) -> None:
    async with caller(tmp_path, behaviour=Behaviour(callers=3)) as (client, there):
        door, most = there.doors["erp"], 0
        door.delays_s[PATH] = 0.5
        calls = [asyncio.ensure_future(client.call("GET", PATH)) for _ in range(9)]
        while not all(one.done() for one in calls):
            await asyncio.sleep(0.05)
            most = max(most, door.waiting)
        assert most == 3


# --- token -----------------------------------------------------------------------------------------------------


def tokens(there: Integration) -> int:
    """Issued to the integration since the world began."""
    return sum(one.actor == "integration" for one in there.office.records(TokenIssued))


@virtually
async def test_all_callers_share_one_token_until_it_ends(tmp_path: Path) -> None:
    async with caller(tmp_path) as (client, there):
        await asyncio.gather(*(client.call("GET", PATH) for _ in range(10)))
        await there.rest(5)
        await client.call("GET", PATH)
        assert tokens(there) == 1
        await there.rest(there.office.sandbox.pace.token_life_s)
        await asyncio.gather(*(client.call("GET", PATH) for _ in range(10)))
        assert tokens(there) == 2
        assert {one.status for one in there.office.exchanges("expense_posting.list")} == {200}


@virtually
async def test_a_token_that_was_revoked_is_renewed_once_for_all_who_were_turned_away(tmp_path: Path) -> None:
    async with caller(tmp_path) as (client, there):
        await client.call("GET", PATH)
        await there.office.world.reset()
        there.office.sandbox.admission.token(
            "erp", "person:lead", there.office.sandbox.setup.credentials.person_secret()
        )
        calls = []
        for delay_s in (0.1, 0.5, 0.9, 0.9):
            there.doors["erp"].delays_s[PATH] = delay_s
            calls.append(asyncio.ensure_future(client.call("GET", PATH)))
            await there.rest(0.01)
        await asyncio.gather(*calls)
        assert tokens(there) == 1, "a new world has begun"


@virtually
async def test_without_a_token_nothing_is_sent_and_nothing_is_in_doubt_for_long(tmp_path: Path) -> None:
    async with caller(tmp_path) as (client, there):
        there.doors["erp"].instead[TOKEN] = [(503, {}, b"")]
        with pytest.raises(InDoubt, match="no token"):
            await client.call("POST", PATH, body=posting_body())
        assert arrivals(there) == []
        assert (await client.call("POST", PATH, body=posting_body()))["reference"] == "R-1"


@virtually
async def test_a_credential_the_system_does_not_accept_is_a_definite_no(tmp_path: Path) -> None:
    async with caller(tmp_path) as (client, there):
        there.doors["erp"].instead[PATH] = [(401, {}, b'{"type": "x/unauthorized"}')] * 2
        with pytest.raises(Refused, match="unauthorized"):
            await client.call("GET", PATH)
        assert len(arrivals(there)) == 2, "once with the old token and once with a new one"


# --- how a call ends -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["F01", "F02", "F06", "F07"])
@virtually
async def test_no_answer_or_one_that_does_not_say_leaves_it_in_doubt(tmp_path: Path, fault: str) -> None:
    async with caller(tmp_path, aimed(fault, "R-1")) as (client, _):
        with pytest.raises(InDoubt):
            await client.call("POST", PATH, body=posting_body("R-1"))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b"<html>Bad gateway</html>"),
        (200, b"<html>Please log in</html>"),
        (201, b'{"number": "EP-1'),
        (201, b'"EP-1"'),
        (502, b'["no", "object"]'),
        (404, b"null"),
        (408, b"{}"),
        (409, b'{"type": "https://hardclose.dev/problems/key-in-progress"}'),
        (200, b"\xff\xfe"),
    ],
)
@virtually
async def test_an_answer_nobody_understands_leaves_it_in_doubt(tmp_path: Path, status: int, body: bytes) -> None:
    async with caller(tmp_path) as (client, there):
        there.doors["erp"].instead[PATH] = [(status, {}, body)]
        with pytest.raises(InDoubt):
            await client.call("POST", PATH, body=posting_body())


@virtually
async def test_a_definite_no_bears_the_name_of_the_problem(tmp_path: Path) -> None:
    async with caller(tmp_path) as (client, _):
        with pytest.raises(Refused) as no:
            await client.call("POST", PATH, body={**posting_body(), "employee": "nobody"})
        assert (no.value.status, no.value.slug) == (422, "unknown-master")
        assert str(no.value) == "there is no person nobody"


@virtually
async def test_nobody_at_the_door_leaves_it_in_doubt(tmp_path: Path) -> None:
    async with caller(tmp_path) as (client, there):
        there.transport.applications.clear()
        with pytest.raises(InDoubt, match="nobody listens"):
            await client.call("GET", PATH)
        with pytest.raises(InDoubt, match="no contract card"):
            await client.learn()


@virtually
async def test_whoever_notes_the_doubt_is_asked_right_before_each_request(tmp_path: Path) -> None:
    async with caller(tmp_path, limit(burst=1.0)) as (client, there):
        left: list[float] = []
        loop = asyncio.get_running_loop()
        await client.call("GET", PATH)
        await client.call("GET", PATH, leaving=lambda: left.append(loop.time()))
        assert left == arrivals(there)[1:]
        assert len(left) == 2


# --- the card --------------------------------------------------------------------------------------------------


@virtually
async def test_the_card_says_how_long_to_wait_for_an_answer(tmp_path: Path) -> None:
    async with caller(tmp_path) as (client, there):
        there.doors["erp"].delays_s[PATH] = 60.0
        loop = asyncio.get_running_loop()
        before = loop.time()
        with pytest.raises(InDoubt, match="no answer in time"):
            await client.call("GET", PATH)
        assert loop.time() - before == pytest.approx(there.office.sandbox.pace.client_timeout_s)
        assert client.terms("expense_posting.create")["profile"] == "C1"


@virtually
async def test_a_list_is_read_page_by_page(tmp_path: Path) -> None:
    async with caller(tmp_path, page_max=2) as (client, there):
        for number in range(5):
            await there.office.post(f"R-{number}")
        found = [one["reference"] async for one in client.items(PATH, {"company": "DE01"})]
        assert sorted(found) == [f"R-{number}" for number in range(5)]
        assert all("company=DE01" in one.query for one in there.sent if one.path == PATH)
