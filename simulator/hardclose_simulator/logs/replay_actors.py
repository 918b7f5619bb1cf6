"""The cast of a replay: one story per case, and a treasury per company that pays what the log pays. Plays in steps."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.commands import (
    ApproveReport,
    Command,
    CreateReport,
    RecallReport,
    ReviseReport,
    RunPayments,
    SendBackReport,
    SubmitReport,
)
from hardclose_mocks.kernel.documents import ExpenseReport
from hardclose_mocks.kernel.master import Company, Master
from hardclose_simulator.actors.steps import Actor, Ask, Declare, Look, Outcome, Step, WaitUntil
from hardclose_simulator.actors.stories import fact_lines
from hardclose_simulator.contents import total_of
from hardclose_simulator.logs.compression import IDLE_MAX
from hardclose_simulator.logs.replay_reports import ReplayReport

Instant = Callable[[float], datetime]
"""The business instant of a wire offset in seconds."""
LOOK_AGAIN_S, PATIENCE_S = 1.0, 20.0
"""After the log's last payment the treasury looks again that often and waits that long for postings, wire seconds."""


def replay_cast(reports: Iterable[ReplayReport], master: Master, instant: Instant) -> tuple[tuple[str, Actor], ...]:
    """Names and generators, treasuries first."""
    reports = tuple(reports)
    companies = {company.code: company for company in master.companies}
    payers = {person.company: person.id for person in master.people if person.role == "treasury"}
    treasuries = [
        (f"treasury {code}", _run_payments(payment_days(reports, code), companies[code], payers[code], instant))
        for code in companies
    ]
    stories = [(report.id, _tell(report, companies[report.company], instant)) for report in reports]
    return (*treasuries, *stories)


# --- one case --------------------------------------------------------------------------------------------------


def _tell(report: ReplayReport, company: Company, instant: Instant) -> Actor:
    """The moves of one case, in turn; ends where the books refuse. Payments are the treasury's."""
    created, signed, revision = False, 0, 1
    for move, offset_s in zip(report.case.moves, report.case.offsets_s, strict=True):
        yield WaitUntil(instant(offset_s))
        commands: list[tuple[Command, str]] = []
        chain: tuple[str, ...] = ()
        if move.kind in ("approve", "final_approve", "send_back"):
            chain = yield from _chain(report)
        match move.kind:
            case "save" | "submit":
                if not created:
                    commands.append((_creation(report), report.person))
                    created = True
                if move.kind == "submit":
                    commands.append((SubmitReport(report.number), report.person))
            case "resubmit":
                signed, revision = 0, revision + 1
                corrected = ReviseReport(report.number, report.lines, f"{report.text}, revision {revision}")
                commands = [(corrected, report.person), (SubmitReport(report.number), report.person)]
            case "recall":
                commands.append((RecallReport(report.number), report.person))
            case "send_back":
                reason = f"Rejected by {move.role}" if move.role else "Rejected"
                commands = [(SendBackReport(report.number, who, reason), who) for who in chain[signed : signed + 1]]
            case "approve":
                # The last of the chain would make the fact due, and the log says that it is not.
                commands = [(ApproveReport(report.number, who), who) for who in chain[:-1][signed : signed + 1]]
                signed += len(commands)
            case "final_approve":
                commands = [(ApproveReport(report.number, who), who) for who in chain[signed:]]
            case "request_payment" | "pay":
                continue
            case _:
                assert_never(move.kind)
        outcome: Outcome | None = None
        for command, person in commands:
            outcome = yield Ask("expense", command, person)
            if outcome.refusal:
                return
        if move.kind == "final_approve" and outcome is not None:
            yield Declare(_fact(report, company, outcome.at, revision))


def _creation(report: ReplayReport) -> CreateReport:
    return CreateReport(report.number, report.company, report.person, report.currency, report.lines, report.text)


def _chain(report: ReplayReport) -> Generator[Step, Outcome, tuple[str, ...]]:
    """Who has to sign, as the expense system says."""
    document = (yield Look("expense", report.number)).document
    return document.chain if isinstance(document, ExpenseReport) else ()


def _fact(report: ReplayReport, company: Company, at: datetime, revision: int) -> Fact:
    return Fact(
        id=report.id,
        flow="EXP",
        system="expense",
        source=report.number,
        revision=revision,
        company=report.company,
        currency=report.currency,
        total=total_of(report.lines),
        partner=report.person,
        lines=fact_lines(report.lines),
        due_at=at,
        accounting_date=company.business_date(at).isoformat(),
        text=report.text if revision == 1 else f"{report.text}, revision {revision}",
    )


# --- payments --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaymentDay:
    """One payment run: the wire offset of its last payment, and the numbers of the reports it is meant for."""

    offset_s: float
    reports: tuple[str, ...]


def payment_days(reports: Iterable[ReplayReport], company: str) -> tuple[PaymentDay, ...]:
    """The log's payments of one company in their order; those with no idle gap between them are one run."""
    payments = sorted(
        (offset_s, move.logged_at, report.number)
        for report in reports
        if report.company == company
        for move, offset_s in zip(report.case.moves, report.case.offsets_s, strict=True)
        if move.kind == "pay"
    )
    days: list[PaymentDay] = []
    last: datetime | None = None
    for offset_s, at, number in payments:
        if last is not None and at - last < IDLE_MAX:
            days[-1] = PaymentDay(offset_s, (*days[-1].reports, number))
        else:
            days.append(PaymentDay(offset_s, (number,)))
        last = at
    return tuple(days)


def _run_payments(days: Sequence[PaymentDay], company: Company, person: str, instant: Instant) -> Actor:
    """Pays as the log does, but nothing that is not posted: that waits for the next run, and for a while after the
    last. The ERP pays all that is open, so a run may also pay what the log pays later."""
    waiting: list[str] = []
    last_s = days[-1].offset_s if days else 0.0
    looks = [PaymentDay(last_s + step * LOOK_AGAIN_S, ()) for step in range(1, 1 + round(PATIENCE_S / LOOK_AGAIN_S))]
    runs = 0
    for day in (*days, *looks):
        waiting += day.reports
        if not waiting and day.offset_s >= last_s:
            return
        yield WaitUntil(instant(day.offset_s))
        posted: list[str] = []
        late: list[str] = []
        for number in waiting:
            (posted if (yield from _posted(number)) else late).append(number)
        waiting = late
        if posted:
            runs += 1
            today = company.business_date(instant(day.offset_s))
            yield Ask("erp", RunPayments(company.code, f"PAY-{company.code}-{runs:03}", today), person)


def _posted(number: str) -> Generator[Step, Outcome, bool]:
    """Whether the ERP holds the posting that the report names."""
    report = (yield Look("expense", number)).document
    if not isinstance(report, ExpenseReport) or report.posting.document is None:
        return False
    return (yield Look("erp", report.posting.document)).document is not None
