"""O17: prerequisites first."""

from __future__ import annotations

from hardclose_simulator.checkers.o17 import check
from hardclose_simulator.verdict import Status

from .orders_script import orders

ORDER_FIRST = """
    09:00  fact R-1 100.00 pieces 10
    09:05  fact G-1 of R-1 pieces 10
"""


def test_goods_that_waited_for_their_order_pass() -> None:
    case = orders(f"""{ORDER_FIRST}
        09:06  post R-1 as P
        09:07  post G-1 on P as G
        33:00  audit
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_an_order_for_a_supplier_who_was_not_there_and_was_dropped_fails() -> None:
    case = orders("""
        09:00  fact S-1
        09:01  fact R-1 100.00 from S-1
        09:02  post R-1
        09:10  post S-1 as S
        33:00  audit
    """)
    (finding,) = check(case).findings
    assert finding.fact == "R-1"
    assert "had to wait for T7-S-1 (SU-DE01-" in finding.says
    assert "neither posted nor shown to a person" in finding.says


def test_an_order_on_somebody_else_because_its_supplier_was_not_there_fails() -> None:
    case = orders("""
        09:00  fact S-1
        09:01  fact R-1 100.00 from S-1
        09:02  post R-1 payee SUP-DE01 as P
        09:10  post S-1 as S
        33:00  audit
    """)
    (finding,) = check(case).findings
    assert "was made for T7-R-1 when T7-S-1, which it needs, was not in the ERP" in finding.says


def test_an_invoice_that_left_out_an_order_because_it_was_not_there_fails() -> None:
    case = orders("""
        09:00  fact R-1 100.00 pieces 10
        09:05  fact I-1 of R-1
        09:06  post I-1 unordered as I
        09:10  post R-1 as P
        33:00  audit
    """)
    (finding,) = check(case).findings
    assert finding.fact == "I-1"
    assert finding.card_line is not None


def test_silence_about_goods_whose_order_lies_with_a_person_fails() -> None:
    parked = '09:06 write R-1 parked "no budget"'
    assert check(orders(f"{ORDER_FIRST}\n    {parked}\n    33:00 audit")).status is Status.PASS  # never heard of it
    case = orders(f"{ORDER_FIRST}\n    {parked}\n    09:07 get G-1\n    33:00 audit")
    (finding,) = check(case).findings
    assert "which waits for a person" in finding.says


def test_what_was_never_early_proves_nothing() -> None:
    case = orders("""
        09:00  fact R-1 100.00 pieces 10
        09:01  post R-1 as P
        09:05  fact G-1 of R-1 pieces 10
        09:07  post G-1 on P as G
        33:00  audit
    """)
    assert check(case).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_to_park_what_came_too_early_is_enough() -> None:
    case = orders(f"""{ORDER_FIRST}
        09:06  write R-1 parked "no budget"
        09:07  write G-1 parked "waits for T7-R-1"
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_a_supplier_whom_the_erp_knew_under_another_request_of_the_same_party_is_no_invention() -> None:
    case = orders("""
        09:00  fact S-1 tax DE77
        09:01  post S-1 as S
        09:02  fact S-2 tax DE77
        09:03  fact R-1 100.00 from S-2
        09:04  post R-1 payee S as P
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_an_order_on_the_one_its_supplier_was_merged_into_is_no_invention() -> None:
    case = orders("""
        09:00  fact S-1
        09:01  fact S-2
        09:02  post S-2 as S
        09:03  fact R-1 100.00 from S-1
        09:04  merge S-1 into S-2
        09:05  post R-1 payee S as P
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_an_order_that_a_person_keyed_in_is_an_order() -> None:
    """He bears the reference himself, or leaves it out: what may be the order is the order."""
    for reference in ("T7-R-1", "by-hand"):
        case = orders(f"""{ORDER_FIRST}
            09:06  post R-1 ref {reference} by person as P
            09:07  post G-1 on P as G
            33:00  audit
        """)
        assert check(case).status is Status.PASS


def test_an_invoice_of_no_order_needs_none() -> None:
    case = orders("""
        09:00  fact R-1 100.00 pieces 10
        09:05  fact I-1 of R-1 unordered
        09:06  post I-1 unordered as I
        09:10  post R-1 as P
        33:00  audit
    """)
    assert check(case).status is Status.VACUOUS


def test_what_fell_with_a_lost_order_is_that_orders_loss() -> None:
    assert check(orders(f"{ORDER_FIRST}\n    33:00 audit")).status is Status.PASS


def test_what_people_took_back_meanwhile_is_not_dropped() -> None:
    case = orders("""
        09:00  fact R-1 100.00 pieces 10
        09:05  fact G-1 of R-1 pieces 10
        09:06  takeback G-1
        09:10  post R-1 as P
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_what_came_right_before_the_audit_has_not_had_its_time() -> None:
    case = orders("""
        09:00  fact R-1 100.00 pieces 10
        09:05  fact G-1 of R-1 pieces 10
        32:59  post R-1 as P
        33:00  audit
    """)
    assert check(case).status is Status.PASS
