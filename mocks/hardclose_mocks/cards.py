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
]
CREATING: tuple[str, ...] = get_args(Creating)
"""The ERP's creating operations. Each runs under a capability profile of the scenario's choice, and is on the card."""
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
PROFILES = ("C1", "C3", "C4")
"""Capability profiles built so far; their meaning is the properties of Terms."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What one writing operation offers against doubt, by its capability profile."""

    profile: str = "C1"

    @property
    def honours_key(self) -> bool:
        return self.profile == "C1"

    @property
    def unique_reference(self) -> bool:
        return self.profile == "C3"

    @property
    def searchable(self) -> bool:
        return self.profile in ("C3", "C4")


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
class ContractCard:
    """One system's card under one pace. `terms` by operation name."""

    system: str
    pace: Pace
    terms: Mapping[str, Terms] = field(default_factory=dict)
    limit: Limit | None = None
    page_default: int = 50
    page_max: int = 200
    updated_since_resolution_s: float = 1.0
    """Business seconds; `updated_since` is inclusive and compares at this resolution."""
    validation: Validation | None = None
    tolerances: Tolerances | None = None
    """Those of the ERP's match; None for systems that match nothing."""
    refuses_older: bool = False
    """Whether a copy of a master is refused that is older than the one held; else the last one put stands."""

    subscriptions: SubscriptionTerms = field(default_factory=SubscriptionTerms)
    access: AccessTerms = field(default_factory=AccessTerms)

    def terms_of(self, operation: str) -> Terms:
        return self.terms.get(operation, Terms())

    def document(self, dialect: str = "neutral") -> dict[str, Any]:
        """The card as served at `/.well-known/contract-card`; all `_s` are wire seconds unless said otherwise."""
        pace = self.pace
        return {
            "system": self.system,
            "dialect": dialect,
            "version": "1",
            "pace": pace.name,
            "clock": {
                "business_rate": pace.business_rate,
                "note": "business seconds per wire second; all waits and lives below are wire seconds",
            },
            "operations": {name: self._operation(terms) for name, terms in sorted(self.terms.items())},
            "limits": [
                {
                    "scope": "credential",
                    "rate_per_s": self.limit.rate_per_s,
                    "burst": self.limit.burst,
                    "retry_after": self.limit.wait,
                }
            ]
            if self.limit
            else [],
            "paging": {
                "limit_default": self.page_default,
                "limit_max": self.page_max,
                "order": "updated_at, number",
                "updated_since": "inclusive",
                "updated_since_resolution_s": self.updated_since_resolution_s,
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
            "ownership": {kind: {who: list(has) for who, has in told.items()} for kind, told in OWNERSHIP.items()},
            "older_revision": "refused" if self.refuses_older else "taken",
            "token_life_s": pace.token_life_s,
            "access": self.access.document(),
            "accounting_date": "company-local date of the final approval: the first ten characters of `approved_at`",
            "periods": {"freshness_s": pace.freshness_s},
            "service_levels": {
                "exception_s": pace.exception_s,
                "freshness_s": pace.freshness_s,
                "client_timeout_s": pace.client_timeout_s,
            },
        }

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

    def _operation(self, terms: Terms) -> dict[str, Any]:
        return {
            "profile": terms.profile,
            "idempotency_key": {
                "supported": terms.honours_key,
                "required": False,
                "life_s": self.pace.key_life_s if terms.honours_key else 0,
            },
            "reference_unique": terms.unique_reference,
            "reference_search": terms.searchable,
            "late_commit_s": self.pace.late_commit_s,
            "read_lag_s": 0.0,
        }
