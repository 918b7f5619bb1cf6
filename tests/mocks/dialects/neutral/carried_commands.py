"""Every command the neutral dialect carries, as anybody may ask for it, and the request that asks for it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hardclose_mocks.dialects.neutral.wire import erp, sources
from hardclose_mocks.kernel.commands import (
    Allocation,
    ApproveReport,
    ApproveRequisition,
    CancelPurchaseOrder,
    CancelRequisition,
    CreatePurchaseOrder,
    CreateReport,
    CreateRequisition,
    ExpenseLine,
    OrderLine,
    PostExpense,
    PostingLine,
    RecallReport,
    RecordPosting,
    RejectRequisition,
    ReverseExpensePosting,
    ReviseReport,
    ReviseRequisition,
    SendBackReport,
    SubmitReport,
    SubmitRequisition,
)

from .carried_purchasing import (
    ERP,
    EXPENSE,
    PROCUREMENT,
    ErpCarried,
    PurchasingCarried,
    RequestCarried,
    asked_for_a_supplier,
    asked_of_a_source,
    asked_of_the_erp,
)
from .drawn_values import CURRENCIES, DAYS, NUMBERS, REASONS, REFERENCES, TEXTS, VERSIONS, Asked, S, minor_units

Carried = (
    PostExpense | ReverseExpensePosting | CreatePurchaseOrder | CancelPurchaseOrder | CreateReport | ReviseReport
    | SubmitReport | ApproveReport | SendBackReport | RecallReport | CreateRequisition | ReviseRequisition
    | SubmitRequisition | ApproveRequisition | RejectRequisition | CancelRequisition | RecordPosting | PurchasingCarried
)  # fmt: skip


def _lines(currency: str, of: type) -> S[tuple[Any, ...]]:
    amounts = minor_units(currency)
    match of.__name__:
        case "PostingLine":
            one: S[Any] = st.builds(
                PostingLine, REFERENCES, REFERENCES, amounts, REFERENCES, amounts, TEXTS, st.none() | REFERENCES
            )
        case "OrderLine":
            one = st.builds(
                OrderLine, TEXTS, st.integers(1, 1_000_000), amounts, REFERENCES, REFERENCES, REFERENCES,
                st.none() | REFERENCES,
            )  # fmt: skip
        case _:
            shares = st.builds(Allocation, REFERENCES, amounts, amounts, st.none() | REFERENCES)
            paid = CURRENCIES.flatmap(lambda code: st.tuples(minor_units(code), st.just(code)))
            rates = st.sampled_from(["1", "0.00719", "1.0825", "161.2"])
            carriers = st.lists(shares, min_size=1, max_size=3).map(tuple)
            one = paid.flatmap(
                lambda amount: st.builds(
                    ExpenseLine,
                    REFERENCES,
                    TEXTS,
                    DAYS,
                    REFERENCES,
                    st.just(amount[0]),
                    st.just(amount[1]),
                    carriers,
                    rates,
                )
            )
    return st.lists(one, min_size=1, max_size=3).map(tuple)


def posting_lines(currency: str) -> S[tuple[PostingLine, ...]]:
    return _lines(currency, PostingLine)


def order_lines(currency: str) -> S[tuple[OrderLine, ...]]:
    return _lines(currency, OrderLine)


def expense_lines(currency: str) -> S[tuple[ExpenseLine, ...]]:
    return _lines(currency, ExpenseLine)


POST = CURRENCIES.flatmap(
    lambda code: st.builds(
        PostExpense,
        REFERENCES,
        REFERENCES,
        DAYS,
        st.just(code),
        REFERENCES,
        posting_lines(code),
        TEXTS,
        st.none() | DAYS,
    )
)
ORDER = CURRENCIES.flatmap(
    lambda code: st.builds(
        CreatePurchaseOrder, REFERENCES, REFERENCES, REFERENCES, DAYS, st.just(code), order_lines(code), TEXTS
    )
)
REPORT = CURRENCIES.flatmap(
    lambda code: st.builds(CreateReport, NUMBERS, REFERENCES, REFERENCES, st.just(code), expense_lines(code), TEXTS)
)
REQUISITION = CURRENCIES.flatmap(
    lambda code: st.builds(
        CreateRequisition, NUMBERS, REFERENCES, REFERENCES, REFERENCES, st.just(code), order_lines(code), TEXTS
    )
)
STATES = st.sampled_from(["submitted", "posted", "paid", "parked", "rejected"])
WRITE_BACK = st.builds(RecordPosting, NUMBERS, STATES, st.none() | REFERENCES, st.none() | TEXTS, VERSIONS)

BY_SYSTEM: dict[str, S[Any]] = {
    "erp": st.one_of(
        POST,
        ORDER,
        st.builds(ReverseExpensePosting, NUMBERS, DAYS, REASONS, VERSIONS),
        st.builds(CancelPurchaseOrder, NUMBERS, REASONS, VERSIONS),
        *ERP,
    ),
    "expense": st.one_of(
        REPORT,
        WRITE_BACK,
        st.builds(SubmitReport, NUMBERS),
        st.builds(RecallReport, NUMBERS),
        st.builds(ApproveReport, NUMBERS, NUMBERS, st.none() | REFERENCES),
        st.builds(SendBackReport, NUMBERS, NUMBERS, REASONS),
        *EXPENSE,
    ),
    "procurement": st.one_of(
        REQUISITION,
        WRITE_BACK,
        st.builds(SubmitRequisition, NUMBERS),
        st.builds(CancelRequisition, NUMBERS),
        st.builds(ApproveRequisition, NUMBERS, NUMBERS, st.none() | REFERENCES),
        st.builds(RejectRequisition, NUMBERS, NUMBERS, REASONS),
        *PROCUREMENT,
    ),
}
"""What can be asked for of a system without looking at it first: revisions take their currency from the document."""


def asked(command: Carried, system: str, currency: str = "EUR") -> Asked:
    """The request for a command; `currency` is that of the document a revision is about."""
    if isinstance(command, ErpCarried):
        return asked_of_the_erp(command)
    if isinstance(command, RequestCarried):
        return asked_for_a_supplier(command)
    home = "/v1/expense-reports" if system == "expense" else "/v1/requisitions"
    match command:
        case PostExpense():
            return Asked("POST", "/v1/expense-postings", erp.post_expense(command))
        case ReverseExpensePosting(number=number, expected_version=version):
            body = erp.reverse_expense_posting(command)
            return Asked("POST", f"/v1/expense-postings/{number}/reversal", body, version)
        case CreatePurchaseOrder():
            return Asked("POST", "/v1/purchase-orders", erp.create_purchase_order(command))
        case CancelPurchaseOrder(number=number, expected_version=version):
            body = erp.cancel_purchase_order(command)
            return Asked("POST", f"/v1/purchase-orders/{number}/cancellation", body, version)
        case CreateReport():
            return Asked("POST", home, sources.create_report(command))
        case ReviseReport(number=number):
            return Asked("PUT", f"{home}/{number}", sources.revise_report(command, currency))
        case CreateRequisition():
            return Asked("POST", home, sources.create_requisition(command))
        case ReviseRequisition(number=number):
            return Asked("PUT", f"{home}/{number}", sources.revise_requisition(command, currency))
        case SubmitReport(number=number) | SubmitRequisition(number=number):
            return Asked("POST", f"{home}/{number}/submission")
        case RecallReport(number=number):
            return Asked("POST", f"{home}/{number}/recall")
        case CancelRequisition(number=number):
            return Asked("POST", f"{home}/{number}/cancellation")
        case ApproveReport(number=number, approver=person) | ApproveRequisition(number=number, approver=person):
            return Asked("POST", f"{home}/{number}/approval", sources.approve(command), person=person)
        case SendBackReport(number=number, approver=person):
            return Asked("POST", f"{home}/{number}/return", sources.give_reason(command), person=person)
        case RejectRequisition(number=number, approver=person):
            return Asked("POST", f"{home}/{number}/rejection", sources.give_reason(command), person=person)
        case RecordPosting(number=number, expected_version=version):
            return Asked("PUT", f"{home}/{number}/posting", sources.record_posting(command), version)
        case _:
            return asked_of_a_source(command, currency)
