"""A test's hands on clock, faults and webhooks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from hardclose_simulator.pytest_plugin.handle import Hardclose
from hardclose_simulator.pytest_plugin.hands import Clock, Faults, Webhooks
from hardclose_simulator.pytest_plugin.systems import MockSystem
from hardclose_simulator.pytest_plugin.usage import UsageError

OPENED = datetime(2026, 11, 30, 8, 30, tzinfo=UTC)
POSTINGS = "/v1/expense-postings"


def test_the_clock_stands_until_it_is_moved(hardclose: Hardclose, clock: Clock) -> None:
    assert (clock.now(), clock.rate) == (OPENED, 0.0)
    assert clock.advance(hours=10) == clock.now() == OPENED + timedelta(hours=10)
    assert [clock.date(company).isoformat() for company in ("DE01", "US01", "JP01")] == [
        "2026-11-30",
        "2026-11-30",
        "2026-12-01",
    ]
    assert hardclose.approved_report("JP01").accounting_date == "2026-12-01"
    assert clock.set("2026-12-24T18:00:00+01:00") == datetime(2026, 12, 24, 17, tzinfo=UTC)


def test_the_clock_runs_and_freezes(clock: Clock) -> None:
    began = clock.run(rate=86_400.0)
    while clock.now() == began:
        pass
    assert clock.rate == 86_400.0
    frozen = clock.freeze()
    assert frozen == clock.now() > began
    clock.run()
    assert clock.rate == 4320.0


def test_the_clock_does_not_run_backwards(clock: Clock) -> None:
    with pytest.raises(UsageError, match=r"business time is 2026-11-30T08:30:00\+00:00 and does not run backwards"):
        clock.set("2026-11-29T08:30:00+00:00")
    with pytest.raises(UsageError, match="has no offset"):
        clock.set("2026-12-01T08:30:00")
    with pytest.raises(UsageError, match="there is no company 'DE1'; try 'DE01'"):
        clock.date("DE1")


def test_weather_strikes_everything_until_it_is_removed(erp: MockSystem, faults: Faults) -> None:
    fault = faults.add("F02", "erp", "expense_posting.list")
    with pytest.raises(httpx2.HTTPError):
        erp.client.get(POSTINGS)
    assert erp.client.get("/v1/purchase-orders").status_code == 200
    [strike] = faults.fired
    assert (strike.rule, strike.fault, strike.operation) == (fault.id, "F02", "expense_posting.list")
    assert repr(fault) == f"<F02 as {fault.id}, fired 1 times>"
    fault.remove()
    assert erp.client.get(POSTINGS).status_code == 200
    assert len(fault.fired) == 1
    fault.remove()


def test_an_aimed_fault_strikes_one_call_about_one_document(
    hardclose: Hardclose, expense: MockSystem, faults: Faults
) -> None:
    first, second = hardclose.approved_report(), hardclose.approved_report()
    fault = faults.aim("F06", "expense", "expense_report.posting", at=second, nth=2, commits=0.0)
    write_back = {"state": "submitted"}
    seen = [
        expense.client.put(f"/v1/expense-reports/{fact.source}/posting", json=write_back).status_code
        for fact in (first, second, first, second)
    ]
    assert seen[:3] == [200, 200, 200]
    assert seen[3] in (502, 504)
    [strike] = fault.fired
    assert strike.subject == second.source


def test_a_fault_with_a_time_to_live_ends_by_itself(erp: MockSystem, faults: Faults) -> None:
    faults.add("F02", "erp", "expense_posting.list", ttl_s=0.2)
    assert len(faults.rules) == 1
    tries = 0
    while True:
        try:
            assert erp.client.get(POSTINGS).status_code == 200
            break
        except httpx2.HTTPError:
            tries += 1
    assert tries > 0
    assert faults.rules == ()


def test_what_no_hand_can_plant_is_refused_with_the_nearest_word(faults: Faults) -> None:
    for arguments, says in (
        (("F99", "erp"), "no fault 'F99'"),
        (("F01", "epr"), "there is no system 'epr'; try 'erp'"),
        (("F10", "erp"), "only a scenario can plan it"),
    ):
        with pytest.raises(UsageError, match=says):
            faults.add(*arguments)
    with pytest.raises(UsageError, match="F06 has no parameter 'commit'; try 'commits'"):
        faults.add("F06", "erp", commit=0.5)
    with pytest.raises(UsageError, match="share"):
        faults.add("F01", "erp", share=2.0)
    assert faults.rules == ()


def test_a_receiver_sees_only_what_it_subscribed_to(hardclose: Hardclose, webhooks: Webhooks) -> None:
    every, approvals = webhooks.subscribe("expense"), webhooks.subscribe("expense", "expense_report.approved")
    fact = hardclose.approved_report()
    assert {one.type for one in every.wait_for(2)} == {"expense_report.submitted", "expense_report.approved"}
    [arrival] = approvals.wait_for(subject=fact.source)
    assert (arrival.type, arrival.genuine) == ("expense_report.approved", True)
    assert arrival.content["data"]["number"] == fact.source
    assert approvals.deliveries == [arrival]


def test_waiting_for_an_event_ends_with_what_came_instead(hardclose: Hardclose, webhooks: Webhooks) -> None:
    receiver = webhooks.subscribe("expense", "expense_report.submitted")
    fact = hardclose.approved_report()
    receiver.wait_for()
    with pytest.raises(AssertionError) as late:
        receiver.wait_for(type="expense_report.approved", timeout_s=0.05)
    came = f"expense_report.submitted {fact.source}"
    assert str(late.value) == f"after 0.05 s there were 0 of 1 (expense_report.approved); arrived: {came}"


def test_what_is_no_signed_json_is_kept_as_not_genuine(webhooks: Webhooks) -> None:
    receiver = webhooks.subscribe("erp")
    for body in (b"no json", b"[1]", b""):
        assert httpx2.post(receiver.url, content=body, trust_env=False).status_code == 204
    assert [(one.genuine, one.content) for one in receiver.deliveries] == [(False, None), (False, [1]), (False, None)]


def test_the_senders_log_tells_of_a_receiver_that_is_not_there(hardclose: Hardclose, webhooks: Webhooks) -> None:
    webhooks.subscribe_url("procurement", "http://127.0.0.1:9/nobody", "requisition.approved")
    watching = webhooks.subscribe("procurement", "requisition.approved")
    hardclose.approved_requisition()
    watching.wait_for()
    outcomes = {one.outcome for one in webhooks.deliveries("procurement")}
    assert outcomes <= {"delivered", "retry"}
    assert "delivered" in outcomes
    with pytest.raises(UsageError, match="there is no system 'procurment'; try 'procurement'"):
        webhooks.subscribe("procurment")
