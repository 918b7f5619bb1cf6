"""People who think again (F50): a report recalled or edited after its approval, and approved once more."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace

from hardclose_mocks.history.records import Fact, Withdrawn
from hardclose_mocks.kernel.commands import RecallReport, SubmitReport
from hardclose_simulator.actors.approver import approve
from hardclose_simulator.actors.employee import correct_report, file_report_again
from hardclose_simulator.actors.steps import Ask, Outcome, Step, WaitUntil, Withdraw
from hardclose_simulator.planned import PlannedIntent


def submit_again(intent: PlannedIntent) -> Generator[Step, Outcome, None]:
    """The screen stood still, so the employee pressed the button twice. The books refuse the second."""
    yield Ask("expense", SubmitReport(intent.number), intent.person)


def think_again(
    intent: PlannedIntent, fact: Fact, stand_ins: Mapping[str, str]
) -> Generator[Step, Outcome, tuple[PlannedIntent, Outcome] | None]:
    """The corrected intent and its final approval; None where it was posted before anybody could take it back."""
    rethought = intent.rethought
    assert rethought is not None, f"{intent.id} stands"
    corrected = replace(
        intent,
        revisions=(*intent.revisions, rethought.lines),
        schedule=replace(intent.schedule, approved_at=rethought.approved_at),
    )
    last, recalls = len(corrected.revisions), rethought.how == "recalled"
    yield WaitUntil(rethought.recalled_at)
    taken_back = (
        yield Ask("expense", RecallReport(intent.number), intent.person) if recalls else correct_report(corrected, last)
    )
    if taken_back.refusal:
        return None
    why = "recalled" if recalls else "edited"
    yield Withdraw(Withdrawn(fact.id, fact.system, fact.source, fact.revision, taken_back.at, why))
    yield WaitUntil(rethought.resubmitted_at)
    if recalls and not (yield from file_report_again(corrected, last)):
        return None
    if rethought.how == "revoked" and (yield Ask("expense", SubmitReport(intent.number), intent.person)).refusal:
        return None
    final = yield from approve(corrected, rethought.resubmitted_at, stand_ins)
    return None if final is None else (corrected, final)
