"""O01: one fact, one live document, however often anybody repeats himself."""

from __future__ import annotations

import pytest

from hardclose_mocks.kernel.money import Money
from hardclose_simulator.checkers.o01 import check
from hardclose_simulator.verdict import Status

from .script import script


@pytest.mark.parametrize("profile", ["C1", "C2", "C3", "C4", "C5", "C6"])
def test_one_document_after_a_lost_answer_passes(profile: str) -> None:
    case = script(
        """
        09:00  fact E-17
        09:02  post E-17 lost
        09:05  post E-17 as A told nothing
        """,
        profile=profile,
    )
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_retry_after_a_lost_answer_fails() -> None:
    case = script("""
        09:00  fact E-17 120.00
        09:02  post E-17 as A told nothing
        09:05  post E-17 as B
    """)
    verdict = check(case)
    assert verdict.status is Status.FAIL
    (finding,) = verdict.findings
    assert (finding.fact, finding.money) == ("E-17", Money(12000, "EUR"))
    assert {document.made.seq for document in case.documents.values()} < set(finding.evidence)
    assert finding.card_line is not None
    assert "C1" in finding.card_line


def test_three_orders_cost_two_too_many() -> None:
    case = script(
        """
        09:00  fact R-1 50.00
        09:01  post R-1 told 502
        09:02  post R-1 told 502
        09:03  post R-1
        """,
        profile="C4",
    )
    (finding,) = check(case).findings
    assert finding.money == Money(10000, "EUR")


def test_a_duplicate_that_was_reversed_later_was_still_a_duplicate() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A told nothing
        09:02  post E-1 as B
        09:30  reverse A
    """)
    assert check(case).status is Status.FAIL


def test_a_fact_that_nobody_repeated_proves_nothing() -> None:
    case = script("""
        09:00  fact E-1
        09:01  announce E-1
        09:02  post E-1 as A
    """)
    assert check(case).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_reverse_and_repost_is_two_documents_of_which_one_lives() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A
        09:02  reverse A
        09:03  post E-1 as B
    """)
    assert check(case).status is Status.PASS


def test_an_answer_from_the_key_store_is_no_document() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A key k told nothing
        09:02  post E-1 key k replay A
        09:03  post E-1 key k replay A
    """)
    assert check(case).status is Status.PASS


def test_a_unique_reference_that_refuses_the_second_is_no_document() -> None:
    case = script(
        """
        09:00  fact E-1
        09:01  post E-1 as A told nothing
        09:02  post E-1
        """,
        profile="C3",
    )
    assert [attempt.refusal for attempt in case.attempts] == [None, "DuplicateReference"]
    assert check(case).status is Status.PASS


def test_twins_are_two_facts() -> None:
    case = script("""
        09:00  fact E-1 99.00
        09:00  fact E-2 99.00 twin E-1
        09:01  post E-1 as A
        09:02  post E-2 as B
        09:03  announce E-1
        09:04  announce E-1 again
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_twins_without_any_mark_are_still_two_facts_and_a_third_document_is_one_too_many() -> None:
    text = """
        09:00  fact E-1 99.00
        09:00  fact E-2 99.00 twin E-1
        09:01  post E-1 as A ref 4711 unmarked
        09:02  post E-2 as B ref 4712 unmarked
        """
    assert not check(script(text)).findings
    (finding,) = check(script(text + "\n 09:03 post E-2 ref 4713 unmarked")).findings
    assert finding.fact in ("E-1", "E-2")


def test_a_colleagues_document_is_not_the_integrations_second() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A told nothing
        09:05  post E-1 as B by person
    """)
    assert not check(case).findings


def test_a_system_that_commits_later_than_its_card_says_owns_the_duplicate() -> None:
    text = """
        09:00        fact E-1
        09:01        post E-1 as A told nothing late {late}
        09:01+6s     post E-1 as B
    """
    assert check(script(text.format(late=2), profile="C4")).status is Status.FAIL
    verdict = check(script(text.format(late=4), profile="C4"))
    assert verdict.status is not Status.FAIL
    assert "later than its card" in verdict.note


# --- O01b: nothing usable (C6) -----------------------------------------------------------------------------------

TWICE = """
    09:00  fact E-1
    09:01  post E-1 as A told nothing
    09:05  post E-1 as B
    09:06  write E-1 posted B
"""


def weakly(more: str) -> list[str]:
    """What is found of two documents under C6."""
    return [finding.says for finding in check(script(TWICE + more, profile="C6")).findings]


def test_a_surplus_that_is_reversed_before_it_does_harm_is_allowed_where_nothing_could_prevent_it() -> None:
    assert weakly("12:00 reverse A\n 90:00 audit") == []
    assert check(script(TWICE + "12:00 reverse A\n 90:00 audit", profile="C6")).status is Status.PASS


def test_a_surplus_that_is_never_reversed_is_a_duplicate_even_there() -> None:
    (says,) = weakly("90:00 audit")
    assert "never reversed" in says


def test_a_surplus_that_could_not_be_noticed_before_the_audit_is_excused() -> None:
    assert weakly("12:00 audit") == []


def test_both_paid_is_twice_paid_unless_there_was_no_time_to_look() -> None:
    (says,) = weakly("60:00 pay DE01\n 120:00 audit")
    assert "never reversed" in says or "paid" in says
    assert weakly("09:10 pay DE01\n 09:20 audit") == []


def test_a_surplus_that_was_written_back_and_then_reversed_was_the_document_of_record() -> None:
    (says,) = weakly("12:00 reverse B\n 90:00 audit")
    assert "written back" in says


def test_a_surplus_is_reversed_before_its_period_closes() -> None:
    (says,) = weakly("48:00 period DE01 expense 2026-11 soft_closed\n 49:00 period DE01 expense 2026-11 open\n"
                     "50:00 reverse A\n 120:00 audit")  # fmt: skip
    assert "period" in says


def test_what_was_paid_before_anybody_could_notice_cannot_be_reversed_any_more() -> None:
    assert weakly("09:10 pay DE01\n 120:00 audit") == []


def test_where_one_was_paid_at_once_the_other_goes_though_it_was_written_back() -> None:
    paid = "09:02 pay DE01\n 09:05 post E-1 as B\n 09:06 write E-1 posted B\n"
    start = "09:00 fact E-1\n 09:01 post E-1 as A told nothing\n"
    assert check(script(f"{start}{paid}12:00 reverse B\n 90:00 audit", profile="C6")).findings == ()
    (left,) = check(script(f"{start}{paid}120:00 audit", profile="C6")).findings
    assert "never reversed" in left.says


def test_a_second_one_that_is_paid_long_after_the_first_was_paid_twice() -> None:
    start = "09:00 fact E-1\n 09:01 post E-1 as A told nothing\n 09:02 pay DE01\n 09:05 post E-1 as B\n"
    (twice,) = check(script(f"{start}90:00 pay DE01\n 160:00 audit", profile="C6")).findings
    assert "paid" in twice.says


def test_c6_is_weak_and_every_other_profile_is_not() -> None:
    for profile in ("C1", "C2", "C4", "C5"):
        assert check(script(TWICE + "12:00 reverse A\n 90:00 audit", profile=profile)).status is Status.FAIL
