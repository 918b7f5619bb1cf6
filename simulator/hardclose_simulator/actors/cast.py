"""The cast of a scenario: everybody who acts in it, by name."""

from __future__ import annotations

from collections.abc import Iterable

from hardclose_mocks.kernel.master import Master
from hardclose_simulator.actors.approver import appoint_stand_ins, stand_ins
from hardclose_simulator.actors.controller import bar_masters, keep_periods
from hardclose_simulator.actors.steps import Actor, WaitUntil
from hardclose_simulator.actors.stories import tell
from hardclose_simulator.actors.treasury import run_payments
from hardclose_simulator.actors.vendor import operate
from hardclose_simulator.planned import PlannedIntent
from hardclose_simulator.scenario import Scenario


def cast(scenario: Scenario, intents: Iterable[PlannedIntent], master: Master) -> tuple[tuple[str, Actor], ...]:
    """Names and generators. The house comes first: who opens the day must have done so before anybody signs."""
    pairs = stand_ins(master)
    companies = {company.code: company for company in master.companies}
    roles = {(person.company, person.role): person.id for person in master.people}
    house: list[tuple[str, Actor]] = []
    for code, company in companies.items():
        controller, treasury = roles[code, "controller"], roles[code, "treasury"]
        house.append((f"masters {code}", bar_masters(scenario, company, controller)))
        house.append((f"stand-ins {code}", appoint_stand_ins(scenario, company, master.people, pairs)))
        house.append((f"controller {code}", keep_periods(scenario, company, controller)))
        house.append((f"treasury {code}", run_payments(scenario, company, treasury)))
    stories = [(intent.id, tell(intent, companies[intent.company], pairs)) for intent in intents]
    house += [(f"vendor {timed.id}", operate(scenario, timed)) for timed in scenario.faults.timed]
    return (*house, *stories, ("closing time", _wait_for_the_end(scenario)))


def _wait_for_the_end(scenario: Scenario) -> Actor:
    """Nobody: keeps the story going, with its faults, until its end."""
    yield WaitUntil(scenario.ends)
