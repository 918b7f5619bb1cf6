"""A finding as one timeline: everything in the history that is about it, in words."""

from __future__ import annotations

from collections.abc import Iterator

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import (
    Acted,
    DeliveryTried,
    ExceptionSeen,
    Exchange,
    Fact,
    Phase,
    Record,
    SutProcess,
    Told,
)
from hardclose_simulator.case import Case
from hardclose_simulator.period_line import MODULE_OF
from hardclose_simulator.telling import what_happened, who_did
from hardclose_simulator.verdict import Finding, TimelineEntry

LENGTH_MAX = 40
"""What proves the finding is always shown; of the rest, what lies nearest to it."""


def timeline_of(case: Case, finding: Finding) -> tuple[TimelineEntry, ...]:
    """In the order in which things began. The ending of an exchange is told with the exchange itself."""
    evidence = {_shown_as(case, seq) for seq in finding.evidence if 0 <= seq < len(case.records)}
    around = set(_about(case, finding)) - evidence
    near = sorted(around, key=lambda seq: (min((abs(seq - one) for one in evidence), default=0), seq))
    shown = evidence | set(near[: max(0, LENGTH_MAX - len(evidence))])
    first_ns = case.records[0].wire_ns
    tellings = {record.body.exchange: record.body for record in case.records if isinstance(record.body, Told)}
    return tuple(
        TimelineEntry(
            seq=seq,
            wire_s=round((_when_ns(case.records[seq]) - first_ns) / NS, 3),
            business=case.records[seq].business,
            who=who_did(case.records[seq]),
            what=what_happened(case, case.records[seq], tellings.get(seq)),
            evidence=seq in evidence,
        )
        for seq in sorted(shown, key=lambda seq: (_when_ns(case.records[seq]), seq))
    )


def _shown_as(case: Case, seq: int) -> int:
    body = case.records[seq].body
    return body.exchange if isinstance(body, Told) else seq


def _when_ns(record: Record) -> int:
    """A request and a delivery stand where they began."""
    return record.body.started_ns if isinstance(record.body, (Exchange, DeliveryTried)) else record.wire_ns


def _about(case: Case, finding: Finding) -> Iterator[int]:
    """Records about the finding's fact: people's acts, requests, deliveries, periods, payments, and the phases."""
    fact = next((one for one in (*case.facts, *case.changes) if one.id == finding.fact), None)
    if fact is None:
        return
    names = {fact.source, *case.attribution.documents_of(fact.id)}
    yield from (one.seq for one in case.attempts_by_fact.get(fact.id, ()))
    since = min(
        (record.seq for record in case.records if isinstance(record.body, Acted) and _names(record, names)),
        default=case.fact_seqs[fact.id],
    )
    moments = [moment for one in case.documents_of(fact) for moment in (one.made, one.voided, one.paid) if moment]
    yield from (moment.seq for moment in moments)
    for record in case.records[since:]:
        if _concerns(record, fact, names):
            yield record.seq


def _concerns(record: Record, fact: Fact, names: set[str]) -> bool:
    match record.body:
        case Fact(id=id_):
            return id_ == fact.id
        case DeliveryTried(subject=subject):
            return subject in names
        case ExceptionSeen(source=source):
            return any(name in source for name in names)
        case SutProcess() | Phase():
            return True
        case Acted(carried=carried) if carried.command == "SetPeriod":
            asked = carried.arguments
            return asked.get("company") == fact.company and asked.get("module") == MODULE_OF.get(fact.flow)
        case _:
            return _names(record, names)


def _names(record: Record, names: set[str]) -> bool:
    body = record.body
    return isinstance(body, Acted) and body.carried.document in names
