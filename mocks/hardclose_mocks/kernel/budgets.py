"""Budgets of cost centres per fiscal year, and what is left of them. Knows no documents. Minor units throughout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hardclose_mocks.kernel.master import BudgetLine


@dataclass(slots=True)
class Budget:
    """`commitments` are net values of issued purchase orders, `actuals` net values of expense postings less
    reversals. Tax is recovered and spends no budget."""

    original: int = 0
    revisions: int = 0
    commitments: int = 0
    actuals: int = 0

    @property
    def available(self) -> int:
        """Negative once a revision cut too deep, or actuals went beyond."""
        return self.original + self.revisions - self.commitments - self.actuals


class Budgets:
    """A cost centre without a budget line has a budget of nothing."""

    def __init__(self, lines: Iterable[BudgetLine]) -> None:
        self._budgets: dict[tuple[str, str, int], Budget] = {}
        for line in lines:
            self.of(line.company, line.cost_center, line.fiscal_year).original += line.amount

    def of(self, company: str, cost_center: str, fiscal_year: int) -> Budget:
        """The budget itself, to be spent from."""
        key = (company, cost_center, fiscal_year)
        found = self._budgets.get(key)
        if found is None:
            found = self._budgets[key] = Budget()
        return found

    def available(self, company: str, cost_center: str, fiscal_year: int) -> int:
        """What may still be committed in that fiscal year."""
        found = self._budgets.get((company, cost_center, fiscal_year))
        return found.available if found else 0

    def facts(self) -> Iterator[object]:
        """Every budget that is not empty, in a stable order, for a digest."""
        empty = Budget()
        yield from sorted((key, repr(budget)) for key, budget in self._budgets.items() if budget != empty)
