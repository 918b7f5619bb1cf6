"""O39: additive change is harmless, breaking change is loud."""

from __future__ import annotations

import pytest

from hardclose_simulator.checkers.o39 import check
from hardclose_simulator.verdict import Status, Verdict

from .script import script

AUDIT = "99:00 audit\n"


def judged(text: str, change: str = "renamed") -> Verdict:
    return check(script(f"09:00 fact E-1 120.00\n09:10 read expense shows E-1 schema {change}\n" + text))


@pytest.mark.parametrize("change", ["additive", "renamed", "enum"])
def test_what_is_posted_as_it_was_approved_passes(change: str) -> None:
    verdict = judged("09:40 post E-1 as A\n" + AUDIT, change)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_field_that_was_renamed_and_guessed_fails() -> None:
    (finding,) = judged("09:40 post E-1 as A amount 0.01\n" + AUDIT).findings
    assert finding.says.endswith("was made after a breaking change of the schema, with another amount")


def test_what_is_no_longer_understood_and_dropped_fails() -> None:
    (finding,) = judged(AUDIT).findings
    assert finding.says == "T7-E-1 was shown after a breaking change of the schema, and nothing came of it"


def test_a_field_more_is_no_reason_to_stop() -> None:
    text = '09:40 write E-1 parked "unknown field"\n' + AUDIT
    assert judged(text, "additive").status is Status.FAIL
    assert judged(text, "renamed").status is Status.PASS


def test_without_a_changed_schema_nothing_is_tempted() -> None:
    verdict = check(script("09:00 fact E-1\n09:10 read expense shows E-1\n" + AUDIT))
    assert (verdict.status, verdict.note) == (Status.VACUOUS, "no system changed its schema")


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_parked_for_a_refusal_of_the_books_is_not_for_the_schema() -> None:
    text = """
        09:20  period DE01 expense 2026-11 hard_closed
        09:40  post E-1
        10:40  write E-1 parked "period closed"
    """
    assert judged(text + AUDIT, "additive").status is Status.PASS


def test_what_was_done_with_before_the_release_saw_nothing_of_it() -> None:
    text = "09:00 fact E-1\n09:10 post E-1 as A\n12:00 read expense shows E-1 schema renamed\n"
    assert check(script(text + AUDIT)).status is Status.VACUOUS


def test_whoever_pins_the_old_release_is_shown_no_change() -> None:
    """The old shape is legal until its sunset: no change was served, so none is judged."""
    text = "09:00 fact E-1\n09:10 read expense shows E-1\n09:40 post E-1 as A\n"
    assert check(script(text + AUDIT)).status is Status.VACUOUS


def test_a_run_without_an_audit_settles_nothing() -> None:
    assert judged("").status is Status.UNKNOWN
