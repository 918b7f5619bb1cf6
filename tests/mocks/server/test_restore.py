"""A sandbox folded back from its history is the sandbox that wrote it: at any moment, and cut anywhere."""

from __future__ import annotations

import asyncio
import dataclasses
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardclose_mocks.clock import LoopClock
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.codec import START, HistoryError, chain, encode_body
from hardclose_mocks.history.records import Acted, Exchange, Genesis, Record
from hardclose_mocks.history.store import SqliteStore, save_records
from hardclose_mocks.kernel.books import open_books
from hardclose_mocks.kernel.commands import BlockSupplier
from hardclose_mocks.server.restore import redo, restore
from hardclose_mocks.server.sandbox import SYSTEMS, Sandbox

from ..kernel.small_world import MASTER
from ..sandboxes import OPENED, Receiver, in_process, setup, virtually
from .eventful_day import RULES, day, state

Moments = list[tuple[int, dict[str, Any]]]


class Frozen:
    """A wire clock that stands where the history ends."""

    def __init__(self, now_ns: int) -> None:
        self.now_ns = now_ns

    def ns(self) -> int:
        return self.now_ns

    utc = LoopClock.utc


@cache
def lived() -> tuple[tuple[Record, ...], Moments]:
    """The records of an eventful day, and what the sandbox was when it had written so many of them."""
    moments: Moments = []
    records: list[Record] = []

    @virtually
    async def story() -> None:
        receiver = Receiver(500, 200, 503, 500, 200, 500, wait_s=0.2)
        async with in_process(*RULES, receivers={"sut.test": receiver}) as office:
            async for _ in day(office):
                copied = {name: _copy(value) for name, value in state(office.sandbox).items()}
                moments.append((office.sandbox.history.length, copied))
            records.extend(office.sandbox.history.records)

    story()
    return tuple(records), moments


def _copy(value: Any) -> Any:
    """Values stay as they are, containers must not go on changing."""
    if isinstance(value, dict):
        return type(value)(value)
    if isinstance(value, tuple):
        return tuple(map(_copy, value))
    return list(value) if isinstance(value, list) else value


def restored(path: Path, records: tuple[Record, ...]) -> Sandbox:
    save_records(path, records)
    sandbox = Sandbox(setup(*RULES), Frozen(records[-1].wire_ns), SqliteStore(path))  # type: ignore[arg-type]
    restore(sandbox)
    return sandbox


def test_the_day_was_eventful() -> None:
    records, moments = lived()
    kinds = {record.kind for record in records}
    assert {
        "Exchange",
        "Told",
        "Acted",
        "Emitted",
        "Subscribed",
        "DeliveryTried",
        "TokenIssued",
        "FaultRule",
        "Phase",
    } <= kinds
    assert {"F01", "F03", "F06"} <= {
        one.body.fault.fault for one in records if isinstance(one.body, Exchange) and one.body.fault
    }
    assert len(moments) > 20
    assert any(moment["parcels"] for _, moment in moments)
    assert any(parcel.attempt > 1 for _, moment in moments for parcel in moment["parcels"].values())
    assert {"key-0", "key-bad", "key-invalid"} <= {key for _, _, key in moments[-1][1]["keys"]}, "refusals are kept too"


def test_a_restored_sandbox_is_what_it_was_at_every_moment(tmp_path: Path) -> None:
    records, moments = lived()
    for place, (length, wanted) in enumerate(moments):
        sandbox = restored(tmp_path / f"{place}.sqlite", records[:length])
        found = state(sandbox)
        for name, value in wanted.items():
            assert found[name] == value, (place, name)
        sandbox.history.close()


