"""A sandbox in a test's hands: fresh, addressed, and full of people who act at once."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from hardclose_mocks.kernel.commands import RecallReport, SetPeriod
from hardclose_mocks.kernel.refusals import Refused, WrongState
from hardclose_simulator.pytest_plugin.handle import Hardclose
from hardclose_simulator.pytest_plugin.hands import Webhooks
from hardclose_simulator.pytest_plugin.systems import MockSystem
from hardclose_simulator.pytest_plugin.usage import UsageError

GONE = 410


def test_another_sandbox_opens_within_milliseconds(hardclose: Hardclose) -> None:
    opened_s = []
    for _ in range(20):
        hardclose.reset()
        opened_s.append(hardclose.opened_s)
    print(f"opened in {sorted(opened_s)[10] * 1000:.1f} ms")
    assert min(opened_s) < 0.05


def test_a_reset_leaves_nothing_but_the_addresses(
    hardclose: Hardclose, expense: MockSystem, erp: MockSystem, webhooks: Webhooks
) -> None:
    urls, tag = hardclose.urls, hardclose.run_tag
    receiver = webhooks.subscribe("expense")
    hardclose.approved_report()
    receiver.wait_for(2)
    assert erp.client.get("/v1/companies/DE01").status_code == 200
    hardclose.reset()
    assert (hardclose.urls, hardclose.run_tag != tag) == (urls, True)
    assert expense.documents("expense_report") == []
    assert webhooks.deliveries() == []
    assert httpx2.post(receiver.url, json={}, trust_env=False).status_code == GONE
    # The client's token died with the sandbox that gave it; it asks for another.
    assert erp.client.get("/v1/companies/DE01").status_code == 200
    assert hardclose.approved_report().source == f"{hardclose.run_tag}-E0001"


def test_the_environment_is_what_an_integration_reads(hardclose: Hardclose) -> None:
    variables = hardclose.environment
    form = {
        "grant_type": "client_credentials",
        "client_id": variables["HARDCLOSE_EXPENSE_CLIENT_ID"],
        "client_secret": variables["HARDCLOSE_EXPENSE_CLIENT_SECRET"],
    }
    answer = httpx2.post(variables["HARDCLOSE_EXPENSE_TOKEN_URL"], data=form, trust_env=False)
    assert answer.json()["access_token"]
    assert variables["HARDCLOSE_ERP_URL"] == hardclose.urls["erp"]


@pytest.mark.parametrize(
    ("company", "total", "minor", "currency"),
    [("DE01", "119.00", 119_00, "EUR"), ("JP01", "12000", 12_000, "JPY"), ("US01", "25000.00", 25_000_00, "USD")],
)
def test_an_approved_report_is_what_was_asked_for(
    hardclose: Hardclose, expense: MockSystem, company: str, total: str, minor: int, currency: str
) -> None:
    fact = hardclose.approved_report(company, total, lines=3)
    report = expense.find(fact.source)
    [held] = expense.documents("expense_report")
    assert held == report
    assert (held.status, held.total, held.currency, len(held.lines)) == ("approved", minor, currency, 3)
    assert (fact.total, fact.due_at, fact.accounting_date) == (minor, held.approved_at, "2026-11-30")


def test_an_approved_requisition_has_its_whole_chain_behind_it(hardclose: Hardclose, procurement: MockSystem) -> None:
    buyer = hardclose.people("buyer", company="DE01")[0].id
    fact = hardclose.approved_requisition("DE01", "30000.00", buyer=buyer)
    [held] = procurement.documents("requisition")
    assert (held.requester, held.status, held.total) == (buyer, "approved", 30_000_00)
    assert len(held.chain) > 1
    assert [step.approver for step in held.approvals] == list(held.chain)
    assert fact.flow == "RBP"


def test_every_document_has_an_amount_of_its_own(hardclose: Hardclose) -> None:
    facts = [hardclose.approved_report("DE01") for _ in range(8)] + [hardclose.approved_requisition("DE01")]
    assert len({fact.total for fact in facts}) == len({fact.id for fact in facts}) == 9


def test_people_act_by_value_and_by_name(hardclose: Hardclose) -> None:
    [controller] = hardclose.people("controller", company="US01")
    done = hardclose.act("erp", SetPeriod("US01", "expense", 2026, 11, "soft_closed"), controller.id)
    assert len(done.events) == 1
    arguments = {"company": "US01", "module": "expense", "year": 2026, "period": 11, "state": "open"}
    assert hardclose.act("erp", "SetPeriod", controller.id, **arguments).events != done.events


def test_the_books_say_no_to_people_too(hardclose: Hardclose) -> None:
    report = hardclose.approved_report()
    with pytest.raises(Refused) as refused:
        hardclose.act("expense", RecallReport(report.source), report.partner)
    assert isinstance(refused.value.refusal, WrongState)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (lambda box: box.act("epr", "SetPeriod", "x"), "there is no system 'epr'; try 'erp'"),
        (lambda box: box.act("erp", "SetPeriods", "x"), "erp knows no command 'SetPeriods'; try 'SetPeriod'"),
        (lambda box: box.act("erp", "BlockSupplier", "x", number=7), "arguments of BlockSupplier: .*number"),
        (lambda box: box.act("expense", SetPeriod("DE01", "expense", 2026, 1, "open"), "x"), "knows no command SetPer"),
        (lambda box: box.approved_report("DE02"), "there is no company 'DE02'; try 'DE01'"),
        (lambda box: box.approved_report(total="1.005"), "1.005 has more digits than EUR carries"),
        (lambda box: box.approved_report(total="0.00"), "a total above zero"),
    ],
)
def test_a_word_that_is_not_there_is_met_with_the_nearest_one(hardclose: Hardclose, asked: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        asked(hardclose)


def test_a_stranger_cannot_file_a_report(hardclose: Hardclose) -> None:
    with pytest.raises(Refused, match="UnknownMaster"):
        hardclose.approved_report(employee="nobody")


# --- the systems -----------------------------------------------------------------------------------------------


def test_a_client_is_the_integration_and_a_person_is_somebody(hardclose: Hardclose, expense: MockSystem) -> None:
    fact = hardclose.approved_report()
    lead = hardclose.people("approver", company="DE01")[0].id
    approval = f"/v1/expense-reports/{fact.source}/approval"
    assert expense.client.get(f"/v1/expense-reports/{fact.source}").json()["number"] == fact.source
    assert expense.client.post(approval, json={}).json()["type"].endswith("not-allowed")
    assert expense.person(lead).post(approval, json={}).json()["type"].endswith("wrong-state")
    actors = [record.actor for record in hardclose.history if record.kind == "Exchange"]
    assert actors == ["integration", "integration", f"person:{lead}"]
    with pytest.raises(UsageError, match="there is no person 'DE01-led1'; try 'DE01-lead1'"):
        expense.person("DE01-led1")


def test_waiting_for_a_document_ends_with_what_was_there_instead(hardclose: Hardclose, expense: MockSystem) -> None:
    fact = hardclose.approved_report()
    assert expense.wait_for("expense_report", number=fact.source, status="approved")
    with pytest.raises(AssertionError) as late:
        expense.wait_for("expense_report", status="posted", timeout_s=0.05)
    assert str(late.value) == (
        f"after 0.05 s expense held 0 of 1 expense_report (status='posted'); all it held: {fact.source}"
    )


def test_books_hold_only_their_own_kinds_and_fields(erp: MockSystem) -> None:
    with pytest.raises(UsageError, match="erp holds no 'purchase_orders'; try 'purchase_order'"):
        erp.documents("purchase_orders")
    with pytest.raises(UsageError, match="purchase_order has no field 'ref'; try 'reference'"):
        erp.wait_for("purchase_order", ref="R-1")


@pytest.mark.sandbox(like="smoke", seed=5, profile="C3", opened_at="2026-11-19T12:00:00+09:00")
def test_a_marked_sandbox_opens_as_it_says(hardclose: Hardclose, erp: MockSystem) -> None:
    assert erp.card["operations"]["purchase_order.create"]["profile"] == "C3"
    assert hardclose.approved_report("JP01").accounting_date == "2026-11-19"
    assert hardclose.run_tag.startswith("T5x")
