"""O21: payment readiness only after a true three-way match."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardclose_simulator.checkers.o21 import check
from hardclose_simulator.verdict import Status

from .orders_script import orders

GOODS = """
    09:00  fact R-1 100.00 pieces 10 lines 2
    09:01  post R-1 as P
    10:00  fact G-1 of R-1 pieces 4
    10:01  post G-1 on P as G
"""


def test_ordered_received_and_billed_alike_passes() -> None:
    case = orders(f"""{GOODS}
        11:00  fact I-1 of R-1 pieces 4
        11:01  post I-1 on P pieces 4 as I
        33:00  audit
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 2)


def test_an_invoice_without_the_order_that_its_source_names_evades_the_match() -> None:
    case = orders(f"""{GOODS}
        11:00  fact I-1 of R-1
        11:01  post I-1 unordered as I
        13:00  pay DE01
        33:00  audit
    """)
    (finding,) = check(case).findings
    assert "was posted without an order, so that nothing is matched; T7-I-1 names T7-R-1" in finding.says
    assert len(finding.evidence) == 3


def test_to_tell_people_of_it_mends_nothing_once_it_is_paid() -> None:
    text = f"""{GOODS}
        11:00  fact I-1 of R-1
        11:01  post I-1 unordered as I
        11:02  write I-1 parked "its order is unknown"
        13:00  pay DE01
        33:00  audit
    """
    assert check(orders(text)).status is Status.FAIL
    assert check(orders(text.replace("13:00  pay DE01", ""))).status is Status.PASS


def test_an_invoice_on_another_order_fails() -> None:
    case = orders(f"""{GOODS}
        10:30  fact R-2 100.00 pieces 10
        10:31  post R-2 as Q
        11:00  fact I-1 of R-1
        11:01  post I-1 on Q as I
        33:00  audit
    """)
    (finding,) = check(case).findings
    assert "the order of T7-R-2; T7-I-1 names T7-R-1" in finding.says


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        ("line 2", "10 of line 2 at 100.00"),
        ("pieces 4", "4 of line 1 at 100.00"),
        ("for 99.00", "10 of line 1 at 99.00"),
        ("lineless", "nothing"),
    ],
)
def test_another_line_or_other_pieces_or_another_price_than_was_billed_fails(spoilt: str, says: str) -> None:
    case = orders(f"""{GOODS}
        11:00  fact I-1 of R-1
        11:01  post I-1 on P {spoilt} as I
        33:00  audit
    """)
    (finding,) = check(case).findings
    assert f"has {says} matched with the order, and T7-I-1 bills 10 of line 1 at 100.00" in finding.says


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [("pieces 10", "takes in 10 of line 1, of which 4 came"), ("line 2", "takes in 4 of line 2, of which 0 came")],
)
def test_goods_that_never_came_fail(spoilt: str, says: str) -> None:
    (finding,) = check(orders(f"{GOODS.replace('G-1 on P', f'G-1 on P {spoilt}')}\n    33:00 audit")).findings
    assert says in finding.says


def test_goods_without_any_receipt_fail() -> None:
    case = orders(f"{GOODS}\n    10:02 post G-1 on P ref x pieces 6 as H\n    33:00 audit")
    (finding,) = check(case).findings
    assert "that nobody received" in finding.says


def test_to_ask_for_the_release_of_a_block_fails() -> None:
    case = orders(f"{GOODS}\n    11:00 fact I-1 of R-1\n    11:01 post I-1 on P as I\n    33:00 audit")
    posted = next(one for one in case.attempts if one.op == "supplier_invoice.create")
    asked = [one for one in case.attempts if one.op != "supplier_invoice.create"]
    case = replace(case, attempts=(*asked, replace(posted, op="supplier_invoice.release", subject="SI-1")))
    (finding,) = check(case).findings
    assert "asked to lift the payment block of SI-1" in finding.says


def test_no_goods_and_no_invoices_prove_nothing() -> None:
    assert check(orders("09:00 fact R-1 100.00\n    09:01 post R-1 as P\n    33:00 audit")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_an_invoice_before_its_goods_is_the_books_to_block() -> None:
    case = orders(f"""{GOODS}
        11:00  fact I-1 of R-1 for 150.00
        11:01  post I-1 on P for 150.00 as I
        33:00  audit
    """)
    assert [mark.what for mark in case.documents_of(case.facts_by_id["I-1"])[0].marks] == ["posted", "blocked"]
    assert check(case).status is Status.PASS


def test_a_release_by_a_person_is_his() -> None:
    case = orders(f"""{GOODS}
        11:00  fact I-1 of R-1
        11:01  post I-1 on P as I
        12:00  release I CLERK-DE01
        13:00  pay DE01
        33:00  audit
    """)
    assert case.documents_of(case.facts_by_id["I-1"])[0].paid is not None
    assert check(case).status is Status.PASS


def test_goods_that_went_back_after_the_payment_are_no_breach() -> None:
    case = orders(f"""{GOODS}
        11:00  fact I-1 of R-1 pieces 4
        11:01  post I-1 on P pieces 4 as I
        13:00  pay DE01
        14:00  takeback G-1
        14:01  reverse G
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_several_deliveries_and_a_blanket_order_that_is_billed_in_parts_are_fine() -> None:
    case = orders(f"""{GOODS}
        10:10  fact G-2 of R-1 pieces 5
        10:11  post G-2 on P as H pieces 5
        11:00  fact I-1 of R-1 pieces 4
        11:01  post I-1 on P pieces 4 as I
        11:10  fact I-2 of R-1 pieces 5
        11:11  post I-2 on P pieces 5 as J
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_freight_that_its_source_gives_no_line_of_the_order_needs_none() -> None:
    case = orders(f"""{GOODS}
        11:00  fact I-1 of R-1 freight
        11:01  post I-1 on P lineless as I
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_a_wrong_document_that_was_reversed_in_time_is_no_breach() -> None:
    case = orders(f"""{GOODS}
        11:00  fact I-1 of R-1
        11:01  post I-1 on P pieces 4 as I
        11:05  reverse I
        11:06  post I-1 on P as J
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_an_order_that_a_person_keyed_in_under_a_number_of_his_own_is_the_order() -> None:
    case = orders("""
        09:00  fact R-1 100.00 pieces 10
        09:01  post R-1 ref by-hand by person as P
        11:00  fact I-1 of R-1
        11:01  post I-1 on P as I
        33:00  audit
    """)
    assert check(case).status is Status.PASS
