"""O28: writes only what its source owns; no echo."""

from __future__ import annotations

from hardclose_simulator.checkers.o28 import check
from hardclose_simulator.verdict import Status

from .orders_script import orders

CHANGED = """
    09:00  fact S-1
    09:10  post S-1 as S
    10:00  change S-1 contact Bob
"""


def test_the_owners_fields_are_carried_over() -> None:
    verdict = check(orders(CHANGED + "10:10 set S contact Bob rev 2"))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_the_erps_own_field_is_changed_even_with_a_version() -> None:
    (finding,) = check(orders(CHANGED + "10:05 hold S\n10:10 set S contact Bob payable version 2")).findings
    assert "changed `payment_blocked` of SU-DE01-000001 in the erp system from True to False" in finding.says


def test_a_block_that_nobody_asked_for_fails() -> None:
    (finding,) = check(orders(CHANGED + "10:10 set S blocked rev 2")).findings
    assert "changed `blocked` of" in finding.says


def test_a_block_of_the_erps_people_is_theirs_to_lift() -> None:
    case = orders(CHANGED + "10:05 clip S blocked\n10:10 set S unblocked version 2")
    assert check(case).status is Status.FAIL


def test_an_echo_at_the_source_fails() -> None:
    (finding,) = check(orders(CHANGED + "10:10 echo S-1 contact Dee")).findings
    assert "the integration changed contact of T7-S-1 at its source: an echo, or worse" in finding.says


def test_an_edit_that_goes_to_and_fro_fails() -> None:
    flips = "\n".join(f"1{1 + n // 6}:{n % 6}0 set S contact {'Bob' if n % 2 else 'Ann'}" for n in range(1, 6))
    findings = check(orders(CHANGED + flips)).findings
    assert any("was changed 5 times by the integration, and 1 times by anybody else" in one.says for one in findings)


def test_no_change_proves_nothing() -> None:
    assert check(orders("09:00 fact S-1\n09:10 post S-1 as S")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_writing_back_is_the_integrations_own_business() -> None:
    assert check(orders(CHANGED + "10:10 write S-1 posted S\n10:20 set S ref T7-S-1 rev 2")).status is Status.PASS


def test_a_value_that_was_there_already_changes_nothing() -> None:
    case = orders(CHANGED + "10:05 hold S\n10:10 set S contact Bob unpayable unblocked rev 2")
    assert check(case).status is Status.PASS


def test_a_block_of_the_source_is_carried_over_and_lifted_again() -> None:
    case = orders("""
        09:00  fact S-1
        09:10  post S-1 as S
        10:00  block S-1
        10:10  set S blocked rev 2
        11:00  block S-1 released
        11:10  set S unblocked rev 3
    """)
    assert check(case).status is Status.PASS


def test_a_person_edits_what_he_likes() -> None:
    assert check(orders(CHANGED + "10:10 set S payable blocked by person")).status is Status.VACUOUS


def test_setting_right_what_a_person_set_is_one_answer_to_one_edit() -> None:
    case = orders(CHANGED + "10:10 set S contact Bob rev 2\n10:20 set S contact X by person\n10:30 set S contact Bob")
    assert check(case).status is Status.PASS


def test_copies_of_cost_centres_are_the_integrations_to_write() -> None:
    case = orders("09:00 center CC-9 name Lab\n09:10 copy CC-9 name Lab rev 1\n09:20 copy CC-9 name Forge rev 2")
    assert check(case).status is Status.PASS
