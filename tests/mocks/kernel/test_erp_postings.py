"""Expense postings in the ERP."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest

from hardclose_mocks.kernel.books import Books
from hardclose_mocks.kernel.commands import (
    BlockCostCenter,
    PostExpense,
    PostingLine,
    ReverseExpensePosting,
    RunPayments,
    SetPeriod,
)
from hardclose_mocks.kernel.documents import ExpensePosting
from hardclose_mocks.kernel.refusals import (
    BlockedMaster,
    DuplicateReference,
    Invalid,
    NotValidOn,
    PeriodClosed,
    Refusal,
    UnknownDocument,
    UnknownMaster,
    VersionMismatch,
    WrongState,
)

from .small_world import JP01, MASTER, MONDAY, erp, instant, play, posting, posting_line, refusal_of

DAY = date(2026, 11, 30)


def posted(books: Books, command: PostExpense) -> ExpensePosting:
    document = play(books, command)
    assert isinstance(document, ExpensePosting)
    return document


def found(books: Books, number: str) -> ExpensePosting:
    document = books.find(number)
    assert isinstance(document, ExpensePosting)
    return document


def test_a_posting_gets_the_next_number_of_its_company_and_a_journal_that_balances() -> None:
    books = erp()
    first = posted(books, posting(posting_line(100_00, 19_00), posting_line(50_00, 9_50, "CC2")))
    assert (first.number, first.total, first.version) == ("EP-DE01-000001", 178_50, 1)
    assert (first.fiscal_year, first.period, first.status, first.payment) == (2026, 11, "posted", "open")
    assert sum(one.debit for one in first.journal) == sum(one.credit for one in first.journal) == 178_50
    assert first.live
    assert posted(books, posting(reference="R-2")).number == "EP-DE01-000002"


def test_posting_tells_the_world_once() -> None:
    done = erp().do(posting(), at=instant("2026-11-30 09:00+01:00"), actor="integration")
    (event,) = done.events
    assert (event.type, event.subject, event.company) == ("expense_posting.posted", "EP-DE01-000001", "DE01")
    assert (event.at, event.at.tzinfo) == (MONDAY, UTC)


def test_a_japanese_posting_lies_in_the_fiscal_year_that_began_in_april() -> None:
    line = PostingLine("6200", "CCJ", 1000, "J10", 100)
    document = posted(erp(), posting(line, company="JP01", currency="JPY", employee="shain", day=date(2026, 3, 31)))
    assert (document.fiscal_year, document.period) == (2025, 12)
    assert document.company == JP01.code


GOOD = posting_line()


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (posting(reference=" "), Invalid("reference", "reference must not be blank")),
        (replace(posting(), lines=()), Invalid("lines", "at least one line is needed")),
        (posting(posting_line(-1, 0)), Invalid("lines", "the gross total must be above zero, not -1 minor units")),
        (posting(company="XX01"), UnknownMaster("company", "XX01")),
        (posting(employee="nobody"), UnknownMaster("person", "nobody")),
        (posting(replace(GOOD, account="9999")), UnknownMaster("account", "9999")),
        (posting(replace(GOOD, cost_center="CC99")), UnknownMaster("cost_center", "CC99")),
        (posting(replace(GOOD, tax_code="V99")), UnknownMaster("tax_code", "V99")),
        (posting(replace(GOOD, project="P99")), UnknownMaster("project", "P99")),
        (posting(replace(GOOD, cost_center="CC8")), BlockedMaster("cost_center", "CC8")),
        (posting(replace(GOOD, cost_center="CC7")), NotValidOn("cost_center", "CC7", DAY)),
        (posting(replace(GOOD, cost_center="CC9")), NotValidOn("cost_center", "CC9", DAY)),
        (posting(replace(GOOD, tax_code="J10")), NotValidOn("tax_code", "J10", DAY)),
        (posting(employee="clerk"), NotValidOn("person", "clerk", DAY)),
        (posting(currency="USD"), Invalid("currency", "DE01 keeps its books in EUR, not 'USD'")),
        (
            posting(replace(GOOD, account="2100")),
            Invalid("lines.0.account", "account 2100 is of kind employee_payable, not expense"),
        ),
        (posting(day=date(2026, 12, 1)), PeriodClosed("DE01", "expense", date(2026, 12, 1), "future")),
        (posting(day=date(2025, 12, 31)), PeriodClosed("DE01", "expense", date(2025, 12, 31), "hard_closed")),
    ],
)
def test_the_erp_refuses_what_does_not_fit(command: PostExpense, refusal: Refusal) -> None:
    assert refusal_of(erp(), command) == refusal


def test_of_several_reasons_the_first_in_the_order_of_checks_is_named() -> None:
    books = erp()
    play(books, posting(unique_reference=True))
    bad = posting(
        replace(GOOD, cost_center="CC7"),
        replace(GOOD, cost_center="CC8"),
        replace(GOOD, cost_center="CC99"),
        currency="USD",
        day=date(2026, 12, 1),
        unique_reference=True,
    )
    steps: list[tuple[type[Refusal], PostExpense]] = [
        (Invalid, replace(bad, reference="")),
        (UnknownMaster, bad),
        (BlockedMaster, replace(bad, lines=bad.lines[:2])),
        (NotValidOn, replace(bad, lines=bad.lines[:1])),
        (Invalid, replace(bad, lines=(GOOD,))),
        (DuplicateReference, replace(bad, lines=(GOOD,), currency="EUR")),
        (PeriodClosed, replace(bad, lines=(GOOD,), currency="EUR", reference="R-2")),
    ]
    assert [type(refusal_of(books, command)) for _, command in steps] == [kind for kind, _ in steps]


def test_a_chart_of_accounts_without_payables_cannot_post() -> None:
    poor = replace(MASTER, accounts=MASTER.accounts[:3])
    assert refusal_of(erp(poor), posting()) == UnknownMaster("account", "employee_payable")


def test_a_blocked_cost_center_takes_postings_again_once_released() -> None:
    books = erp()
    books.do(BlockCostCenter("CC1", True), at=MONDAY, actor="test")
    assert refusal_of(books, posting()) == BlockedMaster("cost_center", "CC1")
    books.do(BlockCostCenter("CC1", False), at=MONDAY, actor="test")
    assert refusal_of(books, posting()) is None


def test_a_posting_date_of_tomorrow_is_refused_today_and_taken_tomorrow() -> None:
    books, december = erp(), posting(day=date(2026, 12, 1))
    assert refusal_of(books, december, at=instant("2026-11-30 22:59")) is not None
    assert refusal_of(books, december, at=instant("2026-11-30 23:00")) is None


def test_november_closes_for_expenses_and_december_takes_them() -> None:
    books, night = erp(), instant("2026-12-01 20:00")
    books.do(SetPeriod("DE01", "expense", 2026, 11, "soft_closed"), at=night, actor="person:controller")
    assert refusal_of(books, posting(), at=night) == PeriodClosed("DE01", "expense", DAY, "soft_closed")
    assert refusal_of(books, posting(day=date(2026, 12, 1)), at=night) is None


def test_a_reference_may_be_used_twice_unless_it_has_to_be_unique() -> None:
    books = erp()
    first, second = posted(books, posting()), posted(books, posting())
    assert [one.number for one in books.by_reference("R-1")] == [first.number, second.number]
    assert refusal_of(books, posting(unique_reference=True)) == DuplicateReference("R-1", first.number)


def test_a_reversed_posting_frees_its_reference_and_stands_beside_its_reversal() -> None:
    books = erp()
    first = posted(books, posting(unique_reference=True))
    undone = found(
        books, str(books.do(ReverseExpensePosting(first.number, DAY, "twice"), at=MONDAY, actor="t").document)
    )
    assert (undone.number, undone.status, undone.version, undone.live) == (first.number, "reversed", 2, False)
    reversal = found(books, str(undone.reversal))
    assert (reversal.reverses, reversal.text, reversal.live) == (first.number, "twice", False)
    assert [(one.debit, one.credit) for one in reversal.journal] == [(one.credit, one.debit) for one in first.journal]
    again = posted(books, posting(unique_reference=True))
    assert [one.live for one in books.by_reference("R-1")] == [False, False, True]
    assert again.number == "EP-DE01-000003"


def test_what_cannot_be_reversed_says_why() -> None:
    books = erp()
    posted(books, posting())
    posted(books, posting(reference="R-2"))
    number = "EP-DE01-000001"
    early = date(2026, 11, 29)
    assert refusal_of(books, ReverseExpensePosting("EP-0", DAY, "x")) == UnknownDocument("expense_posting", "EP-0")
    assert refusal_of(books, ReverseExpensePosting(number, DAY, "x", 7)) == VersionMismatch(number, 7, 1)
    assert isinstance(refusal_of(books, ReverseExpensePosting(number, DAY, "")), Invalid)
    assert isinstance(refusal_of(books, ReverseExpensePosting(number, early, "x")), Invalid)
    assert isinstance(refusal_of(books, ReverseExpensePosting(number, date(2026, 12, 1), "x")), PeriodClosed)
    assert refusal_of(books, ReverseExpensePosting(number, DAY, "x", 1)) is None
    assert refusal_of(books, ReverseExpensePosting(number, DAY, "x")) == WrongState(
        "expense_posting", number, "reversed", "reversed"
    )
    assert refusal_of(books, ReverseExpensePosting("EP-DE01-000003", DAY, "x")) == WrongState(
        "expense_posting", "EP-DE01-000003", "reversal", "reversed"
    )
    books.do(RunPayments("DE01", "PAY-1", DAY), at=MONDAY, actor="t")
    assert refusal_of(books, ReverseExpensePosting("EP-DE01-000002", DAY, "x")) == WrongState(
        "expense_posting", "EP-DE01-000002", "paid", "reversed"
    )


def test_a_payment_run_pays_what_is_live_and_dated_up_to_its_cut_off_and_only_once() -> None:
    books = erp()
    for reference, day in (("R-1", 27), ("R-2", 28), ("R-3", 29), ("R-4", 28)):
        play(books, posting(reference=reference, day=date(2026, 11, day)))
    books.do(ReverseExpensePosting("EP-DE01-000002", DAY, "wrong"), at=MONDAY, actor="t")
    run = books.do(RunPayments("DE01", "PAY-1", date(2026, 11, 28)), at=MONDAY, actor="person:treasury")
    assert [(event.type, event.subject) for event in run.events] == [
        ("payment.completed", "EP-DE01-000001"),
        ("payment.completed", "EP-DE01-000004"),
    ]
    assert run.events[0].data == {"run": "PAY-1", "reference": "R-1", "payment_document": "PY-DE01-000001"}
    paid = found(books, "EP-DE01-000001")
    assert (paid.payment, paid.payment_run, paid.version) == ("paid", "PAY-1", 2)
    assert not books.do(RunPayments("DE01", "PAY-2", date(2026, 11, 28)), at=MONDAY, actor="t").events
    assert not books.do(RunPayments("US01", "PAY-3", DAY), at=MONDAY, actor="t").events
    assert refusal_of(books, RunPayments("XX01", "PAY-4", DAY)) == UnknownMaster("company", "XX01")


def test_a_document_never_looks_older_than_one_changed_before() -> None:
    books = erp()
    play(books, posting(), at=MONDAY)
    second = play(books, posting(), at=MONDAY - timedelta(seconds=5))
    assert second.updated_at == MONDAY
    assert [one.number for one in books.documents("expense_posting")] == ["EP-DE01-000001", "EP-DE01-000002"]


def test_changed_since_is_inclusive_and_ordered_by_the_last_change() -> None:
    books = erp()
    for minute in range(4):
        play(books, posting(reference=f"R-{minute}"), at=MONDAY + timedelta(minutes=minute))
    late = MONDAY + timedelta(minutes=9)
    books.do(ReverseExpensePosting("EP-DE01-000001", DAY, "x"), at=late, actor="t")
    since = MONDAY + timedelta(minutes=2)
    assert [one.number for one in books.changed("expense_posting", since)] == [
        "EP-DE01-000003",
        "EP-DE01-000004",
        "EP-DE01-000001",
        "EP-DE01-000005",
    ]
    assert books.count() == 5
    assert list(books.changed("purchase_order")) == []
