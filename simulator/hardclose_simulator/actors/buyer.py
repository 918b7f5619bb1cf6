"""The buyer: files a requisition, and files it again when it is rejected. Knows no approvers."""

from __future__ import annotations

from collections.abc import Generator

from hardclose_mocks.kernel.commands import CreateRequisition, OrderLine, ReviseRequisition, SubmitRequisition
from hardclose_simulator.actors.steps import Ask, Outcome, Step, WaitUntil
from hardclose_simulator.planned import Lines, PlannedIntent


def file_requisition(intent: PlannedIntent) -> Generator[Step, Outcome, bool]:
    """Create and submit at the planned instants. False if the books would not have it."""
    yield WaitUntil(intent.schedule.created_at)
    create = CreateRequisition(
        number=intent.number,
        company=intent.company,
        requester=intent.person,
        supplier=intent.partner,
        currency=intent.currency,
        lines=_lines(intent.revisions[0]),
        text=intent.text,
    )
    if (yield Ask("procurement", create, intent.person)).refusal:
        return False
    yield WaitUntil(intent.schedule.submitted_at)
    return not (yield Ask("procurement", SubmitRequisition(intent.number), intent.person)).refusal


def file_requisition_again(intent: PlannedIntent, revision: int) -> Generator[Step, Outcome, bool]:
    """Correct a rejected requisition (`revision` 2 is the first correction) and submit it at once."""
    revise = ReviseRequisition(intent.number, _lines(intent.revisions[revision - 1]), intent.text)
    if (yield Ask("procurement", revise, intent.person)).refusal:
        return False
    return not (yield Ask("procurement", SubmitRequisition(intent.number), intent.person)).refusal


def _lines(lines: Lines) -> tuple[OrderLine, ...]:
    return tuple(line for line in lines if isinstance(line, OrderLine))
