"""Purchase orders, budgets and masters in the ERP."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hardclose_mocks.kernel.commands import (
    BlockCostCenter,
    BlockSupplier,
    CancelPurchaseOrder,
    CreatePurchaseOrder,
    ReverseExpensePosting,
    ReviseBudget,
    SetPeriod,
)
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_mocks.kernel.master import CostCenter, Supplier
from hardclose_mocks.kernel.money import Money
from hardclose_mocks.kernel.refusals import (
    BlockedMaster,
    BudgetExceeded,
    DuplicateReference,
    Invalid,
    NotValidOn,
    PeriodClosed,
    Refusal,
    Refused,
    UnknownDocument,
    UnknownMaster,
    VersionMismatch,
    WrongState,
)

from .small_world import MASTER, MONDAY, erp, instant, order, order_line, play, posting, posting_line, refusal_of

DAY = date(2026, 11, 30)


def left(books: ErpBooks, cost_center: str = "CC1", on: date = DAY) -> int:
    available = books.available("DE01", cost_center, on)
    assert available is not None
    return available.minor


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (replace(order(), lines=()), Invalid("lines", "at least one line is needed")),
        (order(order_line(1, 0)), Invalid("lines.0.quantity", "quantity must be above zero, not 0")),
        (order(order_line(-1, 1)), Invalid("lines.0.unit_price", "unit price must not be negative, not -1")),
        (order(reference=""), Invalid("reference", "reference must not be blank")),
        (order(supplier="S99"), UnknownMaster("supplier", "S99")),
        (order(supplier="S2"), BlockedMaster("supplier", "S2")),
        (order(supplier="S9"), NotValidOn("supplier", "S9", DAY)),
        (order(currency="JPY"), Invalid("currency", "DE01 keeps its books in EUR, not 'JPY'")),
        (order(day=date(2026, 12, 1)), PeriodClosed("DE01", "purchasing", date(2026, 12, 1), "future")),
        (order(order_line(1_000_01)), BudgetExceeded("CC1", 1_000_01, 1_000_00, "EUR")),
    ],
)
def test_the_erp_refuses_what_does_not_fit(command: CreatePurchaseOrder, refusal: Refusal) -> None:
    assert refusal_of(erp(), command) == refusal


def test_an_order_is_issued_and_commits_its_net_value() -> None:
    books = erp()
    document = play(books, order(order_line(100_00, 3), order_line(50_00, 2, "CC2")))
    assert (document.number, document.total) == ("PO-DE01-000001", 400_00)
    assert (left(books, "CC1"), left(books, "CC2")) == (700_00, 49_900_00)


def test_lines_on_one_cost_center_are_asked_of_its_budget_together() -> None:
    lines = (order_line(600_00), order_line(1_00, 1, "CC2"), order_line(600_00))
    assert refusal_of(erp(), order(*lines)) == BudgetExceeded("CC1", 1_200_00, 1_000_00, "EUR")


def test_a_cancelled_order_releases_its_budget_and_its_reference() -> None:
    books = erp()
    number = play(books, order(order_line(1_000_00), unique_reference=True)).number
    assert left(books) == 0
    assert refusal_of(books, order(unique_reference=True)) == DuplicateReference("Q-1", number)
    assert refusal_of(books, CancelPurchaseOrder(number, "no longer needed", 4)) == VersionMismatch(number, 4, 1)
    done = books.do(CancelPurchaseOrder(number, "no longer needed", 1), at=MONDAY, actor="t")
    assert [(event.type, event.subject) for event in done.events] == [("purchase_order.cancelled", number)]
    assert left(books) == 1_000_00
    assert refusal_of(books, order(unique_reference=True)) is None
    assert refusal_of(books, CancelPurchaseOrder(number, "again")) == WrongState(
        "purchase_order", number, "cancelled", "cancelled"
    )
    assert refusal_of(books, CancelPurchaseOrder("PO-0", "x")) == UnknownDocument("purchase_order", "PO-0")


def test_postings_spend_the_budget_net_of_tax_and_reversals_give_it_back() -> None:
    books = erp()
    number = play(books, posting(posting_line(300_00, 57_00))).number
    assert left(books) == 700_00
    books.do(ReverseExpensePosting(number, DAY, "x"), at=MONDAY, actor="t")
    assert left(books) == 1_000_00


def test_a_reversal_in_the_new_year_gives_the_money_to_the_new_year() -> None:
    books, new_year = erp(), instant("2027-01-05 08:00")
    number = play(books, posting(posting_line(300_00, 0), day=date(2026, 12, 30)), at=new_year).number
    books.do(ReverseExpensePosting(number, date(2027, 1, 5), "x"), at=new_year, actor="t")
    assert (left(books), left(books, on=date(2027, 1, 5))) == (700_00, 300_00)


def test_postings_are_made_even_beyond_the_budget_and_then_nothing_can_be_ordered() -> None:
    books = erp()
    play(books, posting(posting_line(1_500_00, 0)))
    assert left(books) == -500_00
    assert refusal_of(books, order(order_line(1))) == BudgetExceeded("CC1", 1, -500_00, "EUR")


def test_a_revision_counts_at_once_and_in_its_fiscal_year_only() -> None:
    books = erp()
    done = books.do(ReviseBudget("DE01", "CC1", 2026, -400_00), at=MONDAY, actor="person:controller")
    assert [event.type for event in done.events] == ["budget.revised"]
    assert left(books) == 600_00
    assert left(books, on=date(2027, 1, 1)) == 0
    assert refusal_of(books, ReviseBudget("DE01", "CC1", 2026, 0)) == Invalid(
        "amount", "a revision by nothing changes nothing"
    )
    assert refusal_of(books, ReviseBudget("DE01", "CC0", 2026, 1)) == UnknownMaster("cost_center", "CC0")
    assert refusal_of(books, ReviseBudget("DE01", "CC9", 2026, 1)) == NotValidOn("cost_center", "CC9", DAY)
    assert refusal_of(books, ReviseBudget("DE01", "CC8", 2026, 1)) is None


def test_where_budgets_only_warn_the_order_is_issued_with_a_warning() -> None:
    books = erp(replace(MASTER, hard_budget=False))
    done = books.do(order(order_line(1_000_01)), at=MONDAY, actor="t")
    assert [event.type for event in done.events] == ["purchase_order.issued", "budget.exceeded"]
    assert done.events[1].data == {"cost_center": "CC1", "requested": "1000.01", "available": "1000.00"}
    assert left(books) == -1


def test_what_is_left_is_told_in_the_company_s_currency_and_only_for_its_own_cost_centers() -> None:
    books = erp()
    assert books.available("JP01", "CCJ", DAY) == Money(900_000, "JPY")
    assert books.available("JP01", "CCJ", date(2026, 3, 31)) == Money(0, "JPY")
    assert books.available("DE01", "CCJ", DAY) is None
    assert books.available("DE01", "CC0", DAY) is None
    assert books.available("XX01", "CC1", DAY) is None


def test_blocks_show_in_the_masters_and_are_told() -> None:
    books = erp()
    done = books.do(BlockSupplier("S1", True), at=MONDAY, actor="t")
    assert [(event.type, event.subject, event.company) for event in done.events] == [("supplier.blocked", "S1", "DE01")]
    assert {one.number for one in books.masters("supplier") if isinstance(one, Supplier) and one.blocked} == {
        "S1",
        "S2",
    }
    assert refusal_of(books, order()) == BlockedMaster("supplier", "S1")
    assert not books.do(BlockSupplier("S1", True), at=MONDAY, actor="t").events
    done = books.do(BlockCostCenter("CC8", False), at=MONDAY, actor="t")
    assert [event.type for event in done.events] == ["cost_center.released"]
    assert not any(isinstance(one, CostCenter) and one.blocked for one in books.masters("cost_center"))
    assert refusal_of(books, BlockCostCenter("CC0", True)) == UnknownMaster("cost_center", "CC0")


def test_closing_purchasing_does_not_stop_postings() -> None:
    books = erp()
    done = books.do(SetPeriod("DE01", "purchasing", 2026, 11, "hard_closed"), at=MONDAY, actor="person:controller")
    (event,) = done.events
    assert (event.type, event.subject) == ("period.changed", "DE01/purchasing/2026-11")
    assert event.data == {"module": "purchasing", "year": 2026, "period": 11, "state": "hard_closed"}
    assert isinstance(refusal_of(books, order()), PeriodClosed)
    assert refusal_of(books, posting()) is None
    rows = {row.period: row.state for row in books.period_listing("DE01", "purchasing", MONDAY) if row.year == 2026}
    assert (rows[10], rows[11], rows[12]) == ("open", "hard_closed", "future")


def test_a_listing_of_what_there_is_not_is_refused() -> None:
    with pytest.raises(Refused) as no:
        erp().period_listing("XX01", "expense", MONDAY)
    assert no.value.refusal == UnknownMaster("company", "XX01")
    with pytest.raises(Refused) as no:
        erp().period_listing("DE01", "sales", MONDAY)
    assert isinstance(no.value.refusal, Invalid)


def test_numbers_are_drawn_per_company_and_kind() -> None:
    books = erp()
    assert play(books, order()).number == "PO-DE01-000001"
    assert play(books, posting()).number == "EP-DE01-000001"
    assert play(books, order(reference="Q-2"), at=instant("2026-11-30 09:00")).number == "PO-DE01-000002"
    assert [one.number for one in books.by_reference("Q-2")] == ["PO-DE01-000002"]
    assert books.find("PO-DE01-000003") is None
