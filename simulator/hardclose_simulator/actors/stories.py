"""One story per planned intent: its people take turns until the last one approves, and then it is a fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.commands import ExpenseLine
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.actors.accountant import post_by_hand
from hardclose_simulator.actors.approver import approve, send_back
from hardclose_simulator.actors.buyer import file_requisition, file_requisition_again
from hardclose_simulator.actors.employee import file_report, file_report_again
from hardclose_simulator.actors.second_thoughts import submit_again, think_again
from hardclose_simulator.actors.steps import Actor, Declare, Outcome, WaitUntil
from hardclose_simulator.planned import Lines, PlannedFile, PlannedIntent


def tell(
    intent: PlannedIntent,
    company: Company,
    stand_ins: Mapping[str, str],
    *,
    files: Sequence[PlannedFile] = (),
    supplier: str | None = None,
) -> Actor:
    """Filed, perhaps sent back and filed again, approved by the whole chain, declared. Ends where the books refuse.

    `files` are attached to a report before it is submitted; `supplier` is the id of one that the story registers."""
    file_again = file_report_again if intent.flow == "EXP" else file_requisition_again
    schedule = intent.schedule
    if not (yield from file_report(intent, files) if intent.flow == "EXP" else file_requisition(intent)):
        return
    if intent.submitted_twice:
        yield from submit_again(intent)
    since = schedule.submitted_at
    if schedule.returned_at and schedule.resubmitted_at:
        if not (yield from send_back(intent, schedule.returned_at)):
            return
        yield WaitUntil(schedule.resubmitted_at)
        if not (yield from file_again(intent, 2)):
            return
        since = schedule.resubmitted_at
    if final := (yield from approve(intent, since, stand_ins)):
        attachments = [plain(file) for file in files]
        fact = replace(
            fact_of(intent, company, final),
            needs=(supplier,) if supplier else (),
            truth={"attachments": attachments} if attachments else {},
        )
        yield Declare(fact)
        if intent.by_hand_at:
            yield from post_by_hand(intent, company, final.at, intent.by_hand_at)
        if intent.rethought and (again := (yield from think_again(intent, fact, stand_ins))):
            corrected, final = again
            anew = fact_of(corrected, company, final)
            yield Declare(replace(anew, id=f"{fact.id}.2", replaces=fact.id, needs=fact.needs, truth=fact.truth))


def fact_of(intent: PlannedIntent, company: Company, final: Outcome) -> Fact:
    """What must come true, from what its people asked for; nothing is read back."""
    return Fact(
        id=intent.id,
        flow=intent.flow,
        system=intent.system,
        source=intent.number,
        revision=len(intent.revisions),
        company=intent.company,
        currency=intent.currency,
        total=intent.total,
        partner=intent.partner,
        lines=fact_lines(intent.lines),
        due_at=final.at,
        accounting_date=company.business_date(final.at).isoformat(),
        text=intent.text,
        twin_of=intent.twin_of,
    )


def fact_lines(lines: Lines) -> tuple[Mapping[str, Any], ...]:
    """One mapping per expected debit line (a report has one per allocation) or order line."""
    expected: list[Mapping[str, Any]] = []
    for line in lines:
        if isinstance(line, ExpenseLine):
            expected.extend(
                {
                    "account": line.account,
                    "cost_center": part.cost_center,
                    "project": part.project,
                    "text": line.text,
                    "net": part.net,
                    "tax_code": line.tax_code,
                    "tax": part.tax,
                }
                for part in line.allocations
            )
        else:
            expected.append(
                {
                    "account": line.account,
                    "cost_center": line.cost_center,
                    "project": line.project,
                    "text": line.text,
                    "quantity": line.quantity,
                    "unit_price": line.unit_price,
                    "tax_code": line.tax_code,
                }
            )
    return tuple(expected)
