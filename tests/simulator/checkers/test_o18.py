"""O18: no blind overwrite."""

from __future__ import annotations

from hardclose_simulator.checkers.o18 import check
from hardclose_simulator.verdict import Status

from .orders_script import orders

HELD = """
    09:00  fact S-1
    09:10  post S-1 as S
    10:00  change S-1 contact Bob
    10:05  hold S
"""


def test_what_somebody_set_meanwhile_is_gone() -> None:
    (finding,) = check(orders(HELD + "10:10 set S contact Bob payable rev 2")).findings
    assert "CONTROLLER set `payment_blocked` of SU-DE01-000001 to True" in finding.says
    assert "a change without a version put False in its place" in finding.says


def test_a_block_of_the_erps_people_is_not_for_a_blind_change_to_lift() -> None:
    text = HELD.replace("hold S", "clip S blocked") + "10:10 set S contact Bob unblocked"
    (finding,) = check(orders(text)).findings
    assert "set `blocked` of" in finding.says


def test_field_by_field_passes() -> None:
    verdict = check(orders(HELD + "10:10 set S contact Bob rev 2"))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_nobody_elses_edit_proves_nothing() -> None:
    text = HELD.replace("10:05  hold S", "") + "10:10 set S contact Bob rev 2"
    assert check(orders(text)).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_with_the_version_that_was_read_it_is_not_blind() -> None:
    """Whether it was his to change at all is O28's business."""
    assert check(orders(HELD + "10:10 set S contact Bob payable version 2")).status is Status.PASS


def test_a_stale_version_is_refused_and_overwrites_nothing() -> None:
    assert check(orders(HELD + "10:10 set S contact Bob payable version 1")).status is Status.VACUOUS


def test_the_whole_record_with_what_was_just_read_is_harmless() -> None:
    assert check(orders(HELD + "10:10 set S contact Bob days 30 unpayable unblocked rev 2")).status is Status.PASS


def test_what_the_source_owns_may_be_set_without_a_look() -> None:
    text = HELD.replace("hold S", "set S contact Dee by person") + "10:10 set S contact Bob rev 2"
    assert check(orders(text)).status is not Status.FAIL


def test_a_block_that_the_source_asks_for_is_carried_over() -> None:
    text = """
        09:00  fact S-1
        09:10  post S-1 as S
        10:00  clip S blocked
        10:05  clip S released
        10:10  block S-1
        10:20  set S blocked rev 2
    """
    verdict = check(orders(text))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)
