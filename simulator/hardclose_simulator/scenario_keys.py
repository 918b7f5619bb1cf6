"""What may stand in a scenario file, as types. Knows no files: `scenario.py` reads them and words what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from hardclose_mocks.faults.catalogue import nearest
from hardclose_mocks.kernel.money import EXPONENTS

COUNTERS = (
    "facts_posted", "expense_facts", "requisition_facts", "unknown_outcomes", "rate_limited", "duplicate_deliveries",
    "dropped_deliveries", "forged_deliveries", "period_closed_refusals", "business_refusals",
    "payments_written_back", "late_approvals", "pages_read", "due_in_maintenance",
    "supplier_facts", "supplier_changes", "receipt_facts", "invoice_facts", "accrual_facts", "cost_center_changes",
    "attachments", "human_rejections", "partial_receipts", "receipts_reversed_after_match", "invoices_before_receipt",
    "credit_notes", "duplicate_invoice_numbers", "tolerance_edges", "blocked_invoices", "invoices_paid",
    "accruals_reversed", "merged_in_flight", "bank_changes_before_payment", "edit_collisions",
    "suppliers_asked_for_twice",
    "across_midnight", "clock_changes",
    "replayed_deliveries", "batched_deliveries", "thin_deliveries", "lapsed_subscriptions", "credential_events",
    "withdrawn_facts", "documents_by_hand", "unknown_postings", "unknown_orders", "unknown_write_backs",
    "jobs_ended", "disguised_refusals", "stale_reads",
)  # fmt: skip
"""What the judge counts in a history; `must_happen` sets minimums."""


def wrong(key: str, says: str) -> PydanticCustomError:
    """Something the types alone do not catch; `key` is relative to the model that raises it."""
    return PydanticCustomError("wrong", "{says}", {"key": key, "says": says})


def unknown(key: str, what: str, value: str, known: Iterable[str]) -> PydanticCustomError:
    return wrong(key, f"no such {what} '{value}'{nearest(value, list(known))}")


def _zone(name: str) -> str:
    if name not in available_timezones():
        match = get_close_matches(name, available_timezones(), n=1)
        raise wrong("", f"no such time zone '{name}'; try '{match[0] if match else 'Europe/Berlin'}'")
    return name


def _currency(code: str) -> str:
    if code not in EXPONENTS:
        raise unknown("", "currency", code, EXPONENTS)
    return code


Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[int, Field(ge=1)]
Moment = Annotated[datetime, Field(description="with an offset an instant; without one the company's own wall clock")]
Profile = Literal["C1", "C2", "C3", "C4", "C5", "C6"]
System = Literal["erp", "procurement", "expense"]
Module = Literal["expense", "purchasing", "payables", "journals"]


class Keys(BaseModel):
    """Unknown keys are refused, values are not converted, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class CompanyKeys(Keys):
    """One company: `country` decides language of its names and its tax codes."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{2}\d{2}$")]
    country: Literal["DE", "US", "JP"]
    currency: Annotated[str, AfterValidator(_currency)]
    zone: Annotated[str, AfterValidator(_zone)]
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12, description="month")] = 1
    calendar: Annotated[Literal["months", "4-4-5"], Field(description="fiscal periods: by months or by weeks")] = (
        "months"
    )
    holidays: Annotated[tuple[date, ...], Field(description="banks are shut, and so is the office")] = ()

    def instant(self, moment: datetime) -> datetime:
        """The instant meant by `moment` in UTC: as it stands with an offset, else on the company's wall clock."""
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.zone))).astimezone(UTC)


COMPANIES = (
    CompanyKeys(code="DE01", country="DE", currency="EUR", zone="Europe/Berlin"),
    CompanyKeys(code="US01", country="US", currency="USD", zone="America/Los_Angeles"),
    CompanyKeys(code="JP01", country="JP", currency="JPY", zone="Asia/Tokyo", fiscal_year_starts=4),
)


class People(Keys):
    """Heads per company. Approvers come in two levels under one head of finance."""

    employees: Positive = 12
    team_leads: Positive = 3
    directors: Annotated[int, Field(ge=1)] = 2
    buyers: Positive = 3
    receivers: Positive = 2
    ap_clerks: Positive = 3


class Masters(Keys):
    """Master data per company."""

    suppliers: Positive = 8
    cost_centers: Positive = 6
    projects: Positive = 3
    budget: Annotated[Positive, Field(description="of a cost centre and year, in euro's worth")] = 50_000_000
    budget_control: Annotated[
        Literal["hard", "soft"], Field(description="the ERP refuses orders beyond a budget, or only warns")
    ] = "hard"


class Window(Keys):
    """A stretch of time in which final approvals fall, and its weight against the other windows."""

    starts: Annotated[Moment, Field(alias="from")]
    ends: Annotated[Moment, Field(alias="to")]
    weight: Annotated[float, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if (self.starts.tzinfo is None) != (self.ends.tzinfo is None):
            raise wrong("to", "'from' and 'to' must both bear an offset, or neither")
        if self.ends <= self.starts:
            raise wrong("to", "'to' must lie after 'from'")
        return self


class Arrivals(Keys):
    """How many facts of a flow become due, where, and when."""

    facts: Annotated[int, Field(ge=0, le=2400, description="how many become due; twins included")]
    companies: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict, description="weight by company code; default: all alike that are at work within the ramp"
    )
    ramp: tuple[Window, ...] = Field(
        default=(), description="when final approvals fall; default: Monday to Friday, 8 to 18, company-local"
    )
    approval_hours: Annotated[
        float, Field(gt=0, description="median hours from submission to final approval, log-normal")
    ] = 6.0


