"""O11: write-back never lies."""

from __future__ import annotations

from dataclasses import replace

from hardclose_simulator.checkers.o11 import check
from hardclose_simulator.verdict import Status

from .script import script


def test_true_claims_pass() -> None:
    case = script("""
        09:00  fact E-1
        09:01  write E-1 submitted
        09:01  post E-1 as A
        09:02  write E-1 posted A
        12:00  pay DE01
        12:10  write E-1 paid A
        33:00  audit
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 3)


def test_posted_with_an_invented_number_fails_at_once() -> None:
    case = script("""
        09:00  fact R-1
        09:01  post R-1 lost
        09:02  write R-1 posted PO-4711
    """)
    verdict = check(case)
    assert verdict.status is Status.FAIL
    assert "which did not exist" in verdict.findings[0].says


def test_naming_another_facts_document_fails() -> None:
    case = script("""
        09:00  fact E-1
        09:00  fact E-2
        09:01  post E-1 as A
        09:02  write E-2 posted A
    """)
    assert "is about E-1" in check(case).findings[0].says


def test_paid_before_it_was_paid_fails() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A
        09:02  write E-1 posted A
        09:03  write E-1 paid A
        12:00  pay DE01
        33:00  audit
    """)
    assert "was not" in check(case).findings[0].says


def test_rejected_after_a_timeout_though_the_document_stands_fails_at_audit() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A told nothing
        09:05  write E-1 rejected "the ERP did not answer"
        33:00  audit
    """)
    verdict = check(case)
    assert verdict.status is Status.FAIL
    assert "to the end" in verdict.findings[0].says
    assert verdict.findings[0].card_line is not None


def test_parked_although_the_success_was_told_fails_at_once() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A
        10:00  write E-1 parked "something is wrong"
        10:30  write E-1 posted A
        33:00  audit
    """)
    assert "had been told" in check(case).findings[0].says


def test_a_claim_that_outlives_a_reversal_fails() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A
        09:02  write E-1 posted A
        10:00  reverse A by person
        33:00  audit
    """)
    assert "reversed since" in check(case).findings[0].says


def test_nothing_said_proves_nothing() -> None:
    assert check(script("09:00 fact E-1\n33:00 audit")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_parked_in_an_outage_and_posted_when_it_was_over_is_honest() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A told nothing
        09:05  write E-1 parked "the ERP does not answer; will be looked up"
        11:00  read erp shows A
        11:01  write E-1 posted A
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_a_parking_under_way_before_the_success_was_told_is_honest() -> None:
    """Its first sending was lost; the repetition says what was known then."""
    case = script("""
        09:00       fact E-1
        09:01       write E-1 parked "no answer" lost
        09:01+0.1s  post E-1 as A
        09:01+1.2s  write E-1 parked "no answer"
        09:01+1.4s  write E-1 posted A
        33:00       audit
    """)
    assert check(case).status is Status.PASS


def test_parking_what_is_being_reversed_is_honest() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A
        09:02  write E-1 posted A
        10:00  write E-1 parked "posted to the wrong cost centre, will be reversed"
        10:10  reverse A
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_a_document_reversed_by_others_in_the_same_moment_is_in_flight() -> None:
    case = script("""
        09:00       fact E-1
        09:01       post E-1 as A
        09:01+0.5s  reverse A by person
        09:01+0.6s  write E-1 posted A
        10:30       write E-1 parked "reversed in the ERP"
        33:00       audit
    """)
    assert check(case).status is Status.PASS


def test_an_answer_that_a_crash_may_have_swallowed_was_not_told() -> None:
    case = script("""
        09:00       fact E-1
        09:01       post E-1 as A
        09:01+0.1s  sut killed
        09:01+2s    sut started
        12:00       write E-1 parked "state unknown after a restart"
        13:00       write E-1 posted A
        33:00       audit
    """)
    assert check(case).status is Status.PASS


def test_either_of_two_unmarked_twins_may_be_named() -> None:
    case = script("""
        09:00  fact E-1 99.00
        09:00  fact E-2 99.00 twin E-1
        09:01  post E-2 as B ref x unmarked
        09:02  post E-1 as A ref y unmarked
        09:03  write E-1 posted A
        09:03  write E-2 posted B
    """)
    assert check(case).status is Status.PASS


def test_what_people_put_in_by_hand_need_not_be_known_to_who_parked_it() -> None:
    case = script("""
        09:00  fact E-1
        09:02  write E-1 parked blocked
        12:00  post E-1 as A by person
        133:00 audit
    """)
    assert check(case).status is Status.PASS
    told = replace(case, knowledge=replace(case.knowledge, refused_for={next(iter(case.documents)): 0}))
    (finding,) = check(told).findings
    assert "to the end, though" in finding.says
