"""What people will do beyond reports and requisitions, as plain values: suppliers, receipts, invoices, accruals, cost
centres. `id` (`receipt/17`) and `subject` are free of the run tag, `number` is not; others are named by their id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Edit:
    """A later change of a master. `what`: changed, blocked, merged, bank_changed, bank_verified. `values` are the
    fields it sets; `into` the id of the survivor of a merge. `collides` puts an edit of the ERP's own field by one of
    its people at the same moment."""

    id: str
    what: str
    at: datetime
    values: Mapping[str, str]
    into: str | None = None
    collides: bool = False


@dataclass(frozen=True, slots=True)
class PlannedSupplier:
    """A supplier that people register and approve in procurement."""

    id: str
    subject: str
    number: str
    company: str
    currency: str
    person: str
    approver: str
    name: str
    tax_id: str
    payment_terms: str
    contact: str
    bank_account: str
    created_at: datetime
    approved_at: datetime
    edits: tuple[Edit, ...] = ()
    flow: str = "SUP"
    system: str = "procurement"


@dataclass(frozen=True, slots=True)
class PlannedReceipt:
    """Goods for an order. `lines` are (order line from 1, quantity). `worth` in minor units at the order's prices.
    `place` of `deliveries` counts from 1. `bad`: over_delivery, beyond what the ERP takes."""

    id: str
    subject: str
    number: str
    company: str
    currency: str
    person: str
    order: str
    place: int
    deliveries: int
    lines: tuple[tuple[int, int], ...]
    worth: int
    recorded_at: datetime
    reversed_at: datetime | None = None
    edge: str | None = None
    bad: str | None = None
    flow: str = "REC"
    system: str = "procurement"


@dataclass(frozen=True, slots=True)
class InvoiceItem:
    """One line; `order_line` from 1, None without an order. Minor units, tax on top of quantity times price."""

    order_line: int | None
    account: str
    cost_center: str
    text: str
    quantity: int
    unit_price: int
    tax_code: str
    tax: int


@dataclass(frozen=True, slots=True)
class PlannedInvoice:
    """A vendor's invoice or credit note. `partner` is a supplier's number, or the id of one that the story registers.
    `order` and `credits` are ids. A copy (`copy_of`) bears its original's `supplier_reference`: the ERP refuses the
    one that comes second. `rejected` ones never become facts."""

    id: str
    subject: str
    number: str
    company: str
    currency: str
    person: str
    approver: str
    kind: str
    partner: str
    supplier_reference: str
    order: str | None
    credits: str | None
    lines: tuple[InvoiceItem, ...]
    due_days: int
    captured_at: datetime
    approved_at: datetime
    early: bool = False
    variance: int = 0
    copy_of: str | None = None
    rejected: bool = False
    edge: str | None = None
    flow: str = "INV"
    system: str = "procurement"

    @property
    def total(self) -> int:
        """Gross, minor units; a credit note's is what it credits."""
        return sum(line.quantity * line.unit_price + line.tax for line in self.lines)


@dataclass(frozen=True, slots=True)
class PlannedAccrual:
    """Goods received and not invoiced at close."""

    id: str
    subject: str
    number: str
    company: str
    currency: str
    person: str
    approver: str
    order: str
    order_line: int
    account: str
    cost_center: str
    amount: int
    accrued_on: date
    reverse_on: date
    proposed_at: datetime
    approved_at: datetime
    flow: str = "JNL"
    system: str = "procurement"


@dataclass(frozen=True, slots=True)
class PlannedCostCenter:
    """A cost centre that the controller makes in the ERP."""

    id: str
    subject: str
    number: str
    company: str
    person: str
    owner: str
    name: str
    created_at: datetime
    edits: tuple[Edit, ...] = ()
    flow: str = "MDM"
    system: str = "erp"


Follower = PlannedSupplier | PlannedReceipt | PlannedInvoice | PlannedAccrual | PlannedCostCenter
