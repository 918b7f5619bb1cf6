"""O23: accruals reverse once, in the intended period."""

from __future__ import annotations

import pytest

from hardclose_simulator.checkers.o23 import check
from hardclose_simulator.verdict import Status

from .orders_script import orders

ACCRUED = """
    09:00  fact R-1 100.00 pieces 10
    09:01  post R-1 as P
    11:20  fact A-1 of R-1 50.00
    11:21  post A-1 as J
"""


def test_reversed_on_its_day_passes() -> None:
    case = orders(f"{ACCRUED}\n    26:00 reverse J date 2026-12-01\n    133:00 audit")
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_never_reversed_though_the_period_is_long_open_fails() -> None:
    (finding,) = check(orders(f"{ACCRUED}\n    133:00 audit")).findings
    assert "50.00 EUR accrued for T7-A-1 were never reversed" in finding.says
    assert "2026-12-01 is open" in finding.says


def test_reversed_at_once_fails() -> None:
    case = orders(f"{ACCRUED}\n    11:22 reverse J date 2026-11-30\n    133:00 audit")
    (finding,) = check(case).findings
    assert "was reversed on 2026-11-30, before its day of reversal 2026-12-01" in finding.says


def test_reversed_a_second_time_by_an_entry_of_ones_own_fails() -> None:
    case = orders(f"""{ACCRUED}
        26:00  reverse J date 2026-12-01
        26:01  post A-1 back date 2026-12-01 as K
        133:00 audit
    """)
    (finding,) = check(case).findings
    assert "accrued 50.00 EUR and 100.00 EUR of it were reversed" in finding.says


def test_reversed_in_a_later_period_though_its_own_was_open_fails() -> None:
    case = orders(f"{ACCRUED}\n    745:00 reverse J date 2026-12-31\n    800:00 audit")
    assert check(case).status is Status.PASS
    case = orders(f"{ACCRUED}\n    745:00 reverse J date 2027-01-01\n    800:00 audit".replace("745", "770"))
    (finding,) = check(case).findings
    assert "was reversed on 2027-01-01, and the period of 2026-12-01 was open" in finding.says


def test_no_accrual_proves_nothing() -> None:
    assert check(orders("09:00 fact R-1 100.00\n    33:00 audit")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_an_entry_the_other_way_round_reverses_as_well() -> None:
    case = orders(f"{ACCRUED}\n    26:00 post A-1 back date 2026-12-01 as K\n    133:00 audit")
    assert check(case).status is Status.PASS


def test_reversed_in_parts_as_invoices_came_is_reversed_once() -> None:
    case = orders(f"""{ACCRUED}
        26:00  post A-1 back for 20.00 date 2026-12-01 as K
        27:00  post A-1 back for 30.00 date 2026-12-01 as L
        133:00 audit
    """)
    assert check(case).status is Status.PASS


def test_a_system_or_a_person_that_reverses_by_itself_did_the_work() -> None:
    case = orders(f"{ACCRUED}\n    26:00 reverse J date 2026-12-01 by person\n    133:00 audit")
    assert check(case).status is Status.PASS


@pytest.mark.parametrize("audit", ["22:00", "23:05"])
def test_a_period_that_is_not_open_yet_or_has_just_begun_is_no_duty(audit: str) -> None:
    assert check(orders(f"{ACCRUED}\n    {audit} audit")).status is Status.PASS


def test_a_period_that_was_closed_again_before_the_audit_is_no_duty() -> None:
    case = orders(f"{ACCRUED}\n    24:00 period DE01 journals 2026-12 soft_closed\n    133:00 audit")
    assert check(case).status is Status.PASS


def test_in_the_next_open_period_where_the_intended_one_was_closed_is_right() -> None:
    case = orders(f"""{ACCRUED}
        24:00  period DE01 journals 2026-12 soft_closed
        770:00 reverse J date 2027-01-01
        800:00 audit
    """)
    assert check(case).status is Status.PASS


def test_shown_to_a_person_is_no_neglect() -> None:
    case = orders(f'{ACCRUED}\n    133:00 exception A-1 "the ERP does not reverse it"\n    133:00 audit')
    assert check(case).status is Status.PASS


def test_a_wrong_accrual_that_was_taken_back_and_posted_anew_is_one_accrual() -> None:
    case = orders(f"""{ACCRUED}
        11:30  reverse J date 2026-11-30
        11:31  post A-1 as K
        26:00  reverse K date 2026-12-01
        133:00 audit
    """)
    assert check(case).status is Status.PASS
