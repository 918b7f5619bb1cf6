"""O16: newer truth is never overwritten by older."""

from __future__ import annotations

from hardclose_simulator.checkers.o16 import check
from hardclose_simulator.verdict import Status

from .orders_script import orders

TWICE_CHANGED = """
    09:00  fact S-1
    09:10  post S-1 as S
    10:00  change S-1 contact Bob
    11:00  change S-1 contact Cem
"""


def test_the_latest_edit_stands_at_last() -> None:
    verdict = check(
        orders(
            TWICE_CHANGED
            + """
        11:10  set S contact Bob rev 2
        11:20  set S contact Cem rev 3
        33:00  audit
    """
        )
    )
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_news_that_came_late_are_written_over_newer_ones() -> None:
    case = orders(TWICE_CHANGED + "11:10 set S contact Cem rev 3\n11:20 set S contact Bob rev 2")
    (finding,) = check(case).findings
    assert "had `contact` as of revision 3, and was then given the one of revision 2: 'Bob' in place of 'Cem'" in (
        finding.says
    )
    assert (finding.fact, len(finding.evidence)) == ("S-1", 4)


def test_no_told_revision_is_needed_to_see_it() -> None:
    case = orders(TWICE_CHANGED + "11:10 set S contact Cem\n11:20 set S contact Bob")
    assert check(case).status is Status.FAIL


def test_a_record_that_claims_a_revision_it_does_not_show_fails() -> None:
    case = orders("""
        09:00  fact S-1
        09:10  post S-1 as S
        10:00  change S-1 contact Bob
        11:00  change S-1 contact Bob days 60
        11:10  set S days 60 rev 3
        33:00  audit
    """)
    (finding,) = check(case).findings
    assert "says that it is as of revision 3, and its `contact` is 'Ann' where that revision has 'Bob'" in finding.says


def test_a_copied_cost_centre_goes_back() -> None:
    case = orders("""
        09:00  center CC-9 name Lab
        10:00  center CC-9 name Forge
        10:10  copy CC-9 name Forge rev 2
        10:20  copy CC-9 name Lab rev 1
    """)
    (finding,) = check(case).findings
    assert "CC-9 of CC-9 had `name` as of revision 2" in finding.says


def test_who_was_never_changed_proves_nothing() -> None:
    assert check(orders("09:00 fact S-1\n09:10 post S-1 as S\n33:00 audit")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_value_that_came_back_at_the_source_is_a_new_revision() -> None:
    case = orders("""
        09:00  fact S-1
        09:10  post S-1 as S
        10:00  change S-1 contact Bob
        10:10  set S contact Bob rev 2
        11:00  change S-1 contact Ann
        11:10  set S contact Ann rev 3
        33:00  audit
    """)
    assert check(case).status is Status.PASS


def test_revisions_may_be_skipped() -> None:
    case = orders(TWICE_CHANGED + "11:20 set S contact Cem rev 3\n33:00 audit")
    assert check(case).status is Status.PASS


def test_what_was_on_its_way_when_the_newer_one_came_is_not_held_against_anybody() -> None:
    """Sent at one moment, and the books did the older one later."""
    text = TWICE_CHANGED + "11:10 set S contact Cem rev 3\n{} set S contact Bob rev 2 late 0.3"
    assert check(orders(text.format("11:10"))).status is Status.PASS
    assert check(orders(text.format("11:11"))).status is Status.FAIL


def test_a_repeated_write_of_the_same_content_changes_nothing() -> None:
    text = "11:20 set S contact Cem rev 3\n11:30 set S contact Cem rev 3\n33:00 audit"
    assert check(orders(TWICE_CHANGED + text)).status is Status.PASS


def test_what_a_person_in_the_erp_has_set_is_not_the_integrations_step_back() -> None:
    text = "11:20 set S contact Cem rev 3\n11:30 set S contact Bob by person\n33:00 audit"
    assert check(orders(TWICE_CHANGED + text)).status is Status.PASS


def test_a_value_that_no_revision_had_is_no_older_truth() -> None:
    text = "11:20 set S contact Cem rev 3\n11:30 set S contact Dee by person\n11:40 set S contact Cem\n33:00 audit"
    assert check(orders(TWICE_CHANGED + text)).status is Status.PASS


def test_who_shows_it_to_a_person_is_behind_and_says_so() -> None:
    case = orders("""
        09:00  fact S-1
        09:10  post S-1 as S
        10:00  change S-1 contact Bob
        11:00  change S-1 contact Bob days 60
        11:10  set S days 60 rev 3
        33:00  exception S-1 "T7-S-1 has a contact that the ERP does not take"
        33:00  audit
    """)
    assert check(case).status is Status.PASS
