"""Journals of expense postings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardclose_mocks.kernel.commands import PostingLine
from hardclose_mocks.kernel.documents import JournalLine
from hardclose_mocks.kernel.journal import check_balanced, expense_journal, gross, reversal_journal
from hardclose_mocks.kernel.refusals import Refused, Unbalanced


def journal(*lines: PostingLine) -> tuple[JournalLine, ...]:
    return expense_journal(lines, input_tax="1400", payable="2100", text="R-1")


def test_net_is_debited_line_by_line_tax_by_code_and_the_employee_is_credited_with_the_gross() -> None:
    made = journal(
        PostingLine("6200", "CC1", 100_00, "V19", 19_00, "Train"),
        PostingLine("6310", "CC2", 200_00, "V19", 38_00, "Licence"),
        PostingLine("6310", "CC2", 50_00, "V7", 3_50, "Book"),
        PostingLine("6200", "CC1", 10_00, "V0", 0, "Tip"),
    )
    assert [(one.account, one.debit, one.credit, one.cost_center) for one in made] == [
        ("6200", 100_00, 0, "CC1"),
        ("6310", 200_00, 0, "CC2"),
        ("6310", 50_00, 0, "CC2"),
        ("6200", 10_00, 0, "CC1"),
        ("1400", 57_00, 0, None),
        ("1400", 3_50, 0, None),
        ("2100", 0, 420_50, None),
    ]


def test_a_refund_within_a_report_goes_to_the_other_side() -> None:
    made = journal(PostingLine("6200", "CC1", 100_00, "V19", 19_00), PostingLine("6200", "CC1", -40_00, "V19", -7_60))
    assert (made[1].debit, made[1].credit) == (0, 40_00)
    assert made[-1].credit == 71_40


def test_a_reversal_exchanges_the_sides() -> None:
    made = journal(PostingLine("6200", "CC1", 100_00, "V19", 19_00, "Train"))
    assert reversal_journal(made)[0] == JournalLine("6200", 0, 100_00, "CC1", "Train")
    assert reversal_journal(reversal_journal(made)) == made


def test_what_does_not_balance_is_refused_with_the_difference() -> None:
    with pytest.raises(Refused) as no:
        check_balanced([JournalLine("6200", 100, 0), JournalLine("2100", 0, 99)], "EUR", "journal")
    assert no.value.refusal == Unbalanced("EUR", 1, "journal")


AMOUNTS = st.integers(-10_000_00, 10_000_00)
LINES = st.builds(PostingLine, st.just("6200"), st.just("CC1"), AMOUNTS, st.sampled_from(["V19", "V7", "V0"]), AMOUNTS)


@given(st.lists(LINES, min_size=1, max_size=8).filter(lambda lines: gross(lines) > 0))
def test_every_journal_balances_and_each_line_has_one_side(lines: list[PostingLine]) -> None:
    made = journal(*lines)
    check_balanced(made, "EUR", "journal")
    assert all((one.debit > 0) != (one.credit > 0) and min(one.debit, one.credit) == 0 for one in made)
    assert made[-1].credit == gross(lines)
