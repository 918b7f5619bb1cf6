"""O27: changed bank details wait for verification."""

from __future__ import annotations

from hardclose_mocks.kernel.money import Money
from hardclose_simulator.checkers.o27 import check
from hardclose_simulator.verdict import Status

from .orders_script import orders

CHANGED = """
    09:00  fact S-1
    09:10  post S-1 as S
    10:00  bank S-1 DE2
"""


def test_a_new_account_nobody_verified_is_made_payable() -> None:
    (finding,) = check(orders(CHANGED + "10:10 set S bank DE2 verified rev 2")).findings
    assert "was given the bank account DE2 of T7-S-1 to be paid to, and nobody had verified it" in finding.says
    assert (finding.money, len(finding.evidence)) == (None, 2)


def test_what_was_paid_to_it_is_at_stake() -> None:
    case = orders("""
        09:00  fact S-1
        09:10  post S-1 as S
        09:20  fact R-1 100.00 from S-1
        09:25  post R-1 payee S as P
        09:30  fact G-1 of R-1
        09:35  post G-1 on P
        09:40  fact I-1 of R-1
        09:45  post I-1 on P payee S as I
        10:00  bank S-1 DE2
        10:10  set S bank DE2 verified rev 2
        12:00  pay DE01
        15:00  verify S-1 DE2
    """)
    (finding,) = check(case).findings
    assert finding.money == Money(11_900, "EUR")
    assert "SI-DE01-000001 paid to it" in finding.says


def test_after_the_verification_it_may_be_paid_to() -> None:
    verdict = check(orders(CHANGED + "12:00 verify S-1 DE2\n12:10 set S bank DE2 verified rev 3"))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_supplier_made_with_an_account_that_waits_fails() -> None:
    """Ordered the other way round: changed before the integration got to it."""
    case = orders("""
        09:00  fact S-1
        10:00  bank S-1 DE2
        10:10  post S-1 as S bank DE2
    """)
    assert check(case).status is Status.FAIL


def test_no_changed_account_proves_nothing() -> None:
    assert check(orders("09:00 fact S-1\n09:10 post S-1 as S")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_the_first_account_is_verified_with_the_approval() -> None:
    case = orders(CHANGED.replace("09:10  post S-1 as S", "") + "10:10 post S-1 as S")
    assert check(case).status is Status.PASS


def test_the_pending_field_is_for_what_waits() -> None:
    verdict = check(orders(CHANGED + "10:10 set S bank DE2 rev 2"))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_the_pending_account_may_be_released_by_verified_alone() -> None:
    case = orders(CHANGED + "10:10 set S bank DE2 rev 2\n12:00 verify S-1 DE2\n12:10 set S verified rev 3")
    assert check(case).status is Status.PASS


def test_an_account_that_people_in_the_erp_made_payable_is_theirs() -> None:
    assert check(orders(CHANGED + "10:10 set S bank DE2 verified by person")).status is Status.PASS


def test_blanks_in_an_account_number_make_no_other_account() -> None:
    text = CHANGED + '12:00 verify S-1 DE2\n12:10 set S bank "DE 2" verified rev 3'
    assert check(orders(text)).status is Status.PASS
