"""The cast plays its story on real books, without servers: who asked what, what became a fact, what the ERP says."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.books import Books, open_books
from hardclose_mocks.kernel.commands import (
    Command,
    CreatePurchaseOrder,
    Delegate,
    OrderLine,
    PostExpense,
    PostingLine,
    ReviseReport,
    ReviseRequisition,
)
from hardclose_mocks.kernel.documents import ExpenseReport, Requisition
from hardclose_mocks.kernel.master import Master
from hardclose_mocks.kernel.refusals import BlockedMaster, BudgetExceeded, PeriodClosed, Refusal, Refused
from hardclose_simulator.actors.cast import cast
from hardclose_simulator.actors.steps import Ask, Declare, Look, Outcome, WaitUntil
from hardclose_simulator.following import facts_planned, plan_followers
from hardclose_simulator.intents import plan_intents
from hardclose_simulator.masterdata import make_master
from hardclose_simulator.planned import Follower, PlannedFiles, PlannedIntent, PlannedInvoice
from hardclose_simulator.scenario import Scenario, load

FOLDER = Path(__file__).parents[3] / "scenarios"


@dataclass
class Played:
    """What a rehearsal left behind."""

    master: Master
    intents: dict[str, PlannedIntent]
    books: dict[str, Books]
    facts: list[Fact] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)
    asked: list[tuple[datetime, str, Command]] = field(default_factory=list)
    refused: list[tuple[str, Refusal]] = field(default_factory=list)

    @property
    def commands(self) -> Counter[str]:
        return Counter(type(command).__name__ for _, _, command in self.asked)


def expected_facts(planned: Iterable[PlannedIntent | Follower]) -> set[str]:
    """The ids of what becomes a fact if nobody is refused."""
    found = set[str]()
    for one in planned:
        if isinstance(one, PlannedFiles) or (isinstance(one, PlannedInvoice) and one.rejected):
            continue
        found |= {one.id, *(edit.id for edit in getattr(one, "edits", ()))}
        found |= {f"{one.id}.reversed"} if getattr(one, "reversed_at", None) else set()
    return found


def rehearse(scenario: Scenario, seed: int = 7) -> Played:
    """Everybody acts at the planned instant, in order of time; each fact is posted as soon as it is due."""
    master = make_master(scenario, seed)
    intents = plan_intents(scenario, seed, "t1", master)
    followers = plan_followers(scenario, seed, "t1", master, intents)
    played = Played(
        master,
        {intent.id: intent for intent in intents},
        {name: open_books(name, master, scenario.starts) for name in ("erp", "procurement", "expense")},
    )
    played.expected = expected_facts((*intents, *followers))
    assert len(played.expected) == facts_planned((*intents, *followers))
    actors = cast(scenario, intents, master, followers)
    queue = [(scenario.starts, place) for place in range(len(actors))]
    answers: list[Outcome | None] = [None] * len(actors)
    while queue:
        now, place = heapq.heappop(queue)
        name, actor = actors[place]
        answer = answers[place]
        try:
            step = next(actor) if answer is None else actor.send(answer)
        except StopIteration:
            continue
        match step:
            case WaitUntil(at=at):
                now = max(now, at)
                answers[place] = Outcome(now)
            case Ask(system=system, command=command, person=person):
                played.asked.append((now, name, command))
                try:
                    done = played.books[system].do(command, at=now, actor=f"person:{person}")
                    answers[place] = Outcome(now, done=done)
                except Refused as no:
                    played.refused.append((name, no.refusal))
                    answers[place] = Outcome(now, refusal=no.refusal)
            case Look(system=system, number=number):
                answers[place] = Outcome(now, document=played.books[system].find(number))
            case Declare(fact=fact):
                played.facts.append(fact)
                answers[place] = Outcome(now)
        heapq.heappush(queue, (now, place))
    return played


def posting(fact: Fact, day: date | None = None) -> Command:
    """What an honest integration asks of the ERP for this fact."""
    on = day or date.fromisoformat(fact.accounting_date)
    if fact.flow == "EXP":
        lines = tuple(PostingLine(**line) for line in fact.lines)
        return PostExpense(fact.company, fact.source, on, fact.currency, fact.partner, lines)
    orders = tuple(OrderLine(**line) for line in fact.lines)
    return CreatePurchaseOrder(fact.company, fact.source, fact.partner, on, fact.currency, orders)


def says_no(played: Played, command: Command) -> Refusal | None:
    """The ERP's refusal at the end of the story, or None if it did it."""
    try:
        played.books["erp"].do(command, at=max(at for at, _, _ in played.asked), actor="integration")
    except Refused as no:
        return no.refusal
    return None


