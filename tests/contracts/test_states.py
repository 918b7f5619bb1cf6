"""Provider states: sentences that are understood, and real books that they set up."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hardclose_mocks.kernel.documents import ExpensePosting, ExpenseReport, PurchaseOrder, Requisition
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_simulator.contracts.provider_states import VOCABULARY, as_markdown, state_of
from hardclose_simulator.contracts.sentences import Period, State, StateError

from .foreign import contracts
from .rooms import Visit, visiting

EXAMPLES = {
    "company": "DE01",
    "person": "DE01-lead1",
    "employee": "DE01-employee2",
    "module": "expense",
    "currency": "EUR",
    "cost_center": "DE01-CC01",
    "supplier": "DE01-S01",
    "zone": "Europe/Berlin",
    "url": "http://127.0.0.1:9/hooks",
    "system": "erp",
}
OF_KIND: dict[type, str] = {str: "X-7", int: "2", Decimal: "4000.50", date: "2026-11-27", Period: "2026-11"}
PAGE = Path(__file__).parents[2] / "docs" / "pact.md"


def told(state: State, sentence: str) -> str:
    """The sentence with every slot filled and everything said that may be left out."""
    plain = sentence.replace("[", "").replace("]", "")
    kinds = {name: parameter.kind for name, parameter in state.parameters.items()}
    return re.sub(r"\{(\w+)\}", lambda slot: EXAMPLES.get(slot[1], OF_KIND[kinds[slot[1]]]), plain)


def bare(sentence: str) -> str:
    """As short as it may be said, its slots left to parameters."""
    without = re.sub(r"\[[^\]]*\]", "", sentence)
    return " ".join(re.sub(r"\{\w+\}", "", without).split())


def ids(state: State) -> str:
    return bare(state.sentence)


# --- understanding ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", VOCABULARY, ids=ids)
def test_a_sentence_means_one_state_and_no_other(state: State) -> None:
    for sentence in state.sentences:
        for said in (
            told(state, sentence),
            told(state, sentence).upper().replace(" IS ", " has been "),
            bare(sentence),
        ):
            assert [one.sentence for one in VOCABULARY if one.slots_in(said) is not None] == [state.sentence], said


@pytest.mark.parametrize("state", VOCABULARY, ids=ids)
def test_a_state_can_be_set_up_on_its_own(state: State) -> None:
    async def visit(here: Visit) -> None:
        for sentence in state.sentences:
            await here.given(told(state, sentence))
            assert here.wrong == ""
            await here.done()

    visiting("erp", visit)


def test_parameters_stand_in_the_sentence_or_beside_it() -> None:
    inside = state_of("a requisition Q-7 over 4,000.50 EUR is pending approval", {})
    beside = state_of("requisition has been pending approval.", {"number": "Q-7", "amount": 4000.5, "currency": "EUR"})
    assert inside.state is beside.state
    assert (
        dict(inside.values) == dict(beside.values) == {"number": "Q-7", "amount": Decimal("4000.5"), "currency": "EUR"}
    )


def test_other_languages_may_spell_parameters_their_way() -> None:
    given = "the cost centre is blocked"
    spelt = [state_of(given, {name: "4100"}).values for name in ("cost_center", "costCenter", "cost-center")]
    assert spelt == [{"cost_center": "4100"}] * 3


@pytest.mark.parametrize(
    ("sentence", "beside", "says"),
    [
        ("a requisition waits for approval", {}, "the nearest are 'a requisition is pending approval'"),
        ("an approved invoice exists", {}, "no provider state 'an approved invoice exists'"),
        ("an approved requisition", {"nmber": "Q-1"}, "has no parameter 'nmber'; try 'number'"),
        ("budgets only warn", {"hard": False}, "has no parameter 'hard'; it has none"),
        ("a requisition Q-1 is approved", {"number": "Q-2"}, "told number twice: Q-1 and Q-2"),
        ("the supplier is blocked", {}, "needs supplier"),
        ("approved expense reports exist", {"count": "some"}, "count cannot be 'some'; write a whole number"),
        ("the period is closed", {"period": "2026-13"}, "period cannot be '2026-13'; write a month like 2026-11"),
        ("the business date is", {"day": "30.11.2026"}, "write a date like 2026-11-30"),
        ("an approved requisition", {"amount": [1]}, "amount cannot be [1]"),
    ],
)
def test_what_is_not_understood_is_told_with_what_would_be(sentence: str, beside: dict[str, Any], says: str) -> None:
    with pytest.raises(StateError) as wrong:
        state_of(sentence, beside)
    assert says in str(wrong.value)


# --- books -----------------------------------------------------------------------------------------------------


def test_a_requisition_over_4000_eur_waits_for_the_second_of_its_approvers() -> None:
    async def visit(here: Visit) -> None:
        values = await here.given("a requisition over 4000 EUR is pending approval")
        found = here.document("procurement", "Q-1001")
        assert isinstance(found, Requisition)
        assert (found.status, found.total, found.currency) == ("pending", 4000_00, "EUR")
        assert (len(found.chain), len(found.approvals)) == (2, 1)
        assert values == {"number": "Q-1001", "approver": found.chain[1]}
        answer = await here.call("GET", "/v1/requisitions/Q-1001")
        assert answer.json()["status"] == "pending"

    visiting("procurement", visit)


def test_an_amount_in_yen_is_a_document_of_the_company_that_keeps_yen() -> None:
    async def visit(here: Visit) -> None:
        await here.given("an approved expense report over 12000 JPY exists")
        report = here.document("expense", "R-1001")
        assert isinstance(report, ExpenseReport)
        assert (report.company, report.total, report.status) == ("JP01", 12000, "approved")

    visiting("expense", visit)


@pytest.mark.parametrize(
    ("given", "states"),
    [
        ("the AP period 2026-11 is closed", {"expense": "hard_closed", "purchasing": "hard_closed"}),
        ("the expense period 2026-11 of DE01 is soft-closed", {"expense": "soft_closed", "purchasing": "open"}),
        ("the purchasing period 2026-12 is open", {"expense": "future", "purchasing": "open"}),
    ],
)
def test_a_period_is_closed_for_one_module_or_for_all(given: str, states: dict[str, str]) -> None:
    async def visit(here: Visit) -> None:
        await here.given(given)
        for module, state in states.items():
            answer = await here.call("GET", f"/v1/companies/DE01/periods?module={module}")
            month = re.search(r"2026-(\d\d)", given)
            assert month is not None
            rows = [row for row in answer.json()["items"] if (row["year"], row["period"]) == (2026, int(month[1]))]
            assert [row["state"] for row in rows] == [state]

    visiting("erp", visit)


def test_a_month_is_the_period_of_the_companys_own_fiscal_year() -> None:
    async def visit(here: Visit) -> None:
        assert await here.given("the period 2026-11 of JP01 is closed") == {"year": 2026, "period": 8}

    visiting("erp", visit)


def test_a_blocked_supplier_that_nobody_knew_is_made_and_blocked() -> None:
    async def visit(here: Visit) -> None:
        await here.given("supplier 4711 is blocked")
        answer = await here.call("GET", "/v1/suppliers/4711")
        assert (answer.json()["blocked"], answer.json()["company"]) == (True, "DE01")

    visiting("erp", visit)


def test_states_of_one_interaction_add_up_whatever_their_order() -> None:
    async def visit(here: Visit) -> None:
        await here.given("an expense posting with reference R-9 exists")
        # A company opens with the sandbox: what was done before is done again in the new one.
        await here.given("a company 1000 exists", currency="USD")
        await here.given("an approved requisition Q-9 exists", company="1000")
        posting, requisition = here.document("erp", "EP-DE01-000001"), here.document("procurement", "Q-9")
        assert isinstance(posting, ExpensePosting)
        assert isinstance(requisition, Requisition)
        assert (posting.reference, requisition.company, requisition.currency) == ("R-9", "1000", "USD")
        assert requisition.supplier == "1000-S01"

    visiting("erp", visit)


def test_masters_of_a_foreign_numbering_can_be_given_and_used() -> None:
    async def visit(here: Visit) -> None:
        await here.given("a company 1000 exists")
        await here.given("a supplier 100047 exists", company="1000")
        await here.given("a cost center 4100 exists", company="1000")
        await here.given("an account 0000620000 exists")
        await here.given("a tax code V1 exists", company="1000", rate=19)
        order = {
            "company": "1000",
            "reference": "4500000001",
            "supplier": "100047",
            "order_date": "2026-11-30",
            "currency": "EUR",
            "lines": [
                {
                    "text": "Licence",
                    "quantity": 1,
                    "unit_price": "10.00",
                    "account": "0000620000",
                    "cost_center": "4100",
                    "tax_code": "V1",
                }
            ],
        }
        answer = await here.call("POST", "/v1/purchase-orders", json=order)
        assert answer.status_code == 201, answer.text

    visiting("erp", visit)


def test_a_budget_has_exactly_what_the_state_leaves() -> None:
    async def visit(here: Visit) -> None:
        await here.given("the budget of cost center JP01-CC01 has 5000 JPY left")
        books = here.room.world.sandbox.systems["erp"].books
        assert isinstance(books, ErpBooks)
        left = books.available("JP01", "JP01-CC01", date(2026, 11, 30))
        assert left is not None
        assert (left.minor, left.currency) == (5000, "JPY")

    visiting("erp", visit)


def test_documents_can_be_brought_to_every_later_state() -> None:
    async def visit(here: Visit) -> None:
        await here.given("a posting with reference R-1 is paid")
        await here.given("a purchase order with reference Q-1 is cancelled")
        await here.given("an expense report R-2 is posted as EP-9")
        await here.given("a requisition Q-2 is parked", reason="nobody knows the supplier")
        posting, order = here.document("erp", "EP-DE01-000001"), here.document("erp", "PO-DE01-000001")
        assert isinstance(posting, ExpensePosting)
        assert isinstance(order, PurchaseOrder)
        assert (posting.payment, order.status) == ("paid", "cancelled")
        assert here.document("expense", "R-2").posting.document == "EP-9"
        assert here.document("procurement", "Q-2").posting.reason == "nobody knows the supplier"

    visiting("erp", visit)


@pytest.mark.parametrize(
    ("given", "beside", "says"),
    [
        ("an approved requisition over 10 CHF exists", {}, "no company that keeps its books in CHF"),
        ("an approved requisition", {"company": "DE99"}, "there is no company DE99; there are DE01, US01, JP01"),
        ("an approved requisition", {"company": "DE01", "currency": "USD"}, "DE01 keeps its books in EUR, not USD"),
        ("an approved requisition", {"supplier": "S-404"}, "the books refuse it: there is no supplier S-404"),
        ("an approved expense report", {"employee": "nobody"}, "there is no person nobody"),
        ("an approved expense report over 0.001 EUR exists", {}, "0.001"),
        ("the tax period 2026-11 is closed", {}, "no module 'tax'"),
        ("the period 2024-01 is closed", {}, "2024"),
        ("a company 1000 exists", {"currency": "XXX"}, "XXX"),
        ("a company 1000 exists", {"zone": "Europe/Nowhere"}, "Europe/Nowhere"),
        ("the caller is nobody", {}, "there is no person nobody"),
        ("pages hold at most 0 documents", {}, "at least 1"),
        ("the business date is 2019-01-01", {}, "2019-01-01 is before that"),
    ],
)
def test_what_the_books_cannot_do_is_told_at_the_door(given: str, beside: dict[str, Any], says: str) -> None:
    async def visit(here: Visit) -> None:
        assert await here.given(given, **beside) == {}
        assert says in here.wrong
        assert given in here.wrong
        answer = await here.call("GET", "/v1/companies")
        assert (answer.status_code, answer.json()["detail"]) == (500, here.wrong)
        assert not here.room.plays[-1].ours

    visiting("erp", visit)


# --- told to people --------------------------------------------------------------------------------------------


def test_the_vocabulary_is_listed_with_parameters_and_defaults() -> None:
    shown = contracts("states")
    assert shown.exit_code == 0
    assert f"{len(VOCABULARY)} provider states" in shown.stdout
    assert "{...} may stand in the sentence or beside it" in shown.stdout
    listed = json.loads(contracts("states", "--format", "json").stdout)
    assert [one["sentences"][0] for one in listed] == [state.sentence for state in VOCABULARY]
    assert all(one["says"] for one in listed), "every state says what it makes true"
    assert "number=R-1001" in listed[0]["parameters"]


def test_the_page_about_pacts_has_the_vocabulary_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    begins, ends = "<!-- states: hardclose contracts states --format markdown -->\n", "<!-- /states -->"
    assert begins in page, f"{PAGE} has no place for the vocabulary"
    written = page[page.index(begins) + len(begins) : page.index(ends)]
    assert written.strip() == as_markdown().strip(), "the page is out of date"
