"""O10: the write-back loop is closed."""

from __future__ import annotations

from dataclasses import replace

from hardclose_simulator.checkers.o10 import check
from hardclose_simulator.verdict import Status

from .script import script


def test_a_source_that_knows_number_and_payment_passes() -> None:
    case = script("""
        09:00  fact E-1
        09:00  fact R-1
        09:01  post E-1 as A
        09:01  post R-1 as B
        09:02  write E-1 posted A
        09:02  write R-1 posted B
        12:00  pay DE01
        12:10  write E-1 paid A
        33:00  audit
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 2)


def test_a_source_that_was_never_told_fails() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A
        09:02  write E-1 posted A down 1
        33:00  audit
    """)
    verdict = check(case)
    assert verdict.status is Status.FAIL
    assert "never told" in verdict.findings[0].says


def test_a_source_that_names_another_document_fails() -> None:
    case = script("""
        09:00  fact E-1
        09:00  fact E-2
        09:01  post E-1 as A
        09:01  post E-2 as B
        09:02  write E-1 posted B
        09:02  write E-2 posted B
        33:00  audit
    """)
    assert [finding.fact for finding in check(case).findings] == ["E-1"]


def test_a_payment_that_the_source_never_heard_of_fails() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A
        09:02  write E-1 posted A
        12:00  pay DE01
        33:00  audit
    """)
    assert "was paid" in check(case).findings[0].says


def test_submitted_is_not_the_end_of_it() -> None:
    case = script("""
        09:00  fact E-1
        09:01  write E-1 submitted
        09:02  post E-1 as A
        33:00  audit
    """)
    assert "no more than 'submitted'" in check(case).findings[0].says


def test_nothing_posted_and_nothing_parked_proves_nothing() -> None:
    assert check(script("09:00 fact E-1\n33:00 audit")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_payment_in_the_last_quiet_time_need_not_have_arrived() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A
        09:02  write E-1 posted A
        32:00  pay DE01
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_two_steps_are_fine() -> None:
    case = script("""
        09:00  fact E-1
        09:01  write E-1 submitted
        09:02  post E-1 as A
        09:03  write E-1 posted A told nothing
        09:04  write E-1 posted A
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_the_source_may_name_any_of_two_unmarked_twins() -> None:
    case = script("""
        09:00  fact E-1 99.00
        09:00  fact E-2 99.00 twin E-1
        09:01  post E-2 as B ref x unmarked
        09:02  post E-1 as A ref y unmarked
        09:03  write E-1 posted A
        09:03  write E-2 posted B
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_a_melting_backlog_of_write_backs_is_unknown() -> None:
    case = script("""
        09:00  fact E-1
        09:00  fact E-2
        09:01  post E-1 as A
        09:01  post E-2 as B
        32:00  write E-1 posted A
        33:00  audit drain_max
    """)
    assert check(case).status is Status.UNKNOWN


def test_what_people_put_in_by_hand_need_not_be_written_back_by_who_parked_it() -> None:
    case = script("""
        09:00  fact E-1
        09:02  write E-1 parked blocked
        12:00  post E-1 as A by person
        133:00 audit
    """)
    assert check(case).status is not Status.FAIL
    told = replace(case, knowledge=replace(case.knowledge, refused_for={next(iter(case.documents)): 0}))
    (finding,) = check(told).findings
    assert "its source says 'parked'" in finding.says
