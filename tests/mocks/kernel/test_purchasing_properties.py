"""What holds for goods, invoices and payments in the ERP, whatever is asked of it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from hardclose_mocks.history.codec import from_plain, plain, to_json
from hardclose_mocks.kernel.books import COMMANDS, open_books
from hardclose_mocks.kernel.commands import Command, ReleaseInvoice
from hardclose_mocks.kernel.documents import (
    GoodsReceipt,
    JournalEntry,
    Payment,
    PurchaseOrder,
    SupplierInvoice,
)
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_mocks.kernel.invoice_checks import pieces_of
from hardclose_mocks.kernel.journal import check_balanced
from hardclose_mocks.kernel.matching import GOOD, may_be_received
from hardclose_mocks.kernel.refusals import Refused

from .drawn_purchasing import purchasing_commands, purchasing_opening
from .small_world import MASTER, MONDAY

drawn = given(st.lists(purchasing_commands(), min_size=15, max_size=45))
some = settings(max_examples=80, deadline=None)


def actor_of(command: Command) -> str:
    return f"person:{command.person}" if isinstance(command, ReleaseInvoice) else "integration"


def carried(commands: Sequence[Command]) -> tuple[ErpBooks, list[Command]]:
    """The books after all that could be done, and what that was. A refusal leaves no trace."""
    books, done = ErpBooks(MASTER, opened_at=MONDAY), []
    for command in (*purchasing_opening(), *commands):
        before = books.digest()
        try:
            books.do(command, at=MONDAY, actor=actor_of(command))
        except Refused as no:
            assert books.digest() == before, f"{no.refusal} changed the books"  # noqa: PT017  # about refusals
        else:
            done.append(command)
    return books, done


def invoices_of(books: ErpBooks) -> list[SupplierInvoice]:
    return [one for one in books.documents("supplier_invoice") if isinstance(one, SupplierInvoice)]


@some
@drawn
def test_the_commands_read_from_a_history_make_the_same_books(commands: list[Command]) -> None:
    books, done = carried(commands)
    folded = open_books("erp", MASTER, MONDAY)
    for command in done:
        stored = json.loads(to_json(plain(command)))
        folded.do(from_plain(stored, COMMANDS["erp"][type(command).__name__]), at=MONDAY, actor=actor_of(command))
    assert folded.digest() == books.digest()


@some
@drawn
def test_journals_balance_and_no_printed_number_is_live_twice(commands: list[Command]) -> None:
    books, _ = carried(commands)
    live: set[tuple[str, str, str]] = set()
    for invoice in invoices_of(books):
        check_balanced(invoice.journal, invoice.currency, invoice.number)
        if invoice.live:
            key = (invoice.supplier, invoice.supplier_reference, invoice.kind)
            assert key not in live
            live.add(key)
    for entry in books.documents("journal_entry"):
        assert isinstance(entry, JournalEntry)
        check_balanced(entry.journal, entry.currency, entry.number)


@some
@drawn
def test_what_is_received_and_matched_stays_within_the_tolerances(commands: list[Command]) -> None:
    books, _ = carried(commands)
    received: Counter[tuple[str, int]] = Counter()
    for receipt in books.documents("goods_receipt"):
        assert isinstance(receipt, GoodsReceipt)
        for line in receipt.lines if receipt.live else ():
            received[receipt.order, line.order_line] += line.quantity
    for (number, place), pieces in received.items():
        order = books.find(number)
        assert isinstance(order, PurchaseOrder)
        assert order.live
        assert pieces <= may_be_received(order.lines[place - 1].quantity, MASTER.tolerances)
    matched: Counter[tuple[str, int]] = Counter()
    for invoice in invoices_of(books):
        if invoice.live and invoice.order and invoice.payment == "open":
            sound = invoice.kind == "credit_note" or invoice.match in GOOD or invoice.released_by is not None
            assert invoice.payment_block != sound
        if invoice.live and invoice.order and invoice.kind == "invoice" and invoice.match == "matched":
            for place, pieces in pieces_of(invoice.lines).items():
                matched[invoice.order, place] += pieces if invoice.payment == "open" and not invoice.credited else 0
    two_way = {("PO-DE01-000002", 1)}
    for key, pieces in matched.items():
        assert key in two_way or pieces * 10_000 <= received[key] * (10_000 + MASTER.tolerances.quantity_bp)


@some
@drawn
def test_a_debt_is_paid_once_at_a_time_and_what_is_owed_is_never_below_nothing(commands: list[Command]) -> None:
    books, _ = carried(commands)
    paid: dict[str, list[Payment]] = defaultdict(list)
    for payment in books.documents("payment"):
        assert isinstance(payment, Payment)
        assert payment.amount > 0
        if payment.live:
            paid[payment.document].append(payment)
    assert all(len(payments) == 1 for payments in paid.values())
    for invoice in invoices_of(books):
        if invoice.reverses is None:
            assert (invoice.payment == "paid") == (invoice.number in paid)
        if invoice.live and invoice.kind == "invoice":
            assert 0 <= invoice.credited <= invoice.total
            notes = [one for one in invoices_of(books) if one.live and one.credits == invoice.number]
            assert invoice.credited == -sum(note.total for note in notes)
            assert invoice.payment != "open" or invoice.owed > 0
            if invoice.payment == "paid":
                assert paid[invoice.number][0].payee
        if invoice.released_by is not None:
            assert invoice.released_by == "payables"
            assert invoice.created_by != f"person:{invoice.released_by}"


@some
@drawn
def test_a_budget_is_what_there_was_less_what_is_ordered_and_not_invoiced_less_what_is_spent(
    commands: list[Command],
) -> None:
    books, _ = carried(commands)
    expected = {"CC1": 1_000_00, "CC2": 50_000_00}
    invoiced: Counter[tuple[str, int]] = Counter()
    for invoice in invoices_of(books):
        sign = (-1 if invoice.reverses else 1) * (-1 if invoice.kind == "credit_note" else 1)
        for line in invoice.lines:
            if invoice.posting_date.year == 2026:
                expected[line.cost_center] -= sign * line.net
        if invoice.live and invoice.order:
            for place, pieces in pieces_of(invoice.lines).items():
                invoiced[invoice.order, place] += -pieces if invoice.kind == "credit_note" else pieces
    for order in books.documents("purchase_order"):
        assert isinstance(order, PurchaseOrder)
        for place, line in enumerate(order.lines if order.live else (), start=1):
            expected[line.cost_center] -= max(line.quantity - invoiced[order.number, place], 0) * line.unit_price
    for entry in books.documents("journal_entry"):
        assert isinstance(entry, JournalEntry)
        if entry.posting_date.year == 2026:
            expected["CC1"] -= entry.total * (-1 if entry.reverses else 1)
    expected["CC1"] -= 100_00  # the expense posting
    for number, amount in expected.items():
        left = books.available("DE01", number, date(2026, 11, 30))
        assert left is not None
        assert left.minor == amount
