"""O19: no financial effect without the currently valid approval."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hardclose_simulator.case import Case
from hardclose_simulator.checkers.o19 import check
from hardclose_simulator.source_line import SourceLine, SourceVersion
from hardclose_simulator.verdict import Status

from .script import script
from .taking_back import take_back


def edited(
    case: Case, *, more: int, status: str = "draft", told: bool = False, approved_revision: int | None = None
) -> Case:
    """E-1 gets a second revision, worth `more` on its first line, right before the first delivery."""
    fact = case.facts_by_id["E-1"]
    line = case.line_of(fact)
    last = line.versions[-1]
    (record,) = [one for one in case.records if one.kind == "DeliveryTried"][:1]
    first: Any = last.document.lines[0]
    share = replace(first.allocations[0], net=first.allocations[0].net + more)
    lines = (replace(first, allocations=(share,)), *last.document.lines[1:])
    document = replace(
        last.document,
        lines=lines,
        total=last.document.total + more,
        status=status,
        revision=2,
        approved_revision=approved_revision or (2 if status == "approved" else None),
        version=last.version + 1,
    )
    edit = SourceVersion(record.seq - 1, record.wire_ns, record.business, document)
    knowledge = case.knowledge
    if told:
        news = tuple(replace(one, event_seq=record.seq) for one in knowledge.announced["expense", fact.source])
        knowledge = replace(knowledge, announced={("expense", fact.source): news})
    versions = tuple(sorted((*line.versions, edit), key=lambda one: one.seq))
    return replace(case, source_lines={("expense", fact.source): SourceLine(versions)}, knowledge=knowledge)


POSTED = """
    09:00  fact E-1 120.00
    09:01  announce E-1
    09:10  post E-1
"""


def test_the_approved_revision_passes() -> None:
    verdict = check(script(POSTED))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_document_before_the_last_signature_fails() -> None:
    case = script("""
        09:00  fact E-1 120.00 filed
        09:01  post E-1
        09:05  fact E-1 120.00
    """)
    (finding,) = check(case).findings
    assert "carries revision 1, which was not approved yet" in finding.says


def test_a_revision_edited_after_the_approval_fails() -> None:
    """Approved over 120, edited to 900, and 900 is posted under the old approval."""
    case = script("""
        09:00  fact E-1 120.00
        09:01  announce E-1
        09:10  post E-1 amount 900.00
    """)
    (finding,) = check(edited(case, more=78000)).findings
    assert "carries revision 2, which nobody ever approved" in finding.says


def test_an_edit_that_left_the_old_approval_alone_is_not_approved_itself() -> None:
    """The source goes on to say `approved`, of revision 1; who posts what it says now under that approval is wrong."""
    case = script("""
        09:00  fact E-1 120.00
        09:01  announce E-1
        09:10  post E-1 amount 900.00
    """)
    (finding,) = check(edited(case, more=78000, status="approved", approved_revision=1)).findings
    assert "carries revision 2, which nobody ever approved" in finding.says


def test_a_recall_that_was_told_revokes_the_approval() -> None:
    case = take_back(script(POSTED), "E-1", before="DeliveryTried")
    gone = case.line_of(case.facts_by_id["E-1"]).versions[-1]
    news = tuple(replace(one, event_seq=gone.seq) for one in case.knowledge.announced["expense", "T7-E-1"])
    told = replace(case, knowledge=replace(case.knowledge, announced={("expense", "T7-E-1"): news}))
    (finding,) = check(told).findings
    assert "which was recalled before it was asked for" in finding.says


def test_an_old_revision_after_the_edit_was_told_fails() -> None:
    (finding,) = check(edited(script(POSTED), more=100, told=True)).findings
    assert "was replaced by a later one before it was asked for" in finding.says


def test_nothing_posted_proves_nothing() -> None:
    assert check(script("09:00 fact E-1")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_a_recall_that_nobody_told_of_is_no_breach() -> None:
    case = take_back(script(POSTED), "E-1", before="DeliveryTried")
    assert check(case).status is Status.PASS


def test_a_recall_after_the_request_was_first_sent_is_no_breach() -> None:
    """The answer was lost; the retry under the same key acts on what was known at the first."""
    case = script("""
        09:00  fact E-1 120.00
        09:01  post E-1 key K told nothing lost
        09:05  announce E-1
        09:10  post E-1 key K
    """)
    assert check(edited(case, more=100, told=True)).status is Status.PASS


def test_a_comment_edited_after_the_approval_changes_no_line() -> None:
    assert check(edited(script(POSTED), more=0)).status is Status.PASS


def test_the_old_revision_is_approved_until_the_edit_is_where_the_source_says_so() -> None:
    case = edited(script(POSTED), more=100, status="approved", told=True, approved_revision=1)
    assert check(case).status is Status.PASS


def test_an_edit_that_was_approved_in_its_turn_is_the_new_truth() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  announce E-1
        09:10  post E-1 amount 121.00
    """)
    assert check(edited(case, more=100, status="approved", told=True)).status is Status.PASS


def test_amounts_of_no_revision_are_another_promises_business() -> None:
    case = script("""
        09:00  fact E-1 120.00
        09:01  announce E-1
        09:10  post E-1 amount 7.00
    """)
    assert check(case).status is Status.PASS