@settings(max_examples=40, deadline=None)
@given(st.integers(10, 10_000))
def test_a_history_cut_at_any_record_folds_to_the_books_of_its_commands(cut: int) -> None:
    records, _ = lived()
    part = records[: 10 + cut % (len(records) - 10)]
    folded = {name: open_books(name, MASTER, OPENED) for name in SYSTEMS}
    for record in part:
        carried = (
            record.body.carried
            if isinstance(record.body, Exchange)
            else (record.body.carried,)
            if isinstance(record.body, Acted)
            else ()
        )
        for one in carried:
            redo(folded[record.system], record.system, one, record.actor, record.seq)
    with tempfile.TemporaryDirectory() as folder:
        sandbox = restored(Path(folder) / "h.sqlite", part)
        assert {name: home.books.digest() for name, home in sandbox.systems.items()} == {
            name: books.digest() for name, books in folded.items()
        }
        assert sandbox.history.length == len(part)
        sandbox.history.close()


# --- going on -------------------------------------------------------------------------------------------------------


@virtually
async def test_open_deliveries_go_on_after_a_kill_and_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    receiver = Receiver(500, 500)
    async with in_process(receivers={"sut.test": receiver}, store=SqliteStore(path)) as office:
        await office.call(
            "POST",
            "/v1/webhook-subscriptions",
            "expense",
            json={"url": "http://sut.test/", "types": ["expense_report.approved"]},
        )
        await office.approve("R-1")
        await office.approve("R-2")
        await asyncio.sleep(0.1)
        assert len(receiver.got) == 2
        receiver.wait_s = 2.0
        await office.approve("R-3")
        await asyncio.sleep(0.1)
        assert len(receiver.got) == 3, "under way when the server is killed: nobody knows whether it arrived"
    receiver.got.clear()
    receiver.wait_s = 0.0
    async with in_process(receivers={"sut.test": receiver}, store=SqliteStore(path), phase=None) as office:
        await asyncio.sleep(0.1)
        assert [arrival.content["subject"] for arrival in receiver.got] == ["R-3"]
        await asyncio.sleep(30)
        assert sorted(arrival.content["subject"] for arrival in receiver.got) == ["R-1", "R-2", "R-3"]
        assert not office.sandbox.outbox.open
        assert [one.attempt for one in office.tried() if one.subject == "R-1"] == [1, 2]


