"""O07: of a batch the good rows stay posted once, and the bad ones are retried or parked by themselves."""

from __future__ import annotations

import pytest

from hardclose_simulator.checkers.o07 import check
from hardclose_simulator.verdict import Status

from .script import script

THREE = """
    09:00  fact E-1
    09:00  fact E-2
    09:00  fact E-3
    09:01  batch E-1:A E-2:bad E-3:C key k1
    09:02  write E-1 posted A
    09:02  write E-3 posted C
"""


def test_a_bad_row_that_is_parked_by_itself_passes() -> None:
    verdict = check(script(THREE + '09:02 write E-2 parked "period closed"\n 40:00 audit'))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_bad_row_that_is_mended_and_sent_alone_passes() -> None:
    verdict = check(script(THREE + "09:03 post E-2 as B key k2\n 09:04 write E-2 posted B\n 40:00 audit"))
    assert verdict.status is Status.PASS


@pytest.mark.parametrize("profile", ["C1", "C4"])
def test_the_whole_batch_again_under_a_new_key_fails(profile: str) -> None:
    case = script(THREE + "09:03 batch E-1:D E-2:bad E-3:F key k2\n 40:00 audit", profile=profile)
    verdict = check(case)
    assert verdict.status is Status.FAIL
    assert {finding.fact for finding in verdict.findings} >= {"E-1", "E-3"}
    assert case.fact_seqs["E-1"] in verdict.findings[0].evidence


def test_a_bad_row_that_nobody_hears_of_fails() -> None:
    (finding,) = check(script(THREE + "40:00 audit")).findings
    assert (finding.fact, "PeriodClosed" in finding.says) == ("E-2", True)


def test_a_batch_without_a_bad_row_proves_nothing() -> None:
    case = script("""
        09:00  fact E-1
        09:01  batch E-1:A key k1
        09:02  write E-1 posted A
        40:00  audit
    """)
    assert check(case).status is Status.VACUOUS


# --- innocent look-alikes ----------------------------------------------------------------------------------------


def test_the_whole_batch_again_is_legal_where_references_are_unique() -> None:
    again = THREE + '09:03 batch E-1 E-2:bad E-3\n 09:04 write E-2 parked "period closed"\n 40:00 audit'
    assert check(script(again, profile="C3")).status is Status.PASS


def test_a_batch_whose_answer_was_lost_may_be_sent_again() -> None:
    case = script("""
        09:00  fact E-1
        09:00  fact E-2
        09:01  batch E-1:A E-2:bad key k1 told nothing
        09:03  post E-1 key k1 replay A
        09:04  write E-1 posted A
        09:04  write E-2 parked "period closed"
        40:00  audit
    """)
    assert not check(case).findings


def test_a_row_whose_document_was_reversed_may_be_posted_again() -> None:
    more = '09:03 reverse A\n 09:04 post E-1 as D key k3\n 09:05 write E-2 parked "period closed"\n 40:00 audit'
    assert not check(script(THREE + more)).findings
