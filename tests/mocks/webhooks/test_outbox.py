"""What is still to be delivered, to whom and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hardclose_mocks.history.records import DeliveryTried, Emitted, Subscribed
from hardclose_mocks.webhooks.outbox import Outbox, Parcel

EVENT = Emitted("evt_1", "expense_report.approved", "R-1", 1, "DE01", datetime(2026, 11, 30, tzinfo=UTC), {})


def parcel(message: str = "evt_1", due_ns: int = 0, subscription: str = "sub_1") -> Parcel:
    return Parcel(EVENT, "expense", subscription, message, 1, due_ns)


def tried(one: Parcel, outcome: str, next_ns: int | None = None) -> DeliveryTried:
    return DeliveryTried(
        one.event.id, one.message, one.subscription, "R-1", 1, one.attempt, "genuine", None, outcome, 0, 0, next_ns
    )


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30), st.integers(0, 60))
def test_whatever_is_due_is_taken_once_and_in_order(dues: list[int], now: int) -> None:
    outbox = Outbox()
    for number, due in enumerate(dues):
        outbox.put(parcel(f"evt_{number}", due))
    taken = outbox.take(now)
    assert [one.due_ns for one in taken] == sorted(due for due in dues if due <= now)
    assert outbox.take(now) == []
    assert outbox.next_due_ns() == min((due for due in dues if due > now), default=None)
    assert len(outbox.open) == len(dues), "a parcel under way is still open"


def test_a_parcel_put_again_is_due_at_its_new_time_only() -> None:
    outbox = Outbox()
    outbox.put(parcel(due_ns=10))
    outbox.put(parcel(due_ns=30))
    assert (outbox.take(20), outbox.next_due_ns()) == ([], 30)
    assert [one.due_ns for one in outbox.take(30)] == [30]


def test_a_failed_attempt_comes_again_without_its_fault_and_a_final_one_does_not() -> None:
    outbox = Outbox()
    first = parcel()
    outbox.put(first)
    outbox.take(0)
    outbox.tried("expense", tried(first, "retry", next_ns=7))
    (second,) = outbox.take(7)
    assert second == replace(first, attempt=2, due_ns=7)
    outbox.tried("expense", tried(second, "delivered"))
    assert (outbox.open, outbox.next_due_ns()) == ({}, None)
    assert [one.attempt for _, one in outbox.log] == [1, 2]


def test_events_go_to_who_asked_for_them_in_that_system() -> None:
    outbox = Outbox()
    for number, (system, types) in enumerate(
        (("expense", ("*",)), ("expense", ("expense_report.approved",)), ("expense", ("x",)), ("erp", ("*",)))
    ):
        outbox.subscribe(system, Subscribed(f"sub_{number}", "http://sut/", types))
    assert [one.id for one in outbox.subscribers("expense", "expense_report.approved")] == ["sub_0", "sub_1"]


def test_a_deleted_subscription_takes_its_parcels_along() -> None:
    outbox = Outbox()
    subscription = Subscribed("sub_1", "http://sut/", ("*",))
    outbox.subscribe("expense", subscription)
    outbox.put(parcel())
    outbox.put(parcel(subscription="sub_2"))
    outbox.subscribe("expense", replace(subscription, state="deleted"))
    assert list(outbox.subscribers("expense", "anything")) == []
    assert [one.subscription for one in outbox.take(0)] == ["sub_2"]
