"""O26: one party, one record."""

from __future__ import annotations

import pytest

from hardclose_simulator.checkers import o09, o10, o11, o12
from hardclose_simulator.checkers.o26 import check
from hardclose_simulator.verdict import Status

from .orders_script import orders

ASKED_TWICE = """
    09:00  fact S-1 tax DE123
    09:05  fact S-2 tax "DE 1-23"
    09:10  post S-1 as A
"""


def test_two_requests_for_one_party_make_two_suppliers() -> None:
    (finding,) = check(orders(ASKED_TWICE + "09:11 post S-2 as B")).findings
    assert "DE01 has 2 suppliers with the tax id DE123: SU-DE01-000001, SU-DE01-000002" in finding.says
    assert "asked for as T7-S-1, T7-S-2" in finding.says


def test_a_second_record_for_one_request_fails() -> None:
    case = orders("09:00 fact S-1\n09:10 post S-1 as A told nothing\n09:20 post S-1 as B")
    assert check(case).findings[0].fact == "S-1"


def test_the_second_request_takes_the_first_ones_record() -> None:
    verdict = check(orders(ASKED_TWICE + "09:11 write S-1 posted A\n09:12 write S-2 posted A"))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_party_asked_for_once_proves_nothing() -> None:
    assert check(orders("09:00 fact S-1\n09:10 post S-1 as A")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_surplus_record_that_was_merged_is_none() -> None:
    case = orders(ASKED_TWICE + "09:11 post S-2 as B\n09:30 set B into A")
    assert check(case).status is Status.PASS


def test_two_parties_are_two_records() -> None:
    case = orders("09:00 fact S-1\n09:05 fact S-2\n09:10 post S-1 as A\n09:11 post S-2 as B")
    assert check(case).status is Status.VACUOUS


def test_what_people_make_or_had_before_does_not_count() -> None:
    case = orders(ASKED_TWICE + "09:11 post S-2 as B by person")
    assert check(case).status is Status.PASS
    opening = orders("09:00 fact S-1 tax T\n09:10 post S-1 as A")
    assert check(opening).status is Status.VACUOUS


@pytest.mark.parametrize("ending", ["rev 2", "rev 2 told nothing"])
def test_a_tax_id_that_people_mend_later_makes_no_duplicate(ending: str) -> None:
    """They were two parties when they were made."""
    case = orders(f"""
        09:00  fact S-1 tax DE1
        09:05  fact S-2 tax DE2
        09:10  post S-1 as A
        09:11  post S-2 as B
        10:10  set B tax DE1 {ending}
    """)
    assert check(case).status is Status.VACUOUS


def test_without_keys_and_searches_a_surplus_may_stand_until_it_can_be_seen() -> None:
    case = orders("09:00 fact S-1\n09:10 post S-1 as A told nothing\n09:20 post S-1 as B", profile="C6")
    assert check(case).status is Status.PASS


def test_who_was_given_the_record_of_his_party_is_posted_and_his_source_is_told_the_truth() -> None:
    case = orders(ASKED_TWICE + "09:11 write S-1 posted A\n09:12 write S-2 posted A\n33:00 audit")
    assert [case.disposition(fact) for fact in case.facts] == ["POSTED", "POSTED"]
    assert not [finding for judge in (o09, o10, o11, o12) for finding in judge.check(case).findings]


def test_a_claim_that_names_another_partys_record_is_no_truth() -> None:
    text = "09:00 fact S-1\n09:05 fact S-2\n09:10 post S-1 as A\n09:12 write S-2 posted A\n33:00 audit"
    case = orders(text)
    assert o11.check(case).status is Status.FAIL
    assert case.disposition(case.facts_by_id["S-2"]) == "NONE"
