"""Deliveries under the plan: again, late, never, and by a forger."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from hardclose_mocks.clock import LoopClock
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import DeliveryTried
from hardclose_mocks.kernel.commands import BlockSupplier

from ..sandboxes import Office, Receiver, in_process, virtually

APPROVED = "expense_report.approved"


def aimed(fault: str, subject: str = "R-1", rule: str = "a1", **parameters: float) -> Rule:
    return Rule(rule, fault, "expense", (APPROVED,), aimed=subject, parameters=parameters)


def present() -> LoopClock:
    """Virtual wire time that starts now: the library holds timestamps against the host's clock."""
    return LoopClock(asyncio.get_running_loop(), datetime.now(UTC))


async def subscribed(office: Office, *types: str, system: str = "expense", url: str = "http://sut.test/hooks") -> Any:
    answer = await office.call(
        "POST", "/v1/webhook-subscriptions", system, json={"url": url, "types": list(types or [APPROVED])}
    )
    assert answer.status_code == 201
    return answer.json()


def verified(receiver: Receiver, secret: str) -> list[bool]:
    """Which of the arrivals the library believes."""
    believed = []
    for arrival in receiver.got:
        try:
            Webhook(secret).verify(arrival.body, arrival.headers)
            believed.append(True)
        except WebhookVerificationError:
            believed.append(False)
    return believed


@virtually
async def test_a_duplicate_bears_the_same_id_or_a_new_one_as_the_rule_says() -> None:
    for new_id in (0.0, 1.0):
        receiver = Receiver()
        rule = aimed("F30", new_id=new_id, after_s=2.5)
        async with in_process(rule, receivers={"sut.test": receiver}, wire=present()) as office:
            subscription = await subscribed(office)
            await office.approve("T0-R-1")
            await asyncio.sleep(30)
            one, again = receiver.got
            assert again.at_s - one.at_s == pytest.approx(2.5, abs=0.01)
            assert (again.id == one.id) == (new_id == 0.0)
            assert again.content["data"] == one.content["data"]
            assert again.content["id"] == again.id
            assert verified(receiver, subscription["secret"]) == [True, True]
            assert [tried.fault and tried.fault.fault for tried in office.tried()] == [None, "F30"]
            assert {tried.event for tried in office.tried()} == {one.id}


@virtually
async def test_about_half_of_the_duplicates_bear_a_new_id() -> None:
    receiver = Receiver()
    async with in_process(Rule("w", "F30", "expense"), receivers={"sut.test": receiver}) as office:
        await subscribed(office)
        for number in range(120):
            await office.approve(f"R-{number}")
        await asyncio.sleep(30)
        assert len(receiver.got) == 240
        new = len({arrival.id for arrival in receiver.got}) - 120
        assert abs(new - 60) < 4 * math.sqrt(30)


@virtually
async def test_a_reordered_event_is_overtaken_by_a_younger_one() -> None:
    receiver = Receiver()
    rule = aimed("F31", mean_s=3.0, highest_s=4.0)
    async with in_process(rule, receivers={"sut.test": receiver}) as office:
        await subscribed(office)
        await office.approve("R-1")
        await office.approve("R-2")
        await asyncio.sleep(30)
        assert [arrival.content["subject"] for arrival in receiver.got] == ["R-2", "R-1"]
        assert 0 < receiver.got[1].at_s - receiver.got[0].at_s <= 4.0
        assert [one.fault.fault for one in office.tried() if one.fault] == ["F31"]


@virtually
async def test_a_dropped_event_is_never_sent_and_recorded_as_dropped() -> None:
    receiver = Receiver()
    async with in_process(aimed("F32"), receivers={"sut.test": receiver}) as office:
        await subscribed(office)
        await office.approve("R-1")
        await office.approve("R-2")
        await asyncio.sleep(60)
        assert [arrival.content["subject"] for arrival in receiver.got] == ["R-2"]
        assert [(one.subject, one.outcome) for one in office.tried()] == [("R-1", "dropped"), ("R-2", "delivered")]
        assert not office.sandbox.outbox.open


