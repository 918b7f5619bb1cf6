"""What an endpoint offers against doubt, as its card says: C1 to C6. And who may do what."""

from __future__ import annotations

import asyncio

import pytest

from hardclose_mocks.cards import CREATING, PROFILES, Limit
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.kernel.commands import SubmitReport, SubmitRequisition

from ...kernel.small_world import report, requisition
from ...sandboxes import in_process, order_body, posting_body, virtually

PATHS = {"expense_posting.create": "/v1/expense-postings", "purchase_order.create": "/v1/purchase-orders"}
BODIES = {"expense_posting.create": posting_body, "purchase_order.create": order_body}


@pytest.mark.parametrize("profile", PROFILES)
@virtually
async def test_a_search_by_reference_is_offered_only_where_the_card_says_so(profile: str) -> None:
    async with in_process(profile=profile) as office:
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        for operation, path in PATHS.items():
            for reference in ("T0-A", "T0-B", "T0-AB"):
                created = await office.call("POST", path, json=BODIES[operation](reference))
                assert created.status_code == 201
            await asyncio.sleep(card["operations"][operation]["read_lag_s"])
            found = await office.call("GET", path, params={"reference": "T0-A"})
            searchable = profile not in ("C1", "C6")
            assert card["operations"][operation]["reference_search"] == searchable
            if not searchable:
                assert (found.status_code, found.json()["type"].rsplit("/", 1)[-1]) == (400, "filter-not-supported")
                assert "contract card" in found.json()["detail"]
            else:
                assert [one["reference"] for one in found.json()["items"]] == ["T0-A"]
                none = await office.call("GET", path, params={"reference": "T0-a"})
                assert none.json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("operation", PATHS)
@virtually
async def test_a_unique_reference_answers_with_the_document_that_has_it(operation: str) -> None:
    async with in_process(profile="C3") as office:
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        assert card["operations"][operation]["reference_unique"] is True
        first = await office.call("POST", PATHS[operation], json=BODIES[operation]("T0-A"))
        again = await office.call("POST", PATHS[operation], json=BODIES[operation]("T0-A"))
        assert (again.status_code, again.json()["type"].rsplit("/", 1)[-1]) == (409, "duplicate-reference")
        assert (again.json()["existing"], again.json()["reference"]) == (first.json()["number"], "T0-A")
        read = await office.call("GET", f"{PATHS[operation]}/{again.json()['existing']}")
        assert read.json()["reference"] == "T0-A"
        assert office.exchanges(operation)[-1].refusal == "DuplicateReference"


@virtually
async def test_a_reference_is_free_again_once_its_document_was_reversed() -> None:
    async with in_process(profile="C3") as office:
        first = (await office.post("T0-A")).json()["number"]
        reversal = {"posting_date": "2026-11-30", "reason": "wrong"}
        await office.call("POST", f"/v1/expense-postings/{first}/reversal", json=reversal)
        assert (await office.post("T0-A")).status_code == 201


@pytest.mark.parametrize("profile", ["C1", "C4"])
@virtually
async def test_elsewhere_a_reference_may_be_used_twice(profile: str) -> None:
    async with in_process(profile=profile) as office:
        assert [(await office.post("T0-A")).status_code for _ in range(2)] == [201, 201]


@virtually
async def test_the_card_tells_what_an_integration_is_held_to() -> None:
    limit = Rule("l", "F10", "erp", parameters={"rate_per_s": 10.0, "burst": 5.0, "wait": "http-date"})
    async with in_process(limit) as office:
        card = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        pace = office.sandbox.pace
        assert (card["system"], card["pace"], card["token_life_s"]) == ("erp", "ci", pace.token_life_s)
        assert card["limits"] == [{"scope": "credential", "rate_per_s": 10.0, "burst": 5, "retry_after": "http-date"}]
        assert card["webhooks"]["schedule_s"] == list(pace.webhook_schedule_s)
        assert set(card["operations"]) == set(CREATING) >= set(PATHS)
        assert card["operations"]["expense_posting.create"]["late_commit_s"] == pace.late_commit_s
        assert card["service_levels"]["exception_s"] == pace.exception_s
        other = (await office.call("GET", "/.well-known/contract-card", "expense", who=None)).json()
        assert (other["limits"], other["operations"]) == ([], {})
        assert office.sandbox.systems["erp"].card.limit == Limit(10.0, 5, "http-date")


