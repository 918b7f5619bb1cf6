"""O12: refusals reach a person."""

from __future__ import annotations

from hardclose_simulator.checkers.o12 import check
from hardclose_simulator.verdict import Status

from .script import script

CLOSED = "08:00 period DE01 expense 2026-11 hard_closed\n"


def test_a_refusal_that_people_can_see_passes() -> None:
    case = script(
        CLOSED
        + """
        09:00  fact E-1
        09:00  fact E-2
        09:01  post E-1
        09:01  post E-2
        09:02  write E-1 parked "period 2026-11 is closed"
        33:00  audit
        33:00  exception E-2 "period 2026-11 is closed"
        """
    )
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 2)


def test_a_refusal_in_silence_fails() -> None:
    case = script(
        CLOSED
        + """
        09:00  fact E-1
        09:01  post E-1
        09:02  post E-1
        33:00  audit
        """
    )
    verdict = check(case)
    assert verdict.status is Status.FAIL
    assert "refused 2 times (PeriodClosed)" in verdict.findings[0].says


def test_an_alarm_that_outlives_its_cause_fails() -> None:
    case = script("""
        09:00  fact E-1
        09:00  fact E-2
        09:01  post E-1 as A told nothing
        09:02  write E-1 rejected "no answer"
        09:03  post E-2 as B
        33:00  audit
        33:00  exception E-2 "no answer"
    """)
    assert [finding.fact for finding in check(case).findings] == ["E-1", "E-2"]


def test_an_exception_about_a_document_that_stands_twice_is_not_stale() -> None:
    case = script(
        """
        09:00  fact E-1
        09:01  post E-1 as A told nothing
        09:02  post E-1 as B
        33:00  audit
        33:00  exception E-1 "B is paid; it cannot be reversed"
        """,
        profile="C6",
    )
    assert check(case).findings == ()


def test_nothing_refused_proves_nothing() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1
        33:00  audit
    """)
    assert check(case).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_refusal_that_was_mended_needs_no_exception() -> None:
    case = script(
        "08:00 period DE01 expense 2026-12 open\n"
        + CLOSED
        + """
        09:00  fact E-1
        09:01  post E-1
        09:02  post E-1 date 2026-12-01 orig 2026-11-30
        33:00  audit
        """
    )
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_refusal_that_never_arrived_is_not_its_business() -> None:
    case = script(
        CLOSED
        + """
        09:00  fact E-1
        09:01  post E-1 told nothing
        33:00  audit
        """
    )
    assert check(case).status is Status.VACUOUS


def test_parked_first_and_posted_after_a_cure_is_no_stale_alarm() -> None:
    case = script(
        CLOSED
        + """
        09:00  fact E-1
        09:01  post E-1
        09:02  write E-1 parked "closed"
        12:00  period DE01 expense 2026-11 open
        12:10  post E-1 as A
        12:20  write E-1 posted A
        33:00  audit
        33:00  exception E-1 "closed" resolved
        """
    )
    assert check(case).status is Status.PASS


def test_a_turned_away_call_is_no_refusal() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 limited 2
        33:00  audit
    """)
    assert check(case).status is Status.VACUOUS


def test_a_refusal_answered_again_from_the_key_store_is_a_refusal() -> None:
    case = script(
        CLOSED
        + """
        09:00  fact E-1
        09:01  post E-1 key k told nothing
        09:02  post E-1 key k replay refusal
        33:00  audit
        """
    )
    assert "refused (PeriodClosed)" in check(case).findings[0].says
