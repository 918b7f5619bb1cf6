"""Strategies for the ERP's goods, invoices, payments, entries and masters, over an order that is always there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from hardclose_mocks.kernel.commands import (
    AttachFile,
    BlockPayments,
    BlockSupplier,
    CancelPurchaseOrder,
    ChangeCostCenter,
    ChangeSupplier,
    Command,
    CreateCostCenter,
    CreateSupplier,
    EntryLine,
    InvoiceLine,
    OrderLine,
    PostGoodsReceipt,
    PostJournalEntry,
    PostSupplierInvoice,
    ReceiptLine,
    ReleaseInvoice,
    ReturnPayment,
    ReverseGoodsReceipt,
    ReverseJournalEntry,
    ReverseSupplierInvoice,
    RunPayments,
)

from .small_world import order, posting

S = st.SearchStrategy
DAY, DUE = date(2026, 11, 30), date(2026, 12, 30)
LINES = (OrderLine("t", 10, 10_00, "6310", "CC1", "V19"), OrderLine("t", 20, 5_00, "6310", "CC2", "V19"))
DAYS = st.sampled_from([DAY] * 15 + [date(2026, 10, 31), date(2027, 1, 1)])
INVOICES = st.sampled_from([f"SI-DE01-{n:06}" for n in (1, 1, 1, 2, 2, 3, 4)])
ORDERS = st.sampled_from(["PO-DE01-000001"] * 6 + ["PO-DE01-000002", "PO-DE01-000009"])
SUPPLIERS = st.sampled_from(["S1"] * 20 + ["S2", "SU-DE01-000001", "S0"])


def purchasing_opening() -> list[Command]:
    """Two orders, the second's first line two-way; an expense posting; goods and a sound invoice for the first."""
    first = order(*LINES)
    goods = PostGoodsReceipt("DE01", "W-0", "PO-DE01-000001", DAY, (ReceiptLine(1, 8), ReceiptLine(2, 8)))
    invoice = _bill("A-0", "S1", "PO-DE01-000001", DAY, (_line(1, 4, 10_00, 0),))
    return [first, replace(first, reference="Q-2", two_way=(1,)), posting(), goods, invoice]


def purchasing_commands() -> S[Command]:
    printed = st.sampled_from(["A-1", "A-2", "A-3", "A-4"])
    pieces = st.builds(ReceiptLine, st.integers(1, 2), st.integers(1, 8))
    receive = st.builds(
        PostGoodsReceipt, st.just("DE01"), printed, ORDERS, DAYS, st.lists(pieces, min_size=1, max_size=2).map(tuple)
    )
    bill = st.builds(_bill, printed, SUPPLIERS, ORDERS, DAYS, st.lists(_lines(), min_size=1, max_size=2).map(tuple))
    credited = st.builds(_line, st.sampled_from([1, 1, None]), st.integers(1, 4), st.just(10_00), st.just(0))
    printed_on = st.sampled_from(["G-1", "G-2", "G-3"])
    note = st.builds(_note, printed_on, credited, INVOICES)
    sides = st.integers(1, 500_00).map(lambda a: (EntryLine("6200", a, 0, "CC1"), EntryLine("2200", 0, a)))
    odd = st.just((EntryLine("6200", 5, 0, "CC1"), EntryLine("2200", 0, 4)))
    common = st.sampled_from(["wrong", "wrong", "wrong", ""])
    booleans = st.sampled_from([True, False, False, False])
    entries = st.sampled_from([f"JE-DE01-{n:06}" for n in (1, 2, 9)])
    change = st.builds(
        ChangeSupplier,
        SUPPLIERS,
        bank_account=st.sampled_from([None, "DE-1", "DE-2"]),
        bank_verified=st.sampled_from([None, True, False]),
        blocked=st.sampled_from([None] * 8 + [False, False, True]),
        merged_into=st.sampled_from([None] * 25 + ["SU-DE01-000001", "S1"]),
    )
    choices: list[tuple[int, S[Command]]] = [
        (6, receive),
        (10, bill),
        (4, note),
        (2, st.builds(ReverseGoodsReceipt, st.integers(1, 4).map(lambda n: f"GR-DE01-{n:06}"), DAYS, common)),
        (3, st.builds(ReverseSupplierInvoice, INVOICES, DAYS, common)),
        (2, st.builds(ReleaseInvoice, INVOICES, st.sampled_from(["payables", "lead", "ghost"]), common)),
        (5, st.builds(RunPayments, st.just("DE01"), st.just("P"), st.sampled_from([DUE, DUE, DAY]))),
        (3, st.builds(ReturnPayment, st.integers(1, 4).map(lambda n: f"PY-DE01-{n:06}"), common)),
        (2, st.builds(PostJournalEntry, st.just("DE01"), printed, DAYS, st.just("EUR"), sides | odd)),
        (1, st.builds(ReverseJournalEntry, entries, DAYS, common)),
        (1, st.builds(CancelPurchaseOrder, ORDERS, common)),
        (2, change),
        (1, st.builds(BlockPayments, SUPPLIERS, booleans)),
        (1, st.builds(BlockSupplier, SUPPLIERS, booleans)),
        (1, st.builds(CreateSupplier, st.just("DE01"), printed, st.just("N"), st.just("EUR"), st.just("DE"))),
        (1, st.builds(CreateCostCenter, st.sampled_from(["CC5", "CC1"]), st.just("DE01"), printed, st.just("lead"))),
        (1, st.builds(ChangeCostCenter, st.sampled_from(["CC5", "CC2", "CC0"]), st.sampled_from(["N", "M"]))),
        (1, st.builds(_file, st.sampled_from(["EP-DE01-000001", "EP-DE01-000009"]), st.integers(0, 3))),
    ]  # fmt: skip
    return st.one_of([choice for weight, choice in choices for _ in range(weight)])


def _lines() -> S[InvoiceLine]:
    prices = st.sampled_from([10_00, 10_00, 5_00, 10_20, 10_30])
    offs = st.sampled_from([0] * 15 + [1, 9])
    return st.builds(_line, st.sampled_from([1] * 5 + [2, 2, None, 3]), st.integers(1, 8), prices, offs)


def _bill(printed: str, supplier: str, ordered: str, day: date, lines: tuple[InvoiceLine, ...]) -> PostSupplierInvoice:
    return PostSupplierInvoice(
        "DE01", "invoice", f"V-{printed}", supplier, printed, day, day, DUE, "EUR", lines, order=ordered
    )


def _line(number: int | None, quantity: int, price: int, off: int) -> InvoiceLine:
    """`off`: minor units by which the tax is wrong."""
    tax = round(quantity * price * 19 / 100) + off
    return InvoiceLine("6310", "CC1", "t", quantity, price, "V19", tax, number)


def _note(printed: str, line: InvoiceLine, credited: str) -> PostSupplierInvoice:
    bill = _bill(printed, "S1", "PO-DE01-000001", DAY, (line,))
    return replace(bill, kind="credit_note", credits=credited)


def _file(number: str, size: int) -> AttachFile:
    return AttachFile(number, "hotel.pdf", "application/pdf", size, f"{size:064x}")
