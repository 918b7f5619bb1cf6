"""What scenarios promise of suppliers, goods and invoices is counted where it happened, and only there."""

from __future__ import annotations

import pytest

from hardclose_simulator.must_happen_orders import COUNTERS
from hardclose_simulator.scenario_keys import COUNTERS as NAMES

from .checkers.orders_script import orders

ORDER = """
    09:00  fact R-1 100.00 pieces 100
    09:01  post R-1 as P
"""
MATCHED = f"""{ORDER}
    10:00  fact G-1 of R-1
    10:01  post G-1 on P as G
    11:00  fact I-1 of R-1
    11:01  post I-1 on P as I
"""
SUPPLIER = """
    09:00  fact S-1
    09:01  post S-1 as S
    09:10  fact S-2
    09:11  post S-2 as T
    09:20  fact R-1 100.00 from S-1
    09:21  post R-1 as P payee S
"""


def counted(name: str, text: str) -> int:
    return COUNTERS[name](orders(f"{text}\n    50:00 audit"))


def test_every_counter_is_one_that_scenarios_may_name() -> None:
    assert set(COUNTERS) <= set(NAMES)


def test_parts_count_once_per_order() -> None:
    text = f"{ORDER}\n 10:00 fact G-1 of R-1 pieces 5\n 10:01 fact G-2 of R-1 pieces 5\n 10:02 fact G-3 of R-1 pieces 5"
    assert counted("partial_receipts", text) == 1
    assert counted("partial_receipts", MATCHED) == 0


def test_goods_count_as_taken_back_after_the_match_only_if_the_invoice_stood() -> None:
    assert counted("receipts_reversed_after_match", f"{MATCHED}\n    12:00 takeback G-1") == 1
    early = f"{ORDER}\n 10:00 fact G-1 of R-1\n 10:05 takeback G-1\n 11:00 fact I-1 of R-1\n 11:01 post I-1 on P"
    assert counted("receipts_reversed_after_match", early) == 0


def test_an_invoice_is_early_if_goods_come_later() -> None:
    assert counted("invoices_before_receipt", f"{ORDER}\n 10:00 fact I-1 of R-1\n 11:00 fact G-1 of R-1") == 1
    assert counted("invoices_before_receipt", MATCHED) == 0
    assert counted("invoices_before_receipt", f"{ORDER}\n 10:00 fact I-1 of R-1") == 0


def test_credit_notes_are_no_copies_of_what_they_credit() -> None:
    text = f"{MATCHED}\n    12:00 fact I-2 of R-1 credits I-1 pieces 1 printed RE-I-1"
    assert (counted("credit_notes", text), counted("duplicate_invoice_numbers", text)) == (1, 0)
    again = f"{MATCHED}\n    12:00 fact I-2 of R-1 printed RE-I-1"
    assert (counted("credit_notes", again), counted("duplicate_invoice_numbers", again)) == (0, 1)


@pytest.mark.parametrize(
    ("goods", "invoice", "edges"),
    [
        ("pieces 100", "pieces 105", 1),
        ("pieces 100", "pieces 106", 1),
        ("pieces 100", "pieces 107", 0),
        ("pieces 100", "for 102.00", 1),
        ("pieces 100", "for 102.01", 1),
        ("pieces 100", "for 97.99", 1),
        ("pieces 100", "for 101.00", 0),
        ("pieces 110", "pieces 100", 1),
        ("pieces 111", "pieces 100", 1),
        ("pieces 112", "pieces 100", 0),
    ],
)
def test_an_edge_is_what_is_exactly_at_a_tolerance_or_one_unit_beyond(goods: str, invoice: str, edges: int) -> None:
    text = f"{ORDER}\n    10:00 fact G-1 of R-1 {goods}\n    11:00 fact I-1 of R-1 {invoice}"
    assert counted("tolerance_edges", text) == edges


def test_invoices_are_blocked_and_paid_when_the_books_say_so() -> None:
    text = f"{MATCHED}\n    13:00 pay DE01"
    assert (counted("invoices_paid", text), counted("blocked_invoices", text)) == (1, 0)
    blocked = f"{ORDER}\n 11:00 fact I-1 of R-1\n 11:01 post I-1 on P\n 13:00 pay DE01"
    assert (counted("invoices_paid", blocked), counted("blocked_invoices", blocked)) == (0, 1)


def test_a_merge_crosses_an_invoice_that_is_not_in_the_books_yet() -> None:
    invoice = "10:00 fact I-1 of R-1"
    in_flight = f"{SUPPLIER}\n {invoice}\n 10:01 merge S-1 into S-2\n 10:05 post I-1 on P payee S"
    assert counted("merged_in_flight", in_flight) == 1
    assert (
        counted("merged_in_flight", f"{SUPPLIER}\n {invoice}\n 10:01 post I-1 on P payee S\n 11:00 merge S-1 into S-2")
        == 0
    )


def test_a_bank_change_counts_between_invoice_and_payment() -> None:
    goods = f"{SUPPLIER}\n 09:30 fact G-1 of R-1\n 09:31 post G-1 on P"
    invoice = f"{goods}\n 10:00 fact I-1 of R-1\n 10:01 post I-1 on P payee S"
    assert counted("bank_changes_before_payment", f"{invoice}\n 11:00 bank S-1 DE2\n 12:00 pay DE01") == 1
    assert counted("bank_changes_before_payment", f"{invoice}\n 11:00 pay DE01\n 12:00 bank S-1 DE2") == 0


def test_edits_collide_when_they_come_at_once() -> None:
    assert counted("edit_collisions", f"{SUPPLIER}\n 10:00 hold S\n 10:01 change S-1 contact Bob") == 1
    assert counted("edit_collisions", f"{SUPPLIER}\n 10:00 hold S\n 16:00 change S-1 contact Bob") == 0


def test_a_party_is_asked_for_twice_however_its_tax_id_is_typed() -> None:
    case = orders('09:00 fact S-1 tax DE12\n09:01 fact S-2 tax "DE 1-2"\n09:02 fact S-3 tax DE13')
    assert COUNTERS["suppliers_asked_for_twice"](case) == 1


def test_an_accrual_counts_as_reversed_when_it_was_on_its_day() -> None:
    text = f"{ORDER}\n 10:00 fact A-1 of R-1 5.00\n 10:01 post A-1 as J"
    assert counted("accruals_reversed", f"{text}\n 26:00 reverse J date 2026-12-01") == 1
    assert counted("accruals_reversed", f"{text}\n 26:00 reverse J date 2026-11-30") == 0
