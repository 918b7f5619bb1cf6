"""Master data of a scenario: real-looking names from Faker, numbers that stay, all drawn from the seed."""

from __future__ import annotations

from dataclasses import dataclass

from faker import Faker

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
from hardclose_simulator.scenario import Scenario
from hardclose_simulator.scenario_keys import CompanyKeys


@dataclass(frozen=True, slots=True)
class Country:
    """Locale of the names, shapes of a tax id and of a bank account, tax rates in basis points by code."""

    locale: str
    tax_id: str
    bank_account: str
    rates: dict[str, int]


COUNTRIES = {
    "DE": Country("de_DE", "DE#########", "DE####################", {"V19": 1900, "V07": 700, "V00": 0}),
    "US": Country("en_US", "##-#######", "#########/##########", {"U0": 0}),
    "JP": Country("ja_JP", "T#############", "####-###-#######", {"J10": 1000, "J08": 800}),
}
"""Value added tax of Germany and consumption tax of Japan as of 2026; the United States have none."""

ACCOUNTS = (
    Account("6200", "Travel", "expense"),
    Account("6210", "Hotels", "expense"),
    Account("6220", "Meals", "expense"),
    Account("6300", "Office supplies", "expense"),
    Account("6310", "Software", "expense"),
    Account("6400", "Services", "expense"),
    Account("6500", "Small equipment", "expense"),
    Account("1400", "Input tax", "input_tax"),
    Account("2000", "Trade payables", "payable"),
    Account("2100", "Payables to employees", "employee_payable"),
    Account("2200", "Accrued liabilities", "accrued"),
)
COST_CENTERS = ("Sales", "Logistics", "Production", "Research", "IT", "Marketing", "People", "Facilities", "Legal")
PROJECTS = ("Warehouse move", "Web shop", "Audit", "Trade fair", "Solar roof", "Payroll change")

CLOSED_COST_CENTER, FROZEN_COST_CENTER, BARRED_SUPPLIER = "CC91", "CC92", "S91"
"""What bad facts (F19) run into, after the company's code: a blocked cost centre, one with a budget of next to
nothing, a blocked supplier. Nobody else uses them. The ERP blocks them at the opening, by command."""

MINOR_PER_EURO = {"JPY": 160, "KRW": 1600, "KWD": 330, "BHD": 410, "SEK": 1100}
"""Rough worth of a euro in minor units, to keep amounts believable; 100 for the currencies not named."""
TEAM_LEAD_LIMIT, DIRECTOR_LIMIT, FROZEN_BUDGET = 2_000, 20_000, 10
"""In euro's worth."""


def worth(euro: float, currency: str) -> int:
    """Minor units of `currency` that are worth about so many euro: for limits and typical amounts, never for books."""
    return round(euro * MINOR_PER_EURO.get(currency, 100))


def make_master(scenario: Scenario, seed: int) -> Master:
    """All three systems open with this. The same seed gives the same names and numbers, company by company."""
    parts = [_company(scenario, company, seed) for company in scenario.companies]
    first = scenario.starts.date().replace(day=1)
    return Master(
        companies=tuple(part.company for part in parts),
        suppliers=tuple(supplier for part in parts for supplier in part.suppliers),
        cost_centers=tuple(center for part in parts for center in part.cost_centers),
        accounts=ACCOUNTS,
        projects=tuple(project for part in parts for project in part.projects),
        tax_codes=tuple(
            TaxCode(code, company.code, rate)
            for company in scenario.companies
            for code, rate in COUNTRIES[company.country].rates.items()
        ),
        people=tuple(person for part in parts for person in part.people),
        budgets=tuple(line for part in parts for line in part.budgets),
        first_period=first.replace(year=first.year - 1),
        hard_budget=scenario.masters.budget_control == "hard",
        recall_approved=scenario.second_thoughts.recall > 0,
        edit_approved=scenario.second_thoughts.approval if scenario.second_thoughts.edit else "",
    )


@dataclass(frozen=True, slots=True)
class _Part:
    company: Company
    suppliers: tuple[Supplier, ...]
    cost_centers: tuple[CostCenter, ...]
    projects: tuple[Project, ...]
    people: tuple[Person, ...]
    budgets: tuple[BudgetLine, ...]


