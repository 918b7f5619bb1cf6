"""How the books say no: one value per business rule. No HTTP in here; each dialect finds its own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PeriodClosed:
    """The posting date lies in a period not open for that module. `state`: soft_closed, hard_closed, future."""

    company: str
    module: str
    posting_date: date
    state: str


@dataclass(frozen=True, slots=True)
class UnknownMaster:
    """`kind`: company, supplier, cost_center, account, project, tax_code, person."""

    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class BlockedMaster:
    """The master exists but is blocked for use."""

    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class NotValidOn:
    """The master is not valid on that day, or belongs to another company."""

    kind: str
    number: str
    day: date


@dataclass(frozen=True, slots=True)
class DuplicateReference:
    """The external reference is taken and unique on this endpoint; `existing` is the document that holds it."""

    reference: str
    existing: str


@dataclass(frozen=True, slots=True)
class BudgetExceeded:
    """Minor units of the company's currency; `available` may be negative after a cut."""

    cost_center: str
    requested: int
    available: int
    currency: str


@dataclass(frozen=True, slots=True)
class MergedMaster:
    """The master was a duplicate of `survivor`, which is to be used in its stead."""

    kind: str
    number: str
    survivor: str


@dataclass(frozen=True, slots=True)
class OverDelivery:
    """More than the order's line and its tolerance allow: pieces ordered, received before, and received now."""

    order: str
    line: int
    ordered: int
    received: int
    quantity: int


@dataclass(frozen=True, slots=True)
class OlderRevision:
    """The copy held here was made from a later revision of the master than the one put."""

    kind: str
    number: str
    revision: int
    current: int


@dataclass(frozen=True, slots=True)
class UnknownDocument:
    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class WrongState:
    """The document exists, but this cannot be done to it now."""

    kind: str
    number: str
    state: str
    attempted: str


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """Approval matrix or segregation of duties forbids it: who, what, and the rule in words."""

    person: str
    action: str
    rule: str


@dataclass(frozen=True, slots=True)
class Unbalanced:
    """Debits and credits differ, or allocations do not add up to their line. Minor units."""

    currency: str
    difference: int
    where: str


@dataclass(frozen=True, slots=True)
class VersionMismatch:
    """If-Match named another version than the current one."""

    number: str
    expected: int
    current: int


@dataclass(frozen=True, slots=True)
class NotValidated:
    """The integration, asked before a document was submitted, found it wrong or did not answer."""

    number: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Invalid:
    """A value no business rule can accept: empty lines, negative quantity, foreign currency. `field`: dotted path."""

    field: str
    says: str


Refusal = (
    PeriodClosed
    | UnknownMaster
    | BlockedMaster
    | NotValidOn
    | MergedMaster
    | OverDelivery
    | OlderRevision
    | DuplicateReference
    | BudgetExceeded
    | UnknownDocument
    | WrongState
    | NotAllowed
    | Unbalanced
    | VersionMismatch
    | NotValidated
    | Invalid
)


class Refused(Exception):  # it is the books' answer, not an error
    """Raised by `Books.do`; nothing has changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(repr(refusal))
        self.refusal = refusal
