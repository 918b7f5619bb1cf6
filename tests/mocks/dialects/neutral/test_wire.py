"""decode(encode(command)) == command: by the models alone, and through the routes up to the books."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from hardclose_mocks.dialects.neutral.wire import erp, sources
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
    ExpenseReportChange,
    ExpenseReportIn,
    PostingIn,
    ReasonIn,
    RequisitionChange,
    RequisitionIn,
)
from hardclose_mocks.dialects.neutral.wire.values import instant, minor
from hardclose_mocks.history.codec import plain
from hardclose_mocks.kernel.commands import (
    ApproveReport,
    CancelPurchaseOrder,
    CreatePurchaseOrder,
    CreateReport,
    CreateRequisition,
    PostExpense,
    RecordPosting,
    ReverseExpensePosting,
    ReviseReport,
    ReviseRequisition,
    SendBackReport,
)
from hardclose_mocks.kernel.documents import ExpensePosting
from hardclose_mocks.kernel.refusals import Invalid, Refused

from ...kernel import small_world
from ...kernel.small_world import DE01, JP01, MONDAY, US01
from ...sandboxes import INTEGRATION, in_process, order_body, posting_body, virtually
from .carried_commands import (
    BY_SYSTEM,
    CURRENCIES,
    NUMBERS,
    ORDER,
    POST,
    REPORT,
    REQUISITION,
    WRITE_BACK,
    Carried,
    asked,
    expense_lines,
    order_lines,
)


def on_the_wire(model: type[BaseModel], body: dict[str, Any]) -> Any:
    """What the model reads from the bytes that would travel."""
    return model.model_validate_json(json.dumps(body))


# --- the models -----------------------------------------------------------------------------------------------------


@given(POST, st.booleans())
def test_an_expense_posting_comes_back(command: PostExpense, unique: bool) -> None:
    read = on_the_wire(ExpensePostingIn, erp.post_expense(command))
    assert read.command() == command
    assert read.command(unique_reference=unique).unique_reference == unique


@given(ORDER)
def test_a_purchase_order_comes_back(command: CreatePurchaseOrder) -> None:
    assert on_the_wire(PurchaseOrderIn, erp.create_purchase_order(command)).command() == command


@given(REPORT)
def test_an_expense_report_comes_back(command: CreateReport) -> None:
    assert on_the_wire(ExpenseReportIn, sources.create_report(command)).command() == command


@given(REQUISITION)
def test_a_requisition_comes_back(command: CreateRequisition) -> None:
    assert on_the_wire(RequisitionIn, sources.create_requisition(command)).command() == command


@given(CURRENCIES.flatmap(lambda code: st.tuples(st.just(code), expense_lines(code), order_lines(code))), NUMBERS)
def test_revisions_come_back(drawn: tuple[str, Any, Any], number: str) -> None:
    currency, expenses, orders = drawn
    report, requisition = ReviseReport(number, expenses, "new"), ReviseRequisition(number, orders)
    body = sources.revise_report(report, currency)
    assert on_the_wire(ExpenseReportChange, body).command(number, currency) == report
    body = sources.revise_requisition(requisition, currency)
    assert on_the_wire(RequisitionChange, body).command(number, currency) == requisition


@given(WRITE_BACK)
def test_a_write_back_comes_back(command: RecordPosting) -> None:
    read = on_the_wire(PostingIn, sources.record_posting(command))
    assert read.command(command.number, command.expected_version) == command


@given(st.dates(date(1000, 1, 1)), st.text("abc ", min_size=1), st.none() | st.integers(1, 99))
def test_reversals_cancellations_and_reasons_come_back(day: date, reason: str, version: int | None) -> None:
    reversal, cancellation = (
        ReverseExpensePosting("EP-1", day, reason, version),
        CancelPurchaseOrder("PO-1", reason, version),
    )
    assert on_the_wire(ReversalIn, erp.reverse_expense_posting(reversal)).command("EP-1", version) == reversal
    assert on_the_wire(CancellationIn, erp.cancel_purchase_order(cancellation)).command("PO-1", version) == cancellation
    assert on_the_wire(ReasonIn, sources.give_reason(SendBackReport("R-1", "lead", reason))).reason == reason
    assert on_the_wire(ApprovalIn, sources.approve(ApproveReport("R-1", "peer", "lead"))).on_behalf_of == "lead"


# --- the routes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", BY_SYSTEM)
def test_whatever_is_asked_for_reaches_the_books_as_that_command(system: str) -> None:
    """The books may refuse it; the history shows what they were asked for."""

    @settings(max_examples=15, deadline=None)
    @given(st.lists(BY_SYSTEM[system], min_size=1, max_size=8))
    @virtually
    async def holds(commands: list[Carried]) -> None:
        async with in_process() as office:
            for command in commands:
                wanted = asked(command, system)
                headers = {} if wanted.version is None else {"if-match": f'"{wanted.version}"'}
                who = INTEGRATION if wanted.person is None else f"person:{wanted.person}"
                answer = await office.call(
                    wanted.method, wanted.path, system, who=who, headers=headers, json=wanted.body
                )
                exchange = office.exchanges()[-1]
                assert exchange.carried, (answer.status_code, answer.text)
                assert (exchange.carried[0].command, exchange.carried[0].arguments) == (
                    type(command).__name__,
                    plain(command),
                )

    holds()


@virtually
async def test_a_revision_takes_the_currency_of_its_document() -> None:
    async with in_process() as office:
        for system, created in (("expense", small_world.report()), ("procurement", small_world.requisition())):
            wanted = asked(created, system)
            assert (await office.call("POST", wanted.path, system, json=wanted.body)).status_code == 201
            lines = created.lines
            revision = (
                ReviseReport(created.number, lines, "again")
                if system == "expense"
                else ReviseRequisition(created.number, lines)
            )
            wanted = asked(revision, system, "EUR")
            answer = await office.call("PUT", wanted.path, system, json=wanted.body)
            assert answer.status_code == 200
            assert office.exchanges()[-1].carried[0].arguments == plain(revision)
            missing = await office.call("PUT", wanted.path + "0", system, json=wanted.body)
            assert (missing.status_code, missing.json()["type"].rsplit("/", 1)[-1]) == (404, "unknown-document")


@virtually
async def test_documents_can_be_addressed_by_whatever_number_they_were_given() -> None:
    async with in_process() as office:
        for number in ("R/1", "a/b/c", ".", ".."):
            body = {**asked(small_world.report(number="R-1"), "expense").body, "number": number}  # type: ignore[dict-item]
            answer = await office.call("POST", "/v1/expense-reports", "expense", json=body)
            assert answer.status_code == 422, "nobody could ever read it again"
        for number in ("R:1", "T0-R.17_b"):
            body = {**asked(small_world.report(number="R-1"), "expense").body, "number": number}  # type: ignore[dict-item]
            answer = await office.call("POST", "/v1/expense-reports", "expense", json=body)
            read = await office.call("GET", answer.headers["location"], "expense")
            assert (answer.status_code, read.json()["number"]) == (201, number)


# --- strict types ---------------------------------------------------------------------------------------------------

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