# --- who may do what ------------------------------------------------------------------------------------------------


@virtually
async def test_an_integration_may_not_approve_return_or_reject() -> None:
    async with in_process() as office:
        await office.sandbox.act("expense", report(), "person:employee")
        await office.sandbox.act("expense", SubmitReport("R-1"), "person:employee")
        await office.sandbox.act("procurement", requisition(), "person:buyer")
        await office.sandbox.act("procurement", SubmitRequisition("Q-1"), "person:buyer")
        for path, system, body in (
            ("/v1/expense-reports/R-1/approval", "expense", {}),
            ("/v1/expense-reports/R-1/return", "expense", {"reason": "no"}),
            ("/v1/requisitions/Q-1/approval", "procurement", {"on_behalf_of": "lead"}),
            ("/v1/requisitions/Q-1/rejection", "procurement", {"reason": "no"}),
        ):
            answer = await office.call("POST", path, system, json=body)
            assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (403, "not-allowed"), path
            assert office.exchanges()[-1].refusal == "NotAllowed"
            assert "person:<id>" in answer.json()["detail"]
        books = office.sandbox.systems["expense"].books.find("R-1")
        assert books is not None
        assert books.status == "submitted"


@virtually
async def test_a_person_approves_in_his_own_name_and_turn_only() -> None:
    async with in_process() as office:
        await office.sandbox.act("expense", report(), "person:employee")
        path = "/v1/expense-reports/R-1"
        assert (await office.call("POST", path + "/submission", "expense", who="person:employee")).status_code == 200
        for person, status in (("employee", 403), ("peer", 403), ("lead", 200), ("lead", 409)):
            answer = await office.call("POST", path + "/approval", "expense", who=f"person:{person}", json={})
            assert answer.status_code == status, (person, answer.text)
        approved = (await office.call("GET", path, "expense")).json()
        assert (approved["status"], [one["approver"] for one in approved["approvals"]]) == ("approved", ["lead"])
        assert approved["approved_at"].startswith("2026-11-23T")


@virtually
async def test_the_write_back_of_an_approved_report_is_the_integrations() -> None:
    async with in_process() as office:
        await office.approve("R-1")
        path = "/v1/expense-reports/R-1/posting"
        steps: list[tuple[dict[str, str], int]] = [
            ({"state": "posted"}, 422),
            ({"state": "done", "document": "EP-1"}, 422),
            ({"state": "parked"}, 422),
            ({"state": "parked", "reason": "period closed"}, 200),
            ({"state": "posted", "document": "EP-1"}, 200),
            ({"state": "posted", "document": "EP-1"}, 200),
            ({"state": "paid", "document": "EP-1"}, 200),
            ({"state": "posted", "document": "EP-2"}, 409),
        ]
        for body, status in steps:
            answer = await office.call("PUT", path, "expense", json=body)
            assert answer.status_code == status, (body, answer.text)
        listed = await office.call("GET", "/v1/expense-reports", "expense", params={"posting_state": "paid"})
        assert [one["number"] for one in listed.json()["items"]] == ["R-1"]


@virtually
async def test_procurement_lists_its_orders_with_the_erps_number() -> None:
    async with in_process() as office:
        await office.sandbox.act("procurement", requisition(), "person:buyer")
        await office.call("POST", "/v1/requisitions/Q-1/submission", "procurement", who="person:buyer")
        await office.call("POST", "/v1/requisitions/Q-1/approval", "procurement", who="person:lead", json={})
        assert (await office.call("GET", "/v1/purchase-orders", "procurement")).json()["items"] == []
        posted = {"state": "posted", "document": "PO-DE01-000001"}
        await office.call("PUT", "/v1/requisitions/Q-1/posting", "procurement", json=posted)
        (order,) = (await office.call("GET", "/v1/purchase-orders", "procurement")).json()["items"]
        assert (order["number"], order["posting"]["document"], order["status"]) == ("Q-1", "PO-DE01-000001", "ordered")
