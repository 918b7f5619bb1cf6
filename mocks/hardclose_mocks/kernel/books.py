"""Books by system: what all of them can do, which commands they take, which documents they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol, get_args

from hardclose_mocks.kernel.commands import Command, ErpCommand, ExpenseCommand, ProcurementCommand
from hardclose_mocks.kernel.directory import MasterRecord
from hardclose_mocks.kernel.documents import Document, Done
from hardclose_mocks.kernel.erp import ErpBooks
from hardclose_mocks.kernel.expense import ExpenseBooks
from hardclose_mocks.kernel.master import Master
from hardclose_mocks.kernel.procurement import ProcurementBooks


class Books(Protocol):
    """The state of one system. The same commands in the same order make the same books."""

    def do(self, command: Command, *, at: datetime, actor: str) -> Done:
        """The only way to change anything. Raises Refused, and then nothing has changed."""
        ...

    def find(self, number: str) -> Document | None: ...

    def changed(self, kind: str, since: datetime | None = None) -> Iterator[Document]:
        """Documents of a kind last changed at or after `since`, by (updated_at, number); all without it."""
        ...

    def documents(self, kind: str) -> list[Document]: ...

    def count(self) -> int:
        """How many documents there are, of all kinds but masters."""
        ...

    def digest(self) -> str:
        """Equal for equal books; changes with anything that a command can change."""
        ...

    def masters(self, kind: str) -> list[MasterRecord]: ...


_OPENERS: dict[str, Callable[[Master, datetime], Books]] = {
    "erp": lambda master, opened_at: ErpBooks(master, opened_at=opened_at),
    "procurement": lambda master, opened_at: ProcurementBooks(master, opened_at=opened_at),
    "expense": lambda master, opened_at: ExpenseBooks(master, opened_at=opened_at),
}
COMMANDS: dict[str, dict[str, type]] = {
    system: {kind.__name__: kind for kind in get_args(commands)}
    for system, commands in (
        ("erp", ErpCommand),
        ("procurement", ProcurementCommand),
        ("expense", ExpenseCommand),
    )
}
"""Per system, its commands by name."""
KINDS_OF: dict[str, tuple[str, ...]] = {
    "erp": (
        "expense_posting",
        "purchase_order",
        "supplier",
        "cost_center",
        "goods_receipt",
        "supplier_invoice",
        "payment",
        "journal_entry",
        "attachment",
    ),
    "procurement": ("requisition", "supplier_request", "receipt", "invoice", "accrual", "cost_center"),
    "expense": ("expense_report", "cost_center"),
}
"""Per system, the kinds of documents it holds."""


def open_books(system: str, master: Master, opened_at: datetime) -> Books:
    """Asserts that the system is erp, procurement or expense."""
    assert system in _OPENERS, f"no system {system!r}; there are {', '.join(_OPENERS)}"
    return _OPENERS[system](master, opened_at)
