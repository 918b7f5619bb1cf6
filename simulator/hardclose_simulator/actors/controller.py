"""The controller: opens, closes and reopens periods on the scenario's calendar, and bars masters in the ERP."""

from __future__ import annotations

from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.commands import BlockCostCenter, BlockSupplier, SetPeriod
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.actors.steps import Actor, Ask, WaitUntil
from hardclose_simulator.masterdata import BARRED_SUPPLIER, CLOSED_COST_CENTER
from hardclose_simulator.scenario import Scenario


def keep_periods(scenario: Scenario, company: Company, person: str) -> Actor:
    """The company's period actions, in order of time. A refused one (already so) is on record and changes nothing."""
    keys = scenario.company(company.code)
    actions = [(keys.instant(action.at), action) for action in scenario.periods if action.company == company.code]
    for at, action in sorted(actions, key=lambda pair: pair[0]):
        yield WaitUntil(at)
        # A period of weeks begins some days before or after its month: its middle is in both.
        year, period = fiscal_period(company, action.first_day.replace(day=15))
        for module in action.modules:
            yield Ask("erp", SetPeriod(company.code, module, year, period, action.state), person)


def bar_masters(scenario: Scenario, company: Company, person: str) -> Actor:
    """F19: blocked in the ERP from the opening on, while the source systems still offer them."""
    yield WaitUntil(scenario.starts)
    if scenario.bad_facts.blocked_cost_center:
        yield Ask("erp", BlockCostCenter(f"{company.code}-{CLOSED_COST_CENTER}", True), person)
    if scenario.bad_facts.blocked_supplier:
        yield Ask("erp", BlockSupplier(f"{company.code}-{BARRED_SUPPLIER}", True), person)
