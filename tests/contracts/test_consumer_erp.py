"""What the reference relies on when it posts to the ERP, told by its own code against pact's mock server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pact import match

from hardclose_reference.answers import InDoubt, Refused
from hardclose_reference.job import PARKED, POSTED
from hardclose_reference.mapping import erp_document
from hardclose_reference.store import Store

from .consumer_side import (
    NOW,
    Conversation,
    amount,
    card,
    instant,
    poster,
    problem,
    report_job,
    requisition_job,
    run,
)

POSTINGS, ORDERS = ("POST", "/v1/expense-postings"), ("POST", "/v1/purchase-orders")
KEY = {"Idempotency-Key": match.string("R-1001-1-0")}
EP, PO = "EP-DE01-000001", "PO-DE01-000001"
NOVEMBER = ("the expense period 2026-11 of DE01 is closed",)


def created(number: str) -> dict[str, Any]:
    return {"number": match.string(number)}


def posting(number: str = EP, reference: str = "R-1001", **changes: Any) -> dict[str, Any]:
    """A posting in a list: what the reference reads of it."""
    return {
        "number": match.string(number),
        "reference": match.string(reference),
        "status": "posted",
        "payment": match.regex("open", regex="^(open|paid)$"),
        "reverses": None,
        "total": amount("119.00"),
        "updated_at": instant(),
        **changes,
    }


# --- the card and the token ------------------------------------------------------------------------------------


def test_the_card_says_how_each_operation_may_be_repeated(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp = Conversation("erp")
        terms = {
            "idempotency_key": {"supported": True, "life_s": match.number(86400.0)},
            "reference_unique": False,
            "reference_search": False,
            "late_commit_s": match.number(3.0),
            "read_lag_s": match.number(0.0),
        }
        says = {
            "service_levels": {"client_timeout_s": match.number(2.0)},
            "operations": dict.fromkeys(card()["operations"], terms),
        }
        erp.expect(
            "the contract card is read",
            "the ERP honours Idempotency-Keys",
            ask=("GET", "/.well-known/contract-card"),
            answer=200,
            says=says,
            anonymous=True,
        )
        async with erp.talking(tmp_path, profile=None) as client:
            await client.learn()
            assert client.card == card()

    run(conversation())


def test_a_client_that_is_turned_away_has_no_token_and_is_in_doubt(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp = Conversation("erp")
        erp.expect_token("a token is asked for with a wrong secret", "the client credentials are wrong", answer=401)
        erp.expect(
            "a secret that may have been replaced is collected with a wrong one",
            "the client credentials are wrong",
            ask=("POST", "/oauth/rotate"),
            body="client_id=integration-erp&client_secret=dummy",
            answer=401,
            says={"error": "invalid_client"},
            anonymous=True,
        )
        async with erp.talking(tmp_path) as client:
            with pytest.raises(InDoubt, match="no token"):
                await client.call("GET", "/v1/expense-postings")

    run(conversation())


def test_a_token_that_is_not_accepted_is_renewed_once_and_then_believed(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp = Conversation("erp")
        erp.expect_token()
        erp.expect(
            "postings are read with a token that has expired",
            "the access token has expired",
            ask=("GET", "/v1/expense-postings"),
            answer=401,
            says=problem("unauthorized"),
        )
        async with erp.talking(tmp_path) as client:
            with pytest.raises(Refused) as no:
                await client.call("GET", "/v1/expense-postings")
            assert no.value.status == 401

    run(conversation())


# --- posting ---------------------------------------------------------------------------------------------------


def test_an_approved_report_is_posted_under_a_key(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp, job, store = Conversation("erp"), report_job(), Store(tmp_path / "state")
        erp.expect_token()
        erp.expect(
            "a report is posted", ask=POSTINGS, headers=KEY, body=erp_document(job), answer=201, says=created(EP)
        )
        async with erp.talking(tmp_path) as client:
            await poster(client, store).post(job)
        assert (job.state, job.document) == (POSTED, EP)

    run(conversation())


def test_a_report_whose_answer_was_lost_is_sent_again_and_is_the_same_document(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp, store = Conversation("erp"), Store(tmp_path / "state")
        job = report_job(in_doubt_since=NOW.timestamp())
        erp.expect_token()
        erp.expect(
            "a report is posted again under the same key",
            "the first answer to this request was lost",
            ask=POSTINGS,
            headers=KEY,
            body=erp_document(job),
            answer=201,
            # The first of this company: a second document would bear the next number.
            says={"number": EP},
        )
        async with erp.talking(tmp_path) as client:
            await poster(client, store).post(job)
        assert (job.state, job.document) == (POSTED, EP)

    run(conversation())


def test_a_closed_period_moves_the_posting_into_the_next_open_one(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp, job, store = Conversation("erp"), report_job(), Store(tmp_path / "state")
        open_december = (*NOVEMBER, "the expense period 2026-12 of DE01 is open")
        erp.expect_token()
        erp.expect(
            "a report is posted into a closed period",
            *NOVEMBER,
            ask=POSTINGS,
            headers=KEY,
            body=erp_document(job),
            answer=422,
            says=problem("period-closed"),
        )
        row = {
            "state": match.string("open"),
            "starts_on": match.string("2026-12-01"),
            "ends_on": match.string("2026-12-31"),
        }
        erp.expect(
            "the periods of a company are read",
            *open_december,
            ask=("GET", "/v1/companies/DE01/periods"),
            query={"module": "expense"},
            answer=200,
            says={"items": match.each_like(row), "next_cursor": None},
        )
        moved = {**erp_document(job), "posting_date": "2026-12-01", "accounting_date": "2026-11-30"}
        erp.expect(
            "a report is posted with a date that was moved",
            *open_december,
            ask=POSTINGS,
            headers={"Idempotency-Key": match.string("R-1001-1-1")},
            body=moved,
            answer=201,
            says=created(EP),
        )
        async with erp.talking(tmp_path) as client:
            await poster(client, store).post(job)
        assert (job.state, job.posting_date) == (POSTED, "2026-12-01")

    run(conversation())


def test_a_blocked_cost_center_parks_the_report(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp, job, store = Conversation("erp"), report_job(), Store(tmp_path / "state")
        erp.expect_token()
        erp.expect(
            "a report is posted to a blocked cost center",
            "the cost center DE01-CC01 is blocked",
            ask=POSTINGS,
            headers=KEY,
            body=erp_document(job),
            answer=422,
            says=problem("blocked-master"),
        )
        async with erp.talking(tmp_path) as client:
            await poster(client, store).post(job)
        assert (job.state, job.reason) == (PARKED, "blocked-master: blocked-master in words")

    run(conversation())


def test_a_reference_that_is_taken_names_the_document_that_has_it(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp, job, store = Conversation("erp"), report_job(), Store(tmp_path / "state")
        erp.expect_token()
        erp.expect(
            "a report is posted a second time where references are unique",
            "the ERP refuses duplicate references",
            ("a posting exists", {"reference": "R-1001"}),
            ask=POSTINGS,
            body=erp_document(job),
            answer=409,
            says=problem("duplicate-reference", existing=match.string(EP)),
        )
        async with erp.talking(tmp_path, profile="C3") as client:
            await poster(client, store).post(job)
        assert (job.state, job.document) == (POSTED, EP)

    run(conversation())


def test_a_document_in_doubt_is_looked_up_by_its_reference(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp, store = Conversation("erp"), Store(tmp_path / "state")
        job = report_job(in_doubt_since=NOW.timestamp() - 60)
        erp.expect_token()
        erp.expect(
            "a posting is looked up by its reference",
            "the ERP can be searched by reference",
            "a posting with reference R-1001 exists",
            ask=("GET", "/v1/expense-postings"),
            query={"reference": "R-1001"},
            answer=200,
            says={"items": match.each_like(posting()), "next_cursor": None},
        )
        async with erp.talking(tmp_path, profile="C4") as client:
            await poster(client, store).post(job)
        assert (job.state, job.document) == (POSTED, EP)

    run(conversation())


def test_a_document_that_is_not_found_is_sent_again_without_a_key(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp, store = Conversation("erp"), Store(tmp_path / "state")
        job = report_job(in_doubt_since=NOW.timestamp() - 60)
        erp.expect_token()
        erp.expect(
            "a posting is looked up that is not there",
            "the ERP can be searched by reference",
            ask=("GET", "/v1/expense-postings"),
            query={"reference": "R-1001"},
            answer=200,
            says={"items": [], "next_cursor": None},
        )
        erp.expect(
            "a report is posted where no key is honoured",
            "the ERP can be searched by reference",
            ask=POSTINGS,
            body=erp_document(job),
            answer=201,
            says=created(EP),
        )
        async with erp.talking(tmp_path, profile="C4") as client:
            await poster(client, store).post(job)
        assert (job.state, job.document) == (POSTED, EP)

    run(conversation())


# --- orders ----------------------------------------------------------------------------------------------------

QUESTION = {
    "company": "DE01",
    "cost_center": "DE01-CC01",
    "amount": "119.00",
    "currency": "EUR",
    "on": "2026-11-30",
}
ORDER_KEY = {"Idempotency-Key": match.string("Q-1001-1-0")}


def test_a_requisition_is_ordered_when_its_budget_suffices(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp, job, store = Conversation("erp"), requisition_job(), Store(tmp_path / "state")
        erp.expect_token()
        erp.expect(
            "a budget is asked that suffices",
            ask=("POST", "/v1/budget-checks"),
            body=QUESTION,
            answer=200,
            says={"sufficient": True, "available": amount("50000.00")},
        )
        erp.expect(
            "an order is placed", ask=ORDERS, headers=ORDER_KEY, body=erp_document(job), answer=201, says=created(PO)
        )
        async with erp.talking(tmp_path) as client:
            await poster(client, store).post(job)
        assert (job.state, job.document) == (POSTED, PO)

    run(conversation())


def test_a_requisition_without_budget_is_parked_and_not_ordered(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp, job, store = Conversation("erp"), requisition_job(), Store(tmp_path / "state")
        erp.expect_token()
        erp.expect(
            "a budget is asked that does not suffice",
            "the budget of cost center DE01-CC01 has 50 EUR left",
            ask=("POST", "/v1/budget-checks"),
            body=QUESTION,
            answer=200,
            says={"sufficient": False, "available": amount("50.00")},
        )
        async with erp.talking(tmp_path) as client:
            await poster(client, store).post(job)
        assert (job.state, job.reason) == (PARKED, "budget-exceeded: 119.00 asked of DE01-CC01, 50.00 left")

    run(conversation())


@pytest.mark.parametrize(
    ("description", "given", "slug"),
    [
        (
            "an order is placed whose budget somebody spent meanwhile",
            "the budget of cost center DE01-CC01 is exhausted",
            "budget-exceeded",
        ),
        ("an order is placed with a blocked supplier", "the supplier DE01-S01 is blocked", "blocked-master"),
    ],
)
def test_an_order_that_the_erp_refuses_is_parked(tmp_path: Path, description: str, given: str, slug: str) -> None:
    async def conversation() -> None:
        erp, job, store = Conversation("erp"), requisition_job(), Store(tmp_path / "state")
        erp.expect_token()
        erp.expect(
            "a budget is asked that suffices",
            ask=("POST", "/v1/budget-checks"),
            body=QUESTION,
            answer=200,
            says={"sufficient": True, "available": amount("50000.00")},
        )
        erp.expect(
            description, given, ask=ORDERS, headers=ORDER_KEY, body=erp_document(job), answer=422, says=problem(slug)
        )
        async with erp.talking(tmp_path) as client:
            await poster(client, store).post(job)
        assert (job.state, job.reason) == (PARKED, f"{slug}: {slug} in words")

    run(conversation())


# --- waits -----------------------------------------------------------------------------------------------------


def test_a_caller_that_is_told_to_wait_does_not_take_it_for_an_answer(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp, job, store = Conversation("erp"), report_job(), Store(tmp_path / "state")
        erp.expect_token()
        erp.expect(
            "a report is posted beyond the rate limit",
            "the rate limit is exhausted",
            ask=POSTINGS,
            headers=KEY,
            body=erp_document(job),
            answer=429,
            told={"Retry-After": match.regex("2", regex=r"^\d+$")},
            says=problem("rate-limited"),
        )
        async with erp.talking(tmp_path) as client:
            posting_it = asyncio.create_task(poster(client, store).post(job))
            await erp.until_all_was_asked(posting_it)
            posting_it.cancel()
            await asyncio.gather(posting_it, return_exceptions=True)
        assert job.in_doubt_since is not None, "it comes again under the same key"

    run(conversation())


def test_an_erp_that_is_down_leaves_the_caller_in_doubt(tmp_path: Path) -> None:
    async def conversation() -> None:
        erp, job, store = Conversation("erp"), report_job(), Store(tmp_path / "state")
        erp.expect_token()
        erp.expect(
            "a report is posted while the system is down",
            "the system is unavailable for 2 seconds",
            ask=POSTINGS,
            headers=KEY,
            body=erp_document(job),
            answer=503,
            told={"Retry-After": match.regex("2", regex=r"^\d+$")},
            says=problem("unavailable"),
        )
        async with erp.talking(tmp_path) as client:
            with pytest.raises(InDoubt, match="503 unavailable"):
                await poster(client, store).post(job)
        assert job.in_doubt_since is not None

    run(conversation())
