"""O41: every effect can be traced."""

from __future__ import annotations

from hardclose_simulator.checkers.o41 import check
from hardclose_simulator.verdict import Status

from .script import script


def test_the_sources_number_in_the_reference_passes() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_twin_under_the_others_reference_fails() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:00  fact E-2 120.00 twin E-1
        09:01  post E-1 ref T7-E-2
        09:01  post E-2 ref T7-E-1
    """)
    verdict = check(case)
    assert [one.fact for one in verdict.findings] == ["E-1", "E-2"]
    assert "refers to T7-E-2, and its lines are those of T7-E-1" in verdict.findings[0].says


def test_one_reference_for_all_leads_nowhere() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:00  fact E-2 130.00
        09:01  post E-1 ref expenses
        09:01  post E-2 ref expenses
    """)
    (finding,) = check(case).findings
    assert "refers to 'expenses', and so do 1 documents of other facts" in finding.says


def test_nothing_posted_proves_nothing() -> None:
    assert check(script("09:00 fact E-1")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_hashed_reference_is_legal_while_it_is_one_facts_alone() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:00  fact E-2 130.00
        09:01  post E-1 ref 9f86d081
        09:01  post E-1 ref 9f86d081
        09:01  post E-2 ref 60303ae2 unmarked
    """)
    assert check(case).status is Status.PASS


def test_line_texts_of_ones_own_contradict_no_reference() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  post E-1 unmarked
    """)
    assert check(case).status is Status.PASS


def test_a_text_that_mentions_another_document_beside_ones_own_is_no_contradiction() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:00  fact E-2 120.00
        09:01  post E-2 text "instead of T7-E-1"
    """)
    assert check(case).status is Status.PASS


def test_a_reference_shared_by_a_report_and_an_order_is_two_series() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:00  fact R-1 130.00
        09:01  post E-1 ref 17
        09:01  post R-1 ref 17
    """)
    assert check(case).status is Status.PASS
