"""Suppliers and cost centres as the ERP keeps them, journal entries, and files of postings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hardclose_mocks.kernel.attachments import sha256_of
from hardclose_mocks.kernel.commands import (
    AttachFile,
    BlockCostCenter,
    BlockSupplier,
    ChangeCostCenter,
    ChangeSupplier,
    Command,
    CreateCostCenter,
    CreateSupplier,
    EntryLine,
    PostJournalEntry,
    ReverseExpensePosting,
    ReverseJournalEntry,
)
from hardclose_mocks.kernel.documents import Attachment, CostCenterMaster, SupplierMaster
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_mocks.kernel.refusals import (
    DuplicateReference,
    Invalid,
    MergedMaster,
    Unbalanced,
    UnknownDocument,
    UnknownMaster,
    VersionMismatch,
    WrongState,
)

from .small_world import MONDAY, erp, order, play, posting, posting_line, refusal_of

DAY, NEXT = date(2026, 11, 30), date(2026, 12, 1)
NEW = CreateSupplier("DE01", "L-1", "Stahl AG", "EUR", "DE3", bank_account="DE-3")
SUPPLIER = "SU-DE01-000001"
ACCRUAL = PostJournalEntry(
    "DE01", "J-1", DAY, "EUR", (EntryLine("6310", 50_00, 0, "CC1"), EntryLine("2200", 0, 50_00)), reverse_on=NEXT
)


def news(books: ErpBooks, command: Command) -> list[tuple[str, int]]:
    return [(event.type, event.revision) for event in books.do(command, at=MONDAY, actor="t").events]


def supplier(books: ErpBooks, number: str = SUPPLIER) -> SupplierMaster:
    found = books.find(number)
    assert isinstance(found, SupplierMaster)
    return found


def test_a_new_supplier_may_be_ordered_from_and_its_account_waits_until_somebody_verified_it() -> None:
    books = erp()
    assert news(books, NEW) == [("supplier.created", 1)]
    play(books, order(supplier=SUPPLIER))
    assert (supplier(books).bank_account, supplier(books).pending_bank_account) == ("", "DE-3")
    assert news(books, ChangeSupplier(SUPPLIER, bank_verified=True)) == [("supplier.changed", 2)]
    assert (supplier(books).bank_account, supplier(books).pending_bank_account) == ("DE-3", None)
    play(books, ChangeSupplier(SUPPLIER, bank_account="DE-4"))
    assert (supplier(books).bank_account, supplier(books).pending_bank_account) == ("DE-3", "DE-4")
    play(books, ChangeSupplier(SUPPLIER, bank_account="DE-5", bank_verified=True))
    assert (supplier(books).bank_account, supplier(books).pending_bank_account) == ("DE-5", None)


def test_a_request_makes_one_supplier_only_where_references_are_unique() -> None:
    books = erp()
    play(books, NEW, NEW)
    assert refusal_of(books, replace(NEW, unique_reference=True)) == DuplicateReference("L-1", SUPPLIER)


def test_a_change_touches_what_it_names_and_is_nothing_if_it_says_what_is_there() -> None:
    books = erp()
    play(books, NEW)
    assert news(books, ChangeSupplier(SUPPLIER, name="Stahl SE", payment_terms_days=14)) == [("supplier.changed", 2)]
    assert (supplier(books).tax_id, supplier(books).payment_terms_days) == ("DE3", 14)
    assert news(books, ChangeSupplier(SUPPLIER, name="Stahl SE")) == []
    late = ChangeSupplier(SUPPLIER, name="S", expected_version=1)
    assert refusal_of(books, late) == VersionMismatch(SUPPLIER, 1, 2)
    assert refusal_of(books, ChangeSupplier("S0", name="S")) == UnknownMaster("supplier", "S0")
    assert isinstance(refusal_of(books, ChangeSupplier(SUPPLIER, reconciliation_account="6200")), Invalid)


def test_who_blocked_a_supplier_stays_known() -> None:
    books = erp()
    assert news(books, BlockSupplier("S1", True)) == [("supplier.blocked", 2)]
    assert supplier(books, "S1").blocked_by == "erp"
    assert news(books, ChangeSupplier("S1", blocked=False)) == [("supplier.released", 3)]
    assert news(books, ChangeSupplier("S1", blocked=True)) == [("supplier.blocked", 4)]
    assert supplier(books, "S1").blocked_by == "source"


def test_a_merged_supplier_names_its_survivor_and_changes_no_more() -> None:
    books = erp()
    play(books, NEW)
    assert isinstance(refusal_of(books, ChangeSupplier("S1", merged_into="S1")), Invalid)
    assert isinstance(refusal_of(books, ChangeSupplier("S1", merged_into="S9")), Invalid)
    assert news(books, ChangeSupplier("S1", merged_into=SUPPLIER)) == [("supplier.merged", 2)]
    assert refusal_of(books, order()) == MergedMaster("supplier", "S1", SUPPLIER)
    assert refusal_of(books, ChangeSupplier(SUPPLIER, merged_into="S1")) == MergedMaster("supplier", "S1", SUPPLIER)
    assert news(books, ChangeSupplier("S1", merged_into=SUPPLIER)) == []
    assert refusal_of(books, ChangeSupplier("S1", name="X")) == WrongState("supplier", "S1", "merged", "changed")


def test_a_cost_centre_counts_its_revisions_and_is_used_on_days_it_is_valid() -> None:
    books = erp()
    made = CreateCostCenter("CC5", "DE01", "New", "lead", valid_from=NEXT)
    assert news(books, made) == [("cost_center.created", 1)]
    assert refusal_of(books, made) == DuplicateReference("CC5", "CC5")
    assert refusal_of(books, replace(made, number="CC6", owner="boss")) == UnknownMaster("person", "boss")
    line = posting_line(cost_center="CC5")
    assert refusal_of(books, posting(line)) is not None
    assert news(books, ChangeCostCenter("CC5", valid_from=DAY)) == [("cost_center.changed", 2)]
    play(books, posting(line))
    assert news(books, BlockCostCenter("CC5", True)) == [("cost_center.blocked", 3)]
    found = books.find("CC5")
    assert isinstance(found, CostCenterMaster)
    assert (found.revision, found.version, found.blocked) == (3, 3, True)


def test_an_accrual_spends_the_budget_until_it_is_reversed_once() -> None:
    books = erp()
    play(books, ACCRUAL)
    left = books.available("DE01", "CC1", DAY)
    assert left is not None
    assert left.minor == 950_00
    reverse = ReverseJournalEntry("JE-DE01-000001", DAY, "invoiced")
    assert refusal_of(books, replace(reverse, posting_date=date(2026, 11, 1))) is not None
    play(books, reverse)
    left = books.available("DE01", "CC1", DAY)
    assert left is not None
    assert left.minor == 1_000_00
    assert refusal_of(books, reverse) == WrongState("journal_entry", "JE-DE01-000001", "reversed", "reversed")


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ((EntryLine("6310", 5, 0, "CC1"), EntryLine("2200", 0, 4)), Unbalanced),
        ((EntryLine("6310", 5, 0, "CC1"),), Invalid),
        ((EntryLine("6310", 5, 5, "CC1"), EntryLine("2200", 0, 5)), Invalid),
        ((EntryLine("6310", 5, 0), EntryLine("2200", 0, 5)), Invalid),
        ((EntryLine("6310", 5, 0, "CC1"), EntryLine("2000", 0, 5)), Invalid),
        ((EntryLine("6310", 5, 0, "CC0"), EntryLine("2200", 0, 5)), UnknownMaster),
    ],
)
def test_an_entry_that_does_not_balance_or_touches_what_documents_keep_is_refused(
    lines: tuple[EntryLine, ...], refusal: type
) -> None:
    assert isinstance(refusal_of(erp(), replace(ACCRUAL, lines=lines)), refusal)


def test_a_file_hangs_on_a_live_posting_and_its_content_once_where_it_has_to_be_unique() -> None:
    books = erp()
    file = AttachFile("EP-DE01-000001", "hotel.pdf", "application/pdf", 10, sha256_of("F-1", 10))
    assert refusal_of(books, file) == UnknownDocument("expense_posting", "EP-DE01-000001")
    found = play(books, posting(), file)
    assert isinstance(found, Attachment)
    assert books.attachments("EP-DE01-000001") == [found]
    unique = replace(file, unique_content=True)
    assert refusal_of(books, unique) == DuplicateReference(file.sha256, found.number)
    assert isinstance(refusal_of(books, replace(file, sha256="x")), Invalid)
    assert isinstance(refusal_of(books, replace(file, size=0)), Invalid)
    play(books, ReverseExpensePosting("EP-DE01-000001", DAY, "wrong"))
    assert isinstance(refusal_of(books, file), WrongState)
