"""decode(encode(command)) == command: by the models alone, and through the routes up to the books."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from hardclose_mocks.dialects.neutral.wire import erp, invoices, sources, suppliers
from hardclose_mocks.dialects.neutral.wire.erp import (
    CancellationIn,
    ExpensePostingIn,
    PurchaseOrderIn,
    ReversalIn,
)
from hardclose_mocks.dialects.neutral.wire.invoices import InvoiceChange
from hardclose_mocks.dialects.neutral.wire.sources import (
    ApprovalIn,
    ExpenseReportChange,
    ExpenseReportIn,
    PostingIn,
    ReasonIn,
    RequisitionChange,
    RequisitionIn,
)
from hardclose_mocks.dialects.neutral.wire.suppliers import SupplierChange
from hardclose_mocks.history.codec import plain
from hardclose_mocks.kernel.commands import (
    ApproveReport,
    CancelPurchaseOrder,
    ChangeSupplier,
    CreatePurchaseOrder,
    CreateReport,
    CreateRequisition,
    PostExpense,
    RecordPosting,
    ReverseExpensePosting,
    ReviseInvoice,
    ReviseReport,
    ReviseRequisition,
    SendBackReport,
)

from ...kernel import small_world
from ...sandboxes import INTEGRATION, in_process, virtually
from .carried_commands import (
    BY_SYSTEM,
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
from .carried_purchasing import CHANGE_SUPPLIER, invoice_lines
from .drawn_values import CURRENCIES, NUMBERS


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
    read = on_the_wire(ReversalIn, erp.reverse_expense_posting(reversal))
    assert ReverseExpensePosting("EP-1", read.posting_date, read.reason, version) == reversal
    assert on_the_wire(CancellationIn, erp.cancel_purchase_order(cancellation)).command("PO-1", version) == cancellation
    assert on_the_wire(ReasonIn, sources.give_reason(SendBackReport("R-1", "lead", reason))).reason == reason
    assert on_the_wire(ApprovalIn, sources.approve(ApproveReport("R-1", "peer", "lead"))).on_behalf_of == "lead"


@given(CURRENCIES.flatmap(lambda code: st.tuples(st.just(code), invoice_lines(code))), NUMBERS)
def test_a_revised_invoice_comes_back(drawn: tuple[str, Any], number: str) -> None:
    currency, lines = drawn
    day = date(2026, 11, 30)
    revised = ReviseInvoice(number, "S-1", "4711", day, day, lines, 12, "as printed")
    assert on_the_wire(InvoiceChange, invoices.revise_invoice(revised, currency)).command(number, currency) == revised


@given(CHANGE_SUPPLIER)
def test_a_change_of_a_supplier_names_only_what_changes(command: ChangeSupplier) -> None:
    body = suppliers.change_supplier(command)
    assert None not in body.values()
    assert on_the_wire(SupplierChange, body).command(command.number, command.expected_version) == command


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
