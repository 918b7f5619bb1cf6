"""Journal entries of expense postings: what is debited, what is credited, and that both are equal."""

from __future__ import annotations

from collections.abc import Sequence

from hardclose_mocks.kernel.commands import PostingLine
from hardclose_mocks.kernel.documents import JournalLine
from hardclose_mocks.kernel.refusals import Refused, Unbalanced


def expense_journal(
    lines: Sequence[PostingLine], *, input_tax: str, payable: str, text: str
) -> tuple[JournalLine, ...]:
    """Debit each line's account with its net and `input_tax` with the tax of each code; credit `payable` the gross.

    Negative lines (a refund within a report) go to the other side; amounts of zero make no entry."""
    entries = [
        _side(line.account, line.net, cost_center=line.cost_center, text=line.text) for line in lines if line.net
    ]
    taxes: dict[str, int] = {}
    for line in lines:
        taxes[line.tax_code] = taxes.get(line.tax_code, 0) + line.tax
    entries.extend(_side(input_tax, tax, text=code) for code, tax in taxes.items() if tax)
    entries.append(_side(payable, -gross(lines), text=text))
    return tuple(entries)


def gross(lines: Sequence[PostingLine]) -> int:
    return sum(line.net + line.tax for line in lines)


def reversal_journal(journal: Sequence[JournalLine]) -> tuple[JournalLine, ...]:
    """The same entries with their sides exchanged."""
    return tuple(JournalLine(one.account, one.credit, one.debit, one.cost_center, one.text) for one in journal)


def check_balanced(journal: Sequence[JournalLine], currency: str, where: str) -> None:
    """Raises Refused(Unbalanced) with debits less credits."""
    difference = sum(one.debit - one.credit for one in journal)
    if difference:
        raise Refused(Unbalanced(currency, difference, where))


def _side(account: str, amount: int, *, cost_center: str | None = None, text: str = "") -> JournalLine:
    return JournalLine(account, max(amount, 0), max(-amount, 0), cost_center, text)
