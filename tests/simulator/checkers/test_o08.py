"""O08: corrections converge."""

from __future__ import annotations

from dataclasses import replace

from hardclose_mocks.kernel.money import Money
from hardclose_simulator.case import Case
from hardclose_simulator.checkers.o08 import check
from hardclose_simulator.source_line import SourceLine, SourceVersion
from hardclose_simulator.verdict import Status

from .script import script


def changed(
    case: Case, *, status: str, total: int | None = None, told: bool = True, approved_revision: int | None = None
) -> Case:
    """E-1 changes right before its last delivery, which is the news of it if `told`."""
    fact = case.facts_by_id["E-1"]
    line, record = case.line_of(fact), [one for one in case.records if one.kind == "DeliveryTried"][-1]
    last = line.versions[-1]
    revision = last.revision + (total is not None)
    document = replace(
        last.document,
        status=status,
        total=total or last.document.total,
        revision=revision,
        approved_revision=approved_revision or (revision if status == "approved" else None),
        version=last.version + 1,
    )
    gone = SourceVersion(record.seq - 1, record.wire_ns, record.business, document)
    *before, news = case.knowledge.announced["expense", fact.source]
    told_of = (*before, replace(news, event_seq=gone.seq)) if told else tuple(before)
    versions = tuple(sorted((*line.versions, gone), key=lambda one: one.seq))
    return replace(
        case,
        source_lines={**case.source_lines, ("expense", fact.source): SourceLine(versions)},
        knowledge=replace(case.knowledge, announced={("expense", fact.source): told_of}),
    )


RECALLED = """
    09:00  fact E-1 120.00
    09:01  post E-1 as A
    10:00  announce E-1
"""


def test_a_recalled_report_that_was_reversed_passes() -> None:
    case = changed(script(RECALLED + "11:00 reverse A\n 133:00 audit"), status="recalled")
    verdict = check(case)
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_a_recalled_report_that_stands_to_the_end_fails() -> None:
    (finding,) = check(changed(script(RECALLED + "133:00 audit"), status="recalled")).findings
    assert finding.money == Money(12000, "EUR")
    assert "came to be recalled (revision 1) after it was posted" in finding.says


def test_an_edited_report_whose_old_amount_stands_fails() -> None:
    (finding,) = check(changed(script(RECALLED + "133:00 audit"), status="approved", total=90000)).findings
    assert finding.money == Money(78000, "EUR")


def test_nothing_changed_proves_nothing() -> None:
    assert check(script(RECALLED + "133:00 audit")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_reversing_and_posting_anew_is_right() -> None:
    case = script(RECALLED + "11:00 reverse A\n 11:01 post E-1 amount 121.00\n 133:00 audit")
    assert check(changed(case, status="approved", total=12100)).status is Status.PASS


def test_what_an_edit_says_is_no_truth_before_it_is_approved() -> None:
    case = changed(script(RECALLED + "133:00 audit"), status="approved", total=90000, approved_revision=1)
    assert check(case).status is Status.VACUOUS


def test_posting_the_difference_is_right() -> None:
    case = script(RECALLED + "11:01 post E-1 amount 1.00 ref T7-E-1\n 133:00 audit")
    assert check(changed(case, status="approved", total=12100)).status is Status.PASS


def test_what_a_person_corrected_in_the_erp_is_left_alone() -> None:
    case = script(RECALLED + "11:00 post E-1 amount 5.00 ref T7-E-1 by person\n 133:00 audit")
    assert check(changed(case, status="recalled")).status is Status.PASS


def test_what_was_paid_cannot_be_taken_back() -> None:
    case = script(RECALLED + "11:00 pay DE01\n 133:00 audit")
    assert check(changed(case, status="recalled")).status is Status.PASS


def test_what_lies_visibly_with_a_person_is_on_its_way() -> None:
    case = script(RECALLED + '132:00 exception E-1 "recalled after it was posted"\n 133:00 audit')
    assert check(changed(case, status="recalled")).status is Status.PASS


def test_a_recall_that_was_never_told_obliges_nobody() -> None:
    assert check(changed(script(RECALLED + "133:00 audit"), status="recalled", told=False)).status is Status.VACUOUS


def test_a_correction_in_the_next_open_period_converges_all_the_same() -> None:
    case = script(RECALLED + "11:00 reverse A\n 11:01 post E-1 amount 121.00 date 2026-12-01\n 133:00 audit")
    assert check(changed(case, status="approved", total=12100)).status is Status.PASS
