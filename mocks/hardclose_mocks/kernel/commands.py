"""Everything that can be asked of the books, as data. The only way to change a system is one of these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# --- lines, shared by commands and documents -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostingLine:
    """One debit line of an expense posting: minor units of the document currency, tax on top of net."""

    account: str
    cost_center: str
    net: int
    tax_code: str
    tax: int
    text: str = ""
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """The share of one expense line that one cost object carries. Minor units of the report currency."""

    cost_center: str
    net: int
    tax: int
    project: str | None = None


@dataclass(frozen=True, slots=True)
class ExpenseLine:
    """What was bought, what was paid in which currency, at which rate, and who carries it.

    `paid_minor` is in minor units of `paid_currency`; `rate` is report currency per unit paid, as decimal text.
    Allocations are in the report currency; gross = sum of net + tax. `text` carries the line's watermark.
    """

    account: str
    text: str
    spent_on: date
    tax_code: str
    paid_minor: int
    paid_currency: str
    allocations: tuple[Allocation, ...]
    rate: str = "1"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """Quantity in pieces, unit price in minor units of the document currency."""

    text: str
    quantity: int
    unit_price: int
    account: str
    cost_center: str
    tax_code: str
    project: str | None = None


# --- ERP -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostExpense:
    """Post an approved expense report. `reference` is the source's report number; `accounting_date` is the original
    date when `posting_date` was moved to an open period."""

    company: str
    reference: str
    posting_date: date
    currency: str
    employee: str
    lines: tuple[PostingLine, ...]
    text: str = ""
    accounting_date: date | None = None
    unique_reference: bool = False
    """Set by the server under capability profile C3: a live document with this reference refuses a second one."""


@dataclass(frozen=True, slots=True)
class ReverseExpensePosting:
    number: str
    posting_date: date
    reason: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class CreatePurchaseOrder:
    company: str
    reference: str
    supplier: str
    order_date: date
    currency: str
    lines: tuple[OrderLine, ...]
    text: str = ""
    unique_reference: bool = False


@dataclass(frozen=True, slots=True)
class CancelPurchaseOrder:
    number: str
    reason: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class SetPeriod:
    """The controller's hand: `module` is expense or purchasing; `state` is open, soft_closed or hard_closed.

    A hard-closed period may be reopened only to soft_closed or open by an explicit SetPeriod: it is recorded."""

    company: str
    module: str
    year: int
    period: int
    state: str


@dataclass(frozen=True, slots=True)
class BlockSupplier:
    number: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class BlockCostCenter:
    number: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class ReviseBudget:
    """Adds `amount` (may be negative), effective at once."""

    company: str
    cost_center: str
    fiscal_year: int
    amount: int


@dataclass(frozen=True, slots=True)
class RunPayments:
    """Pays every live, unpaid expense posting of the company posted on or before `cut_off` (a posting date)."""

    company: str
    run: str
    cut_off: date


ErpCommand = (
    PostExpense
    | ReverseExpensePosting
    | CreatePurchaseOrder
    | CancelPurchaseOrder
    | SetPeriod
    | BlockSupplier
    | BlockCostCenter
    | ReviseBudget
    | RunPayments
)

# --- procurement -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateRequisition:
    """A draft. `number` is drawn by whoever fills in the form (it carries the run tag)."""

    number: str
    company: str
    requester: str
    supplier: str
    currency: str
    lines: tuple[OrderLine, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReviseRequisition:
    """New content for a draft or a rejected requisition; the revision counts up."""

    number: str
    lines: tuple[OrderLine, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class SubmitRequisition:
    number: str


@dataclass(frozen=True, slots=True)
class ApproveRequisition:
    """`approver` acts; `on_behalf_of` names the absent approver whose delegate he is."""

    number: str
    approver: str
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class RejectRequisition:
    number: str
    approver: str
    reason: str


@dataclass(frozen=True, slots=True)
class CancelRequisition:
    number: str


@dataclass(frozen=True, slots=True)
class Delegate:
    """`delegate` may approve for `approver` on days first..last, both inclusive, in the approver's company zone."""

    approver: str
    delegate: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class RecordPosting:
    """The integration's write-back: `state` is submitted, posted, paid, parked or rejected.

    `document` is the ERP number (wanted for posted and paid); `reason` is wanted for parked and rejected."""

    number: str
    state: str
    document: str | None = None
    reason: str | None = None
    expected_version: int | None = None


ProcurementCommand = (
    CreateRequisition
    | ReviseRequisition
    | SubmitRequisition
    | ApproveRequisition
    | RejectRequisition
    | CancelRequisition
    | Delegate
    | RecordPosting
)

# --- expense ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateReport:
    number: str
    company: str
    employee: str
    currency: str
    lines: tuple[ExpenseLine, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReviseReport:
    """New content for a draft, sent-back or recalled report; the revision counts up."""

    number: str
    lines: tuple[ExpenseLine, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class SubmitReport:
    number: str


@dataclass(frozen=True, slots=True)
class ApproveReport:
    number: str
    approver: str
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class SendBackReport:
    number: str
    approver: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecallReport:
    """Only while it is submitted or pending approval."""

    number: str


ExpenseCommand = (
    CreateReport
    | ReviseReport
    | SubmitReport
    | ApproveReport
    | SendBackReport
    | RecallReport
    | Delegate
    | RecordPosting
)

Command = ErpCommand | ProcurementCommand | ExpenseCommand