def _company(scenario: Scenario, keys: CompanyKeys, seed: int) -> _Part:
    code, currency = keys.code, keys.currency
    people = _people(scenario, keys, seed)
    leads = [person for person in people if person.id.startswith(f"{code}-lead")]
    names = [f"{COST_CENTERS[i % len(COST_CENTERS)]} {i // len(COST_CENTERS) or ''}".strip() for i in range(100)]
    centers = [(f"CC{i + 1:02}", names[i]) for i in range(scenario.masters.cost_centers)]
    centers += [(CLOSED_COST_CENTER, "Branch office, closed"), (FROZEN_COST_CENTER, "Frozen projects")]
    cost_centers = tuple(
        CostCenter(f"{code}-{number}", name, code, owner=leads[i % len(leads)].id)
        for i, (number, name) in enumerate(centers)
    )
    years = range(scenario.starts.year - 1, scenario.ends.year + 2)
    (name,) = _unique(_fake(keys, seed, "company"), 1)
    return _Part(
        company=Company(code, name, currency, keys.zone, keys.fiscal_year_starts, keys.calendar),
        suppliers=_suppliers(scenario, keys, seed),
        cost_centers=cost_centers,
        projects=tuple(
            Project(f"{code}-P{i + 1:02}", f"{PROJECTS[i % len(PROJECTS)]} {years[1] + i // len(PROJECTS)}", code)
            for i in range(scenario.masters.projects)
        ),
        people=people,
        budgets=tuple(
            BudgetLine(
                code,
                center.number,
                year,
                worth(
                    FROZEN_BUDGET if center.number.endswith(FROZEN_COST_CENTER) else scenario.masters.budget, currency
                ),
            )
            for center in cost_centers
            for year in years
        ),
    )


def _suppliers(scenario: Scenario, keys: CompanyKeys, seed: int) -> tuple[Supplier, ...]:
    fake = _fake(keys, seed, "suppliers")
    names = _unique(fake, scenario.masters.suppliers + 1)
    numbers = [f"S{i + 1:02}" for i in range(scenario.masters.suppliers)] + [BARRED_SUPPLIER]
    country, banks = COUNTRIES[keys.country], _fake(keys, seed, "banks")
    return tuple(
        Supplier(
            f"{keys.code}-{number}",
            name,
            keys.code,
            keys.currency,
            fake.numerify(country.tax_id),
            bank_account=banks.numerify(country.bank_account),
        )
        for number, name in zip(numbers, names, strict=True)
    )


def _people(scenario: Scenario, keys: CompanyKeys, seed: int) -> tuple[Person, ...]:
    """Employees and buyers report to team leads, those to directors, those to the head of finance, who may all."""
    code, counts = keys.code, scenario.people

    def person(id: str, role: str, manager: str | None, euro: float = 0) -> Person:
        name = _fake(keys, seed, id).name()
        return Person(f"{code}-{id}", name, code, role, manager and f"{code}-{manager}", worth(euro, keys.currency))

    return (
        person("head", "approver", None, 1_000_000_000),
        person("treasury", "treasury", "head"),
        person("controller", "controller", "head"),
        *(person(f"director{i + 1}", "approver", "head", DIRECTOR_LIMIT) for i in range(counts.directors)),
        *(
            person(f"lead{i + 1}", "approver", f"director{i % counts.directors + 1}", TEAM_LEAD_LIMIT)
            for i in range(counts.team_leads)
        ),
        *(person(f"buyer{i + 1}", "buyer", f"lead{i % counts.team_leads + 1}") for i in range(counts.buyers)),
        *(person(f"receiver{i + 1}", "receiver", f"lead{i % counts.team_leads + 1}") for i in range(counts.receivers)),
        *(person(f"clerk{i + 1}", "ap_clerk", f"lead{i % counts.team_leads + 1}") for i in range(counts.ap_clerks)),
        *(person(f"employee{i + 1}", "employee", f"lead{i % counts.team_leads + 1}") for i in range(counts.employees)),
    )


def _fake(keys: CompanyKeys, seed: int, stream: str) -> Faker:
    fake = Faker(COUNTRIES[keys.country].locale)
    fake.seed_instance(f"{seed}/masterdata.{keys.code}.{stream}")
    return fake


def _unique(fake: Faker, count: int) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < count:
        names[fake.company()] = None
    return list(names)