def document(played: Played, fact: Fact) -> ExpenseReport | Requisition:
    found = played.books[fact.system].find(fact.source)
    assert isinstance(found, ExpenseReport | Requisition)
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_planned_intent_becomes_a_fact_and_nobody_is_refused(path: Path) -> None:
    played = rehearse(load(path))
    # Who presses "submit" twice is refused once, by the same report.
    assert [one for one in played.refused if getattr(one[1], "attempted", "") != "submitted"] == []
    planned = [fact for fact in played.facts if fact.replaces is None]
    assert {fact.id for fact in planned} == played.expected
    assert len(planned) == len(played.expected)


def test_a_fact_tells_what_was_asked_for_last_and_when_the_last_approver_signed() -> None:
    played = rehearse(load(FOLDER / "month_end.yaml"))
    zones = {company.code: company for company in played.master.companies}
    for fact in played.facts:
        intent = played.intents[fact.id]
        filed = document(played, fact)
        assert filed.status == "approved"
        assert (filed.revision, filed.total) == (fact.revision, fact.total)
        assert filed.approved_at == fact.due_at
        assert abs(fact.due_at - intent.schedule.approved_at) < timedelta(seconds=1)
        assert fact.accounting_date == zones[fact.company].local(fact.due_at).date().isoformat()
        assert len(filed.approvals) == len(filed.chain) >= 1


def test_month_end_shows_every_kind_of_behaviour() -> None:
    scenario = load(FOLDER / "month_end.yaml")
    played = rehearse(scenario)
    returned = sum(1 for intent in played.intents.values() if intent.schedule.returned_at)
    assert played.commands["SendBackReport"] + played.commands["RejectRequisition"] == returned
    assert played.commands["ReviseReport"] + played.commands["ReviseRequisition"] == returned
    assert played.commands["RunPayments"] == len(scenario.payments)
    assert played.commands["SetPeriod"] == sum(len(action.modules) for action in scenario.periods)
    approvals = [document(played, fact).approvals for fact in played.facts]
    assert max(map(len, approvals)) >= 2
    assert sum(1 for chain in approvals for approval in chain if approval.on_behalf_of) >= 5


def test_the_erp_takes_good_facts_and_refuses_bad_ones_for_their_reason() -> None:
    played = rehearse(load(FOLDER / "refusals.yaml"))
    reasons = {None: type(None), "over_budget": BudgetExceeded} | dict.fromkeys(
        ("blocked_cost_center", "blocked_supplier"), BlockedMaster
    )
    for fact in played.facts:
        bad = played.intents[fact.id].bad
        assert isinstance(refusal := says_no(played, posting(fact)), reasons[bad]), (fact.id, bad, refusal)


def test_month_end_closes_everywhere_and_december_takes_the_rest() -> None:
    played = rehearse(load(FOLDER / "month_end.yaml"))
    closed = Counter[str]()
    for fact in played.facts:
        if played.intents[fact.id].bad is None and (refusal := says_no(played, posting(fact))):
            assert isinstance(refusal, PeriodClosed), refusal
            closed[fact.company] += 1
            assert says_no(played, posting(fact, date(2026, 12, 1))) is None
    assert set(closed) == {"DE01", "US01", "JP01"}


def test_stand_ins_are_named_before_anybody_signs() -> None:
    played = rehearse(load(FOLDER / "month_end.yaml"))
    opening = min(at for at, _, _ in played.asked)
    assert {at for at, _, command in played.asked if isinstance(command, Delegate)} == {opening}


def test_what_is_filed_again_is_filed_by_the_same_person_with_other_content() -> None:
    played = rehearse(load(FOLDER / "month_end.yaml"))
    for _, name, command in played.asked:
        if isinstance(command, ReviseReport | ReviseRequisition):
            assert command.lines == played.intents[name].lines
            assert command.lines != played.intents[name].revisions[0]
