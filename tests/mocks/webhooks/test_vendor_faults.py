"""What the sender itself does to its subscribers: replays, pointers, batches, subscriptions that end."""

from __future__ import annotations

import asyncio

import msgspec
from standardwebhooks import Webhook

from hardclose_mocks.access import SubscriptionTerms
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.records import Subscribed
from hardclose_mocks.webhooks.outbox import webhook_id

from ..kernel.small_world import instant
from ..sandboxes import Office, Receiver, in_process, virtually
from .test_delivery import APPROVED, aimed, present, subscribed, verified

LATER = instant("2027-01-01 00:00")
"""A moment that the plan names and no clock of these tests comes to: they operate by hand."""


def states(office: Office) -> list[str]:
    """Of the subscriptions on record, in order."""
    return [one.body.state for one in office.records(Subscribed) if isinstance(one.body, Subscribed)]


# --- F33 ------------------------------------------------------------------------------------------------------------


@virtually
async def test_a_replay_sends_the_history_again_under_old_and_new_ids_and_says_of_what() -> None:
    receiver = Receiver()
    parameters = {"events": 40.0, "over_s": 4.0, "new_id": 0.5, "unseen": 0.0}
    rule = Rule("storm", "F33", "expense", starts=LATER, parameters=parameters)
    async with in_process(rule, receivers={"sut.test": receiver}, wire=present()) as office:
        subscription = await subscribed(office)
        for number in range(8):
            await office.approve(f"R-{number}")
        await asyncio.sleep(1)
        first = {arrival.id: arrival.body for arrival in receiver.got}
        office.sandbox.operate("storm")
        await asyncio.sleep(10)
        again = receiver.got[8:]
        assert (len(first), len(again)) == (8, 40)
        assert all(verified(receiver, subscription["secret"]))
        known = [arrival for arrival in again if arrival.id in first]
        assert 8 < len(known) < 32, "some under their own id, some under a new one"
        assert all(arrival.body == first[arrival.id] for arrival in known)
        assert {arrival.content["subject"] for arrival in again} == {f"R-{number}" for number in range(8)}
        assert again[-1].at_s - again[0].at_s > 3.0
        lineage = {webhook_id(one.event, one.message): one for one in office.tried() if one.fault is not None}
        assert {one.fault.fault for one in lineage.values() if one.fault} == {"F33"}
        assert {lineage[arrival.id].subject for arrival in again} == {arrival.content["subject"] for arrival in again}


@virtually
async def test_what_is_held_back_comes_with_the_replay_for_the_first_time() -> None:
    receiver = Receiver()
    rule = Rule("storm", "F33", "expense", starts=LATER, parameters={"events": 20.0, "unseen": 0.5})
    async with in_process(rule, receivers={"sut.test": receiver}) as office:
        await subscribed(office)
        for number in range(20):
            await office.approve(f"R-{number}")
        await asyncio.sleep(1)
        early = {arrival.content["subject"] for arrival in receiver.got}
        held = {one.subject for one in office.tried() if one.outcome == "dropped"}
        assert len(held) > 3
        assert early & held == set()
        office.sandbox.operate("storm")
        await asyncio.sleep(15)
        assert {arrival.content["subject"] for arrival in receiver.got} == early | held


# --- F34 ------------------------------------------------------------------------------------------------------------


def terms(**told: float) -> dict[str, SubscriptionTerms]:
    return {"expense": SubscriptionTerms(**told)}  # type: ignore[arg-type]


@virtually
async def test_a_subscription_ends_when_its_life_is_over_unless_it_was_renewed() -> None:
    receiver = Receiver()
    async with in_process(subscriptions=terms(life_s=10.0), receivers={"sut.test": receiver}) as office:
        mine = await subscribed(office)
        card = (await office.call("GET", "/.well-known/contract-card", "expense")).json()
        assert card["webhooks"]["subscription"]["life_s"] == 10.0
        await asyncio.sleep(8)
        answer = await office.call("POST", f"/v1/webhook-subscriptions/{mine['id']}/renewal", "expense")
        assert answer.json()["expires_at"] > mine["expires_at"]
        await asyncio.sleep(8)
        await office.approve("R-1")
        await asyncio.sleep(3)
        await office.approve("R-2")
        await asyncio.sleep(3)
        assert [arrival.content["subject"] for arrival in receiver.got] == ["R-1"]
        (listed,) = (await office.call("GET", "/v1/webhook-subscriptions", "expense")).json()["items"]
        assert listed["state"] == "expired"
        assert states(office) == ["created", "renewed", "expired"]
        await office.call("POST", f"/v1/webhook-subscriptions/{mine['id']}/renewal", "expense")
        await office.approve("R-3")
        await asyncio.sleep(1)
        assert [arrival.content["subject"] for arrival in receiver.got] == ["R-1", "R-3"], "what was missed never comes"


