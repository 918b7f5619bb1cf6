"""Treasury: pays what the ERP has posted, on the scenario's calendar."""

from __future__ import annotations

from hardclose_mocks.kernel.commands import RunPayments
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.actors.steps import Actor, Ask, WaitUntil
from hardclose_simulator.scenario import Scenario


def run_payments(scenario: Scenario, company: Company, person: str) -> Actor:
    """Each planned run pays everything dated up to its own business date."""
    keys = scenario.company(company.code)
    instants = sorted(keys.instant(run.at) for run in scenario.payments if run.company == company.code)
    for number, at in enumerate(instants, 1):
        yield WaitUntil(at)
        cut_off = company.business_date(at)
        yield Ask("erp", RunPayments(company.code, f"PAY-{company.code}-{number:02}", cut_off), person)
