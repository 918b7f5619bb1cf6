"""The approvers: work through a document's chain, send things back, and let a stand-in sign. Know no contents."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta

from hardclose_mocks.kernel.commands import (
    ApproveReport,
    ApproveRequisition,
    Delegate,
    RejectRequisition,
    SendBackReport,
)
from hardclose_mocks.kernel.documents import ExpenseReport, Requisition
from hardclose_mocks.kernel.master import Company, Master, Person
from hardclose_simulator.actors.steps import Actor, Ask, Look, Outcome, Step, WaitUntil
from hardclose_simulator.planned import PlannedIntent
from hardclose_simulator.scenario import Scenario

REASONS = ("Receipt is missing", "Wrong cost object", "Amount differs from the receipt", "Please add the purpose")


def stand_ins(master: Master) -> dict[str, str]:
    """Who signs for whom: the next approver of the same company who has the same limit."""
    pairs: dict[str, str] = {}
    approvers = [person for person in master.people if person.role == "approver"]
    for person in approvers:
        peers = [peer.id for peer in approvers if (peer.company, peer.limit) == (person.company, person.limit)]
        if len(peers) > 1:
            pairs[person.id] = peers[(peers.index(person.id) + 1) % len(peers)]
    return pairs


def appoint_stand_ins(
    scenario: Scenario, company: Company, people: tuple[Person, ...], pairs: Mapping[str, str]
) -> Actor:
    """At the opening each approver names a stand-in, in both systems, for longer than the story lasts."""
    yield WaitUntil(scenario.starts)
    first = company.business_date(scenario.starts)
    last = company.business_date(scenario.ends) + timedelta(days=7)
    for person in people:
        if person.company == company.code and person.id in pairs:
            for system in ("expense", "procurement"):
                yield Ask(system, Delegate(person.id, pairs[person.id], first, last), person.id)


def send_back(intent: PlannedIntent, at: datetime) -> Generator[Step, Outcome, bool]:
    """The first of the chain returns it at that instant. False if there is nobody, or the books would not have it."""
    chain = yield from _chain(intent)
    if not chain:
        return False
    yield WaitUntil(at)
    reason = REASONS[sum(intent.subject.encode()) % len(REASONS)]
    if intent.flow == "EXP":
        outcome = yield Ask("expense", SendBackReport(intent.number, chain[0], reason), chain[0])
    else:
        outcome = yield Ask("procurement", RejectRequisition(intent.number, chain[0], reason), chain[0])
    return not outcome.refusal


def approve(
    intent: PlannedIntent, since: datetime, pairs: Mapping[str, str]
) -> Generator[Step, Outcome, Outcome | None]:
    """Everybody in the chain signs in turn, spread from `since` so that the last does so at the planned instant.

    The outcome of the final approval, or None if it did not come to that."""
    chain = yield from _chain(intent)
    outcome: Outcome | None = None
    for place, approver in enumerate(chain, 1):
        yield WaitUntil(since + (intent.schedule.approved_at - since) * (place / len(chain)))
        stand_in = pairs.get(approver) if intent.delegated and place == 1 else None
        outcome = yield _approval(intent, approver, stand_in)
        if outcome.refusal:
            return None
    return outcome


def _approval(intent: PlannedIntent, approver: str, stand_in: str | None) -> Ask:
    signs, absent = (stand_in, approver) if stand_in else (approver, None)
    if intent.flow == "EXP":
        return Ask("expense", ApproveReport(intent.number, signs, absent), signs)
    return Ask("procurement", ApproveRequisition(intent.number, signs, absent), signs)


def _chain(intent: PlannedIntent) -> Generator[Step, Outcome, tuple[str, ...]]:
    """Who has to sign, as the system says: people look it up there too."""
    document = (yield Look(intent.system, intent.number)).document
    return document.chain if isinstance(document, (ExpenseReport, Requisition)) else ()
