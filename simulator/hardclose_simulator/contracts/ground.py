"""What the sandbox of a pact's interaction opens with: documented masters, a still clock, no faults; and what provider
states may change of that before anybody acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hardclose_mocks.cards import CREATING, Terms
from hardclose_mocks.kernel.calendars import fiscal_period
from hardclose_mocks.kernel.master import (
    Account,
    BudgetLine,
    Company,
    CostCenter,
    Master,
    Person,
    Project,
    Supplier,
    TaxCode,
)
from hardclose_mocks.kernel.money import MoneyError, exponent
from hardclose_mocks.server.sandbox import Setup
from hardclose_simulator.contracts.sentences import StateError
from hardclose_simulator.masterdata import make_master
from hardclose_simulator.scenario import load

SCENARIO, SEED = "month-end", 1
"""Whose masters: those that `hardclose up` opens with, so that examples can be tried by hand."""
HOME = "DE01"
OPENED = datetime(2026, 11, 30, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
"""Business time stands still there: periods up to November 2026 are open, later ones are future."""
SMALL_PAGE = 2


@cache
def ground() -> Setup:
    """Before any state. Every interaction has a sandbox of its own on it."""
    scenario = load(SCENARIO)
    return Setup(make_master(scenario, SEED), OPENED, page_max=scenario.page_limit_max, rate=0.0)


# --- masters ---------------------------------------------------------------------------------------------------


def with_company(setup: Setup, *, company: str, currency: str = "EUR", zone: str = "Europe/Berlin") -> Setup:
    """A company with people, cost centers, suppliers, projects, tax codes and budgets of its own, numbered like those
    of DE01 with its code in place of `DE01`."""
    if any(one.code == company for one in setup.master.companies):
        return setup
    try:
        exponent(currency)
        ZoneInfo(zone)
    except (MoneyError, ZoneInfoNotFoundError, ValueError) as wrong:
        raise StateError(f"company {company}: {wrong}") from wrong
    home = setup.master
    joined: dict[str, Any] = {
        name: (
            *getattr(home, name),
            *(_renamed(one, company, currency) for one in getattr(home, name) if one.company == HOME),
        )
        for name in ("suppliers", "cost_centers", "projects", "tax_codes", "people", "budgets")
    }
    companies = (*home.companies, Company(company, f"Company {company}", currency, zone))
    return replace(setup, master=replace(home, companies=companies, **joined))


def with_supplier(setup: Setup, *, supplier: str, company: str = "") -> Setup:
    """A supplier of that company, not blocked."""
    owner = company_of(setup.master, company)
    return _with(setup, "suppliers", company, Supplier(supplier, supplier, owner.code, owner.currency, supplier))


def with_cost_center(setup: Setup, *, cost_center: str, company: str = "") -> Setup:
    """A cost center of that company, not blocked, with a large budget."""
    owner = company_of(setup.master, company)
    there = _person(setup.master, owner.code, "approver")
    changed = _with(setup, "cost_centers", company, CostCenter(cost_center, cost_center, owner.code, there.id))
    if changed is setup:
        return setup
    year, _ = fiscal_period(owner, owner.business_date(setup.opened_at))
    lines = tuple(BudgetLine(owner.code, cost_center, one, 10_000_000_00) for one in (year - 1, year, year + 1))
    return replace(changed, master=replace(changed.master, budgets=(*changed.master.budgets, *lines)))


def with_account(setup: Setup, *, account: str) -> Setup:
    """An account that bears expenses."""
    return _with(setup, "accounts", "", Account(account, account, "expense"))


def with_project(setup: Setup, *, project: str, company: str = "") -> Setup:
    """A project of that company, not blocked."""
    return _with(setup, "projects", company, Project(project, project, company_of(setup.master, company).code))


def with_tax_code(setup: Setup, *, tax_code: str, company: str = "", rate: Decimal = Decimal(0)) -> Setup:
    """A tax code of that company; `rate` is per cent."""
    owner = company_of(setup.master, company)
    return _with(setup, "tax_codes", company, TaxCode(tax_code, owner.code, int(rate * 100)))


def with_employee(setup: Setup, *, employee: str, company: str = "") -> Setup:
    """A person of that company who may file expense reports and requisitions, and reports to its first team lead."""
    owner = company_of(setup.master, company)
    lead = _person(setup.master, owner.code, "approver", lowest=True)
    return _with(setup, "people", company, Person(employee, employee, owner.code, "employee", lead.id))


# --- terms -----------------------------------------------------------------------------------------------------


def with_keys(setup: Setup) -> Setup:
    """Creating expense postings and purchase orders honours Idempotency-Keys (capability profile C1, the
    default)."""
    return _under(setup, "C1")


def with_unique_references(setup: Setup) -> Setup:
    """A second live document with the same reference is refused, and lists can be searched by reference (C3)."""
    return _under(setup, "C3")


def with_reference_search(setup: Setup) -> Setup:
    """Neither keys nor unique references, but lists can be searched by reference (C4)."""
    return _under(setup, "C4")


def with_small_pages(setup: Setup, *, count: int = SMALL_PAGE) -> Setup:
    """No list hands out more entries on one page."""
    if count < 1:
        raise StateError("a page holds at least 1 document")
    return replace(setup, page_max=count)


def with_soft_budgets(setup: Setup) -> Setup:
    """Purchase orders beyond the budget are issued with a warning event."""
    return replace(setup, master=replace(setup.master, hard_budget=False))


def on_day(setup: Setup, *, day: date) -> Setup:
    """It is 09:00 of that day in Berlin, and stays so. The default is 2026-11-30."""
    moment = datetime.combine(day, time(9), OPENED.tzinfo)
    first = setup.master.first_period
    if day < first:
        raise StateError(f"the calendars begin on {first}; {day} is before that")
    return replace(setup, opened_at=moment)


# --- finding ---------------------------------------------------------------------------------------------------


def company_of(master: Master, code: str = "", currency: str = "") -> Company:
    """By code, else the first that keeps its books in that currency, else DE01. Raises StateError."""
    if code:
        found = [company for company in master.companies if company.code == code]
    elif currency:
        found = [company for company in master.companies if company.currency == currency]
    else:
        found = [company for company in master.companies if company.code == HOME]
    if not found:
        missing = f"company {code}" if code else f"company that keeps its books in {currency}"
        codes = ", ".join(company.code for company in master.companies)
        says = f"there is no {missing}; there are {codes}. Give 'a company {code or 'XX01'} exists' before it"
        raise StateError(says)
    if currency not in ("", found[0].currency):
        raise StateError(f"company {found[0].code} keeps its books in {found[0].currency}, not {currency}")
    return found[0]


def _person(master: Master, company: str, role: str, *, lowest: bool = False) -> Person:
    found = [one for one in master.people if (one.company, one.role) == (company, role)]
    assert found, f"{company} has no {role}"
    return min(found, key=lambda one: one.limit) if lowest else found[0]


def _with(setup: Setup, kind: str, company: str, record: Any) -> Setup:
    """With one more master, unless there is one of that number, in that company where one was named."""
    records = getattr(setup.master, kind)
    for one in records:
        if _number(one) == _number(record) and company in ("", getattr(one, "company", "")):
            return setup
    changed: dict[str, Any] = {kind: (*records, record)}
    return replace(setup, master=replace(setup.master, **changed))


def _number(record: Any) -> str:
    return next(str(getattr(record, name)) for name in ("number", "code", "id") if hasattr(record, name))


def _renamed(record: Any, company: str, currency: str) -> Any:
    """The same record of another company."""
    changes = {
        name: value.replace(HOME, company, 1)
        for name in ("number", "id", "manager", "owner", "cost_center")
        if isinstance(value := getattr(record, name, None), str)
    }
    if hasattr(record, "currency"):
        changes["currency"] = currency
    return replace(record, company=company, **changes)


def _under(setup: Setup, profile: str) -> Setup:
    return replace(setup, terms={operation: Terms(profile) for operation in CREATING})
