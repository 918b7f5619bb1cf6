"""O31: definitive refusals are not hammered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hardclose_simulator.checkers.o31 import check
from hardclose_simulator.verdict import Status, Verdict

from .script import script

CLOSED = """
    08:00  period DE01 expense 2026-11 hard_closed
    09:00  fact E-1
"""


def judged(text: str, **options: Any) -> Verdict:
    return check(script(text, **options))


def tries(count: int, *, every_s: float = 0.5, since_s: float = 0.0, more: str = "") -> str:
    """The same post `count` times."""
    return "\n".join(f"09:01+{since_s + n * every_s:.2f}s post E-1 {more}" for n in range(count)) + "\n"


def test_three_repetitions_are_free() -> None:
    verdict = judged(CLOSED + tries(4))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_fourth_repetition_of_a_refused_request_fails() -> None:
    (finding,) = judged(CLOSED + tries(5)).findings
    assert finding.fact == "E-1"
    assert finding.says == (
        "expense_posting.create for T7-E-1 was refused (PeriodClosed) and sent again unchanged 4 times within 2.0 s, "
        "though nothing had changed"
    )


def test_a_new_key_does_not_make_it_another_request() -> None:
    text = "".join(f"09:01+{number * 0.5}s post E-1 key k{number}\n" for number in range(5))
    assert judged(CLOSED + text).status is Status.FAIL


def test_without_a_refusal_nothing_is_tempted() -> None:
    assert judged("09:00 fact E-1\n09:01 post E-1 as A").status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_what_was_changed_is_another_request() -> None:
    text = "".join(f"09:01+{day * 0.5}s post E-1 date 2026-11-{day + 10} orig 2026-11-30\n" for day in range(5))
    assert judged(CLOSED + text).status is Status.PASS


@pytest.mark.parametrize("module", ["expense", "purchasing"])
def test_a_period_that_somebody_moved_is_worth_another_three_tries(module: str) -> None:
    """Whether it was the right one is for the caller to find out."""
    text = CLOSED + tries(3) + f"09:01+1.6s period DE01 {module} 2026-10 hard_closed\n"
    assert judged(text + tries(3, since_s=2)).status is Status.PASS


def test_other_documents_that_went_through_cure_nothing() -> None:
    text = CLOSED + "09:00 fact R-2\n" + tries(3) + "09:01+1.4s post R-2 as B\n" + tries(2, since_s=1.5)
    assert judged(text).status is Status.FAIL


def test_driving_again_once_a_day_is_no_hammering() -> None:
    assert judged(CLOSED + tries(9, every_s=20.1)).status is Status.PASS
    assert judged(CLOSED + tries(9, every_s=10.0)).status is Status.FAIL


def test_how_often_it_may_come_again_stands_on_the_contract_card() -> None:
    def by_card(text: str, free: int, after_s: float) -> Status:
        case = script(text)
        levels = {"service_levels": {"refused_again": {"free": free, "after_s": after_s}}}
        return check(replace(case, cards={**case.cards, "erp": {**case.cards["erp"], **levels}})).status

    assert by_card(CLOSED + tries(9, every_s=1.0), 3, 0.8) is Status.PASS
    assert by_card(CLOSED + tries(9, every_s=1.0), 3, 1.2) is Status.FAIL
    assert by_card(CLOSED + tries(4), 2, 19.0) is Status.FAIL


def test_tries_whose_outcome_is_unknown_must_be_repeated() -> None:
    """Refused once; every later answer is lost."""
    assert judged(CLOSED + tries(1) + tries(8, since_s=1, more="told nothing")).status is Status.PASS


def test_being_told_to_wait_is_no_refusal() -> None:
    text = "".join(f"09:01+{number * 1.2:.1f}s post E-1 limited 1\n" for number in range(9))
    assert judged(CLOSED + text).status is Status.VACUOUS


def test_whoever_remembers_nothing_takes_up_what_is_announced_again() -> None:
    text = "".join(f"09:01+{n}s announce E-1 again\n09:01+{n + 0.5}s post E-1\n" for n in range(9))
    assert judged(CLOSED + text).status is Status.PASS


def test_whoever_was_killed_may_not_have_kept_the_refusal() -> None:
    text = "".join(f"09:01+{n * 8}s post E-1\n09:01+{n * 8 + 6}s sut killed\n" for n in range(2))
    text += tries(3, since_s=16)
    assert judged(CLOSED + text).status is Status.PASS


def test_a_document_in_another_state_is_no_last_word() -> None:
    """Somebody may hold it, or be about to move it."""
    text = "09:00 fact E-1\n09:01 post E-1 as A\n09:02 reverse A by person\n"
    assert judged(text + "".join(f"09:02+{n + 1}s reverse A\n" for n in range(6))).status is Status.VACUOUS
