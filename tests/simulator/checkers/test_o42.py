"""O42: evidence travels intact."""

from __future__ import annotations

import pytest

from hardclose_simulator.checkers.o42 import check
from hardclose_simulator.verdict import Status

from .script import script

POSTED = """
    09:00  fact E-1 120.00 attached 2
    09:01  post E-1 as A
"""
BOTH = f"""{POSTED}
    09:02  attach E-1 1 on A
    09:03  attach E-1 2 on A
"""


def test_every_receipt_once_passes() -> None:
    verdict = check(script(f"{BOTH}\n    33:00 audit"))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_receipt_that_never_came_fails_and_its_attempts_are_shown() -> None:
    case = script(f"{POSTED}\n    09:02 attach E-1 1 on A\n    09:03 attach E-1 2 on A lost\n    33:00 audit")
    (finding,) = check(case).findings
    assert "the receipt 'receipt 2.pdf' (1002 bytes) is not at EP-DE01-000001, and nobody is told" in finding.says
    assert len(finding.evidence) == 4


def test_other_bytes_fail_and_are_no_receipt() -> None:
    case = script(f"{POSTED}\n    09:02 attach E-1 1 on A\n    09:03 attach E-1 2 on A cut\n    33:00 audit")
    strange, missing = check(case).findings
    assert "has other bytes than any receipt of it" in strange.says
    assert "is not at EP-DE01-000001" in missing.says


def test_a_receipt_of_another_report_fails() -> None:
    case = script(f"""{BOTH}
        10:00  fact E-2 80.00 attached 1
        10:01  post E-2 as B
        10:02  attach E-2 1 on A
        10:03  attach E-2 1 on B
        33:00  audit
    """)
    (finding,) = check(case).findings
    assert "'receipt 1.pdf' at EP-DE01-000001 is a receipt of T7-E-2" in finding.says


def test_the_same_receipt_twice_fails() -> None:
    case = script(f"{BOTH.replace('1 on A', '1 on A told nothing')}\n    09:05 attach E-1 1 on A\n    33:00 audit")
    (finding,) = check(case).findings
    assert "'receipt 1.pdf' is 2 times at EP-DE01-000001" in finding.says


def test_no_receipts_prove_nothing() -> None:
    assert check(script("09:00 fact E-1\n    09:01 post E-1\n    33:00 audit")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_what_people_are_told_of_is_no_neglect() -> None:
    case = script(f'{POSTED}\n    33:00 exception E-1 "receipts: too large"\n    33:00 audit')
    assert check(case).status is Status.PASS


def test_an_optional_receipt_may_be_left_out() -> None:
    assert check(script(f"{BOTH.replace('attached 2', 'attached 3')}\n    33:00 audit")).status is Status.PASS


def test_an_archive_by_night_is_late_and_there() -> None:
    case = script(f"{POSTED}\n    32:00 attach E-1 1 on A\n    32:01 attach E-1 2 on A\n    33:00 audit")
    assert check(case).status is Status.PASS


def test_a_posting_right_before_the_audit_has_not_had_its_time() -> None:
    assert check(script(f"{POSTED.replace('09:', '32:')}\n    33:00 audit")).status is Status.PASS


def test_a_posting_that_was_reversed_needs_none_any_more() -> None:
    case = script(f"""{BOTH}
        10:00  reverse A
        10:01  post E-1 as B
        10:02  attach E-1 1 on B
        10:03  attach E-1 2 on B
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_what_a_person_posted_is_his_to_prove() -> None:
    case = script("09:00 fact E-1 120.00 attached 2\n    09:01 post E-1 by person\n    33:00 audit")
    assert check(case).status is Status.VACUOUS


@pytest.mark.parametrize(("profile", "status"), [("C1", Status.FAIL), ("C6", Status.PASS)])
def test_a_second_copy_where_nothing_told_of_the_first_is_excused(profile: str, status: Status) -> None:
    text = f"{BOTH.replace('1 on A', '1 on A told nothing')}\n    09:05 attach E-1 1 on A\n    33:00 audit"
    assert check(script(text, profile=profile)).status is status


def test_a_copy_that_the_system_committed_later_than_its_card_says_is_its_own() -> None:
    case = script(
        f"""{POSTED}
        09:02  attach E-1 2 on A
        09:03  attach E-1 1 on A told nothing late 20
        40:00  attach E-1 1 on A
        99:00  audit
    """,
        profile="C4",
    )
    assert check(case).status is Status.PASS
