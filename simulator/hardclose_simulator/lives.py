"""The life of every document, folded from the commands the books accepted: made, voided, paid, written back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from hardclose_mocks.history.codec import from_plain
from hardclose_mocks.history.records import Acted, Carried, Emitted, Exchange, JobEnded, Record
from hardclose_mocks.kernel.commands import (
    CreatePurchaseOrder,
    CreateSupplier,
    EntryLine,
    InvoiceLine,
    OrderLine,
    PostExpense,
    PostGoodsReceipt,
    PostingLine,
    PostJournalEntry,
    PostSupplierInvoice,
    ReceiptLine,
    RecordPosting,
    RunPayments,
)
from hardclose_simulator.attempts import INTEGRATION

POSITIVE = ("posted", "paid")
"""States of a write-back that say: it is in the books."""
NEGATIVE = ("parked", "rejected")
"""States of a write-back that say: it is not, and why."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where in the history something happened. `wire_ns` is when it was recorded, `at` the business instant."""

    seq: int
    wire_ns: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that the books announced of a document after it was made: matched, blocked, released, paid, ..."""

    what: str
    when: Moment
    data: Mapping[str, Any]


Line = PostingLine | OrderLine | ReceiptLine | InvoiceLine | EntryLine


@dataclass(frozen=True, slots=True)
class ErpDocument:
    """One document in the ERP with its whole life.

    `total` is as in its fact (see `Fact`), `partner` the employee or supplier, `day` its posting or order date; a
    supplier's is the day it was made. `order` is the purchase order it refers to, `asked` all that was asked for.
    `started_ns` is when the request that made it arrived. `unwound` is when an accrual was reversed as planned, on or
    after its day of reversal: that does not void it."""

    number: str
    flow: str
    company: str
    reference: str
    currency: str
    total: int
    partner: str
    day: date
    accounting_date: date | None
    text: str
    lines: tuple[Line, ...]
    actor: str
    made: Moment
    started_ns: int
    voided: Moment | None = None
    paid: Moment | None = None
    unwound: Moment | None = None
    order: str | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()

    @property
    def live(self) -> bool:
        """At the end of the history."""
        return self.voided is None

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(line.text for line in self.lines if not isinstance(line, ReceiptLine))

    def marked(self, *what: str) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.marks if mark.what in what)

    @property
    def by_integration(self) -> bool:
        return self.actor == INTEGRATION

    @property
    def ever_blocked(self) -> bool:
        """Whether the match ever stopped its payment."""
        return bool(self.marked("blocked"))

    def live_at(self, seq: int) -> bool:
        """Whether it stood in the books right after that record."""
        return self.made.seq <= seq and (self.voided is None or seq < self.voided.seq)

    def overlaps(self, other: ErpDocument) -> bool:
        """Whether both were live at one time."""
        return (self.voided is None or other.made.seq < self.voided.seq) and (
            other.voided is None or self.made.seq < other.voided.seq
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """A write-back that the source accepted. `started_ns` is when its request arrived."""

    when: Moment
    state: str
    document: str | None
    reason: str | None
    actor: str
    started_ns: int


@dataclass(frozen=True, slots=True)
class Lives:
    """ERP documents by number in the order they were made; claims by (system, source number), in order."""

    documents: Mapping[str, ErpDocument]
    claims: Mapping[tuple[str, str], tuple[Claim, ...]]


_CARRYING = frozenset({Exchange, JobEnded, Acted})


def accepted(records: Sequence[Record]) -> Iterator[tuple[Record, Carried]]:
    """Every command that changed books, with the record it stands in."""
    # By exact class first: most records are none of these, and every case goes through all of them several times.
    carrying = (record for record in records if type(record.body) in _CARRYING)
    return ((record, one) for record in carrying for one in _accepted_in(record))


def _accepted_in(record: Record) -> Iterator[Carried]:
    match record.body:
        case Exchange(carried=carried) | JobEnded(carried=carried):
            yield from (one for one in carried if one.refusal is None)
        case Acted(carried=one) if one.refusal is None:
            yield one
        case _:
            pass


def fold_lives(records: Sequence[Record]) -> Lives:
    """By the numbers the callers were told, whatever a second fold of the books would draw."""
    documents: dict[str, ErpDocument] = {}
    claims: dict[tuple[str, str], list[Claim]] = {}
    for record in records:
        if isinstance(record.body, Emitted) and record.system == "erp":
            _mark(documents, record, record.body)
        for carried in _accepted_in(record):
            when = Moment(record.seq, record.wire_ns, carried.at)
            if carried.command in _MAKES:
                document = _made(record, carried, when, documents)
                documents[document.number] = document
            elif carried.command in _VOIDS:
                _void(documents, carried, when)
            elif carried.command == "RunPayments":
                _pay(documents, from_plain(carried.arguments, RunPayments), when)
            elif carried.command == "RecordPosting":
                written = from_plain(carried.arguments, RecordPosting)
                claim = Claim(when, written.state, written.document, written.reason, record.actor, _started(record))
                claims.setdefault((record.system, written.number), []).append(claim)
    return Lives(documents, {source: tuple(listed) for source, listed in claims.items()})


def _started(record: Record) -> int:
    return record.body.started_ns if isinstance(record.body, (Exchange, JobEnded)) else record.wire_ns


# --- making ----------------------------------------------------------------------------------------------------


def _expense(asked: PostExpense, _: Mapping[str, ErpDocument]) -> dict[str, Any]:
    return {
        "total": sum(line.net + line.tax for line in asked.lines),
        "partner": asked.employee,
        "day": asked.posting_date,
        "accounting_date": asked.accounting_date,
    }


def _order(asked: CreatePurchaseOrder, _: Mapping[str, ErpDocument]) -> dict[str, Any]:
    total = sum(line.quantity * line.unit_price for line in asked.lines)
    return {"total": total, "partner": asked.supplier, "day": asked.order_date}


def _goods(asked: PostGoodsReceipt, documents: Mapping[str, ErpDocument]) -> dict[str, Any]:
    order = documents.get(asked.order)
    prices = [line.unit_price for line in order.lines if isinstance(line, OrderLine)] if order is not None else []
    worth = sum(line.quantity * prices[line.order_line - 1] for line in asked.lines if line.order_line <= len(prices))
    return {
        "total": worth,
        "partner": order.partner if order is not None else "",
        "currency": order.currency if order is not None else "",
        "day": asked.posting_date,
        "accounting_date": asked.accounting_date,
        "order": asked.order,
    }


def _invoice(asked: PostSupplierInvoice, _: Mapping[str, ErpDocument]) -> dict[str, Any]:
    return {
        "total": sum(line.net + line.tax for line in asked.lines),
        "partner": asked.supplier,
        "day": asked.posting_date,
        "accounting_date": asked.accounting_date,
        "order": asked.order,
    }


def _entry(asked: PostJournalEntry, _: Mapping[str, ErpDocument]) -> dict[str, Any]:
    return {
        "total": sum(line.debit for line in asked.lines),
        "partner": "",
        "day": asked.posting_date,
        "accounting_date": asked.accounting_date,
    }


def _supplier(_asked: CreateSupplier, _: Mapping[str, ErpDocument]) -> dict[str, Any]:
    return {"total": 0, "partner": "", "text": "", "lines": ()}


_MAKES: dict[str, tuple[str, type, Callable[[Any, Mapping[str, ErpDocument]], dict[str, Any]]]] = {
    "PostExpense": ("EXP", PostExpense, _expense),
    "CreatePurchaseOrder": ("RBP", CreatePurchaseOrder, _order),
    "PostGoodsReceipt": ("REC", PostGoodsReceipt, _goods),
    "PostSupplierInvoice": ("INV", PostSupplierInvoice, _invoice),
    "PostJournalEntry": ("JNL", PostJournalEntry, _entry),
    "CreateSupplier": ("SUP", CreateSupplier, _supplier),
}
"""Flow, command, and what is particular to its documents."""
_VOIDS = {
    "ReverseExpensePosting", "CancelPurchaseOrder", "ReverseGoodsReceipt", "ReverseSupplierInvoice",
    "ReverseJournalEntry",
}  # fmt: skip


def _made(record: Record, carried: Carried, when: Moment, documents: Mapping[str, ErpDocument]) -> ErpDocument:
    assert carried.document is not None, f"record {record.seq}: {carried.command} made nothing"
    flow, command, particular = _MAKES[carried.command]
    asked: Any = from_plain(carried.arguments, command)
    values: dict[str, Any] = {
        "currency": getattr(asked, "currency", ""),
        "day": when.at.date(),
        "accounting_date": None,
        "text": getattr(asked, "text", ""),
        "lines": getattr(asked, "lines", ()),
    }
    return ErpDocument(
        number=carried.document,
        flow=flow,
        company=asked.company,
        reference=asked.reference,
        actor=record.actor,
        made=when,
        started_ns=_started(record),
        asked=carried.arguments,
        **(values | particular(asked, documents)),
    )


# --- afterwards ------------------------------------------------------------------------------------------------


def _void(documents: dict[str, ErpDocument], carried: Carried, when: Moment) -> None:
    """An accrual that is reversed on or after its day of reversal has done its work: it is unwound, not void."""
    number = str(carried.arguments["number"])
    document = documents.get(number)
    if document is None:
        return
    if document.flow == "JNL":
        planned = document.asked.get("reverse_on")
        day = date.fromisoformat(str(carried.arguments["posting_date"]))
        if day >= date.fromisoformat(str(planned)) if planned else day > document.day:
            documents[number] = replace(document, unwound=when)
            return
    documents[number] = replace(document, voided=when)


def _pay(documents: dict[str, ErpDocument], run: RunPayments, when: Moment) -> None:
    """Expense postings; which invoices are paid depends on their match and the books announce it."""
    for number, document in documents.items():
        due = document.flow == "EXP" and document.live and document.paid is None
        if due and document.company == run.company and document.day <= run.cut_off:
            documents[number] = replace(document, paid=when)


def _mark(documents: dict[str, ErpDocument], record: Record, event: Emitted) -> None:
    document = documents.get(event.subject)
    if document is None:
        return
    what = event.type.partition(".")[2]
    when = Moment(record.seq, record.wire_ns, event.at)
    paid, flow = document.paid, document.flow
    if event.type in ("payment.completed", "supplier_invoice.paid") and flow == "INV":
        paid = paid or when
    elif event.type == "payment.returned":
        paid = None
    documents[event.subject] = replace(document, paid=paid, marks=(*document.marks, Mark(what, when, event.data)))
