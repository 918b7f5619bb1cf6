"""O33: keys identify the logical attempt."""

from __future__ import annotations

from typing import Any

import pytest

from hardclose_simulator.checkers.o33 import check
from hardclose_simulator.verdict import Status, Verdict

from .script import script


def judged(text: str, **options: Any) -> Verdict:
    return check(script(text, **options))


LOST = """
    09:00       fact E-1
    09:01       post E-1 key k as A told nothing
"""


def test_the_same_key_again_after_a_lost_answer_passes() -> None:
    verdict = judged(LOST + "09:01+1s post E-1 key k replay A")
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 2)


@pytest.mark.parametrize("ending", ["told nothing", "told 502", "lost", "down 0"])
def test_another_key_while_the_outcome_is_unknown_fails(ending: str) -> None:
    verdict = judged(f"""
        09:00       fact E-1
        09:01       post E-1 key k {ending}
        09:01+1s    post E-1 key other
    """)
    (finding,) = verdict.findings
    assert finding.fact == "E-1"
    assert "under key k was unknown, and it was asked for again under key other" in finding.says
    assert "Idempotency-Key supported" in str(finding.card_line)


def test_leaving_the_key_out_the_second_time_fails() -> None:
    (finding,) = judged(LOST + "09:01+1s post E-1").findings
    assert finding.says.endswith("under no key at all")


def test_being_told_to_wait_in_between_ends_no_doubt() -> None:
    assert judged(LOST + "09:01+1s post E-1 key k limited 1\n09:01+2.2s post E-1 key other").status is Status.FAIL


def test_one_key_for_two_contents_fails() -> None:
    verdict = judged("""
        09:00       fact E-1
        09:00       fact E-2
        09:01       post E-1 key k as A
        09:02       post E-2 key k
    """)
    (finding,) = verdict.findings
    assert "key k stands for two contents" in finding.says
    assert finding.fact == "E-2"


def test_one_key_for_two_operations_fails() -> None:
    (finding,) = judged("""
        09:00       fact E-1
        09:00       fact R-1
        09:01       post E-1 key k as A
        09:02       post R-1 key k
    """).findings
    assert "key k stands for two operations" in finding.says


def test_a_corrected_body_under_the_key_of_the_refused_one_fails() -> None:
    text = """
        08:00       period DE01 expense 2026-11 hard_closed
        09:00       fact E-1
        09:01       post E-1 key k
        09:02       post E-1 key {key} date 2026-12-01 orig 2026-11-30
    """
    assert judged(text.format(key="k")).status is Status.FAIL
    assert judged(text.format(key="k2")).status is Status.VACUOUS


def test_a_run_without_doubts_and_without_repetition_proves_nothing() -> None:
    assert judged("09:00 fact E-1\n09:01 post E-1 key k as A").status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_after_a_refusal_that_arrived_a_new_key_is_right() -> None:
    text = """
        08:00       period DE01 expense 2026-11 hard_closed
        09:00       fact E-1
        09:01       post E-1 key k told nothing
        09:01+1s    post E-1 key k replay refusal
        09:01+2s    post E-1 key k2 date 2026-12-01 orig 2026-11-30
    """
    assert judged(text).status is Status.PASS


def test_who_read_the_refusal_and_was_killed_afterwards_still_read_it() -> None:
    """Killed within the time in which an answer may not have been digested; this one was, as the new body shows."""
    text = """
        08:00       period DE01 expense 2026-11 hard_closed
        09:00       fact E-1
        09:01       post E-1 key k
        09:01+0.5s  post E-1 key k2 date 2026-12-01 orig 2026-11-30
        09:01+1s    sut killed
    """
    assert judged(text).status is Status.VACUOUS


def test_a_look_once_nothing_can_commit_any_more_allows_a_new_key() -> None:
    text = """
        09:00       fact E-1
        09:01       post E-1 key k lost
        09:01+{look}s read erp
        09:01+5s    post E-1 key other
    """
    assert judged(text.format(look="3.5")).status is Status.PASS
    assert judged(text.format(look="1.0")).status is Status.FAIL


def test_a_look_that_showed_the_document_allows_nothing() -> None:
    assert judged(LOST + "09:01+3.5s read erp shows A\n09:01+5s post E-1 key other").status is Status.FAIL


def test_a_key_that_has_run_out_binds_nobody() -> None:
    text = """
        09:00       fact E-1
        09:01       post E-1 key k lost
        09:01+{again}s post E-1 key other
    """
    assert judged(text.format(again="86399")).status is Status.PASS
    assert judged(text.format(again="86000")).status is Status.FAIL


def test_two_requests_side_by_side_were_both_sent_before_any_doubt() -> None:
    """Whether two workers may be at one document is O01's business."""
    case = """
        09:00        fact E-1
        09:01        post E-1 key k took 0.5 told 502
        09:01+0.2s   post E-1 key other
    """
    assert judged(case).status is Status.VACUOUS


def test_what_people_have_undone_may_be_posted_anew() -> None:
    assert judged(LOST + "09:02 reverse A by person\n09:03 post E-1 key other").status is Status.PASS


def test_the_same_content_in_another_spelling_is_the_same_content() -> None:
    text = """
        09:00       fact E-1 120.50
        09:01       post E-1 key k as A
        09:02       post E-1 key k replay A respelt
    """
    assert judged(text).status is Status.PASS


def test_a_request_that_was_turned_away_has_not_used_its_key() -> None:
    text = """
        09:00       fact E-1
        09:01       post E-1 key k limited 1
        09:01+1.1s  post E-1 key k date 2026-12-01
    """
    assert judged(text).status is Status.VACUOUS


@pytest.mark.parametrize("profile", ["C3", "C4"])
def test_where_the_card_honours_no_keys_nothing_is_judged(profile: str) -> None:
    assert judged(LOST + "09:01+1s post E-1 key other", profile=profile).status is Status.VACUOUS


def test_who_never_sends_a_key_breaks_no_promise_about_keys() -> None:
    """A blind retry is O01's business."""
    assert judged("09:00 fact E-1\n09:01 post E-1 lost\n09:01+1s post E-1").status is Status.VACUOUS
