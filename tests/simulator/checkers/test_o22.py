"""O22: right date, open period, right calendar."""

from __future__ import annotations

import pytest

from hardclose_simulator.checkers.o22 import check
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.verdict import Status

from .script import script

LATE = """
    06:00  period DE01 expense 2026-12 open
    09:00  fact E-1
    09:30  period DE01 expense 2026-11 soft_closed
    10:00  post E-1
"""
"""Approved in an open month, and refused when it arrives."""


def test_a_late_document_moved_to_the_next_open_period_passes() -> None:
    case = script(LATE + "10:05 post E-1 date 2026-12-01 orig 2026-11-30")
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_late_document_that_is_parked_passes() -> None:
    case = script(LATE + '10:05 write E-1 parked "closed"')
    assert check(case).status is Status.PASS


def test_a_date_of_another_zone_fails() -> None:
    """23:30 on 30 November in Los Angeles is 1 December in UTC."""
    case = script("""
        06:00  period US01 expense 2026-12 open
        31:30  fact E-1 company US01
        31:31  post E-1 date 2026-12-01
    """)
    verdict = check(case)
    assert verdict.status is Status.FAIL
    assert "open all the time" in verdict.findings[0].says


def test_tokyo_is_ahead_of_utc() -> None:
    """00:30 on 1 December in Tokyo is still November in UTC; the company's fiscal year begins in April."""
    text = """
        15:30  fact E-1 company JP01 1200
        15:31  post E-1 date {day}
    """
    assert check(script(text.format(day="2026-12-01"))).status is Status.PASS
    (finding,) = check(script(text.format(day="2026-11-30"))).findings
    assert "2026/08" in finding.says
    assert "earlier than the fact" in finding.says


def test_moving_without_need_fails() -> None:
    case = script("""
        06:00  period DE01 purchasing 2026-12 open
        09:00  fact R-1
        09:01  post R-1 date 2026-12-01
    """)
    assert check(case).status is Status.FAIL


def test_moving_further_than_need_be_fails() -> None:
    case = script("""
        01:00  period DE01 expense 2026-12 open
        02:00  period DE01 expense 2027-01 open
        09:00  fact E-1
        09:30  period DE01 expense 2026-11 soft_closed
        10:00  post E-1
        10:05  post E-1 date 2027-01-04 orig 2026-11-30
    """)
    assert "the next open period was 2026/12" in check(case).findings[0].says


def test_moving_without_keeping_the_date_fails() -> None:
    case = script(LATE + "10:05 post E-1 date 2026-12-01")
    assert "of the original date it keeps nothing" in check(case).findings[0].says


def test_moving_what_the_manifest_said_would_be_parked_fails() -> None:
    case = script(LATE + "10:05 post E-1 date 2026-12-01 orig 2026-11-30", manifest=Manifest(closed_period="park"))
    assert check(case).status is Status.FAIL


def test_a_document_in_the_middle_of_an_open_month_proves_nothing() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1
    """)
    assert check(case).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_the_original_date_may_be_kept_in_words() -> None:
    case = script(LATE + '10:05 post E-1 date 2026-12-01 text "moved from 2026-11-30"')
    assert check(case).status is Status.PASS


def test_an_order_has_no_field_for_the_original_date() -> None:
    case = script("""
        06:00  period DE01 purchasing 2026-12 open
        09:00  fact R-1
        09:30  period DE01 purchasing 2026-11 soft_closed
        10:00  post R-1
        10:05  post R-1 date 2026-12-01
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_request_that_commits_just_before_the_close_is_fine() -> None:
    case = script("""
        09:00       fact E-1
        09:01       post E-1 told nothing
        09:01+0.1s  period DE01 expense 2026-11 soft_closed
    """)
    assert not check(case).findings


def test_a_move_decided_just_before_the_period_was_reopened_is_fine() -> None:
    """What was read within the card's five seconds may be acted upon."""
    text = """
        06:00       period US01 expense 2026-12 open
        08:00       fact E-1 company US01
        09:00       period US01 expense 2026-11 soft_closed
        09:10       post E-1
        09:10+0.5s  period US01 expense 2026-11 open
        {at}        post E-1 date 2026-12-01 orig 2026-11-30
    """
    assert check(script(text.format(at="09:10+4s"))).status is Status.PASS
    assert check(script(text.format(at="09:10+7s"))).status is Status.FAIL


def test_the_repetition_of_a_move_says_what_was_right_when_it_was_first_sent() -> None:
    case = script("""
        06:00        period US01 expense 2026-12 open
        08:00        fact E-1 company US01
        09:00        period US01 expense 2026-11 soft_closed
        09:10        post E-1
        09:10+0.5s   post E-1 date 2026-12-01 orig 2026-11-30 lost
        09:10+1s     period US01 expense 2026-11 open
        09:10+9s     post E-1 date 2026-12-01 orig 2026-11-30
    """)
    assert check(case).status is Status.PASS


def test_a_period_that_opens_by_itself_at_midnight_is_the_next_one() -> None:
    """Berlin's December begins at 23:00 UTC."""
    case = script("""
        22:30  fact E-1
        22:40  period DE01 expense 2026-11 soft_closed
        22:45  post E-1
        23:05  post E-1 date 2026-12-01 orig 2026-11-30
    """)
    assert check(case).status is Status.PASS


@pytest.mark.parametrize("day", ["2026-11-30", "2026-11-29"])
def test_any_day_of_the_right_period_is_the_right_period(day: str) -> None:
    case = script(f"""
        09:00  fact E-1
        09:05  post E-1 date {day}
        09:30  period DE01 expense 2026-11 soft_closed
    """)
    assert not check(case).findings
