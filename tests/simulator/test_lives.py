"""The lives of goods receipts, invoices, accruals and suppliers, from commands and announcements alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import Acted, Carried, Emitted, Exchange, Record
from hardclose_mocks.kernel.commands import (
    BlockPayments,
    ChangeSupplier,
    CreatePurchaseOrder,
    CreateSupplier,
    EntryLine,
    InvoiceLine,
    OrderLine,
    PostGoodsReceipt,
    PostJournalEntry,
    PostSupplierInvoice,
    ReceiptLine,
    ReverseGoodsReceipt,
    ReverseJournalEntry,
)
from hardclose_simulator.lives import ErpDocument, fold_lives
from hardclose_simulator.replicas import fold_replicas, value_of

START = datetime(2026, 11, 30, 9, tzinfo=UTC)
DAY = date(2026, 11, 30)


class Story:
    """Commands and events in order, a minute apart."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def do(self, command: Any, document: str | None, *, refusal: str | None = None) -> None:
        """By the integration."""
        at = START + timedelta(minutes=len(self.records))
        carried = Carried(type(command).__name__, plain(command), at, document, 1, refusal)
        body = Exchange(
            "op", "POST", "/", "integration-erp", len(self.records), "s", 1, 201, writes=True, carried=(carried,)
        )
        self._write("integration", body, at)

    def act(self, command: Any) -> None:
        """By a person in the ERP."""
        at = START + timedelta(minutes=len(self.records))
        number = str(command.number)
        self._write("person:X", Acted(Carried(type(command).__name__, plain(command), at, number, 2)), at)

    def emit(self, kind: str, subject: str) -> None:
        at = START + timedelta(minutes=len(self.records))
        name = f"evt_{len(self.records)}"
        self._write("books", Emitted(name, kind, subject, 1, "DE01", at, {}), at)

    def document(self, number: str) -> ErpDocument:
        return fold_lives(self.records).documents[number]

    def _write(self, actor: str, body: Any, at: datetime) -> None:
        place = len(self.records)
        self.records.append(Record(place, place * 1_000, at, "erp", actor, body))


def order() -> CreatePurchaseOrder:
    lines = (OrderLine("Desk", 10, 5_000, "6500", "CC", "V19"), OrderLine("Lamp", 4, 250, "6500", "CC", "V19"))
    return CreatePurchaseOrder("DE01", "T7-R-1", "SUP", DAY, "EUR", lines)


def goods(*lines: tuple[int, int]) -> PostGoodsReceipt:
    return PostGoodsReceipt("DE01", "T7-G-1", "PO-1", DAY, tuple(ReceiptLine(*line) for line in lines))


def invoice(kind: str = "invoice") -> PostSupplierInvoice:
    line = InvoiceLine("6500", "CC", "Desk", 2, 5_000, "V19", 1_900, order_line=1)
    return PostSupplierInvoice(
        "DE01", kind, "T7-I-1", "SUP", "RE-1", DAY, DAY, DAY, "EUR", (line,), order="PO-1", accounting_date=DAY
    )


def accrual(reverse_on: date | None = date(2026, 12, 1)) -> PostJournalEntry:
    lines = (EntryLine("6500", 7_000, 0, "CC"), EntryLine("2200", 0, 7_000))
    return PostJournalEntry("DE01", "T7-A-1", DAY, "EUR", lines, reverse_on)


def test_goods_are_worth_what_their_order_says() -> None:
    story = Story()
    story.do(order(), "PO-1")
    story.do(goods((1, 3), (2, 4)), "GR-1")
    found = story.document("GR-1")
    assert (found.flow, found.total, found.partner, found.currency, found.order) == (
        "REC",
        16_000,
        "SUP",
        "EUR",
        "PO-1",
    )
    assert found.texts == ()
    assert found.live


def test_reversed_goods_are_void_from_then_on() -> None:
    story = Story()
    story.do(order(), "PO-1")
    story.do(goods((1, 3)), "GR-1")
    story.do(ReverseGoodsReceipt("GR-1", DAY, "wrong"), "GR-2")
    found = story.document("GR-1")
    assert not found.live
    assert (found.live_at(1), found.live_at(2)) == (True, False)


def test_an_invoice_is_worth_its_gross_and_is_paid_when_the_books_say_so() -> None:
    story = Story()
    story.do(order(), "PO-1")
    story.do(invoice(), "SI-1")
    story.emit("supplier_invoice.blocked", "SI-1")
    assert story.document("SI-1").paid is None
    story.emit("supplier_invoice.matched", "SI-1")
    story.emit("payment.completed", "SI-1")
    found = story.document("SI-1")
    assert (found.total, found.partner, found.asked["kind"]) == (11_900, "SUP", "invoice")
    assert found.paid is not None
    assert found.paid.seq == 4
    assert [mark.what for mark in found.marks] == ["blocked", "matched", "completed"]
    assert [mark.when.seq for mark in found.marked("blocked", "matched")] == [2, 3]


def test_a_payment_that_comes_back_is_owed_again() -> None:
    story = Story()
    story.do(invoice(), "SI-1")
    story.emit("payment.completed", "SI-1")
    story.emit("payment.returned", "SI-1")
    assert story.document("SI-1").paid is None


def test_an_accrual_that_is_reversed_as_planned_has_done_its_work() -> None:
    story = Story()
    story.do(accrual(), "JE-1")
    story.do(ReverseJournalEntry("JE-1", date(2026, 12, 1), "next period"), "JE-2")
    found = story.document("JE-1")
    assert (found.live, found.total) == (True, 7_000)
    assert found.unwound is not None


def test_an_accrual_that_is_reversed_before_its_day_is_void() -> None:
    story = Story()
    story.do(accrual(), "JE-1")
    story.do(ReverseJournalEntry("JE-1", DAY, "posted twice"), "JE-2")
    found = story.document("JE-1")
    assert (found.live, found.unwound) == (False, None)


def test_without_a_day_of_reversal_a_later_day_is_as_good() -> None:
    for day, live in ((DAY, False), (date(2026, 12, 1), True)):
        story = Story()
        story.do(accrual(None), "JE-1")
        story.do(ReverseJournalEntry("JE-1", day, "next period"), "JE-2")
        assert story.document("JE-1").live is live


def test_what_the_books_refused_never_lived() -> None:
    story = Story()
    story.do(invoice(), None, refusal="DuplicateReference")
    assert fold_lives(story.records).documents == {}


def test_a_supplier_is_what_was_last_set_field_by_field_and_who_set_it_is_kept() -> None:
    story = Story()
    story.do(CreateSupplier("DE01", "T7-S-1", "Acme", "EUR", "DE1", contact="Ann"), "SU-1")
    story.act(BlockPayments("SU-1", True))
    story.do(ChangeSupplier("SU-1", contact="Bob", revision=2), "SU-1")
    found = story.document("SU-1")
    assert (found.flow, found.reference, found.total) == ("SUP", "T7-S-1", 0)
    settings = fold_replicas(story.records)["erp", "supplier", "SU-1"]
    assert [one.actor for one in settings] == ["integration", "person:X", "integration"]
    assert [one.revision for one in settings] == [1, None, 2]
    assert (value_of(settings, "contact"), value_of(settings, "payment_blocked")) == ("Bob", True)
    assert value_of(settings, "merged_into") is None
    assert "name" not in settings[2].fields