@virtually
async def test_failing_too_often_in_a_row_disables_and_nothing_more_is_tried() -> None:
    receiver = Receiver(500, 204, 500, 500, 500, 204)
    async with in_process(subscriptions=terms(disabled_after=3), receivers={"sut.test": receiver}) as office:
        await subscribed(office)
        await office.approve("R-1")
        await asyncio.sleep(5)
        assert states(office) == ["created"], "a success in between begins the count anew"
        await office.approve("R-2")
        await asyncio.sleep(30)
        assert states(office) == ["created", "disabled"]
        assert len(receiver.got) == 5
        assert not office.sandbox.outbox.open, "no try is waiting any more"


@virtually
async def test_the_sender_may_disable_all_subscriptions_of_a_system() -> None:
    receiver = Receiver()
    rule = Rule("off", "F34", "expense", starts=LATER)
    async with in_process(rule, receivers={"sut.test": receiver}) as office:
        await subscribed(office)
        await subscribed(office, "supplier.blocked", system="erp")
        office.sandbox.operate("off")
        await office.approve("R-1")
        await asyncio.sleep(5)
        assert receiver.got == []
        assert states(office) == ["created", "created", "disabled"]


@virtually
async def test_healing_enables_nothing() -> None:
    rule = Rule("off", "F34", "expense", starts=LATER)
    async with in_process(rule, receivers={"sut.test": Receiver()}) as office:
        await subscribed(office)
        office.sandbox.operate("off")
        office.sandbox.enter("heal")
        office.sandbox.operate("off")
        assert states(office) == ["created", "disabled"]


# --- F35, F37 -------------------------------------------------------------------------------------------------------


@virtually
async def test_a_thin_event_names_its_document_only() -> None:
    receiver = Receiver(500, 204)
    async with in_process(aimed("F35"), receivers={"sut.test": receiver}, wire=present()) as office:
        subscription = await subscribed(office)
        await office.approve("R-1")
        await office.approve("R-2")
        await asyncio.sleep(10)
        data = {arrival.content["subject"]: arrival.content["data"] for arrival in receiver.got}
        assert data["R-1"] == {"number": "R-1"}, "the second try is as thin as the first"
        assert data["R-2"]["status"] == "approved"
        assert all(verified(receiver, subscription["secret"]))
        assert {(one.subject, one.payload) for one in office.tried()} == {("R-1", "pointer"), ("R-2", "full")}


@virtually
async def test_a_stale_event_shows_the_document_as_it_was_then() -> None:
    receiver = Receiver()
    rule = Rule("a", "F35", "expense", (APPROVED,), parameters={"how": "stale", "after_s": 6.0})
    async with in_process(rule, receivers={"sut.test": receiver}) as office:
        await subscribed(office)
        await office.approve("R-1")
        body = {"state": "parked", "reason": "waits"}
        await office.call("PUT", "/v1/expense-reports/R-1/posting", "expense", json=body)
        await asyncio.sleep(8)
        (arrival,) = receiver.got
        assert arrival.at_s >= 6.0
        assert arrival.content["data"]["posting"]["state"] == "none"


@virtually
async def test_events_are_gathered_into_one_signed_post_with_a_stranger_among_them() -> None:
    receiver = Receiver(503, 204)
    rule = Rule("w", "F37", "expense", (APPROVED,), parameters={"gather_s": 5.0, "poison": 1.0})
    async with in_process(rule, receivers={"sut.test": receiver}, wire=present()) as office:
        secret = (await subscribed(office))["secret"]
        for number in range(4):
            await office.approve(f"R-{number}")
        await asyncio.sleep(20)
        first, second = receiver.got
        assert first.headers["content-type"].startswith("application/cloudevents-batch+json")
        members = msgspec.json.decode(first.body)
        strangers = [one for one in members if one["type"] == "expense.internal.reindexed"]
        assert [one.get("subject") for one in members if one not in strangers] == [f"R-{number}" for number in range(4)]
        assert len(strangers) == 1
        assert first.id == second.id, "the same members, the same id"
        Webhook(secret).verify(second.body, second.headers)
        log = [(one.subject, one.outcome, one.batch) for one in office.tried() if one.attempt == 2 and one.event]
        assert log == [(f"R-{number}", "delivered", second.id) for number in range(4)]


@virtually
async def test_no_post_holds_more_events_than_the_highest_number() -> None:
    receiver = Receiver()
    rule = Rule("w", "F37", "expense", (APPROVED,), parameters={"gather_s": 5.0, "highest": 2.0, "poison": 0.0})
    async with in_process(rule, receivers={"sut.test": receiver}) as office:
        await subscribed(office)
        for number in range(5):
            await office.approve(f"R-{number}")
        await asyncio.sleep(10)
        assert sorted(len(msgspec.json.decode(arrival.body)) for arrival in receiver.got) == [1, 2, 2]
