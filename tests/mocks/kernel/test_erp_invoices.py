"""Goods and invoices for an order: matched within tolerances, blocked, released, credited, paid once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hardclose_mocks.kernel.commands import (
    BlockPayments,
    CancelPurchaseOrder,
    ChangeSupplier,
    CreateSupplier,
    InvoiceLine,
    PostGoodsReceipt,
    PostSupplierInvoice,
    ReceiptLine,
    ReleaseInvoice,
    ReturnPayment,
    ReverseGoodsReceipt,
    ReverseSupplierInvoice,
    RunPayments,
    SetPeriod,
)
from hardclose_mocks.kernel.documents import Payment, SupplierInvoice
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_mocks.kernel.refusals import (
    DuplicateReference,
    Invalid,
    MergedMaster,
    NotAllowed,
    OverDelivery,
    PeriodClosed,
    Unbalanced,
    WrongState,
)

from .small_world import MONDAY, erp, order, order_line, play, refusal_of

DAY, DUE = date(2026, 11, 30), date(2026, 12, 30)
ORDER, INVOICE, SECOND = "PO-DE01-000001", "SI-DE01-000001", "SI-DE01-000002"


def goods(quantity: int, reference: str = "W-1") -> PostGoodsReceipt:
    return PostGoodsReceipt("DE01", reference, ORDER, DAY, (ReceiptLine(1, quantity),))


def bill(quantity: int = 10, price: int = 10_00, printed: str = "A-1", **other: object) -> PostSupplierInvoice:
    tax = round(quantity * price * 0.19)
    line = InvoiceLine("6310", "CC1", "Licence", quantity, price, "V19", tax, order_line=1)
    made = PostSupplierInvoice(
        "DE01", "invoice", f"V-{printed}", "S1", printed, DAY, DAY, DUE, "EUR", (line,), order=ORDER
    )
    return replace(made, **other)  # type: ignore[arg-type]  # fields by name


def credit(quantity: int, printed: str = "G-1") -> PostSupplierInvoice:
    return bill(quantity, printed=printed, kind="credit_note", credits=INVOICE)


def ordered(*, two_way: bool = False) -> ErpBooks:
    """Ten pieces at 10.00."""
    books = erp()
    play(books, replace(order(order_line(10_00, 10)), two_way=(1,) if two_way else ()))
    return books


def found(books: ErpBooks, number: str = INVOICE) -> SupplierInvoice:
    invoice = books.find(number)
    assert isinstance(invoice, SupplierInvoice)
    return invoice


def left(books: ErpBooks) -> int:
    budget = books.available("DE01", "CC1", DAY)
    assert budget is not None
    return budget.minor


def pay(books: ErpBooks, cut_off: date = DUE, run: str = "P-1") -> list[str]:
    """What was paid."""
    done = books.do(RunPayments("DE01", run, cut_off), at=MONDAY, actor="person:treasury")
    return [event.subject for event in done.events if event.type == "payment.completed"]


@pytest.mark.parametrize(
    ("received", "quantity", "price", "match"),
    [
        (10, 10, 10_00, "matched"),
        (10, 10, 10_20, "matched"),
        (10, 10, 10_21, "price"),
        (10, 10, 9_79, "price"),
        (4, 10, 10_00, "quantity"),
        (0, 10, 10_00, "missing_receipt"),
    ],
)
def test_an_invoice_is_matched_with_what_was_received_and_agreed(
    received: int, quantity: int, price: int, match: str
) -> None:
    books = ordered()
    if received:
        play(books, goods(received))
    play(books, bill(quantity, price))
    invoice = found(books)
    assert (invoice.match, invoice.payment_block) == (match, match != "matched")


def test_a_line_without_goods_receipt_is_matched_with_the_order_alone() -> None:
    books = ordered(two_way=True)
    play(books, bill(10), bill(1, printed="A-2"))
    assert (found(books).match, found(books, SECOND).match) == ("not_required", "quantity")


def test_goods_that_come_later_lift_the_block_and_those_sent_back_set_it_again() -> None:
    books = ordered()
    play(books, bill())
    came = books.do(goods(10), at=MONDAY, actor="t")
    assert [event.type for event in came.events] == ["goods_receipt.posted", "supplier_invoice.matched"]
    assert not found(books).payment_block
    back = books.do(ReverseGoodsReceipt("GR-DE01-000001", DAY, "broken"), at=MONDAY, actor="t")
    assert [event.type for event in back.events] == ["goods_receipt.reversed", "supplier_invoice.blocked"]
    assert found(books).match == "missing_receipt"
    assert refusal_of(books, ReverseGoodsReceipt("GR-DE01-000001", DAY, "broken")) == WrongState(
        "goods_receipt", "GR-DE01-000001", "reversed", "reversed"
    )


def test_the_earlier_invoice_takes_the_goods_first() -> None:
    books = ordered()
    play(books, bill(5), bill(5, printed="A-2"), goods(5))
    assert (found(books).match, found(books, SECOND).match) == ("matched", "quantity")


def test_more_than_the_tolerance_is_not_taken_in_all_receipts_together() -> None:
    books = ordered()
    play(books, goods(8), goods(3, "W-2"))
    assert refusal_of(books, goods(1, "W-3")) == OverDelivery(ORDER, 1, 10, 11, 1)


def test_an_order_with_goods_or_invoices_is_not_cancelled() -> None:
    books = ordered()
    play(books, goods(1))
    cancel = CancelPurchaseOrder(ORDER, "no need")
    assert refusal_of(books, cancel) == WrongState("purchase_order", ORDER, "received", "cancelled")
    play(books, ReverseGoodsReceipt("GR-DE01-000001", DAY, "wrong"), cancel)


def test_a_payment_block_is_lifted_by_a_clerk_in_his_own_name_and_stays_lifted() -> None:
    books = ordered()
    play(books, bill(), actor="person:payables")
    play(books, bill(printed="A-2"))
    release = ReleaseInvoice(SECOND, "payables", "delivered by hand")
    assert isinstance(refusal_of(books, release, actor="integration"), NotAllowed)
    assert isinstance(refusal_of(books, release, actor="person:lead"), NotAllowed)
    assert isinstance(refusal_of(books, replace(release, person="lead"), actor="person:lead"), NotAllowed)
    assert isinstance(refusal_of(books, replace(release, number=INVOICE), actor="person:payables"), NotAllowed)
    play(books, release, actor="person:payables")
    play(books, goods(1))
    assert not found(books, SECOND).payment_block
    assert pay(books) == [SECOND]
    assert isinstance(refusal_of(books, release, actor="person:payables"), WrongState)


def test_one_printed_number_is_live_once_per_supplier_and_kind() -> None:
    books = ordered()
    play(books, bill())
    assert refusal_of(books, bill()) == DuplicateReference("A-1", INVOICE)
    play(books, ReverseSupplierInvoice(INVOICE, DAY, "wrong"), bill())
    assert found(books, "SI-DE01-000003").live


def test_a_credit_note_takes_off_what_is_paid_and_no_more_than_there_is() -> None:
    books = ordered()
    play(books, goods(10), bill())
    assert isinstance(refusal_of(books, credit(11)), Invalid)
    play(books, credit(4))
    assert refusal_of(books, ReverseSupplierInvoice(INVOICE, DAY, "wrong")) == WrongState(
        "supplier_invoice", INVOICE, "credited", "reversed"
    )
    assert (found(books).owed, found(books, SECOND).total, found(books, SECOND).payment) == (71_40, -47_60, "cleared")
    assert pay(books) == [INVOICE]
    payment = books.find("PY-DE01-000001")
    assert isinstance(payment, Payment)
    assert (payment.amount, payment.bank_account, payment.reference) == (71_40, "DE-1", "V-A-1")
    assert refusal_of(books, ReverseSupplierInvoice(SECOND, DAY, "wrong")) == WrongState(
        "supplier_invoice", SECOND, "cleared", "reversed"
    )


def test_what_is_credited_in_full_is_cleared_and_owed_again_once_the_note_is_reversed() -> None:
    books = ordered()
    play(books, goods(10), bill(), credit(10))
    assert found(books).payment == "cleared"
    assert pay(books) == []
    play(books, ReverseSupplierInvoice(SECOND, DAY, "wrong"))
    assert pay(books) == [INVOICE]


def test_a_returned_payment_is_owed_again_less_what_was_credited_since() -> None:
    books = ordered()
    play(books, goods(10), bill())
    assert (pay(books), pay(books)) == ([INVOICE], [])
    play(books, credit(4))
    assert found(books, SECOND).payment == "open"
    returned = books.do(ReturnPayment("PY-DE01-000001", "account closed"), at=MONDAY, actor="bank")
    assert [(event.type, event.subject) for event in returned.events] == [("payment.returned", INVOICE)]
    assert (found(books).owed, found(books).payment, found(books, SECOND).payment) == (71_40, "open", "cleared")
    assert pay(books) == [INVOICE]
    assert isinstance(refusal_of(books, ReturnPayment("PY-DE01-000001", "again")), WrongState)


def test_nothing_is_paid_early_or_to_a_supplier_whose_payments_stopped_or_whose_account_nobody_verified() -> None:
    books = ordered()
    play(books, goods(10), bill())
    assert pay(books, DAY) == []
    play(books, BlockPayments("S1", True))
    assert pay(books) == []
    play(books, BlockPayments("S1", False), ChangeSupplier("S1", bank_account="DE-2"))
    assert pay(books) == [INVOICE]
    payment = books.find("PY-DE01-000001")
    assert isinstance(payment, Payment)
    assert payment.bank_account == "DE-1"


def test_invoices_spend_the_budget_that_the_order_had_committed_and_reversals_give_it_back() -> None:
    books = ordered()
    assert left(books) == 900_00
    play(books, goods(10), bill(6))
    assert left(books) == 900_00
    play(books, bill(5, printed="A-2"))
    assert left(books) == 890_00
    play(books, ReverseSupplierInvoice(SECOND, DAY, "wrong"))
    assert left(books) == 900_00
    play(books, credit(2))
    assert left(books) == 900_00


def test_tax_and_printed_total_have_to_add_up() -> None:
    books = ordered()
    line = replace(bill().lines[0], tax=20_00)
    assert refusal_of(books, bill(lines=(line,))) == Unbalanced("EUR", 1_00, "lines.0.tax")
    assert refusal_of(books, bill(total=120_00)) == Unbalanced("EUR", -1_00, "lines")
    play(books, bill(total=119_00))


def test_payables_close_on_their_own_and_a_merged_supplier_is_used_no_more() -> None:
    books = ordered()
    play(books, goods(10))
    books.do(SetPeriod("DE01", "payables", 2026, 11, "soft_closed"), at=MONDAY, actor="t")
    assert refusal_of(books, bill()) == PeriodClosed("DE01", "payables", DAY, "soft_closed")
    books.do(SetPeriod("DE01", "payables", 2026, 11, "open"), at=MONDAY, actor="t")
    books.do(replace_of_s1(), at=MONDAY, actor="t")
    play(books, ChangeSupplier("S1", merged_into="SU-DE01-000001"))
    assert refusal_of(books, bill()) == MergedMaster("supplier", "S1", "SU-DE01-000001")
    play(books, bill(supplier="SU-DE01-000001"))


def replace_of_s1() -> CreateSupplier:
    return CreateSupplier("DE01", "L-1", "Papier SE", "EUR", "DE1", bank_account="DE-1", bank_verified=True)
