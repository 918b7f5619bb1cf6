"""O25: blocked masters are not used."""

from __future__ import annotations

from dataclasses import replace

from hardclose_simulator.checkers.o25 import check
from hardclose_simulator.master_line import MasterLine
from hardclose_simulator.verdict import Status

from .script import script

BARRED = """
    09:00  block BAD-DE01
    09:30  fact E-1 120.00 center BAD
"""


def test_what_names_a_blocked_cost_centre_waits_for_a_person() -> None:
    case = script(
        BARRED
        + """
        09:31  post E-1
        09:32  write E-1 parked "BAD-DE01 is blocked"
        33:00  audit
    """
    )
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_another_cost_centre_in_its_place_fails() -> None:
    case = script(BARRED + "15:31  post E-1 center CC-DE01")
    (finding,) = check(case).findings
    assert "cost center BAD-DE01 was blocked: another took its place" in finding.says


def test_a_document_on_a_blocked_supplier_fails_where_the_books_let_it_pass() -> None:
    case = script("""
        09:00  fact R-1
        15:00  post R-1
    """)
    barred = MasterLine({("supplier", "SUP-DE01"): True}, {})
    (finding,) = check(replace(case, masters=barred)).findings
    assert "is on supplier SUP-DE01, which was blocked" in finding.says


def test_nothing_blocked_proves_nothing() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1
    """)
    assert check(case).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_block_that_arrives_in_flight_is_no_breach() -> None:
    """The card lets an integration rely for five seconds, six business hours, on what it read."""
    case = script("""
        09:00  fact E-1 120.00
        09:01  block CC-DE01
        09:02  post E-1 center BAD-DE01
    """)
    assert check(case).status is Status.PASS


def test_a_document_made_before_the_block_stands_rightly() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  post E-1
        15:00  block CC-DE01
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_cost_centre_that_was_released_may_be_used() -> None:
    case = script("""
        09:00  block BAD-DE01
        09:30  fact E-1 120.00 center BAD
        15:00  block BAD-DE01 released
        15:01  post E-1
    """)
    assert check(case).status is Status.PASS


def test_a_blocked_supplier_is_blocked_for_orders_and_not_for_his_namesake_employee() -> None:
    """Blocks have a purpose: a supplier's does not concern an expense report."""
    case = script("""
        09:00  block SUP-DE01
        09:30  fact E-1 120.00
        15:00  post E-1
    """)
    assert check(case).status is Status.VACUOUS


def test_another_in_its_place_is_legal_once_people_are_told() -> None:
    case = script(
        BARRED
        + """
        15:31  post E-1 center CC-DE01
        33:00  exception E-1 "posted on CC-DE01, BAD-DE01 is blocked"
        33:00  audit
    """
    )
    assert check(case).status is Status.PASS
