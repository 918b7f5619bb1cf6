"""Master data that people and integrations change: suppliers in the ERP, cost centres in all three systems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class SupplierMaster:
    """`bank_account` is the verified one, `pending_bank_account` waits to be. `blocked_by`: erp (a person there) or
    source (a change carried over); "" while it is not blocked. `reference` and `revision`: the source's request and
    which of its revisions was carried over last; "" and 1 for those of the opening day."""

    number: str
    company: str
    reference: str
    name: str
    currency: str
    tax_id: str
    payment_terms_days: int
    contact: str
    bank_account: str
    pending_bank_account: str | None
    reconciliation_account: str
    blocked: bool
    blocked_by: str
    payment_blocked: bool
    merged_into: str | None
    revision: int
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: str

    @property
    def status(self) -> str:
        return "merged" if self.merged_into else "blocked" if self.blocked else "active"


@dataclass(frozen=True, slots=True)
class CostCenterMaster:
    """`revision` is the ERP's: it counts every change there; a source system's copy bears the one it was made from."""

    number: str
    company: str
    name: str
    owner: str
    valid_from: date
    valid_to: date
    blocked: bool
    revision: int
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: str

    @property
    def status(self) -> str:
        return "blocked" if self.blocked else "active"
