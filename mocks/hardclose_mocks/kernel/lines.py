"""Lines of documents, shared by the commands that bring them and the documents that keep them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """So many pieces of one line of an order. `order_line` counts from 1."""

    order_line: int
    quantity: int


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """Quantity in pieces, unit price and tax in minor units; positive on credit notes too, as they are printed.

    `order_line` counts from 1; None for what no order covers."""

    account: str
    cost_center: str
    text: str
    quantity: int
    unit_price: int
    tax_code: str
    tax: int
    order_line: int | None = None
    project: str | None = None

    @property
    def net(self) -> int:
        return self.quantity * self.unit_price


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One side of a journal entry made by hand: exactly one of debit and credit is above zero, minor units."""

    account: str
    debit: int
    credit: int
    cost_center: str | None = None
    text: str = ""
