"""Deliveries on the wire: signed, at least once, on the pace's schedule, with the faults that the plan adds."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from hardclose_mocks.clock import LoopClock
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.kernel.commands import BlockSupplier, SetPeriod

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


# --- genuine --------------------------------------------------------------------------------------------------------


@virtually
async def test_an_approved_report_arrives_signed_with_the_document_in_it() -> None:
    receiver = Receiver()
    async with in_process(receivers={"sut.test": receiver}, wire=present()) as office:
        subscription = await subscribed(office)
        await office.approve("T0-R-1")
        await asyncio.sleep(1)
        (arrival,) = receiver.got
        assert verified(receiver, subscription["secret"]) == [True]
        assert (arrival.content["type"], arrival.content["subject"]) == (APPROVED, "T0-R-1")
        read = (await office.call("GET", "/v1/expense-reports/T0-R-1", "expense")).json()
        assert arrival.content["data"] == read
        assert arrival.id == arrival.content["id"] == office.emitted()[-1].id
        (tried,) = office.tried()
        assert (tried.outcome, tried.status, tried.label, tried.attempt) == ("delivered", 200, "genuine", 1)
        assert not office.sandbox.outbox.open


@virtually
async def test_every_subscriber_of_the_type_gets_its_own_delivery() -> None:
    one, other = Receiver(), Receiver()
    async with in_process(receivers={"one.test": one, "other.test": other}) as office:
        await subscribed(office, "*", url="http://one.test/all")
        await subscribed(office, APPROVED, url="http://other.test/some")
        await office.approve("R-1")
        await asyncio.sleep(1)
        assert [arrival.content["type"] for arrival in one.got] == ["expense_report.submitted", APPROVED]
        assert [(arrival.path, arrival.content["type"]) for arrival in other.got] == [("/some", APPROVED)]


@virtually
async def test_events_about_masters_and_periods_are_delivered_too() -> None:
    receiver = Receiver()
    async with in_process(receivers={"sut.test": receiver}) as office:
        await subscribed(office, "*", system="erp")
        await office.sandbox.act("erp", SetPeriod("DE01", "expense", 2026, 11, "soft_closed"), "person:controller")
        await office.sandbox.act("erp", BlockSupplier("S1", True), "person:clerk")
        await asyncio.sleep(1)
        assert [(one.content["type"], one.content["subject"]) for one in receiver.got] == [
            ("period.changed", "DE01/expense/2026-11"),
            ("supplier.blocked", "S1"),
        ]
        assert receiver.got[0].content["data"] == {
            "module": "expense",
            "year": 2026,
            "period": 11,
            "state": "soft_closed",
        }


# --- at least once --------------------------------------------------------------------------------------------------


@virtually
async def test_a_failing_receiver_is_tried_again_on_the_paces_schedule() -> None:
    receiver = Receiver(500, 404, 301, 500, 500, 500)
    async with in_process(receivers={"sut.test": receiver}) as office:
        await subscribed(office)
        await office.approve("R-1")
        await asyncio.sleep(60)
        at = [arrival.at_s - receiver.got[0].at_s for arrival in receiver.got]
        assert at == pytest.approx([0.0, 1.0, 3.0, 7.0, 15.0], abs=0.01)
        assert [one.outcome for one in office.tried()] == ["retry"] * 4 + ["exhausted"]
        assert [one.attempt for one in office.tried()] == [1, 2, 3, 4, 5]
        assert {arrival.id for arrival in receiver.got} == {receiver.got[0].id}
        assert not office.sandbox.outbox.open


@virtually
async def test_retries_end_with_the_first_success_and_are_signed_anew() -> None:
    receiver = Receiver(503, 503, 204)
    async with in_process(receivers={"sut.test": receiver}, wire=present()) as office:
        subscription = await subscribed(office)
        await office.approve("R-1")
        await asyncio.sleep(60)
        assert [one.outcome for one in office.tried()] == ["retry", "retry", "delivered"]
        assert verified(receiver, subscription["secret"]) == [True] * 3
        stamps = [int(arrival.headers["webhook-timestamp"]) for arrival in receiver.got]
        assert stamps[2] - stamps[0] in (2, 3, 4)
        assert len({arrival.body for arrival in receiver.got}) == 1


@virtually
async def test_the_wait_counts_from_the_end_of_an_attempt_that_timed_out() -> None:
    receiver = Receiver(wait_s=10.0)
    async with in_process(receivers={"sut.test": receiver}) as office:
        await subscribed(office)
        await office.approve("R-1")
        await asyncio.sleep(5)
        first = office.tried()[0]
        assert (first.status, first.outcome) == (None, "retry")
        assert first.ended_ns - first.started_ns == pytest.approx(3e9, abs=1e6)
        assert receiver.got[1].at_s - receiver.got[0].at_s == pytest.approx(3.0 + 1.0, abs=0.01)


@virtually
async def test_nobody_listening_is_tried_again() -> None:
    async with in_process() as office:
        await subscribed(office, url="http://gone.test/")
        await office.approve("R-1")
        await asyncio.sleep(60)
        assert [(one.status, one.outcome) for one in office.tried()] == [(None, "retry")] * 4 + [(None, "exhausted")]


@virtually
async def test_a_slow_receiver_delays_nobody_else() -> None:
    slow, quick = Receiver(wait_s=2.9), Receiver()
    async with in_process(receivers={"slow.test": slow, "quick.test": quick}) as office:
        await subscribed(office, url="http://slow.test/")
        await subscribed(office, url="http://quick.test/")
        began = asyncio.get_running_loop().time()
        for number in range(20):
            await office.approve(f"R-{number}")
        await asyncio.sleep(10)
        assert max(arrival.at_s for arrival in quick.got) - began < 0.1
        assert len(slow.got) == len(quick.got) == 20


@pytest.mark.parametrize(
    "url",
    [
        "http://[::bad", "http://", "http:///path", "http://127.0.0.1:99999/", "ftp://sut.test/", "sut.test/hooks", "",
        "http://sut.test/\u0000", "http://" + "\u2603" * 70 + ".test/", "http://sut test/",
    ],
)  # fmt: skip
@virtually
async def test_an_address_nobody_can_post_to_is_refused_at_once(url: str) -> None:
    async with in_process() as office:
        answer = await office.call("POST", "/v1/webhook-subscriptions", "expense", json={"url": url, "types": ["*"]})
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (422, "invalid")
        assert answer.json()["errors"][0]["pointer"] == "/url"
        assert office.sandbox.subscriptions.listing("expense") == []


@virtually
async def test_an_address_that_only_a_command_line_could_give_ends_as_an_unanswered_one() -> None:
    async with in_process() as office:
        office.sandbox.subscriptions.create("expense", "http://[::bad", (APPROVED,))
        await office.approve("R-1")
        await asyncio.sleep(60)
        assert [one.outcome for one in office.tried()] == ["retry"] * 4 + ["exhausted"]
        assert not office.sandbox.outbox.open, "a run must be able to drain"


# --- subscriptions --------------------------------------------------------------------------------------------------


@virtually
async def test_unsubscribing_stops_deliveries_and_the_retries_under_way() -> None:
    receiver = Receiver(500, 500, 500)
    async with in_process(receivers={"sut.test": receiver}) as office:
        subscription = await subscribed(office)
        await office.approve("R-1")
        await asyncio.sleep(0.5)
        gone = await office.call("DELETE", f"/v1/webhook-subscriptions/{subscription['id']}", "expense")
        assert gone.status_code == 204
        await office.approve("R-2")
        await asyncio.sleep(60)
        assert len(receiver.got) == 1
        assert not office.sandbox.outbox.open
        listed = await office.call("GET", "/v1/webhook-subscriptions", "expense")
        assert listed.json() == {"items": [], "next_cursor": None}
        again = await office.call("DELETE", f"/v1/webhook-subscriptions/{subscription['id']}", "expense")
        assert again.status_code == 404


@virtually
async def test_a_subscription_is_another_systems_business_only_there() -> None:
    async with in_process() as office:
        subscription = await subscribed(office)
        assert (
            await office.call("DELETE", f"/v1/webhook-subscriptions/{subscription['id']}", "erp")
        ).status_code == 404
        assert [one["id"] for one in office.sandbox.subscriptions.listing("expense")] == [subscription["id"]]
        assert "secret" not in office.sandbox.subscriptions.listing("expense")[0]


@virtually
async def test_a_subscription_never_takes_the_number_of_another() -> None:
    async with in_process() as office:
        first, second = [await subscribed(office, url=f"http://{name}.test/") for name in ("one", "two")]
        await office.call("DELETE", f"/v1/webhook-subscriptions/{first['id']}", "expense")
        third = await subscribed(office, url="http://three.test/")
        assert len({first["id"], second["id"], third["id"]}) == 3
        assert [one["url"] for one in office.sandbox.subscriptions.listing("expense")] == [
            "http://two.test/",
            "http://three.test/",
        ]


@virtually
async def test_the_delivery_log_shows_the_latest_attempts_first_and_knows_no_forger() -> None:
    rules = aimed("F36", rule="f"), aimed("F30", rule="d", new_id=0.0, after_s=9.0)
    async with in_process(*rules, receivers={"sut.test": Receiver(200, 500)}) as office:
        await subscribed(office)
        await office.approve("R-1")
        await asyncio.sleep(30)
        items = (await office.call("GET", "/v1/webhook-deliveries", "expense")).json()["items"]
        assert [(one["attempt"], one["outcome"]) for one in items] == [(1, "delivered"), (2, "delivered"), (1, "retry")]
        assert {one["message"] for one in items} == {office.emitted()[-1].id}
        assert not {"label", "forgery", "fault", "body"} & set(items[0])


@virtually
async def test_an_event_bears_the_trace_of_the_request_that_caused_it() -> None:
    receiver = Receiver()
    trace = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "x-correlation-id": "close-7"}
    async with in_process(receivers={"sut.test": receiver}, wire=present()) as office:
        secret = (await subscribed(office, "expense_posting.posted", system="erp"))["secret"]
        await office.post("R-1", **{name.replace("-", "_"): value for name, value in trace.items()})
        await office.post("R-2")
        await asyncio.sleep(1)
        traced, untraced = receiver.got
        assert {name: traced.headers[name] for name in trace} == trace
        assert not trace.keys() & untraced.headers.keys()
        assert verified(receiver, secret) == [True, True]
