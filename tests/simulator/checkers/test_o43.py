"""O43: the close certificate is true."""

from __future__ import annotations

from hardclose_simulator.checkers.o43 import check
from hardclose_simulator.verdict import Status

from .script import script

CLOSE = "23:30  period DE01 expense 2026-11 soft_closed"


def test_posted_before_the_close_passes() -> None:
    case = script(f"""
        01:00  fact E-1
        01:05  post E-1
        {CLOSE}
        133:00 audit
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_dated_into_the_next_period_though_there_was_time_fails() -> None:
    case = script(f"""
        01:00  fact E-1 120.00
        {CLOSE}
        25:00  post E-1 date 2026-12-01 orig 2026-11-30
        133:00 audit
    """)
    (finding,) = check(case).findings
    assert "when expense of DE01 closed 2026/11 it was neither posted nor among the exceptions" in finding.says


def test_no_close_proves_nothing() -> None:
    assert check(script("01:00 fact E-1\n01:05 post E-1")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_approved_within_a_service_level_of_the_close_or_after_it_is_late_by_itself() -> None:
    case = script(f"""
        20:00  fact E-1
        {CLOSE}
        23:40  fact E-2
    """)
    assert check(case).status is Status.VACUOUS


def test_on_the_list_of_known_exceptions_is_enough() -> None:
    case = script(
        f"""
        01:00  fact E-1
        01:05  write E-1 parked "no cost centre"
        01:00  fact E-2
        {CLOSE}
        133:00 exception E-2 "waits for its owner"
        133:00 audit
    """.replace("01:00  fact E-2", "01:06  fact E-2")
    )
    assert check(case).status is Status.PASS


def test_an_outage_before_the_close_excuses() -> None:
    case = script(f"""
        01:00  fact E-1
        01:05  post E-1 down 1
        {CLOSE}
        25:00  post E-1 date 2026-12-01 orig 2026-11-30
    """)
    assert check(case).status is Status.VACUOUS
