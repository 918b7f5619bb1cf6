"""What all books have in common."""

from __future__ import annotations

import pytest

from hardclose_mocks.kernel.books import COMMANDS, KINDS_OF, open_books
from hardclose_mocks.kernel.commands import Delegate, PostExpense, RecordPosting, SubmitReport
from hardclose_mocks.kernel.directory import KINDS
from hardclose_mocks.kernel.master import Company, Master
from hardclose_mocks.kernel.money import MoneyError

from .small_world import MASTER, MONDAY, posting

SYSTEMS = ("erp", "procurement", "expense")


def test_commands_are_found_by_system_and_name() -> None:
    assert tuple(COMMANDS) == tuple(KINDS_OF) == SYSTEMS
    assert COMMANDS["erp"]["PostExpense"] is PostExpense
    for system in ("procurement", "expense"):
        assert COMMANDS[system]["Delegate"] is Delegate
        assert COMMANDS[system]["RecordPosting"] is RecordPosting


@pytest.mark.parametrize("system", SYSTEMS)
def test_new_books_are_empty_and_know_all_masters(system: str) -> None:
    books = open_books(system, MASTER, MONDAY)
    assert books.count() == 0
    made = [kind for kind in KINDS_OF[system] if kind not in ("supplier", "cost_center")]
    assert [books.documents(kind) for kind in made] == [[]] * len(made)
    assert books.digest() == open_books(system, MASTER, MONDAY).digest()
    assert books.find("R-1") is None
    assert all(books.masters(kind) for kind in KINDS)


@pytest.mark.parametrize(
    ("system", "command"), [("erp", SubmitReport("R-1")), ("expense", posting()), ("procurement", posting())]
)
def test_a_command_of_another_system_is_our_own_mistake(system: str, command: PostExpense | SubmitReport) -> None:
    with pytest.raises(AssertionError, match=type(command).__name__):
        open_books(system, MASTER, MONDAY).do(command, at=MONDAY, actor="test")


def test_a_system_or_kind_there_is_not_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError, match="payroll"):
        open_books("payroll", MASTER, MONDAY)
    for system in SYSTEMS:
        with pytest.raises(AssertionError, match="payslip"):
            open_books(system, MASTER, MONDAY).changed("payslip")


def test_books_in_a_currency_nobody_trades_in_do_not_open() -> None:
    with pytest.raises(MoneyError, match="XYZ"):
        open_books("erp", Master(companies=(Company("X", "X", "XYZ", "UTC"),)), MONDAY)
