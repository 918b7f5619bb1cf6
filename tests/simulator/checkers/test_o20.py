"""O20: commitments respect funds at commit time."""

from __future__ import annotations

from typing import Any

from hardclose_simulator.case import Case
from hardclose_simulator.checkers.o20 import check
from hardclose_simulator.verdict import Status

from .orders_script import orders

LEFT = """
    01:00  fund CC-DE01 -9999999900.00
    09:00  fact R-1 60.00
    09:00  fact R-2 60.00
"""


def soft(text: str, **options: Any) -> Case:
    return orders(f"{LEFT}{text}\n    33:00 audit", soft_budget=True, **options)


def test_two_orders_that_fit_alone_and_not_together_fail() -> None:
    (finding,) = check(soft("    09:10 post R-1 as P\n    09:10 post R-2 as Q")).findings
    assert finding.fact == "R-2"
    assert "asks 60.00 of CC-DE01, which had 40.00 EUR left" in finding.says
    assert finding.money is not None
    assert finding.money.minor == 2000


def test_a_look_that_an_outsider_outdated_long_ago_is_no_excuse() -> None:
    case = soft("""
        09:10  fact E-1 23.80
        09:11  post E-1 by person
        25:00  post R-1 as P date 2026-11-30
        25:01  post R-2 as Q date 2026-11-30
    """)
    (finding,) = check(case).findings
    assert "which had 20.00 EUR left" in finding.says


def test_the_second_one_parked_passes_where_the_warning_came_in_time() -> None:
    case = soft("""
        09:10  post R-1 as P
        09:11  post R-2 as Q
        09:12  reverse Q
        09:13  write R-2 parked "20.00 too much"
    """)
    assert check(case).status is Status.PASS


def test_a_hard_control_refuses_by_itself_and_proves_nothing() -> None:
    case = orders(f"{LEFT}    09:10 post R-1 as P\n    09:10 post R-2 as Q\n    33:00 audit")
    assert len(case.documents) == 1
    assert check(case).status is Status.VACUOUS


def test_money_enough_proves_nothing() -> None:
    assert check(soft("    09:10 post R-1 as P")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_what_somebody_else_spent_at_that_very_moment_could_not_be_known() -> None:
    case = soft("""
        09:05  fact E-1 71.40
        09:10  post E-1 by person
        09:10  post R-1 as P
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_budget_that_is_cut_as_the_order_leaves_or_afterwards_is_no_breach() -> None:
    assert check(soft("    09:10 fund CC-DE01 -50.00\n    09:10 post R-1 as P")).status is Status.PASS
    assert check(soft("    09:10 post R-1 as P\n    10:00 fund CC-DE01 -50.00")).status is Status.VACUOUS


def test_an_order_of_a_persons_hand_is_his() -> None:
    case = soft("    09:10 post R-1 as P\n    09:40 post R-2 as Q by person")
    assert check(case).status is Status.VACUOUS


def test_an_exception_that_people_see_is_theirs_to_decide() -> None:
    case = soft('    09:10 post R-1 as P\n    09:11 post R-2 as Q\n    33:00 exception R-2 "beyond the budget"')
    assert check(case).status is Status.PASS
