"""Strategies for commands that mostly fit, over small pools of numbers, so that sequences of them meet each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from hypothesis import strategies as st

from hardclose_mocks.kernel.commands import (
    Allocation,
    ApproveReport,
    ApproveRequisition,
    BlockCostCenter,
    BlockSupplier,
    CancelPurchaseOrder,
    CancelRequisition,
    Command,
    CreatePurchaseOrder,
    CreateReport,
    CreateRequisition,
    Delegate,
    ExpenseLine,
    OrderLine,
    PostExpense,
    PostingLine,
    RecallReport,
    RecordPosting,
    RejectRequisition,
    ReverseExpensePosting,
    ReviseBudget,
    ReviseReport,
    ReviseRequisition,
    RunPayments,
    SendBackReport,
    SetPeriod,
    SubmitReport,
    SubmitRequisition,
)

C = TypeVar("C")
S = st.SearchStrategy

OPEN_DAYS = st.dates(date(2026, 11, 1), date(2026, 11, 30))
ANY_DAY = st.dates(date(2026, 10, 30), date(2026, 12, 3)) | st.sampled_from([date(2025, 12, 31), date(2027, 1, 2)])
AMOUNTS = st.integers(1, 900_00) | st.integers(900_00, 40_000_00)
CENTERS = st.sampled_from(["CC1", "CC2"])
ANY_CENTER = st.sampled_from(["CC1", "CC2", "CC7", "CC8", "CC9", "CC0"])
REVISIONS = st.integers(-900_00, 0)
VERSIONS = st.sampled_from([None, None, None, 1, 2, 3])
REASONS = st.sampled_from(["wrong", "wrong", "wrong", ""])
PEOPLE = st.sampled_from(["lead", "peer", "director", "head", "employee", "ghost"])
SIGNERS = st.sampled_from(["lead", "lead", "lead", "director", "director", "head", "peer"])
SUBMITTERS = st.sampled_from(["employee", "employee", "lead", "peer", "trainee"])
LONG_AGO, LONG_AHEAD = date(2026, 1, 1), date(2027, 1, 1)


def erp_commands(unique: bool) -> S[Command]:
    """`unique`: whether references have to be."""
    references = st.sampled_from(["R-1", "R-2", "R-3", "R-4"])
    post = st.builds(
        PostExpense, st.just("DE01"), references, OPEN_DAYS, st.just("EUR"), st.just("employee"), _tuples(_postings()),
        unique_reference=st.just(unique),
    )  # fmt: skip
    issue = st.builds(
        CreatePurchaseOrder, st.just("DE01"), references, st.just("S1"), OPEN_DAYS, st.just("EUR"), _tuples(_orders()),
        unique_reference=st.just(unique),
    )  # fmt: skip
    common = {
        "company": st.sampled_from(["US01", "XX01"]),
        "currency": st.sampled_from(["USD", "XXX"]),
        "reference": st.just(" "),
        "lines": st.just(()),
    }
    bad_posting = {**common, "posting_date": ANY_DAY, "employee": st.sampled_from(["clerk", "ghost"])}
    bad_order = {**common, "order_date": ANY_DAY, "supplier": st.sampled_from(["S2", "S9", "S0"])}
    years = st.sampled_from([2025, 2026, 2027])
    postings = st.sampled_from([f"EP-DE01-{n:06}" for n in (1, 1, 2, 3, 9)])
    orders = st.sampled_from([f"PO-DE01-{n:06}" for n in (1, 1, 2, 9)])
    late = st.dates(date(2026, 11, 25), date(2026, 11, 30)) | ANY_DAY
    return _weighted(
        (3, st.builds(ReverseExpensePosting, postings, late, REASONS, VERSIONS)),
        (2, st.builds(CancelPurchaseOrder, orders, REASONS, VERSIONS)),
        (1, _periods()),
        (1, st.builds(BlockSupplier, st.sampled_from(["S1", "S2", "S0"]), st.booleans())),
        (1, st.builds(BlockCostCenter, ANY_CENTER, st.booleans())),
        (2, st.builds(ReviseBudget, st.just("DE01"), ANY_CENTER, years, AMOUNTS | REVISIONS)),
        (2, st.builds(RunPayments, st.sampled_from(["DE01", "DE01", "XX01"]), st.sampled_from(["PAY-1", ""]), late)),
        (4, _spoiled(issue, bad_order)),
        (6, _spoiled(post, bad_posting)),
    )  # fmt: skip


def expense_commands() -> S[Command]:
    numbers = st.sampled_from(["R-1", "R-1", "R-2"])
    create = st.builds(CreateReport, numbers, st.just("DE01"), SUBMITTERS, st.just("EUR"), _tuples(_receipts()))
    bad = {
        "company": st.sampled_from(["US01", "XX01"]),
        "currency": st.sampled_from(["USD", "XXX"]),
        "employee": st.sampled_from(["clerk", "ghost"]),
        "lines": st.just(()),
    }
    return _weighted(
        *_in_both_sources(numbers),
        (2, st.builds(ReviseReport, numbers, _tuples(_receipts()))),
        (5, st.builds(SubmitReport, numbers)),
        (7, st.builds(ApproveReport, numbers, SIGNERS)),
        (3, st.builds(ApproveReport, numbers, SIGNERS, PEOPLE)),
        (1, st.builds(SendBackReport, numbers, SIGNERS, REASONS)),
        (1, st.builds(RecallReport, numbers)),
        (3, _spoiled(create, bad)),
    )


def procurement_commands() -> S[Command]:
    numbers = st.sampled_from(["Q-1", "Q-1", "Q-2"])
    create = st.builds(
        CreateRequisition, numbers, st.just("DE01"), SUBMITTERS, st.just("S1"), st.just("EUR"), _tuples(_orders())
    )
    bad = {
        "company": st.sampled_from(["US01", "XX01"]),
        "currency": st.sampled_from(["USD", "XXX"]),
        "requester": st.sampled_from(["clerk", "ghost"]),
        "supplier": st.sampled_from(["S2", "S9", "S0"]),
        "lines": st.just(()),
    }
    return _weighted(
        *_in_both_sources(numbers),
        (2, st.builds(ReviseRequisition, numbers, _tuples(_orders()))),
        (5, st.builds(SubmitRequisition, numbers)),
        (7, st.builds(ApproveRequisition, numbers, SIGNERS)),
        (3, st.builds(ApproveRequisition, numbers, SIGNERS, PEOPLE)),
        (1, st.builds(RejectRequisition, numbers, SIGNERS, REASONS)),
        (1, st.builds(CancelRequisition, numbers)),
        (3, _spoiled(create, bad)),
    )


def opening(system: str) -> list[Command]:
    """A good beginning: documents under way, on which the drawn commands can go on."""
    large = ExpenseLine("6200", "t", date(2026, 11, 20), "V19", 2_500_00, "EUR", (Allocation("CC1", 2_500_00, 0),))
    dear = OrderLine("t", 1, 2_500_00, "6310", "CC1", "V19")
    match system:
        case "expense":
            reports = [CreateReport(number, "DE01", "employee", "EUR", (large,)) for number in ("R-1", "R-2")]
            submitted = [SubmitReport("R-1"), SubmitReport("R-2")]
            signed = [ApproveReport("R-1", "lead"), ApproveReport("R-2", "lead"), ApproveReport("R-1", "director")]
            return [*reports, *submitted, *signed]
        case "procurement":
            asked = [
                CreateRequisition("Q-1", "DE01", "lead", "S1", "EUR", (dear,)),
                CreateRequisition("Q-2", "DE01", "trainee", "S1", "EUR", (dear,)),
            ]
            filed = [SubmitRequisition("Q-1"), SubmitRequisition("Q-2")]
            return [*asked, *filed, ApproveRequisition("Q-2", "lead"), ApproveRequisition("Q-1", "director")]
        case _:
            return []


def _in_both_sources(numbers: S[str]) -> tuple[tuple[int, S[Command]], ...]:
    usual = st.builds(Delegate, PEOPLE, PEOPLE, st.just(LONG_AGO), st.just(LONG_AHEAD))
    states = st.sampled_from(["posted", "posted", "submitted", "paid", "parked", "rejected", "none"])
    documents = st.sampled_from(["D-1", "D-1", "D-1", "D-2", None])
    versions = st.sampled_from([None] * 6 + [3, 5])
    return (
        (6, st.builds(RecordPosting, numbers, states, documents, st.sampled_from(["wrong", None]), versions)),
        (3, usual),
        (1, st.builds(Delegate, PEOPLE, PEOPLE, ANY_DAY, ANY_DAY)),
    )


def _periods() -> S[Command]:
    modules = st.sampled_from(["expense", "purchasing", "sales"])
    states = st.sampled_from(["open", "soft_closed", "hard_closed", "future"])
    return st.builds(SetPeriod, st.just("DE01"), modules, st.just(2026), st.sampled_from([10, 11, 12, 13]), states)


def _postings() -> S[PostingLine]:
    taxes = st.integers(-5_00, 500_00)
    good = st.builds(PostingLine, st.just("6200"), CENTERS, AMOUNTS, st.sampled_from(["V19", "V0"]), taxes)
    return _spoiled(good, {**_BAD_MASTERS, "net": st.integers(-900_00, 0)})


def _orders() -> S[OrderLine]:
    prices = st.integers(0, 300_00)
    good = st.builds(OrderLine, st.just("t"), st.integers(1, 3), prices, st.just("6310"), CENTERS, st.just("V19"))
    return _spoiled(good, {**_BAD_MASTERS, "quantity": st.just(0), "unit_price": st.just(-1)})


def _receipts() -> S[ExpenseLine]:
    shares = _tuples(st.builds(Allocation, CENTERS, AMOUNTS, st.integers(0, 500_00)))

    def good(allocations: tuple[Allocation, ...]) -> ExpenseLine:
        paid = sum(share.net + share.tax for share in allocations)
        return ExpenseLine("6200", "t", date(2026, 11, 20), "V19", paid, "EUR", allocations)

    bad = {name: _BAD_MASTERS[name] for name in ("account", "tax_code")}
    return _spoiled(st.builds(good, shares), {**bad, "paid_minor": AMOUNTS, "rate": st.sampled_from(["x", "0", "2"])})


_BAD_MASTERS: dict[str, S[Any]] = {
    "account": st.sampled_from(["2100", "9999"]),
    "cost_center": ANY_CENTER,
    "tax_code": st.sampled_from(["J10", "V99"]),
    "project": st.sampled_from(["P1", "P0"]),
}


def _tuples(lines: S[C]) -> S[tuple[C, ...]]:
    return st.lists(lines, min_size=1, max_size=2).map(tuple)


def _spoiled(good: S[C], bad: dict[str, S[Any]]) -> S[C]:
    """Most are left as they are; the others get one field from `bad`."""

    def spoil(command: Any, name: str) -> S[C]:
        return bad[name].map(lambda value: replace(command, **{name: value})) if name else st.just(command)

    names = st.sampled_from([""] * 5 * len(bad) + list(bad))
    return st.tuples(good, names).flatmap(lambda drawn: spoil(*drawn))


def _weighted(*choices: tuple[int, S[Any]]) -> S[Any]:
    return st.one_of([choice for weight, choice in choices for _ in range(weight)])
