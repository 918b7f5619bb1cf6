"""People by hand: a document filed and approved at once, and declared a fact. Knows no calendar."""

from __future__ import annotations

from random import Random

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.commands import ExpenseLine, OrderLine
from hardclose_mocks.kernel.master import Master
from hardclose_mocks.kernel.money import Money
from hardclose_mocks.kernel.refusals import Refusal, Refused
from hardclose_mocks.server.sandbox import Sandbox
from hardclose_simulator.actors.approver import stand_ins
from hardclose_simulator.actors.steps import Actor, Ask, Declare, Look, Outcome, WaitUntil
from hardclose_simulator.actors.stories import tell
from hardclose_simulator.arrivals import Schedule
from hardclose_simulator.contents import APART, Desk, report_lines, requisition_lines, total_near
from hardclose_simulator.planned import PlannedIntent
from hardclose_simulator.pytest_plugin.usage import UsageError, nearest_of
from hardclose_simulator.scenario_keys import ExpenseFlow, RequisitionFlow

FLOWS = {"expense": "EXP", "procurement": "RBP"}
ROLES = {"expense": "employee", "procurement": "buyer"}


def file_and_approve(
    sandbox: Sandbox, system: str, place: int, *, company: str, total: str | None, lines: int, person: str | None
) -> Actor:
    """The story of one document, to be performed at once; `place` numbers the documents of a system, from 1.

    Raises UsageError for what the sandbox has not got, MoneyError for an amount that is none."""
    master = sandbox.setup.master
    intent = _intent(sandbox, master, system, place, company=company, total=total, lines=lines, person=person)
    home = next(one for one in master.companies if one.code == company)
    return tell(intent, home, stand_ins(master))


async def perform(sandbox: Sandbox, actor: Actor) -> Fact:
    """Every step now: nobody waits. The fact it came to; raises Refused where the books would not have it."""
    outcome: Outcome | None = None
    refusal: Refusal | None = None
    fact: Fact | None = None
    while True:
        try:
            step = next(actor) if outcome is None else actor.send(outcome)
        except StopIteration:
            break
        now = sandbox.business.now()
        match step:
            case WaitUntil():
                outcome = Outcome(now)
            case Look(system=system, number=number):
                outcome = Outcome(now, document=sandbox.systems[system].books.find(number))
            case Declare(fact=fact):
                sandbox.note(fact.system, fact)
                await sandbox.history.committed()
                outcome = Outcome(now)
            case Ask(system=system, command=command, person=person):
                try:
                    outcome = Outcome(now, done=await sandbox.act(system, command, f"person:{person}"))
                except Refused as no:
                    refusal = no.refusal
                    outcome = Outcome(now, refusal=refusal)
    if fact is None:
        assert refusal is not None, "a story without a refusal ends with a fact"
        raise Refused(refusal)
    return fact


def _intent(
    sandbox: Sandbox,
    master: Master,
    system: str,
    place: int,
    *,
    company: str,
    total: str | None,
    lines: int,
    person: str | None,
) -> PlannedIntent:
    codes = [one.code for one in master.companies]
    if company not in codes:
        raise UsageError(f"there is no company {company!r}{nearest_of(company, codes)}")
    desk, expense, tag = Desk.of(master, company), system == "expense", sandbox.setup.run_tag
    rng = Random(f"{sandbox.setup.plan.seed}/by-hand.{system}/{place}")
    subject = f"{'E' if expense else 'R'}{place:04}"
    # Every amount of a sandbox is its own, so that a document without a reference still tells whose it is.
    remainder = (4 * place + (0 if expense else 2)) % APART
    minor = (
        total_near(rng, desk.currency, remainder, large=False)
        if total is None
        else Money.parse(total, desk.currency).minor
    )
    if minor <= 0 or lines < 1:
        raise UsageError(f"a document has one line or more and a total above zero, not {lines} and {total}")
    people = [one.id for one in master.people if one.company == company and one.role == ROLES[system]]
    now, mark = sandbox.business.now(), f"{tag}-{subject}"
    filer = person or rng.choice(people)
    content: tuple[ExpenseLine, ...] | tuple[OrderLine, ...]
    if expense:
        today = next(one for one in master.companies if one.code == company).business_date(now)
        content = report_lines(
            ExpenseFlow(facts=1, lines=(lines, lines)), desk, rng, total=minor, mark=mark, submitted=today, bad=None
        )
    else:
        content = requisition_lines(
            RequisitionFlow(facts=1, lines=(lines, lines)), desk, rng, total=minor, mark=mark, bad=None
        )
    return PlannedIntent(
        id=f"{'expense' if expense else 'requisition'}/{place}",
        flow=FLOWS[system],
        system=system,
        subject=subject,
        number=mark,
        company=company,
        person=filer,
        partner=filer if expense else rng.choice([one.number for one in desk.suppliers]),
        currency=desk.currency,
        text="Filed by a test",
        schedule=Schedule(now, now, now),
        revisions=(content,),
    )
