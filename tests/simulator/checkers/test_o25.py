"""O25: blocked masters are not used."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardclose_simulator.checkers.o25 import check
from hardclose_simulator.master_line import MasterLine
from hardclose_simulator.verdict import Status

from .orders_script import orders
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


# --- suppliers that the story registered -------------------------------------------------------------------------

REGISTERED = """
    09:00  fact S-1
    09:01  post S-1 as S
    09:02  fact S-2
    09:03  post S-2 as T
    09:10  fact R-1 100.00 from S-1
"""
MERGED = REGISTERED + "09:20 merge S-1 into S-2\n09:30 set S into T"


def test_what_names_a_merged_supplier_is_for_the_survivor() -> None:
    verdict = check(orders(f"{MERGED}\n18:00 post R-1 payee T"))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_somebody_else_in_place_of_a_merged_supplier_fails() -> None:
    (finding,) = check(orders(f"{MERGED}\n18:00 post R-1 payee SUP-DE01")).findings
    assert "on SUP-DE01, though its supplier SU-DE01-000001 was merged into SU-DE01-000002" in finding.says


def test_somebody_else_in_place_of_a_blocked_supplier_fails() -> None:
    text = f"{REGISTERED}\n09:20 clip S blocked\n18:00 post R-1 payee T"
    (finding,) = check(orders(text)).findings
    assert "though its supplier SU-DE01-000001 was blocked: another took its place" in finding.says


def test_a_document_on_a_merged_supplier_fails_where_the_books_let_it_pass() -> None:
    case = orders(f"{MERGED}\n18:00 post R-1 payee T as P")
    number, merged = case.documents_of(case.facts_by_id["R-1"])[0].number, "SU-DE01-000001"
    documents = {**case.documents, number: replace(case.documents[number], partner=merged)}
    (finding,) = check(replace(case, documents=documents)).findings
    assert f"is on supplier {merged}, which was merged into SU-DE01-000002" in finding.says


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


@pytest.mark.parametrize("what", ["set S into T", "clip S blocked", "set S blocked"])
def test_a_supplier_that_is_merged_or_blocked_in_flight_is_no_breach(what: str) -> None:
    case = orders(f"{REGISTERED}\n09:20 post R-1 payee S\n09:21 {what}")
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_merge_that_came_after_the_look_leaves_both_numbers_right() -> None:
    """Five seconds, six business hours, may lie between the look and the document."""
    assert check(orders(f"{MERGED}\n09:31 post R-1 payee T")).status is Status.PASS
    assert check(orders(f"{REGISTERED}\n09:31 post R-1 payee S\n09:32 set S into T")).status is Status.PASS


def test_a_blocked_supplier_that_was_released_may_be_ordered_from() -> None:
    case = orders(f"{REGISTERED}\n09:20 clip S blocked\n15:00 clip S released\n15:10 post R-1 payee S")
    assert check(case).status is Status.PASS


def test_payments_that_are_stopped_forbid_no_order() -> None:
    case = orders(f"{REGISTERED}\n09:20 hold S\n18:00 post R-1 payee S")
    assert check(case).status is Status.VACUOUS
