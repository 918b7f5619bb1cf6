"""The receiving clerk: records goods as they come, and takes a receipt back that was wrong. Knows no invoices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hardclose_mocks.kernel.commands import ReceiptLine, RecordReceipt, ReverseReceipt
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.refusals import WrongState
from hardclose_simulator.actors.declaring import receipt_recorded, receipt_reversed
from hardclose_simulator.actors.steps import Actor, Ask, Declare, WaitUntil
from hardclose_simulator.planned import PlannedReceipt

PATIENCE, PATIENCE_MAX = timedelta(minutes=30), 16
"""How long, business time, and how often goods wait at the gate for an order that procurement has not sent out."""
REASON = "Counted again: these goods never came"


def receive_goods(planned: PlannedReceipt, company: Company, partner: str, numbers: Mapping[str, str]) -> Actor:
    """Recorded and declared, perhaps reversed later and declared again. Ends where the books refuse."""
    yield WaitUntil(planned.recorded_at)
    now = planned.recorded_at
    for _ in range(PATIENCE_MAX):
        record = RecordReceipt(
            number=planned.number,
            requisition=numbers[planned.order],
            receiver=planned.person,
            received_on=company.business_date(now),
            lines=tuple(ReceiptLine(line, quantity) for line, quantity in planned.lines),
        )
        outcome = yield Ask("procurement", record, planned.person)
        if not isinstance(outcome.refusal, WrongState):
            break
        now = outcome.at + PATIENCE
        yield WaitUntil(now)
    if outcome.refusal:
        return
    yield Declare(receipt_recorded(planned, company, outcome, partner, numbers))
    if planned.reversed_at is None:
        return
    yield WaitUntil(planned.reversed_at)
    outcome = yield Ask("procurement", ReverseReceipt(planned.number, planned.person, REASON), planned.person)
    if not outcome.refusal:
        yield Declare(receipt_reversed(planned, company, outcome, partner, numbers))
