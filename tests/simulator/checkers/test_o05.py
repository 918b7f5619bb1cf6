"""O05: the right account, cost object, tax and payee."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardclose_simulator.checkers import o12
from hardclose_simulator.checkers.o05 import check
from hardclose_simulator.lives import Claim
from hardclose_simulator.verdict import Status

from .script import script


def test_coding_as_approved_passes() -> None:
    case = script("""
        09:00  fact E-1 120.00 lines 3
        09:00  fact R-1 99.00
        09:01  post E-1
        09:01  post R-1
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 2)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("account 6300", "6300 CC-DE01 T19-DE01 instead of 6200 CC-DE01 T19-DE01"),
        ("center BAD-DE01", "6200 BAD-DE01 T19-DE01 instead of 6200 CC-DE01 T19-DE01"),
        ("tax T19B-DE01", "6200 CC-DE01 T19B-DE01 instead of 6200 CC-DE01 T19-DE01"),
        ("payee EMP2-DE01", "is for EMP2-DE01 instead of EMP-DE01"),
    ],
)
def test_another_code_on_a_posting_fails(wrong: str, says: str) -> None:
    case = script(f"""
        09:00  fact E-1 120.00 lines 2
        09:01  post E-1 {wrong}
    """)
    (finding,) = check(case).findings
    assert says in finding.says


def test_another_code_on_an_order_fails() -> None:
    case = script("""
        09:00  fact R-1 120.00
        09:01  post R-1 tax T19B-DE01
    """)
    assert check(case).status is Status.FAIL


def test_a_default_on_a_line_whose_amount_is_wrong_too_is_found() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  post E-1 amount 12.00 account 6300
    """)
    assert check(case).status is Status.FAIL


def test_nothing_posted_proves_nothing() -> None:
    assert check(script("09:00 fact E-1")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_default_that_people_were_told_of_in_time_is_legal_and_its_exception_is_not_stale() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  post E-1 center BAD-DE01 as A
        09:02  write E-1 posted A
        33:00  exception E-1 "posted on BAD-DE01 for want of a cost centre"
        33:00  audit
    """)
    assert check(case).status is Status.PASS
    assert o12.check(case).status is not Status.FAIL


def test_a_default_with_an_exception_that_says_nothing_is_not() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  post E-1 center BAD-DE01
        33:00  exception E-1 ""
        33:00  audit
    """)
    assert check(case).status is Status.FAIL


def test_a_supplier_under_the_number_that_the_erp_gave_him_is_the_right_one() -> None:
    case = script("""
        09:00  fact R-1 120.00
        09:01  post R-1
    """)
    fact = case.facts_by_id["R-1"]
    onboarded = replace(fact, partner="T7-S-1")
    made = case.documents[case.attribution.documents_of("R-1")[0]].made
    told = Claim(made, "posted", "SUP-DE01", None, "integration", 0)
    renamed = replace(case, facts=(onboarded,), facts_by_id={"R-1": onboarded})
    assert check(renamed).status is Status.FAIL
    assert check(replace(renamed, claims={("procurement", "T7-S-1"): (told,)})).status is Status.PASS


def test_lines_in_another_order_or_without_those_worth_nothing_are_the_same() -> None:
    case = script("""
        09:00  fact E-1 0.02 lines 3
        09:01  post E-1
    """)
    assert check(case).status is Status.PASS


def test_a_wrong_document_that_was_reversed_is_no_longer_judged() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  post E-1 account 6300 as A
        09:02  reverse A
        09:03  post E-1
    """)
    assert check(case).status is Status.PASS


def test_facts_that_do_not_tell_a_tax_code_are_not_held_to_one() -> None:
    case = script("""
        09:00  fact R-1 120.00
        09:01  post R-1 tax T19B-DE01
    """)
    fact = case.facts_by_id["R-1"]
    silent = replace(fact, lines=tuple({**line, "tax_code": None} for line in fact.lines))
    assert check(replace(case, facts=(silent,))).status is Status.PASS
