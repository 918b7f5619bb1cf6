"""O06: no leakage between companies and sources."""

from __future__ import annotations

from dataclasses import replace

from hardclose_simulator.checkers.o06 import check
from hardclose_simulator.verdict import Status

from .script import script

CROSSED = """
    09:00  fact E-1 120.00 company DE01
    09:00  fact E-2 130.00 company US01
    09:01  post E-1
"""


def test_each_in_its_own_books_passes() -> None:
    case = script(CROSSED + "09:02  post E-2")
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 2)


def test_a_document_in_the_books_of_another_company_fails() -> None:
    case = script("""
        09:00  fact E-1 120.00 company DE01
        09:00  fact E-2 120.00 company US01
        09:01  post E-1 books DE01
        09:02  post E-2
    """)
    moved = {number: replace(one, company="US01") for number, one in case.documents.items() if one.company == "DE01"}
    (finding,) = check(replace(case, documents={**case.documents, **moved})).findings
    assert "in the books of US01 instead of DE01" in finding.says


def test_a_fact_kept_out_by_another_of_the_same_number_fails() -> None:
    """An expense report and a requisition under one number: who knows jobs by number alone drops the second."""
    case = script("""
        09:00  fact E-1 120.00
        09:00  fact R-1 130.00 company US01
        09:01  post E-1
        33:00  audit
    """)
    shared = replace(case.facts_by_id["R-1"], source="T7-E-1")
    both = replace(case, facts=(case.facts_by_id["E-1"], shared), facts_by_id={**case.facts_by_id, "R-1": shared})
    (finding,) = check(both).findings
    assert finding.fact == "R-1"
    assert "is nowhere" in finding.says


def test_one_company_and_no_number_twice_prove_nothing() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1
    """)
    assert check(case).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_what_is_lost_without_a_namesake_is_another_promises_business() -> None:
    case = script(CROSSED + "33:00 audit")
    assert check(case).status is Status.PASS


def test_a_namesake_that_lies_visibly_with_a_person_is_not_suppressed() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:00  fact R-1 130.00
        09:01  post E-1
        09:02  write R-1 parked "no budget"
        33:00  audit
    """)
    shared = replace(case.facts_by_id["R-1"], source="T7-E-1")
    claims = {**case.claims, ("procurement", "T7-E-1"): case.claims["procurement", "T7-R-1"]}
    both = replace(case, facts=(case.facts_by_id["E-1"], shared), claims=claims)
    assert check(both).status is Status.PASS


def test_a_group_supplier_of_two_companies_is_no_leak() -> None:
    """Masters may belong to the group: what counts is whose books the document stands in."""
    case = script("""
        09:00  fact R-1 120.00 company DE01
        09:00  fact R-2 130.00 company US01
        09:01  post R-1
        09:02  post R-2
    """)
    shared = {number: replace(one, partner="GROUP-1") for number, one in case.documents.items()}
    assert check(replace(case, documents=shared)).status is Status.PASS
