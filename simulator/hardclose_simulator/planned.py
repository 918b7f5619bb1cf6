"""What people will do, as plain values. `id` (`receipt/17`) and `subject` are free of the run tag, `number` is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hardclose_mocks.kernel.commands import ExpenseLine, OrderLine
from hardclose_simulator.arrivals import Schedule
from hardclose_simulator.contents import total_of

Lines = tuple[ExpenseLine, ...] | tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class Rethought:
    """F50: taken back after the approval, corrected to `lines`, submitted again, and approved once more.

    `how`: recalled, or edited as it stands; then the approval is `revoked`, or `kept` until the next one."""

    recalled_at: datetime
    resubmitted_at: datetime
    approved_at: datetime
    lines: Lines
    how: str = "recalled"


@dataclass(frozen=True, slots=True)
class PlannedIntent:
    """One future fact. `id` (`expense/17`) and `subject` (`E0017`) are free of the run tag, `number` is not.

    `revisions` are the contents asked for in turn; the last is the truth. `person` files it, `partner` is the employee
    (EXP) or supplier (RBP). `bad` names why the ERP must refuse it: blocked_cost_center, blocked_supplier, over_budget.
    `by_hand_at` is when an accountant puts it into the ERP himself (F50).
    A twin differs from `twin_of` in number and line texts only."""

    id: str
    flow: str
    system: str
    subject: str
    number: str
    company: str
    person: str
    partner: str
    currency: str
    text: str
    schedule: Schedule
    revisions: tuple[Lines, ...]
    twin_of: str | None = None
    bad: str | None = None
    delegated: bool = False
    rethought: Rethought | None = None
    submitted_twice: bool = False
    by_hand_at: datetime | None = None

    @property
    def lines(self) -> Lines:
        return self.revisions[-1]

    @property
    def total(self) -> int:
        """Minor units: gross of a report, net of a requisition."""
        return total_of(self.lines)


@dataclass(frozen=True, slots=True)
class Edit:
    """A later change of a master. `what`: changed, blocked, merged, bank_changed, bank_verified. `values` are the
    fields it sets; `into` the id of the survivor of a merge. `collides` puts an edit of the ERP's own field by one of
    its people at the same moment."""

    id: str
    what: str
    at: datetime
    values: Mapping[str, str | int]
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
    payment_terms_days: int
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


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A picture of a receipt, bytes made from its id and size. `size` in bytes."""

    id: str
    name: str
    content_type: str
    size: int
    required: bool


@dataclass(frozen=True, slots=True)
class PlannedFiles:
    """What an employee attaches to a report, named by `report` (`expense/3`), before it is submitted."""

    id: str
    subject: str
    number: str
    report: str
    files: tuple[PlannedFile, ...]
    flow: str = "ATT"
    system: str = "expense"


Follower = PlannedSupplier | PlannedReceipt | PlannedInvoice | PlannedAccrual | PlannedCostCenter | PlannedFiles

_CALLS = {
    "SUP": ("supplier.create", "supplier_request.posting", ("supplier_request.approved",)),
    "REC": ("goods_receipt.create", "receipt.posting", ("receipt.recorded",)),
    "INV": ("supplier_invoice.create", "invoice.posting", ("invoice.approved",)),
    "JNL": ("journal_entry.create", "accrual.posting", ("accrual.approved",)),
}


def calls_of(planned: Follower) -> Iterator[tuple[str, str, str]]:
    """(system, operation, subject) of every call and delivery an honest integration will see at least once."""
    if isinstance(planned, PlannedInvoice) and planned.rejected:
        return
    if planned.flow == "ATT":
        yield "erp", "attachment.create", planned.subject
    elif planned.flow == "MDM":
        yield "procurement", "cost_center.put", planned.subject
        yield "expense", "cost_center.put", planned.subject
        yield "erp", "cost_center.created", planned.subject
    else:
        create, write_back, events = _CALLS[planned.flow]
        yield "erp", create, planned.subject
        yield "procurement", write_back, planned.subject
        yield from (("procurement", event, planned.subject) for event in events)