class Flow(Arrivals):
    """One flow of facts. Shares are kept evenly over the flow: 0.1 of 20 is 2, or 1 or 3."""

    lines: tuple[Positive, Positive] = (1, 3)
    large: Annotated[Share, Field(description="share whose amount needs more than one approver")] = 0.2
    twin_pairs: Annotated[int, Field(ge=0)] = 0
    send_back: Annotated[Share, Field(description="share returned by the approver, changed and submitted again")] = 0.0
    delegated: Annotated[Share, Field(description="share approved by a delegate of an absent approver")] = 0.0
    evening: Annotated[Share, Field(description="share approved between 18:30 and half past midnight, local")] = 0.0

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.lines[0] > self.lines[1]:
            raise wrong("lines", "is [fewest, most]")
        if 2 * self.twin_pairs > self.facts:
            raise wrong("twin_pairs", f"{self.twin_pairs} pairs need {2 * self.twin_pairs} facts, not {self.facts}")
        return self


class ExpenseFlow(Flow):
    """Expense report, posting, payment, write-back."""

    foreign: Annotated[Share, Field(description="share of lines paid in a foreign currency")] = 0.0
    split: Annotated[Share, Field(description="share of lines carried by more than one cost object")] = 0.0
    attachments: Annotated[Share, Field(description="share of reports with pictures of receipts")] = 0.0


class RequisitionFlow(Flow):
    """Requisition, budget check, purchase order, write-back."""

    pieces: Annotated[tuple[Positive, Positive], Field(description="quantity of a line")] = (1, 12)
    new_suppliers: Annotated[Share, Field(description="share ordered from suppliers that the story registers")] = 0.0


class BadFacts(Keys):
    """F19, really bad facts: shares of the flows they can occur in. The ERP refuses them by its own rules."""

    blocked_cost_center: Annotated[Share, Field(description="of both flows")] = 0.0
    blocked_supplier: Annotated[Share, Field(description="of requisitions")] = 0.0
    over_budget: Annotated[Share, Field(description="of requisitions")] = 0.0

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.blocked_cost_center + self.blocked_supplier + self.over_budget > 1:
            raise wrong("", "the shares add up to more than 1")
        return self


class SecondThoughts(Keys):
    """F50: what people do to expense reports that they had sent on their way."""

    recall: Annotated[Share, Field(description="share taken back after approval, corrected and submitted again")] = 0.0
    edit: Annotated[
        Share, Field(description="share edited after approval, perhaps after posting, and approved anew")
    ] = 0.0
    approval: Annotated[
        Literal["revoked", "kept"],
        Field(description="what an edit makes of the approval: revoked, or kept for the revision it was given to"),
    ] = "revoked"
    double_submit: Annotated[Share, Field(description="share submitted twice in a row")] = 0.0
    rekey: Annotated[Share, Field(description="share put into the ERP by hand, within the hour after approval")] = 0.0
    mend: Annotated[Share, Field(description="share of the bad ones put right in the ERP by hand, hours later")] = 0.0


class PeriodAction(Keys):
    """F46: the controller opens, closes or reopens one month of one module at a moment."""

    company: str
    module: Annotated[Module | Literal["both", "all"], Field(description="both: expense and purchasing")] = "both"
    period: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="calendar month, '2026-11'")]
    state: Literal["open", "soft_closed", "hard_closed"]
    at: Moment

    @property
    def modules(self) -> tuple[str, ...]:
        match self.module:
            case "both":
                return ("expense", "purchasing")
            case "all":
                return get_args(Module)
            case one:
                return (one,)

    @property
    def first_day(self) -> date:
        return date.fromisoformat(f"{self.period}-01")


class PaymentRun(Keys):
    """Treasury pays what is posted and unpaid, dated up to that day."""

    company: str
    at: Moment


class ValidationKeys(Keys):
    """The source systems ask the integration (manifest key `validate_url`) before a document is submitted. `fail`: what
    goes unanswered is let through (open) or refused (closed). `budget_s` is wire seconds."""

    fail: Literal["open", "closed"] = "open"
    budget_s: Annotated[float, Field(gt=0, le=60)] = 3.0


class WebhookKeys(Keys):
    """F34: what the card says of subscriptions. A life longer than any run, and no limit of failures, unless said."""

    life_s: Annotated[float | None, Field(gt=0, description="wire seconds until it must be renewed")] = None
    disabled_after: Annotated[int | None, Field(ge=1, description="failed attempts in a row")] = None


class AccessKeys(Keys):
    """F48: `refresh_tokens` come with access tokens and may be used once."""

    refresh_tokens: bool = False


class LimitKeys(Keys):
    """F10: a token bucket per credential, wire seconds; `wait` is how the Retry-After is told. F11: calls under way at
    one time. F12: calls per business day."""

    rate_per_s: Annotated[float | None, Field(gt=0)] = None
    burst: Positive | None = None
    wait: Literal["seconds", "http-date", "absent"] = "seconds"
    concurrent: Positive | None = None
    per_day: Positive | None = None

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if (self.rate_per_s is None) != (self.burst is None):
            raise wrong("", "'rate_per_s' and 'burst' make one bucket; set both")
        if self.rate_per_s is None and self.concurrent is None and self.per_day is None:
            raise wrong("", "limits nothing; set 'rate_per_s' and 'burst', 'concurrent', or 'per_day'")
        return self
