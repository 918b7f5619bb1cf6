"""The accountant: puts a report into the ERP by hand, while the ERP cannot be reached or because nobody else could."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime

from hardclose_mocks.kernel.commands import ExpenseLine, PostExpense, PostingLine
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.actors.steps import Ask, Outcome, Step, WaitUntil
from hardclose_simulator.masterdata import CLOSED_COST_CENTER
from hardclose_simulator.planned import PlannedIntent


def post_by_hand(
    intent: PlannedIntent, company: Company, approved: datetime, at: datetime
) -> Generator[Step, Outcome, None]:
    """Under the report's own number, dated by its approval. He looks first: the books refuse what stands already.

    A cost centre that is blocked he replaces by the company's first one: that is what people are told for."""
    yield WaitUntil(at)
    blocked, first = f"{company.code}-{CLOSED_COST_CENTER}", f"{company.code}-CC01"
    lines = tuple(
        PostingLine(
            line.account,
            first if share.cost_center == blocked else share.cost_center,
            share.net,
            line.tax_code,
            share.tax,
            line.text,
            share.project,
        )
        for line in intent.lines
        if isinstance(line, ExpenseLine)
        for share in line.allocations
    )
    day = company.business_date(approved)
    command = PostExpense(
        company.code, intent.number, day, intent.currency, intent.person, lines, intent.text, unique_reference=True
    )
    yield Ask("erp", command, f"{company.code}-controller")
