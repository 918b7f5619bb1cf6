"""Contract cards: what a system promises its callers, who are held to nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from hardclose_mocks.access import AccessTerms, SubscriptionTerms
from hardclose_mocks.kernel.master import Tolerances
from hardclose_mocks.pace import Pace

Creating = Literal[
    "expense_posting.create",
    "purchase_order.create",
    "supplier.create",
    "goods_receipt.create",
    "supplier_invoice.create",
    "journal_entry.create",
    "attachment.create",
]
CREATING: tuple[str, ...] = get_args(Creating)
"""The ERP's creating operations. Each runs under a capability profile of the scenario's choice, and is on the card."""
COPYING = "cost_center.put"
"""What a source system offers that keeps copies of the ERP's cost centres."""
OWNERSHIP: dict[str, dict[str, tuple[str, ...]]] = {
    "supplier": {
        "procurement": (
            "name", "tax_id", "currency", "payment_terms_days", "contact", "bank_account", "merged_into",
        ),
        "erp": ("blocked", "payment_blocked", "reconciliation_account"),
    },
    "cost_center": {"erp": ("name", "owner", "valid_from", "valid_to", "blocked")},
}  # fmt: skip
"""Who has the say about a master's fields. A block that procurement asks for is carried over; one that the ERP's people
have set is theirs to lift."""
PROFILES = ("C1", "C2", "C3", "C4", "C5", "C6")
"""Capability profiles; their meaning is the properties of Terms."""
REFUSED_AGAIN_FREE = 3
"""So many unchanged repetitions of a request that a business rule refused offend nobody."""
ROWS_MAX = 100
"""Rows of one batch."""


