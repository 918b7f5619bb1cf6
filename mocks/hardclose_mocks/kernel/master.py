"""Master data as values: companies, suppliers, cost centres, accounts, projects, tax codes, people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Company:
    """A company code: base currency, IANA time zone, first month of its fiscal year (1-12), and whether its periods are
    `months` or weeks (`4-4-5`)."""

    code: str
    name: str
    currency: str
    zone: str
    fiscal_year_starts: int = 1
    calendar: str = "months"

    def local(self, at: datetime) -> datetime:
        """The same instant on the company's wall clock."""
        return at.astimezone(ZoneInfo(self.zone))

    def business_date(self, at: datetime) -> date:
        return self.local(at).date()


@dataclass(frozen=True, slots=True)
class Supplier:
    number: str
    name: str
    company: str
    currency: str
    tax_id: str
    blocked: bool = False
    payment_terms_days: int = 30
    contact: str = ""
    bank_account: str = ""
    """Verified; "" while there is none, and then nothing is paid to it."""
    reconciliation_account: str = ""
    """"" for the company's usual one: the first account of kind payable."""
    payment_blocked: bool = False


@dataclass(frozen=True, slots=True)
class CostCenter:
    """Usable for postings dated valid_from <= day <= valid_to (both inclusive) unless blocked."""

    number: str
    name: str
    company: str
    owner: str
    valid_from: date = date(2020, 1, 1)
    valid_to: date = date(2099, 12, 31)
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """A GL account. `kind`: expense, payable, employee_payable, input_tax, accrued."""

    number: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Project:
    number: str
    name: str
    company: str
    valid_from: date = date(2020, 1, 1)
    valid_to: date = date(2099, 12, 31)
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class TaxCode:
    """`rate_bp` in basis points (1900 = 19 %)."""

    code: str
    company: str
    rate_bp: int
    valid_from: date = date(2020, 1, 1)
    valid_to: date = date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class Person:
    """`role`: employee, approver, buyer, treasury, controller, receiver, ap_clerk. `limit` is the largest
    amount (minor units of the company's currency) this person may approve finally; 0 for those who may not approve."""

    id: str
    name: str
    company: str
    role: str
    manager: str | None = None
    limit: int = 0


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """Budget of one cost centre for one fiscal year, minor units of the company's currency."""

    company: str
    cost_center: str
    fiscal_year: int
    amount: int


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far invoices and deliveries may stray from what was ordered and received; shares in basis points.

    A price has to be within both of its limits, `price_minor` being minor units per piece."""

    quantity_bp: int = 500
    price_bp: int = 200
    price_minor: int = 500
    over_delivery_bp: int = 1000


@dataclass(frozen=True, slots=True)
class Master:
    """Everything the three systems agree on when the sandbox opens. Changed afterwards by commands only."""

    companies: tuple[Company, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    cost_centers: tuple[CostCenter, ...] = ()
    accounts: tuple[Account, ...] = ()
    projects: tuple[Project, ...] = ()
    tax_codes: tuple[TaxCode, ...] = ()
    people: tuple[Person, ...] = ()
    budgets: tuple[BudgetLine, ...] = ()
    first_period: date = field(default=date(2026, 1, 1))
    """Periods from the one holding this day up to 24 months later exist; those up to the opening day's are open."""
    hard_budget: bool = True
    """Purchase orders beyond the available budget are refused (True) or accepted with a warning event (False)."""
    recall_approved: bool = False
    """Employees may take a report back after its approval too, until its posting is written back."""
    edit_approved: str = ""
    """What becomes of the approval when an employee edits an approved or posted report: it is `revoked`, or `kept` for
    the revision that it was given to, until the new one has been approved as well. Empty: nobody may."""
    tolerances: Tolerances = Tolerances()