@virtually
async def test_tokens_keys_faults_numbers_and_the_clock_go_on_where_they_were(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    rule = Rule("a", "F07", "erp", aimed="R-9", nth=2)
    async with in_process(rule, store=SqliteStore(path), rate=60.0) as office:
        first = await office.post("R-1", idempotency_key="k1")
        assert (await office.post("R-9")).status_code == 201
        await office.sandbox.act("erp", BlockSupplier("S1", True), "person:clerk")
        token, business = office.token("erp", "integration"), office.sandbox.business.now()
        events = [one.id for one in office.emitted()]
        await asyncio.sleep(5)
    async with in_process(rule, store=SqliteStore(path), rate=60.0, phase=None) as office:
        assert (office.sandbox.business.now() - business).total_seconds() == pytest.approx(300)
        bearer = {"authorization": f"Bearer {token}"}
        assert (await office.call("GET", "/v1/companies", who=None, headers=bearer)).status_code == 200
        again = await office.post("R-1", idempotency_key="k1")
        assert (again.status_code, again.json(), again.headers["etag"]) == (201, first.json(), first.headers["etag"])
        assert again.headers["location"] == first.headers["location"]
        assert (await office.post("R-9")).status_code >= 500, "the second call, counted across the restart"
        assert (await office.post("R-2")).json()["number"] == "EP-DE01-000003"
        assert [one.id for one in office.emitted()][: len(events)] == events
        assert len({one.id for one in office.emitted()}) == len(office.emitted())
        await asyncio.sleep(11)
        assert (await office.call("GET", "/v1/companies", who=None, headers=bearer)).status_code == 401
        assert office.token("erp", "integration") != token


@virtually
async def test_jobs_that_were_open_end_after_a_kill_and_stuck_ones_stay_so(tmp_path: Path) -> None:
    path, create = tmp_path / "h.sqlite", ("expense_posting.create",)
    later = Rule("F15.erp", "F15", "erp", create, parameters={"shortest_s": 5.0, "highest_s": 9.0, "stuck": 0.4})
    async with in_process(later, store=SqliteStore(path)) as office:
        for place in range(8):
            accepted = await office.post(f"R-{place}", idempotency_key=f"k{place}")
            assert accepted.status_code == 202
        started = asyncio.get_running_loop().time()
        await asyncio.sleep(1)
    async with in_process(later, store=SqliteStore(path), phase=None) as office:
        before = office.sandbox.systems["erp"].books.count()
        await asyncio.sleep(started + 9.1 - asyncio.get_running_loop().time())
        states = [(await office.call("GET", f"/v1/jobs/job_T0_erp_{place + 1}")).json() for place in range(8)]
        assert {one["state"] for one in states} == {"done", "pending"}
        done = [one["result"]["number"] for one in states if one["state"] == "done"]
        assert len(set(done)) == len(done)
        assert office.sandbox.systems["erp"].books.count() - before == len(done)
        assert office.sandbox.open_calls == 0


@virtually
async def test_calls_of_before_count_against_their_days_quota(tmp_path: Path) -> None:
    path, quota = tmp_path / "h.sqlite", Rule("F12.erp", "F12", "erp", parameters={"per_day": 3.0})
    async with in_process(quota, store=SqliteStore(path)) as office:
        assert [(await office.post(f"R-{place}")).status_code for place in range(2)] == [201, 201]
    async with in_process(quota, store=SqliteStore(path), phase=None) as office:
        assert [(await office.post(f"R-{place}")).status_code for place in range(2, 4)] == [201, 429]


@virtually
async def test_a_key_stands_for_an_error_after_a_kill_too(tmp_path: Path) -> None:
    path, burst = tmp_path / "h.sqlite", Rule("F07.R-1", "F07", "erp", aimed="R-1")
    keeps = Rule("F17.erp", "F17", "erp", parameters={"stores": "everything"})
    async with in_process(keeps, burst, store=SqliteStore(path)) as office:
        first = await office.post("R-1", idempotency_key="k")
    async with in_process(keeps, burst, store=SqliteStore(path), phase=None) as office:
        again = await office.post("R-1", idempotency_key="k")
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert (await office.post("R-1", idempotency_key="other")).status_code == 201


# --- histories that do not fit --------------------------------------------------------------------------------------


def test_another_worlds_history_is_refused_in_words(tmp_path: Path) -> None:
    records, _ = lived()
    save_records(tmp_path / "h.sqlite", records)
    other = dataclasses.replace(MASTER, suppliers=MASTER.suppliers[:1])
    sandbox = Sandbox(dataclasses.replace(setup(*RULES), master=other), Frozen(0), SqliteStore(tmp_path / "h.sqlite"))  # type: ignore[arg-type]
    with pytest.raises(HistoryError, match="other master data"):
        restore(sandbox)


def test_a_command_that_made_another_document_then_names_its_record(tmp_path: Path) -> None:
    records, _ = lived()
    place = next(
        n
        for n, one in enumerate(records)
        if isinstance(one.body, Exchange) and one.body.carried and one.system == "erp"
    )
    exchange = records[place].body
    assert isinstance(exchange, Exchange)
    carried = dataclasses.replace(exchange.carried[0], document="EP-DE01-000999")
    changed = dataclasses.replace(records[place], body=dataclasses.replace(exchange, carried=(carried,)))
    forged = (*records[:place], changed, *records[place + 1 :])
    with pytest.raises(HistoryError, match=rf"record {place} \(Exchange\) was changed after it was written"):
        restored(tmp_path / "changed.sqlite", forged)
    with pytest.raises(HistoryError, match=rf"record {place}: .*EP-DE01-000999"):
        restored(tmp_path / "chained.sqlite", chained_again(forged))


def chained_again(records: Iterable[Record]) -> tuple[Record, ...]:
    """What a careful forger would leave."""
    last, again = START, []
    for record in records:
        last = chain(last, record, encode_body(record))
        again.append(dataclasses.replace(record, h=last))
    return tuple(again)


def test_a_history_without_its_beginning_is_no_sandbox(tmp_path: Path) -> None:
    records, _ = lived()
    assert isinstance(records[1].body, Genesis)
    with pytest.raises(HistoryError, match="record 0"):
        restored(tmp_path / "h.sqlite", records[5:])