@dataclass(frozen=True, slots=True)
class Asynchrony:
    """Requests are accepted with 202 and carried out as jobs, all of them or some.

    `done_within_s`: a job that is pending longer was not carried out and never will be; `stuck` says whether that
    can happen."""

    done_within_s: float
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What one writing operation offers against doubt: by its capability profile, and by what its vendor made of it.

    `other_body`, a known key with another body: `refused`, or `ignored` (the stored answer again). `stores`, what a key
    keeps: `refusals` (and successes), `successes` only, or `everything`, errors of the system included. `exists`, how
    a reference that is taken is told: `names_document`, `bare`, or `status_500`."""

    profile: str = "C1"
    other_body: str = "refused"
    stores: str = "refusals"
    exists: str = "names_document"
    asynchrony: Asynchrony | None = None

    @property
    def honours_key(self) -> bool:
        return self.profile in ("C1", "C2")

    @property
    def unique_reference(self) -> bool:
        return self.profile == "C3"

    @property
    def searchable(self) -> bool:
        """C2 too: where a key is forgotten, something else must tell."""
        return self.profile in ("C2", "C3", "C4", "C5")

    @property
    def reads_lag(self) -> bool:
        return self.profile == "C5"

    def key_life_s(self, pace: Pace) -> float:
        """0 without keys."""
        if not self.honours_key:
            return 0.0
        return pace.short_key_life_s if self.profile == "C2" else pace.key_life_s


@dataclass(frozen=True, slots=True)
class Limit:
    """A token bucket per credential: calls per wire second, bucket size, and how the wait is told."""

    rate_per_s: float
    burst: int
    wait: str = "seconds"


@dataclass(frozen=True, slots=True)
class Validation:
    """A source system asks the integration before a document is submitted. `fail`: what goes unanswered for `budget_s`
    wire seconds is let through (`open`) or refused (`closed`)."""

    fail: str = "open"
    budget_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Habits:
    """What a vendor does to its callers all the time, and says so. The defaults are a system without any.

    `concurrent`: calls under way per credential (F11). `calls_per_day`: per credential and UTC business date (F12).
    `problem_with_200`, `page_with_200`: success statuses that are none (F14). `lags`: how far reads may be behind, by
    operation, wire seconds (F24, F25). `drifts`: pages are counted, not remembered (F26). `resolution_s`: business
    seconds to which lists tell and compare changes (F27). `date_zone`: `updated_since` counts as a date of that zone
    (F28). `vanishing`: share of what people took back that is gone without a trace (F29). `omits_rows`, `unordered`:
    results of batches (F16). `locked_s`: how long somebody else may hold a document, wire seconds (F20).
    `reference_max`, `text_max`: longer ones are cut, 0 is never (F21). `substitutes`: unknown accounts and cost
    centres are replaced by the first one of the company (F22)."""

    concurrent: int = 0
    calls_per_day: int = 0
    problem_with_200: bool = False
    page_with_200: bool = False
    lags: Mapping[str, float] = field(default_factory=dict)
    drifts: bool = False
    resolution_s: float = 1.0
    date_zone: str | None = None
    vanishing: float = 0.0
    omits_rows: bool = False
    unordered: bool = False
    locked_s: float = 0.0
    reference_max: int = 0
    text_max: int = 0
    substitutes: bool = False
    maintenance: tuple[tuple[str, str], ...] = ()
    """Announced windows in which the system is closed, business instants (F45)."""


@dataclass(frozen=True, slots=True)
class ContractCard:
    """One system's card under one pace. `terms` by operation name."""

    system: str
    pace: Pace
    terms: Mapping[str, Terms] = field(default_factory=dict)
    limit: Limit | None = None
    page_default: int = 50
    page_max: int = 200
    habits: Habits = Habits()
    validation: Validation | None = None
    tolerances: Tolerances | None = None
    """Those of the ERP's match; None for systems that match nothing."""
    recall_approved: bool = False
    edit_approved: str = ""
    """As in `Master`."""
    hard_budget: bool | None = None
    """Whether orders beyond a budget are refused, or taken with a warning; None for systems without budgets."""
    refuses_older: bool = False
    """Whether a copy of a master is refused that is older than the one held; else the last one put stands."""

    subscriptions: SubscriptionTerms = field(default_factory=SubscriptionTerms)
    access: AccessTerms = field(default_factory=AccessTerms)

    def terms_of(self, operation: str) -> Terms:
        """A batch has the terms of what its rows create."""
        return self.terms.get(operation.replace(".batch", ".create"), Terms())

    def lag_s(self, operation: str) -> float:
        """How far a read may be behind, wire seconds: by a habit of the system, or by the profile (C5) of the
        operation that makes such documents."""
        kind = operation.partition(".")[0]
        by_profile = self.pace.read_lag_s if self.terms_of(f"{kind}.create").reads_lag else 0.0
        return max(by_profile, self.habits.lags.get(operation, 0.0))

    def document(self, dialect: str = "neutral") -> dict[str, Any]:
        """The card as served at `/.well-known/contract-card`; all `_s` are wire seconds unless said otherwise."""
        pace, habits = self.pace, self.habits
        return {
            "system": self.system,
            "dialect": dialect,
            "version": "1",
            "pace": pace.name,
            "clock": {
                "business_rate": pace.business_rate,
                "note": "business seconds per wire second; all waits and lives below are wire seconds",
            },
            "operations": {name: self._operation(name, terms) for name, terms in sorted(self.terms.items())},
            "batches": self._batches(),
            "limits": self._limits(),
            "answers": {"problem_with_200": habits.problem_with_200, "page_with_200": habits.page_with_200},
            "maintenance": [{"from": since, "to": until} for since, until in habits.maintenance],
            "contention": {"locked_s": habits.locked_s} if habits.locked_s else None,
            "normalisation": {"reference_max": habits.reference_max or None, "text_max": habits.text_max or None}
            if habits.reference_max or habits.text_max
            else None,
            "defaults": {"account": "first of the company", "cost_center": "first of the company"}
            if habits.substitutes
            else None,
            "reads": {operation: {"lag_s": lag_s} for operation, lag_s in sorted(habits.lags.items())},
            "paging": {
                "limit_default": self.page_default,
                "limit_max": self.page_max,
                "order": "updated_at, number",
                "drifts": habits.drifts,
                "vanishing": bool(habits.vanishing),
                "updated_since": "date" if habits.date_zone else "inclusive",
                "updated_since_zone": habits.date_zone,
                "updated_since_resolution_s": habits.resolution_s,
                "updated_since_clock": "business",
            },
            "webhooks": {
                "schedule_s": list(pace.webhook_schedule_s),
                "timeout_s": pace.webhook_timeout_s,
                "tolerance_s": 300,
                "at_least_once": True,
                "may_drop": True,
                "ordered": False,
                **self.subscriptions.document(),
            },
            "validation": {"fail": self.validation.fail, "budget_s": self.validation.budget_s}
            if self.validation
            else None,
            "tolerances": self._tolerances(),
            "budgets": self._budgets(),
            "ownership": {kind: {who: list(has) for who, has in told.items()} for kind, told in OWNERSHIP.items()},
            "older_revision": "refused" if self.refuses_older else "taken",
            "token_life_s": pace.token_life_s,
            "access": self.access.document(),
            "accounting_date": "company-local date of the final approval: the first ten characters of `approved_at`",
            "approvals": {
                "recall_after_approval": self.recall_approved,
                "edit_after_approval": self.edit_approved or None,
                "belong_to": "a revision: of a report, the one named by `approved_revision`",
            }
            if self.system == "expense"
            else None,
            "periods": {"freshness_s": pace.freshness_s},
            "service_levels": {
                "exception_s": pace.exception_s,
                "freshness_s": pace.freshness_s,
                "client_timeout_s": pace.client_timeout_s,
                "refused_again": {"free": REFUSED_AGAIN_FREE, "after_s": pace.refused_again_s},
            },
        }

    def _budgets(self) -> dict[str, Any] | None:
        """`soft`: the system takes an order beyond the budget; whoever sends it has to ask first, and not to send it. A
        question reserves nothing: two orders that fit alone may not fit together."""
        if self.hard_budget is None:
            return None
        return {"control": "hard" if self.hard_budget else "soft", "check_reserves": False}

    def _tolerances(self) -> dict[str, Any] | None:
        """Shares of what was ordered or received; `price_minor` per piece, and both limits of a price hold."""
        if self.tolerances is None:
            return None
        return {
            "quantity": self.tolerances.quantity_bp / 10_000,
            "price": self.tolerances.price_bp / 10_000,
            "price_minor": self.tolerances.price_minor,
            "over_delivery": self.tolerances.over_delivery_bp / 10_000,
        }

    def _operation(self, name: str, terms: Terms) -> dict[str, Any]:
        kind, later = name.partition(".")[0], terms.asynchrony
        return {
            "profile": terms.profile,
            "idempotency_key": {
                "supported": terms.honours_key,
                "required": False,
                "life_s": terms.key_life_s(self.pace),
                "other_body": terms.other_body,
                "stores": terms.stores,
                "in_progress": 409,
            },
            "reference_unique": terms.unique_reference,
            "already_exists": terms.exists if terms.unique_reference else None,
            "reference_search": terms.searchable,
            "late_commit_s": max(self.pace.late_commit_s, later.done_within_s if later else 0.0),
            "read_lag_s": max(self.lag_s(f"{kind}.get"), self.lag_s(f"{kind}.list")),
            "asynchronous": {
                "jobs": "/v1/jobs/{id}",
                "done_within_s": later.done_within_s,
                "may_get_stuck": later.stuck,
            }
            if later
            else None,
        }

    def _batches(self) -> dict[str, Any]:
        if "expense_posting.create" not in self.terms:
            return {}
        return {
            "expense_posting.batch": {
                "rows_max": ROWS_MAX,
                "atomic": False,
                "ordered": not self.habits.unordered,
                "may_omit_rows": self.habits.omits_rows,
            }
        }

    def _limits(self) -> list[dict[str, Any]]:
        limits: list[dict[str, Any]] = []
        if self.limit:
            limits.append(
                {
                    "scope": "credential",
                    "rate_per_s": self.limit.rate_per_s,
                    "burst": self.limit.burst,
                    "retry_after": self.limit.wait,
                }
            )
        if self.habits.concurrent:
            limits.append({"scope": "credential", "concurrent": self.habits.concurrent})
        if self.habits.calls_per_day:
            day = "UTC business date"
            limits.append({"scope": "credential", "calls_per_day": self.habits.calls_per_day, "day": day})
        return limits
