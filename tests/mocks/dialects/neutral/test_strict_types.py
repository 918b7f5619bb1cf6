"""Values that are not quite right are refused with a pointer; documents say their values in one form."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hardclose_mocks.dialects.neutral.wire.erp import (
    BudgetCheckIn,
    CancellationIn,
    ExpensePostingIn,
    PurchaseOrderIn,
    ReversalIn,
    expense_posting,
)
from hardclose_mocks.dialects.neutral.wire.sources import (
    ApprovalIn,
    PostingIn,
    ReasonIn,
)
from hardclose_mocks.dialects.neutral.wire.values import instant, minor
from hardclose_mocks.kernel.documents import ExpensePosting
from hardclose_mocks.kernel.refusals import Invalid, Refused

from ...kernel import small_world
from ...kernel.small_world import DE01, JP01, MONDAY, US01
from ...sandboxes import in_process, order_body, posting_body, virtually

BAD_POSTINGS: list[tuple[str, Any, str]] = [
    ("posting_date", "2026-11-30T00:00:00Z", "/posting_date"),
    ("posting_date", "2026-W48-1", "/posting_date"),
    ("posting_date", "30.11.2026", "/posting_date"),
    ("posting_date", "2026-02-30", "/posting_date"),
    ("posting_date", 1_795_996_800, "/posting_date"),
    ("posting_date", None, "/posting_date"),
    ("currency", "eur", "/currency"),
    ("currency", "EURO", "/currency"),
    ("company", "", "/company"),
    ("company", 1, "/company"),
    ("company", "DE01\n", "/company"),
    ("company", "DE 01", "/company"),
    ("reference", "R" * 81, "/reference"),
    ("text", "x" * 501, "/text"),
    ("text", None, "/text"),
    ("lines", [], "/lines"),
    ("lines", {}, "/lines"),
    ("lines", None, "/lines"),
    ("refrence", "R-1", "/refrence"),
]
BAD_AMOUNTS: list[Any] = [
    12.5,
    12,
    "12,50",
    "1e3",
    "+1.00",
    "01.00",
    ".50",
    "1.",
    "",
    " 1.00",
    "1.00 ",
    "1.0000",
    "NaN",
    "-",
    None,
    True,
]
BAD_QUANTITIES: list[Any] = [0, -1, 1.5, "1", True, None, 1_000_001, 1e300]


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


@virtually
async def test_a_posting_with_a_wrong_value_is_refused_with_a_pointer() -> None:
    async with in_process() as office:
        for field, value, pointer in BAD_POSTINGS:
            answer = await office.call("POST", "/v1/expense-postings", json=posting_body(**{field: value}))
            assert answer.status_code == 422, (field, value)
            assert answer.json()["type"].rsplit("/", 1)[-1] == "invalid"
            assert pointers(answer) == [pointer], (field, value)
        assert office.sandbox.systems["erp"].books.count() == 0


@virtually
async def test_money_is_a_decimal_string_and_nothing_else() -> None:
    async with in_process() as office:
        for amount in BAD_AMOUNTS:
            body = posting_body()
            body["lines"][0]["net"] = amount
            answer = await office.call("POST", "/v1/expense-postings", json=body)
            assert (answer.status_code, pointers(answer)) == (422, ["/lines/0/net"]), amount


@virtually
async def test_a_quantity_is_a_whole_number_above_zero() -> None:
    async with in_process() as office:
        for quantity in BAD_QUANTITIES:
            body = order_body()
            body["lines"][0]["quantity"] = quantity
            answer = await office.call("POST", "/v1/purchase-orders", json=body)
            assert (answer.status_code, pointers(answer)) == (422, ["/lines/0/quantity"]), quantity


@virtually
async def test_a_whole_number_may_be_written_with_a_point() -> None:
    async with in_process() as office:
        body = order_body()
        body["lines"][0]["quantity"] = 3.0
        answer = await office.call("POST", "/v1/purchase-orders", json=body)
        assert (answer.status_code, answer.json()["lines"][0]["quantity"], answer.json()["total"]) == (201, 3, "300.00")


@pytest.mark.parametrize(("text", "currency"), [("1.005", "EUR"), ("1.5", "JPY"), ("1.00", "XXX")])
def test_an_amount_the_currency_cannot_carry_is_refused_by_its_field(text: str, currency: str) -> None:
    with pytest.raises(Refused) as no:
        minor(text, currency, "lines.0.net")
    assert isinstance(no.value.refusal, Invalid)
    assert no.value.refusal.field == "lines.0.net"


@virtually
async def test_a_field_with_too_many_digits_points_at_itself() -> None:
    async with in_process() as office:
        body = posting_body()
        body["lines"][0]["tax"] = "19.005"
        answer = await office.call("POST", "/v1/expense-postings", json=body)
        assert (answer.status_code, pointers(answer)) == (422, ["/lines/0/tax"])


def test_unknown_fields_are_refused_by_every_model() -> None:
    for model in (
        ExpensePostingIn,
        PurchaseOrderIn,
        ReversalIn,
        CancellationIn,
        BudgetCheckIn,
        PostingIn,
        ApprovalIn,
        ReasonIn,
    ):
        with pytest.raises(ValidationError, match="Extra inputs"):
            model.model_validate({"refrence": "R-1"})


# --- documents ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("company", "local"),
    [
        (DE01, "2026-11-30T09:00:00.000+01:00"),
        (US01, "2026-11-30T00:00:00.000-08:00"),
        (JP01, "2026-11-30T17:00:00.000+09:00"),
    ],
    ids=["Berlin", "Los Angeles", "Tokyo"],
)
def test_instants_bear_the_companys_own_offset(company: Any, local: str) -> None:
    assert instant(MONDAY, company) == local
    assert instant(None, company) is None


def test_a_document_says_its_money_in_its_currency() -> None:
    books = small_world.erp()
    document = small_world.play(books, small_world.posting())
    assert isinstance(document, ExpensePosting)
    wire = expense_posting(document, DE01)
    assert (wire["total"], wire["lines"][0]["net"], wire["currency"]) == ("119.00", "100.00", "EUR")
    assert sum(float(line["debit"]) - float(line["credit"]) for line in wire["journal"]) == 0
    assert wire["version"] == 1
