"""What people put on paper: the lines of a report or requisition, to the minor unit. Knows no calendar of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hardclose_mocks.kernel.commands import Allocation, ExpenseLine, OrderLine
from hardclose_mocks.kernel.master import CostCenter, Master, Project, Supplier, TaxCode
from hardclose_mocks.kernel.money import EXPONENTS
from hardclose_simulator.masterdata import (
    BARRED_SUPPLIER,
    CLOSED_COST_CENTER,
    FROZEN_BUDGET,
    FROZEN_COST_CENTER,
    worth,
)
from hardclose_simulator.scenario_keys import ExpenseFlow, RequisitionFlow

SPENT = {
    "6200": ("Train ticket", "Flight", "Taxi", "Rental car", "Parking", "Mileage"),
    "6210": ("Hotel, one night", "Hotel, two nights", "Hotel, three nights"),
    "6220": ("Lunch with customer", "Team dinner", "Breakfast", "Coffee for visitors"),
    "6300": ("Paper and pens", "Postage", "Trade journal"),
}
ORDERED = {
    "6310": ("Licence, one year", "Support contract", "Cloud credits"),
    "6400": ("Consulting day", "Translation", "Cleaning", "Safety inspection"),
    "6500": ("Notebook", "Monitor", "Desk", "Label printer", "Hand truck"),
}
FOREIGN = ("USD", "EUR", "JPY", "GBP", "CHF", "KWD")
"""Card currencies abroad; exponents 0, 2 and 3 among them."""

APART = 10_000
"""Totals leave remainders of their own modulo this many minor units: that keeps them unique, whoever else is there."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What one company's people can choose from: its usable masters."""

    company: str
    currency: str
    cost_centers: tuple[CostCenter, ...]
    projects: tuple[Project, ...]
    suppliers: tuple[Supplier, ...]
    tax_codes: tuple[TaxCode, ...]

    @classmethod
    def of(cls, master: Master, company: str) -> Desk:
        return cls(
            company,
            next(c.currency for c in master.companies if c.code == company),
            tuple(
                center
                for center in master.cost_centers
                if center.company == company and not center.number.endswith((CLOSED_COST_CENTER, FROZEN_COST_CENTER))
            ),
            tuple(project for project in master.projects if project.company == company),
            tuple(s for s in master.suppliers if s.company == company and not s.number.endswith(BARRED_SUPPLIER)),
            tuple(code for code in master.tax_codes if code.company == company),
        )


def total_near(rng: Random, currency: str, remainder: int, *, large: bool, frozen: bool = False) -> int:
    """A believable total in minor units: below a team lead's limit unless `large`; `remainder` is modulo APART."""
    lowest, highest = (2_200.0, 26_000.0) if large else (40.0, 900.0)
    euro = lowest * (highest / lowest) ** rng.random()
    about = max(worth(euro, currency), worth(2 * FROZEN_BUDGET, currency) if frozen else 0)
    return about - about % APART + remainder + (APART if remainder < 100 or about < APART else 0)


def report_lines(
    flow: ExpenseFlow, desk: Desk, rng: Random, *, total: int, mark: str, submitted: date, bad: str | None
) -> tuple[ExpenseLine, ...]:
    """Lines whose gross amounts add up to `total`. With `bad` the last one is on the blocked cost centre."""
    parts = _parts(rng, total, rng.randint(*flow.lines))
    lines = []
    for number, gross in enumerate(parts, 1):
        account = rng.choice(list(SPENT))
        tax_code = rng.choices(desk.tax_codes, [3, *[1] * (len(desk.tax_codes) - 1)])[0]
        paid, paid_currency, rate = _paid(rng, gross, desk.currency, foreign=rng.random() < flow.foreign)
        split = _parts(rng, gross, rng.choice((2, 2, 3))) if rng.random() < flow.split else [gross]
        centers = rng.sample(desk.cost_centers, min(len(split), len(desk.cost_centers)))
        project = rng.choice(desk.projects).number if rng.random() < 0.3 else None
        if bad == "blocked_cost_center" and number == len(parts):
            centers = [replace(centers[0], number=f"{desk.company}-{CLOSED_COST_CENTER}")] * len(centers)
        allocations = [
            _allocation(centers[place % len(centers)].number, part, tax_code, project if place == 0 else None)
            for place, part in enumerate(split)
        ]
        lines.append(
            ExpenseLine(
                account=account,
                text=f"{rng.choice(SPENT[account])} [{mark}.{number}]",
                spent_on=submitted - timedelta(days=rng.randint(1, 24)),
                tax_code=tax_code.code,
                paid_minor=paid,
                paid_currency=paid_currency,
                allocations=tuple(allocations),
                rate=rate,
            )
        )
    return tuple(lines)


