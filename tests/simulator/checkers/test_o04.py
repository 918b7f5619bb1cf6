"""O04: every journal balances."""

from __future__ import annotations

from dataclasses import replace

from hardclose_mocks.kernel.commands import EntryLine
from hardclose_simulator.case import Case
from hardclose_simulator.checkers.o04 import check
from hardclose_simulator.verdict import Status

from .orders_script import orders

ACCRUED = """
    09:00  fact R-1 100.00
    11:20  fact A-1 of R-1 50.00
    11:21  post A-1 as J
    33:00  audit
"""


def with_lines(case: Case, *lines: EntryLine) -> Case:
    """As books without the check would have taken it."""
    ((number, entry),) = [(one.number, one) for one in case.documents.values() if one.flow == "JNL"]
    return replace(case, documents={**case.documents, number: replace(entry, lines=lines)})


def test_an_entry_whose_sides_are_equal_passes() -> None:
    verdict = check(orders(ACCRUED))
    assert (verdict.status, verdict.evaluated) == (Status.PASS, 1)


def test_an_entry_that_is_a_cent_off_fails() -> None:
    case = with_lines(orders(ACCRUED), EntryLine("6200", 5000, 0, "CC-DE01"), EntryLine("1900", 0, 4999))
    (finding,) = check(case).findings
    assert "debits 50.00 EUR and credits 49.99 EUR" in finding.says
    assert finding.fact == "A-1"
    assert finding.money is not None
    assert finding.money.minor == 1


def test_postings_whose_journals_the_books_complete_prove_nothing() -> None:
    assert check(orders("09:00 fact E-1 120.00\n    09:01 post E-1\n    33:00 audit")).status is Status.VACUOUS


# --- innocent look-alikes --------------------------------------------------------------------------------------


def test_one_side_over_several_lines_balances() -> None:
    case = with_lines(
        orders(ACCRUED),
        EntryLine("6200", 3000, 0, "CC-DE01"),
        EntryLine("6300", 2000, 0, "CC-DE01"),
        EntryLine("1900", 0, 5000),
    )
    assert check(case).status is Status.PASS


def test_an_entry_by_a_person_is_his() -> None:
    case = orders(ACCRUED.replace("as J", "by person as J"))
    assert check(case).status is Status.VACUOUS