@pytest.mark.parametrize("order", [("F31", "F32"), ("F32", "F31")])
@virtually
async def test_a_dropped_event_stays_dropped_whatever_else_strikes_it(order: tuple[str, str]) -> None:
    receiver = Receiver()
    rules = [aimed(fault, rule=fault) for fault in order]
    async with in_process(*rules, receivers={"sut.test": receiver}) as office:
        await subscribed(office)
        await office.approve("R-1")
        await asyncio.sleep(60)
        assert receiver.got == []
        assert [(one.outcome, one.fault.fault) for one in office.tried() if one.fault] == [("dropped", "F32")]


@virtually
async def test_a_forger_sends_besides_the_genuine_sender_and_is_never_verified() -> None:
    receiver = Receiver()
    async with in_process(Rule("w", "F36", "expense"), receivers={"sut.test": receiver}, wire=present()) as office:
        subscription = await subscribed(office)
        for number in range(30):
            await office.approve(f"R-{number}")
        await asyncio.sleep(5)
        believed = verified(receiver, subscription["secret"])
        assert (len(believed), sum(believed)) == (60, 30)
        by_message = {arrival.id: real for arrival, real in zip(receiver.got, believed, strict=True)}
        assert {tried.message: tried.label == "genuine" for tried in office.tried()} == by_message
        assert {tried.forgery for tried in office.tried()} == {None, "invented", "altered", "stale"}
        assert all((tried.body is not None) == (tried.label == "forged") for tried in office.tried())


@virtually
async def test_a_forger_does_not_come_back_though_the_genuine_sender_does() -> None:
    receiver = Receiver(401, 500, 200)
    async with in_process(aimed("F36"), receivers={"sut.test": receiver}) as office:
        await subscribed(office)
        await office.approve("R-1")
        await asyncio.sleep(60)
        assert [(one.label, one.outcome) for one in office.tried()] == [
            ("forged", "exhausted"),
            ("genuine", "retry"),
            ("genuine", "delivered"),
        ]


@virtually
async def test_a_rule_aims_at_the_subject_without_the_run_tag_and_at_the_nth_event() -> None:
    receiver = Receiver()
    second = Rule("a", "F32", "erp", aimed="S1", nth=2)
    async with in_process(second, receivers={"sut.test": receiver}, run_tag="R9") as office:
        await subscribed(office, "*", system="erp")
        for blocked in (True, False, True, False, True):
            await office.sandbox.act("erp", BlockSupplier("S1", blocked), "person:clerk")
        await asyncio.sleep(5)
        types = [arrival.content["type"].split(".")[1] for arrival in receiver.got]
        assert types == ["blocked", "released", "blocked"], "nth counts each type of event for itself"


@virtually
async def test_healing_stops_new_trouble_but_not_what_is_under_way() -> None:
    receiver = Receiver()
    rule = Rule("w", "F30", "expense", parameters={"after_s": 5.0})
    async with in_process(rule, receivers={"sut.test": receiver}, phase="chaos") as office:
        await subscribed(office)
        await office.approve("R-1")
        office.sandbox.enter("heal")
        await office.approve("R-2")
        await asyncio.sleep(30)
        assert [arrival.content["subject"] for arrival in receiver.got] == ["R-1", "R-2", "R-1"]


@virtually
async def test_deliveries_are_told_to_the_settling_run() -> None:
    async with in_process(receivers={"sut.test": Receiver()}) as office:
        await subscribed(office)
        await asyncio.sleep(3)
        await office.approve("R-1")
        await asyncio.sleep(3)
        (last,) = office.records(DeliveryTried)
        assert office.sandbox.last_delivery_ns == last.body.ended_ns  # type: ignore[union-attr]
        assert office.sandbox.dispatcher.in_flight == 0
