"""O36: a mass replay is a non-event."""

from __future__ import annotations

from typing import Any

from hardclose_simulator.checkers.o36 import check
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.verdict import Status, Verdict

from .script import script

DONE = """
    09:00  fact E-1 120.00
    09:01  announce E-1
    09:10  post E-1 key k as A
    09:40  write E-1 posted A
"""
REPLAYED = "12:00 announce E-1 replayed\n"


def judged(text: str, **options: Any) -> Verdict:
    return check(script(DONE + text, **options))


def test_a_replay_that_moves_nothing_passes() -> None:
    verdict = judged(REPLAYED + "13:00 announce E-1 replayed")
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 2)


def test_a_second_document_fails() -> None:
    (finding,) = judged(REPLAYED + "12:40 post E-1 key other as B").findings
    assert finding.fact == "E-1"
    assert "was made though another document stood" in finding.says


def test_another_word_to_the_source_fails() -> None:
    (finding,) = judged(REPLAYED + '12:40 write E-1 parked "seen before"').findings
    assert "its source was told 'parked' where it had been 'posted'" in finding.says


def test_more_calls_per_repeated_event_than_a_fresh_one_costs_fail() -> None:
    text = REPLAYED + "".join(f"12:40+{n / 10}s post E-1 key k replay A\n" for n in range(4))
    (finding,) = judged(text).findings
    assert "caused 4 calls, 4.0 each; a fresh document costs 2.0 here" in finding.says


def test_without_a_replay_nothing_is_tempted() -> None:
    assert judged("12:00 announce E-1 again").status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_what_was_never_processed_must_be_processed() -> None:
    text = "11:00 fact E-2\n11:30 announce E-2 dropped\n12:00 announce E-2 replayed\n12:40 post E-2 key l as B"
    assert judged(text).status is Status.VACUOUS


def test_a_thin_event_needs_a_look() -> None:
    assert judged(REPLAYED + "12:10 get E-1").status is Status.PASS


def test_whoever_keeps_no_memory_may_say_everything_again() -> None:
    """The key store answers, and the source is told what it knows."""
    assert judged(REPLAYED + "12:40 post E-1 key k replay A\n13:00 write E-1 posted A").status is Status.PASS


def test_a_retry_under_way_when_the_replay_came_belongs_to_the_first_event() -> None:
    text = """
        09:00       fact E-1 120.00
        09:01       announce E-1
        09:10       post E-1 as A
        09:40       write E-1 posted A
        11:00       post E-1 told nothing as B
        12:00       announce E-1 replayed
        12:30       post E-1 as C
    """
    assert [f.says for f in check(script(text)).findings] == []


def test_what_was_paid_meanwhile_is_told_to_the_source() -> None:
    assert judged(REPLAYED + "12:30 pay DE01\n13:00 write E-1 paid A").status is Status.PASS


def test_what_people_have_reversed_may_be_posted_anew() -> None:
    text = "11:00 reverse A by person\n12:00 announce E-1 replayed\n12:40 post E-1 key other as B"
    assert judged(text).status is Status.VACUOUS


def test_looking_at_every_document_now_and_then_is_somebodys_routine() -> None:
    text = REPLAYED + "\n".join(f"{hour}:30 get E-1" for hour in range(15, 33))
    assert judged(text, manifest=Manifest()).status is Status.PASS
