"""The employee: files an expense report, and files it again when it comes back. Knows no approvers."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from hardclose_mocks.kernel.commands import AttachReceipt, CreateReport, ExpenseLine, ReviseReport, SubmitReport
from hardclose_simulator.actors.steps import Ask, Outcome, Step, WaitUntil
from hardclose_simulator.planned import Lines, PlannedFile, PlannedIntent


def file_report(intent: PlannedIntent, files: Sequence[PlannedFile]) -> Generator[Step, Outcome, bool]:
    """Create, attach and submit at the planned instants. False if the books would not have it."""
    yield WaitUntil(intent.schedule.created_at)
    create = CreateReport(
        number=intent.number,
        company=intent.company,
        employee=intent.person,
        currency=intent.currency,
        lines=_lines(intent.revisions[0]),
        text=intent.text,
    )
    if (yield Ask("expense", create, intent.person)).refusal:
        return False
    for file in files:
        attach = AttachReceipt(intent.number, file.id, file.name, file.content_type, file.size, file.required)
        if (yield Ask("expense", attach, intent.person)).refusal:
            return False
    yield WaitUntil(intent.schedule.submitted_at)
    return not (yield Ask("expense", SubmitReport(intent.number), intent.person)).refusal


def file_report_again(intent: PlannedIntent, revision: int) -> Generator[Step, Outcome, bool]:
    """Correct a report that was sent back (`revision` 2 is the first correction) and submit it at once."""
    if (yield correct_report(intent, revision)).refusal:
        return False
    return not (yield Ask("expense", SubmitReport(intent.number), intent.person)).refusal


def correct_report(intent: PlannedIntent, revision: int) -> Ask:
    """Put other contents in its place."""
    return Ask(
        "expense", ReviseReport(intent.number, _lines(intent.revisions[revision - 1]), intent.text), intent.person
    )


def _lines(lines: Lines) -> tuple[ExpenseLine, ...]:
    return tuple(line for line in lines if isinstance(line, ExpenseLine))
