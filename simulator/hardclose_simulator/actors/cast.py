"""The cast of a scenario: everybody who acts in it, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from hardclose_mocks.kernel.master import Company, Master
from hardclose_simulator.actors.ap_clerk import handle_invoice
from hardclose_simulator.actors.approver import appoint_stand_ins, stand_ins
from hardclose_simulator.actors.closing import accrue, keep_cost_center
from hardclose_simulator.actors.controller import bar_masters, keep_periods
from hardclose_simulator.actors.receiver import receive_goods
from hardclose_simulator.actors.steps import Actor, WaitUntil
from hardclose_simulator.actors.stories import tell
from hardclose_simulator.actors.supplier_clerk import keep_supplier
from hardclose_simulator.actors.treasury import run_payments
from hardclose_simulator.actors.vendor import operate
from hardclose_simulator.planned import (
    Follower,
    PlannedAccrual,
    PlannedCostCenter,
    PlannedFiles,
    PlannedIntent,
    PlannedInvoice,
    PlannedReceipt,
    PlannedSupplier,
)
from hardclose_simulator.scenario import Scenario


def cast(
    scenario: Scenario, intents: Sequence[PlannedIntent], master: Master, followers: Sequence[Follower] = ()
) -> tuple[tuple[str, Actor], ...]:
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
    files = {one.report: one.files for one in followers if isinstance(one, PlannedFiles)}
    registered = {one.number: one.id for one in followers if isinstance(one, PlannedSupplier)}
    stories = [
        (
            intent.id,
            tell(
                intent,
                companies[intent.company],
                pairs,
                files=files.get(intent.id, ()),
                supplier=registered.get(intent.partner),
            ),
        )
        for intent in intents
    ]
    stories += _following(intents, followers, companies)
    house += [(f"vendor {timed.id}", operate(scenario, timed)) for timed in scenario.faults.timed]
    return (*house, *stories, ("closing time", _wait_for_the_end(scenario)))


def _following(
    intents: Sequence[PlannedIntent], followers: Sequence[Follower], companies: Mapping[str, Company]
) -> Iterator[tuple[str, Actor]]:
    """One story per supplier, receipt, invoice, accrual and cost centre."""
    numbers = {one.id: one.number for one in (*intents, *followers)}
    partners = {intent.id: intent.partner for intent in intents}
    for one in followers:
        match one:
            case PlannedSupplier(company=code):
                yield one.id, keep_supplier(one, companies[code], numbers, f"{code}-controller")
            case PlannedReceipt(company=code):
                yield one.id, receive_goods(one, companies[code], partners[one.order], numbers)
            case PlannedInvoice(company=code):
                yield one.id, handle_invoice(one, companies[code], numbers)
            case PlannedAccrual():
                yield one.id, accrue(one, numbers)
            case PlannedCostCenter(company=code):
                yield one.id, keep_cost_center(one, companies[code])
            case PlannedFiles():
                pass  # they are part of their report's story
            case _:
                assert_never(one)


def _wait_for_the_end(scenario: Scenario) -> Actor:
    """Nobody: keeps the story going, with its faults, until its end."""
    yield WaitUntil(scenario.ends)
