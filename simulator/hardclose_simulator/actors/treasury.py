"""Treasury: pays what the ERP has posted, on the scenario's calendar."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hardclose_mocks.kernel.commands import RunPayments
from hardclose_mocks.kernel.master import Company
from hardclose_simulator.actors.steps import Actor, Ask, WaitUntil
from hardclose_simulator.scenario import Scenario
from hardclose_simulator.scenario_keys import CompanyKeys


def bank_day(keys: CompanyKeys, moment: datetime) -> datetime:
    """The same time of the company's day, on the first day on or after it that is no holiday."""
    zone = ZoneInfo(keys.zone)
    local = keys.instant(moment).astimezone(zone).replace(tzinfo=None)
    while local.date() in keys.holidays:
        local += timedelta(days=1)
    return keys.instant(local)


def run_payments(scenario: Scenario, company: Company, person: str) -> Actor:
    """Each planned run pays everything dated up to its own business date; no bank works on a holiday."""
    keys = scenario.company(company.code)
    instants = sorted(bank_day(keys, run.at) for run in scenario.payments if run.company == company.code)
    for number, at in enumerate(instants, 1):
        yield WaitUntil(at)
        cut_off = company.business_date(at)
        yield Ask("erp", RunPayments(company.code, f"PAY-{company.code}-{number:02}", cut_off), person)
