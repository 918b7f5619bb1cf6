"""The life of every document, folded from the commands the books accepted: made, voided, paid, written back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hardclose_mocks.history.codec import from_plain
from hardclose_mocks.history.records import Acted, Carried, Exchange, Record
from hardclose_mocks.kernel.commands import (
    CreatePurchaseOrder,
    OrderLine,
    PostExpense,
    PostingLine,
    RecordPosting,
    ReverseExpensePosting,
    RunPayments,
)
from hardclose_simulator.attempts import INTEGRATION

FLOW_OF_COMMAND = {"PostExpense": "EXP", "CreatePurchaseOrder": "RBP"}
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
class ErpDocument:
    """One document in the ERP with its whole life. `total` is gross (EXP) or net (RBP), `partner` the employee or
    supplier, `day` its posting or order date. `started_ns` is when the request that made it arrived."""

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
    lines: tuple[PostingLine, ...] | tuple[OrderLine, ...]
    actor: str
    made: Moment
    started_ns: int
    voided: Moment | None = None
    paid: Moment | None = None

    @property
    def live(self) -> bool:
        """At the end of the history."""
        return self.voided is None

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(line.text for line in self.lines)

    @property
    def by_integration(self) -> bool:
        return self.actor == INTEGRATION

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


def accepted(records: Sequence[Record]) -> Iterator[tuple[Record, Carried]]:
    """Every command that changed books, with the record it stands in."""
    for record in records:
        match record.body:
            case Exchange(carried=carried):
                yield from ((record, one) for one in carried if one.refusal is None)
            case Acted(carried=one) if one.refusal is None:
                yield record, one
            case _:
                pass


def fold_lives(records: Sequence[Record]) -> Lives:
    """By the numbers the callers were told, whatever a second fold of the books would draw."""
    documents: dict[str, ErpDocument] = {}
    claims: dict[tuple[str, str], list[Claim]] = {}
    for record, carried in accepted(records):
        when = Moment(record.seq, record.wire_ns, carried.at)
        match carried.command:
            case "PostExpense" | "CreatePurchaseOrder":
                document = _made(record, carried, when)
                documents[document.number] = document
            case "ReverseExpensePosting":
                _void(documents, from_plain(carried.arguments, ReverseExpensePosting).number, when)
            case "CancelPurchaseOrder":
                _void(documents, str(carried.arguments["number"]), when)
            case "RunPayments":
                _pay(documents, from_plain(carried.arguments, RunPayments), when)
            case "RecordPosting":
                written = from_plain(carried.arguments, RecordPosting)
                claim = Claim(when, written.state, written.document, written.reason, record.actor, _started(record))
                claims.setdefault((record.system, written.number), []).append(claim)
            case _:
                pass
    return Lives(documents, {source: tuple(listed) for source, listed in claims.items()})


def _started(record: Record) -> int:
    return record.body.started_ns if isinstance(record.body, Exchange) else record.wire_ns


def _made(record: Record, carried: Carried, when: Moment) -> ErpDocument:
    assert carried.document is not None, f"record {record.seq}: {carried.command} made nothing"
    if carried.command == "PostExpense":
        posting = from_plain(carried.arguments, PostExpense)
        return ErpDocument(
            number=carried.document,
            flow="EXP",
            company=posting.company,
            reference=posting.reference,
            currency=posting.currency,
            total=sum(line.net + line.tax for line in posting.lines),
            partner=posting.employee,
            day=posting.posting_date,
            accounting_date=posting.accounting_date,
            text=posting.text,
            lines=posting.lines,
            actor=record.actor,
            made=when,
            started_ns=_started(record),
        )
    order = from_plain(carried.arguments, CreatePurchaseOrder)
    return ErpDocument(
        number=carried.document,
        flow="RBP",
        company=order.company,
        reference=order.reference,
        currency=order.currency,
        total=sum(line.quantity * line.unit_price for line in order.lines),
        partner=order.supplier,
        day=order.order_date,
        accounting_date=None,
        text=order.text,
        lines=order.lines,
        actor=record.actor,
        made=when,
        started_ns=_started(record),
    )


def _void(documents: dict[str, ErpDocument], number: str, when: Moment) -> None:
    if number in documents:
        documents[number] = replace(documents[number], voided=when)


def _pay(documents: dict[str, ErpDocument], run: RunPayments, when: Moment) -> None:
    for number, document in documents.items():
        due = document.flow == "EXP" and document.live and document.paid is None
        if due and document.company == run.company and document.day <= run.cut_off:
            documents[number] = replace(document, paid=when)
