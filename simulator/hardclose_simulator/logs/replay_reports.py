"""A case of the log as an expense report: who files it, who signs, what it says. Knows no instants and no steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from random import Random

from hardclose_mocks.history.codec import plain
from hardclose_mocks.kernel.commands import ExpenseLine
from hardclose_mocks.kernel.master import Master, Person
from hardclose_simulator.contents import Desk, report_lines
from hardclose_simulator.logs.replay_plan import ReplayCase, ReplayPlan
from hardclose_simulator.scenario_keys import ExpenseFlow

ONE_LINE = ExpenseFlow(facts=1, lines=(1, 1))
"""One line, one allocation, no foreign currency: a log has one amount and says nothing about what was bought."""


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """`id` (`expense/17`) and `subject` (`R00017`) are free of the run tag, `number` is not.

    The report's amount is the case's, in minor units of the company's currency: 26.85 is 26.85 EUR, or 2685 JPY."""

    id: str
    subject: str
    number: str
    case: ReplayCase
    company: str
    person: str
    currency: str
    text: str
    lines: tuple[ExpenseLine, ...]


def in_line(master: Master) -> Master:
    """The same people, each company's approvers in one line: only the first may approve finally, nobody else anything.

    So a report has as many approvers as its employee's manager has people above him, plus one, whatever its amount;
    employees are dealt out evenly over the line."""
    people: list[Person] = []
    for company in master.companies:
        here = [person for person in master.people if person.company == company.code]
        line = sorted((person for person in here if person.role == "approver"), key=lambda person: -person.limit)
        managers = {person.id: above.id for above, person in pairwise(line)}
        managers[line[0].id] = ""
        employees = [person.id for person in here if person.role == "employee"]
        managers |= {name: line[place % len(line)].id for place, name in enumerate(employees)}
        limits = {person.id: person.limit if person is line[0] else 1 for person in line}
        people += [
            replace(
                person,
                manager=managers.get(person.id, person.manager) or None,
                limit=limits.get(person.id, person.limit),
            )
            for person in here
        ]
    return replace(master, people=tuple(people))


def make_reports(plan: ReplayPlan, master: Master, seed: int, run_tag: str, day: date) -> tuple[ReplayReport, ...]:
    """One report per case, in the plan's order. `master` is `in_line`; `day` is the replay's first.

    Each case draws from a stream of its own: another number of cases moves none of them."""
    desks = [Desk.of(master, company.code) for company in master.companies]
    employees = _employees(master)
    reports = []
    for case in plan.cases:
        rng, subject = Random(f"{seed}/replay.report/{case.id}"), f"R{case.index:05d}"
        desk, number = rng.choice(desks), f"{run_tag}-{subject}"
        ranks = employees[desk.company]
        reports.append(
            ReplayReport(
                id=f"expense/{case.index}",
                subject=subject,
                number=number,
                case=case,
                company=desk.company,
                person=rng.choice(ranks[min(signatures(case), len(ranks)) - 1]),
                currency=desk.currency,
                text=f"Case {case.id}"[:80],
                lines=report_lines(ONE_LINE, desk, rng, total=case.cents, mark=number, submitted=day, bad=None),
            )
        )
    return tuple(reports)


def signatures(case: ReplayCase) -> int:
    """How many approvals the report needs: those of the round that ends in the final one.

    A report that never becomes due needs one more than it ever gets."""
    return next((round.signed for round in _rounds(case) if round.final), 1 + max(r.signed for r in _rounds(case)))


def surplus_approvals(reports: Iterable[ReplayReport], master: Master) -> int:
    """Approvals of the log for which the approval matrix has no place: in a round that was in vain, or too many."""
    longest = {company: len(ranks) for company, ranks in _employees(master).items()}
    surplus = 0
    for report in reports:
        needed = min(signatures(report.case), longest[report.company])
        for round in _rounds(report.case):
            surplus += max(0, round.signed - (needed if round.final else needed - 1))
    return surplus


def facts_hash(reports: Iterable[ReplayReport]) -> str:
    """Digest over the reports that become due, free of the run tag: equal for equal log, mapping and seed."""
    digest = hashlib.blake2b(digest_size=16)
    for report in reports:
        if report.case.becomes_due:
            text = json.dumps(plain(report), sort_keys=True, ensure_ascii=False)
            digest.update(text.replace(report.number, report.subject).encode() + b"\n")
    return digest.hexdigest()


def planned_calls(reports: Iterable[ReplayReport]) -> tuple[tuple[str, str, str], ...]:
    """(system, operation, subject) of every call and delivery an honest integration will see at least once."""
    events = {"submit": "submitted", "resubmit": "submitted", "send_back": "sent_back", "recall": "recalled"}
    calls: list[tuple[str, str, str]] = []
    for report in reports:
        if report.case.becomes_due:
            calls.append(("erp", "expense_posting.create", report.subject))
            calls.append(("expense", "expense_report.posting", report.subject))
            calls += [("expense", f"expense_report.{what}", report.subject) for what in ("approved", "posted")]
        told = dict.fromkeys(events[move.kind] for move in report.case.moves if move.kind in events)
        calls += [("expense", f"expense_report.{what}", report.subject) for what in told]
    return tuple(calls)


@dataclass(frozen=True, slots=True)
class _Round:
    """From one submission to what ended it. `signed` counts approvals, the final one included."""

    signed: int
    final: bool


def _rounds(case: ReplayCase) -> Iterator[_Round]:
    signed, final = 0, False
    for move in case.moves:
        if move.kind == "resubmit":
            yield _Round(signed, final)
            signed = 0
        signed += move.kind in ("approve", "final_approve")
        final = final or move.kind == "final_approve"
    yield _Round(signed, final)


def _employees(master: Master) -> dict[str, list[list[str]]]:
    """By company: those who need one approval, two, and so on, as far as there are any in a row."""
    managers = {person.id: person.manager for person in master.people}
    found: dict[str, list[list[str]]] = {}
    for company in master.companies:
        ranks: dict[int, list[str]] = {}
        for person in master.people:
            if person.company == company.code and person.role == "employee":
                ranks.setdefault(_above(person.id, managers), []).append(person.id)
        found[company.code] = [ranks[rank] for rank in range(1, 1 + len(ranks))]
    return found


def _above(person: str, managers: dict[str, str | None]) -> int:
    manager = managers[person]
    return 0 if manager is None else 1 + _above(manager, managers)
