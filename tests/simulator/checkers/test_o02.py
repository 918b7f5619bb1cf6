"""O02: nothing from nowhere."""

from __future__ import annotations

from dataclasses import replace

from hardclose_mocks.clock import NS
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.checkers.o02 import check
from hardclose_simulator.verdict import Status

from .script import script
from .taking_back import take_back


def test_documents_for_approved_facts_pass() -> None:
    case = script("""
        09:00  fact E-1
        09:00  fact R-1
        09:01  post E-1
        09:01  post R-1
    """)
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 2)


def test_a_document_that_nobody_ordered_fails_with_its_money() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  post E-1
        09:02  post E-1 amount 77.00 ref invented unmarked
    """)
    verdict = check(case)
    (finding,) = verdict.findings
    assert verdict.status is Status.FAIL
    assert (finding.fact, finding.money) == (None, Money(7700, "EUR"))
    assert "no business fact ordered it" in finding.says


def test_a_document_before_the_approval_fails_though_the_approval_comes() -> None:
    case = script("""
        09:00  fact E-1 120.00 filed
        09:01  post E-1
        09:05  fact E-1 120.00
    """)
    (finding,) = check(case).findings
    assert finding.fact == "E-1"
    assert "before anybody had approved it" in finding.says


def test_a_document_for_what_nobody_ever_approved_fails() -> None:
    case = script("""
        09:00  fact E-1 120.00 filed
        09:01  post E-1
    """)
    (finding,) = check(case).findings
    assert "T7-E-1, which nobody had approved" in finding.says


def test_a_document_asked_for_after_the_recall_was_told_fails() -> None:
    case = script("""
        09:00  fact E-1
        09:10  announce E-1
        09:20  announce E-1 again
        10:00  post E-1
    """)
    recalled = take_back(case, "E-1", before="DeliveryTried")
    event = recalled.line_of(recalled.facts_by_id["E-1"]).versions[-1].seq
    told = recalled.knowledge.announced["expense", "T7-E-1"]
    assert check(recalled).status is Status.PASS, "both announcements are of the approval"
    news = replace(told[1], event_seq=event)
    known = replace(recalled.knowledge, announced={("expense", "T7-E-1"): (told[0], news)})
    (finding,) = check(replace(recalled, knowledge=known)).findings
    assert "was asked for though T7-E-1 was recalled" in finding.says


def test_what_was_read_a_moment_before_may_be_relied_on_as_long_as_the_card_says() -> None:
    """It held the call back for a wait that was announced; the recall lay in its inbox by then."""
    case = script("""
        09:00  fact E-1
        09:10  announce E-1
        09:20  announce E-1 again
        10:00  post E-1
    """)
    recalled = take_back(case, "E-1", before="DeliveryTried")
    fact = recalled.facts_by_id["E-1"]
    *_, good, gone = recalled.line_of(fact).versions
    told = recalled.knowledge.announced["expense", fact.source]
    (document,) = recalled.documents_of(fact)
    asked = recalled.asked_ns(fact, document)

    def after_a_read(version: int, age_s: float, *more: tuple[int, int, int]) -> Status:
        read = (version, asked - round((age_s + 0.1) * NS), asked - round(age_s * NS))
        known = replace(
            recalled.knowledge,
            announced={("expense", fact.source): (told[0], replace(told[1], event_seq=gone.seq))},
            served={("expense", fact.source): (read, *more)},
        )
        return check(replace(recalled, knowledge=known)).status

    assert after_a_read(good.version, 4.9) is Status.PASS
    assert after_a_read(good.version, 5.1) is Status.FAIL
    assert after_a_read(gone.version, 1.0) is Status.FAIL
    # A look right after the call, at the same instant of the virtual clock.
    assert after_a_read(good.version, 1.0, (gone.version, asked, asked)) is Status.PASS


def test_nothing_posted_proves_nothing() -> None:
    assert check(script("09:00 fact E-1")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_reversal_is_the_integrations_own_document() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 as A
        09:02  reverse A
        09:03  post E-1
    """)
    assert check(case).status is Status.PASS


def test_a_trial_document_that_it_reversed_itself_is_no_effect() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 amount 1.00 ref ping unmarked as P
        09:02  reverse P
    """)
    assert check(case).status is Status.PASS


def test_a_trial_document_that_was_paid_is_one() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1 amount 1.00 ref ping unmarked as P
        09:02  pay DE01
    """)
    assert check(case).status is Status.FAIL


def test_what_was_in_flight_when_the_recall_happened_is_innocent() -> None:
    case = script("""
        09:00  fact E-1
        09:10  post E-1
    """)
    assert check(take_back(case, "E-1", before="Exchange")).status is Status.PASS


def test_a_rounding_line_makes_no_document_of_nowhere() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  post E-1 amount 120.01
    """)
    assert check(case).status is Status.PASS


def test_what_the_source_approved_outside_the_story_is_ordered() -> None:
    case = script("""
        09:00  fact E-1 hidden
        09:01  post E-1
    """)
    assert check(case).status is Status.PASS


def test_one_document_too_many_is_another_promises_business() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  post E-1 unmarked ref x
        09:02  post E-1 unmarked ref x
    """)
    assert check(case).status is Status.PASS


def test_what_people_enter_by_hand_is_theirs() -> None:
    case = script("""
        09:00  fact E-1
        09:01  post E-1
        09:02  post E-1 amount 5.00 ref byhand unmarked by person
    """)
    assert check(case).status is Status.PASS
