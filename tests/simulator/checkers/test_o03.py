"""O03: value survives the journey."""

from __future__ import annotations

from hardclose_mocks.kernel.money import Money
from hardclose_simulator.checkers.o03 import check
from hardclose_simulator.verdict import Status

from .script import script


def test_lines_as_approved_pass() -> None:
    case = script("""
        09:00  fact E-1 120.01 lines 3
        09:00  fact R-1 99.99 lines 2
        09:00  fact E-2 5000 company JP01
        09:01  post E-1
        09:01  post R-1
        09:01  post E-2
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 3)


def test_a_cent_too_much_fails_with_the_cent_at_stake() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  post E-1 amount 120.01
    """)
    verdict = check(case)
    (finding,) = verdict.findings
    assert verdict.status is Status.FAIL
    assert finding.money == Money(1, "EUR")
    assert "120.01 EUR in all instead of 120.00 EUR" in finding.says


def test_an_order_at_another_price_fails() -> None:
    case = script("""
        09:00  fact R-1 120.00
        09:01  post R-1 amount 12.00
    """)
    assert check(case).findings[0].money == Money(10800, "EUR")


def test_nothing_posted_proves_nothing() -> None:
    case = script("09:00 fact E-1")
    assert check(case).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_wrong_document_that_was_reversed_is_no_longer_judged() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  post E-1 amount 12.00 as A
        09:02  reverse A
        09:03  post E-1
    """)
    assert check(case).status is Status.PASS


def test_unmarked_documents_of_equal_worth_are_not_confused_by_their_lines() -> None:
    """Two facts of one total whose lines differ: the matching may deal them the wrong way round."""
    case = script("""
        09:00  fact E-1 90.00 lines 1
        09:00  fact E-2 90.00 lines 3
        09:01  post E-2 ref x unmarked
        09:02  post E-1 ref y unmarked
    """)
    assert check(case).status is Status.PASS