def requisition_lines(
    flow: RequisitionFlow, desk: Desk, rng: Random, *, total: int, mark: str, bad: str | None
) -> tuple[OrderLine, ...]:
    """Lines whose net amounts add up to `total`; the last is one piece, which makes the sum come out."""
    count = rng.randint(*flow.lines)
    shares = _parts(rng, total, count)
    lines, left = [], total
    for number, share in enumerate(shares, 1):
        account = rng.choice(list(ORDERED))
        quantity = min(rng.randint(*flow.pieces), share) if number < count else 1
        price = share // quantity if number < count else left
        left -= quantity * price
        center = rng.choice(desk.cost_centers).number
        if bad == "over_budget":
            center = f"{desk.company}-{FROZEN_COST_CENTER}"
        elif bad == "blocked_cost_center" and number == count:
            center = f"{desk.company}-{CLOSED_COST_CENTER}"
        lines.append(
            OrderLine(
                text=f"{rng.choice(ORDERED[account])} [{mark}.{number}]",
                quantity=quantity,
                unit_price=price,
                account=account,
                cost_center=center,
                tax_code=rng.choice(desk.tax_codes).code,
                project=rng.choice(desk.projects).number if rng.random() < 0.2 else None,
            )
        )
    return tuple(lines)


def total_of(lines: Sequence[ExpenseLine | OrderLine]) -> int:
    """Gross of a report, net of a requisition."""
    return sum(
        sum(part.net + part.tax for part in line.allocations)
        if isinstance(line, ExpenseLine)
        else line.quantity * line.unit_price
        for line in lines
    )


def _parts(rng: Random, total: int, count: int) -> list[int]:
    """`count` positive parts of `total`, none of them tiny."""
    weights = [rng.uniform(0.6, 1.4) for _ in range(count)]
    parts = [max(1, int(total * weight / sum(weights))) for weight in weights[:-1]]
    return [*parts, total - sum(parts)]


def _allocation(cost_center: str, gross: int, tax_code: TaxCode, project: str | None) -> Allocation:
    # Receipts show gross; the tax in it is rounded half up, as invoices do.
    tax = (2 * gross * tax_code.rate_bp + 10_000 + tax_code.rate_bp) // (2 * (10_000 + tax_code.rate_bp))
    return Allocation(cost_center, gross - tax, tax, project)


def _paid(rng: Random, gross: int, currency: str, *, foreign: bool) -> tuple[int, str, str]:
    """What the card was charged: minor units abroad, their currency, and the rate that makes them `gross` again."""
    abroad = rng.choice([code for code in FOREIGN if code != currency])
    wobble = rng.uniform(0.97, 1.03)
    if not foreign:
        return gross, currency, "1"
    paid = max(1, round(gross * worth(1_000_000, abroad) / worth(1_000_000, currency) * wobble))
    units = Decimal(paid).scaleb(-EXPONENTS[abroad])
    return paid, abroad, f"{Decimal(gross).scaleb(-EXPONENTS[currency]) / units:.10f}"
