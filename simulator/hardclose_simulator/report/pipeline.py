"""Documents through the pipeline over time, and the moments to read them by: phases, periods. Judges and draws nothing.

`_s` are wire seconds since the first record."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hardclose_mocks.clock import NS
from hardclose_mocks.history.codec import from_plain
from hardclose_mocks.history.records import Fact, Genesis, Phase, Record
from hardclose_mocks.kernel.calendars import first_day
from hardclose_mocks.kernel.master import Master
from hardclose_simulator.attribution import Attribution, attribute
from hardclose_simulator.case import DOCUMENT_NAMES
from hardclose_simulator.clock_line import ClockLine
from hardclose_simulator.lives import POSITIVE, Lives, accepted, fold_lives
from hardclose_simulator.period_line import TICK, PeriodLine

CLOSED = ("soft_closed", "hard_closed")


@dataclass(frozen=True, slots=True)
class Flow:
    """When each fact of a flow came to be due, posted, written back as posted, and paid; sorted. A fact counts once,
    at its first document and its first write-back. `paid_s` is empty where hardclose pays nothing."""

    flow: str
    document: str
    due_s: tuple[float, ...]
    posted_s: tuple[float, ...]
    written_back_s: tuple[float, ...]
    paid_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """`note` says why it began: `quiet`, `drain_max`, a deadline."""

    name: str
    note: str
    from_s: float
    to_s: float
    business_from: datetime


@dataclass(frozen=True, slots=True)
class PeriodStep:
    """Somebody opened or closed a posting period. `month` is its first day's calendar month, `2026-11`."""

    company: str
    module: str
    year: int
    period: int
    month: str
    before: str
    state: str
    at_s: float
    business: datetime


@dataclass(frozen=True, slots=True)
class Clockwork:
    """Wire seconds from records and business instants. `ends_s` is the last record's."""

    first_ns: int
    ends_s: float
    line: ClockLine

    @classmethod
    def of(cls, records: Sequence[Record]) -> Clockwork:
        first, last = records[0].wire_ns, records[-1].wire_ns
        return cls(first, round((last - first) / NS, 3), ClockLine.of(records))

    def seconds(self, wire_ns: int) -> float:
        return round((wire_ns - self.first_ns) / NS, 3)

    def business_at(self, seconds: float) -> datetime | None:
        """None where no clock was recorded."""
        return self.line.business_at(self.first_ns + round(seconds * NS))

    def seconds_of(self, business: datetime) -> float | None:
        """When the business clock showed this instant; None if it never did. Where it jumped over, when it jumped."""
        pieces = self.line.pieces
        for place, piece in enumerate(pieces):
            until_ns = pieces[place + 1].wire_ns if place + 1 < len(pieces) else None
            ahead_s = (business - piece.business).total_seconds()
            if ahead_s <= 0:
                return self.seconds(piece.wire_ns)
            if piece.rate > 0:
                wire_ns = piece.wire_ns + round(ahead_s / piece.rate * NS)
                if until_ns is None or wire_ns < until_ns:
                    return self.seconds(wire_ns)
        return None


def flows_of(records: Sequence[Record], clockwork: Clockwork) -> tuple[Flow, ...]:
    """One per flow that has facts."""
    facts = [
        (record.body, record.wire_ns)
        for record in records
        if isinstance(record.body, Fact) and record.body.what == "created"
    ]
    lives = fold_lives(records)
    links = attribute([fact for fact, _ in facts], lives.documents.values())
    return tuple(
        _flow(flow, [one for one in facts if one[0].flow == flow], lives, links, clockwork.seconds)
        for flow in DOCUMENT_NAMES
        if any(fact.flow == flow for fact, _ in facts)
    )


def _flow(
    flow: str,
    facts: Sequence[tuple[Fact, int]],
    lives: Lives,
    links: Attribution,
    seconds: Callable[[int], float],
) -> Flow:
    posted, written, paid = list[int](), list[int](), list[int]()
    for fact, _ in facts:
        documents = [lives.documents[number] for number in links.documents_of(fact.id)]
        claims = [one for one in lives.claims.get((fact.system, fact.source), ()) if one.state in POSITIVE]
        posted += [min(one.made.wire_ns for one in documents)] if documents else []
        written += [claims[0].when.wire_ns] if claims else []
        payments = [one.paid.wire_ns for one in documents if one.paid is not None]
        paid += [min(payments)] if payments else []
    times = ([due for _, due in facts], posted, written, paid)
    return Flow(flow, DOCUMENT_NAMES[flow], *(tuple(seconds(wire_ns) for wire_ns in sorted(one)) for one in times))


def reached(times_s: Sequence[float], at_s: float) -> int:
    """How many of the sorted times have come by `at_s`, inclusive."""
    return bisect_right(times_s, at_s)


def phases_of(records: Sequence[Record], clockwork: Clockwork) -> tuple[PhaseSpan, ...]:
    """Each lasts until the next begins, the last one until the end of the history."""
    marks = [(record, record.body) for record in records if isinstance(record.body, Phase)]
    starts = [clockwork.seconds(record.wire_ns) for record, _ in marks]
    ends = [*starts[1:], clockwork.ends_s]
    return tuple(
        PhaseSpan(body.name, body.note, from_s, to_s, record.business)
        for (record, body), from_s, to_s in zip(marks, starts, ends, strict=False)
    )


def period_steps(records: Sequence[Record], clockwork: Clockwork) -> tuple[PeriodStep, ...]:
    """In the order of the history."""
    return tuple(_steps(records, clockwork))


def _steps(records: Sequence[Record], clockwork: Clockwork) -> Iterator[PeriodStep]:
    genesis = next((one.body for one in records if one.system == "erp" and isinstance(one.body, Genesis)), None)
    if genesis is None:
        return
    master = from_plain(genesis.master, Master)
    commands = ((record.seq, carried) for record, carried in accepted(records) if record.system == "erp")
    line = PeriodLine.of(master.companies, master.first_period, commands)
    for change in line.changes:
        company = line.companies[change.company]
        yield PeriodStep(
            company=change.company,
            module=change.module,
            year=change.period[0],
            period=change.period[1],
            month=f"{first_day(company, *change.period):%Y-%m}",
            before=line.state(change.company, change.module, change.period, change.at - TICK),
            state=change.state,
            at_s=clockwork.seconds(records[change.seq].wire_ns),
            business=change.at,
        )
