"""What can be asked about master data: suppliers and cost centres of the ERP, their copies in the source systems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BlockSupplier:
    number: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class BlockCostCenter:
    number: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class CreateSupplier:
    """A supplier's master record, under a number of the ERP; `reference` is the number of the source's request and
    `revision` the request's revision it was made from. A bank account that nobody verified is kept as pending."""

    company: str
    reference: str
    name: str
    currency: str
    tax_id: str
    payment_terms_days: int = 30
    contact: str = ""
    bank_account: str = ""
    bank_verified: bool = False
    reconciliation_account: str = ""
    revision: int = 1
    unique_reference: bool = False


@dataclass(frozen=True, slots=True)
class ChangeSupplier:
    """Field by field: None leaves a field as it is. `bank_account` is pending until `bank_verified` comes with it or
    after it. `merged_into` names the surviving supplier of the ERP."""

    number: str
    name: str | None = None
    tax_id: str | None = None
    payment_terms_days: int | None = None
    contact: str | None = None
    bank_account: str | None = None
    bank_verified: bool | None = None
    blocked: bool | None = None
    payment_blocked: bool | None = None
    merged_into: str | None = None
    reconciliation_account: str | None = None
    reference: str | None = None
    revision: int | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class BlockPayments:
    """Stops payments to a supplier, or lets them go again; it may still be ordered from and invoiced."""

    number: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class CreateCostCenter:
    number: str
    company: str
    name: str
    owner: str
    valid_from: date = date(2020, 1, 1)
    valid_to: date = date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class ChangeCostCenter:
    """None leaves a field as it is."""

    number: str
    name: str | None = None
    owner: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class PutCostCenter:
    """A source system's copy of an ERP cost centre, as of a `revision` of the ERP's. The whole of it replaces the old.

    `refuse_older`: set by the server where its card says that an older revision than the one held is refused."""

    number: str
    company: str
    name: str
    owner: str
    valid_from: date
    valid_to: date
    blocked: bool
    revision: int
    refuse_older: bool = False


ErpMasterCommand = (
    CreateSupplier
    | ChangeSupplier
    | BlockSupplier
    | BlockPayments
    | CreateCostCenter
    | ChangeCostCenter
    | BlockCostCenter
)
