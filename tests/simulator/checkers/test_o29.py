"""O29: a debt is settled once."""

from __future__ import annotations

from hardclose_simulator.checkers.o29 import check
from hardclose_simulator.verdict import Status

from .orders_script import orders

TWICE = """
    09:00  fact E-1 120.00
    09:01  post E-1 as A told nothing
    09:05  post E-1 as B
"""
BILLED = """
    09:00  fact R-1 100.00 pieces 10
    09:01  post R-1 as P
    10:00  fact G-1 of R-1
    10:01  post G-1 on P as G
    11:00  fact I-1 of R-1 pieces 4 printed RE-7
    11:01  post I-1 on P as I
"""
COPY = f"""{BILLED}
    12:00  fact I-2 of R-1 pieces 4 printed RE-7
"""


def test_one_payment_after_a_doubt_passes() -> None:
    case = orders("""
        09:00  fact E-1 120.00
        09:01  post E-1 as A told nothing lost
        09:05  post E-1 as B
        13:00  pay DE01
        33:00  audit
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_two_documents_of_one_report_that_were_both_paid_fail() -> None:
    (finding,) = check(orders(f"{TWICE}\n    13:00 pay DE01\n    33:00 audit")).findings
    assert (
        "T7-E-1 is worth 120.00 EUR, and 240.00 EUR were paid for it: EP-DE01-000001 and EP-DE01-000002" in finding.says
    )
    assert finding.money is not None
    assert finding.money.minor == 12000


def test_a_copy_of_an_invoice_under_an_altered_number_fails_once_it_is_paid() -> None:
    text = f"{COPY}\n    12:01 post I-2 on P printed RE-7-2 as J"
    assert check(orders(f"{text}\n    33:00 audit")).status is Status.VACUOUS
    (finding,) = check(orders(f"{text}\n    13:00 pay DE01\n    33:00 audit")).findings
    assert "RE-7 of SUP-DE01 is worth 476.00 EUR, and 952.00 EUR were paid for it" in finding.says


def test_paid_in_two_runs_is_paid_twice() -> None:
    case = orders(f"""{BILLED}
        12:00  pay DE01
        12:30  fact I-2 of R-1 pieces 4 printed RE-7
        12:31  post I-2 on P printed RE-7-2 as J
        13:00  pay DE01
        33:00  audit
    """)
    assert len(check(case).findings) == 1


def test_a_credit_note_that_was_paid_out_fails() -> None:
    case = orders(
        f"""{BILLED}
        12:00  fact I-2 of R-1 pieces 4 credits I-1
        12:01  post I-2 on P as J
        13:00  pay DE01
        33:00  audit
    """.replace("post I-2", "post I-2 billed")
    )
    (finding,) = check(case).findings
    assert finding.fact == "I-2"
    assert "is worth 0.00 EUR" in finding.says


def test_nothing_paid_proves_nothing() -> None:
    assert check(orders(f"{TWICE}\n    33:00 audit")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_payment_that_came_back_is_made_again() -> None:
    case = orders(
        f"{BILLED}\n    13:00 pay DE01\n    14:00 giveback PY-DE01-000001\n    15:00 pay DE01\n    33:00 audit"
    )
    document = case.documents_of(case.facts_by_id["I-1"])[0]
    assert [mark.what for mark in document.marks if mark.what in ("completed", "returned")] == [
        "completed",
        "returned",
        "completed",
    ]
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_copy_that_was_refused_is_paid_once() -> None:
    case = orders(
        f'{COPY}\n    12:01 post I-2 on P\n    12:02 write I-2 rejected "taken"\n    13:00 pay DE01\n    33:00 audit'
    )
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_an_invoice_less_its_credit_note_is_one_debt() -> None:
    case = orders(f"""{BILLED}
        12:00  fact I-2 of R-1 pieces 1 credits I-1
        12:01  post I-2 on P crediting I as J
        13:00  pay DE01
        33:00  audit
    """)
    assert check(case).findings == ()


def test_a_number_that_the_supplier_prints_again_another_day_is_another_debt() -> None:
    case = orders(f"""{BILLED}
        34:00  fact I-2 of R-1 pieces 4 printed RE-7
        34:01  post I-2 on P printed RE-7/2026 as J
        35:00  pay DE01
        60:00  audit
    """)
    assert check(case).findings == ()


def test_a_surplus_that_was_reversed_before_the_payment_cost_nothing() -> None:
    case = orders(f"{TWICE}\n    10:00 reverse A\n    13:00 pay DE01\n    33:00 audit")
    assert check(case).status is Status.PASS


def test_twins_are_two_debts() -> None:
    case = orders("""
        09:00  fact E-1 120.00
        09:00  fact E-2 120.00 twin E-1
        09:01  post E-1 as A
        09:02  post E-2 as B
        13:00  pay DE01
        33:00  audit
    """)
    assert check(case).findings == ()


def test_a_surplus_that_was_paid_before_anybody_could_notice_is_excused_where_nothing_tells() -> None:
    text = f"{TWICE}\n    09:06 pay DE01\n    10:00 reverse A\n    33:00 audit"
    assert check(orders(text, profile="C6")).findings == ()
    assert len(check(orders(text, profile="C1")).findings) == 1


def test_what_a_person_posted_beside_it_is_his() -> None:
    case = orders("""
        09:00  fact E-1 120.00
        09:01  post E-1 as A
        09:05  post E-1 by person as B
        13:00  pay DE01
        33:00  audit
    """)
    assert check(case).findings == ()
