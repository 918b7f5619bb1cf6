"""Builds a case from the records of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from hardclose_mocks.history.codec import HistoryError, from_plain
from hardclose_mocks.history.records import (
    Card,
    ExceptionSeen,
    Exchange,
    Fact,
    Genesis,
    JobEnded,
    ManifestSeen,
    Phase,
    Record,
    Run,
    Subscribed,
    Withdrawn,
)
from hardclose_mocks.kernel.master import Master
from hardclose_mocks.pace import CI, PACES
from hardclose_simulator.attempts import Attempt, attempts_of, losses_of
from hardclose_simulator.attribution import Marks, attribute
from hardclose_simulator.batches import BATCHES, row_attempts
from hardclose_simulator.case import CLOSED_ENTRY, CREATES, WRITE_BACKS, Case, Entry, PhaseMark
from hardclose_simulator.clock_line import ClockLine
from hardclose_simulator.knowledge import deliveries_of, knowledge_of
from hardclose_simulator.leaks import leaks
from hardclose_simulator.lives import Claim, accepted, fold_lives
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.master_line import MasterLine
from hardclose_simulator.period_line import PeriodLine
from hardclose_simulator.replicas import fold_replicas
from hardclose_simulator.soundness import refold

_FLOW_OF_OP = {op: flow for ops in (CREATES, WRITE_BACKS) for flow, op in ops.items()}


def build(records: Sequence[Record]) -> Case:
    """Raises HistoryError for a history whose values make no sense; soundness problems are listed in the case."""
    bodies = [record.body for record in records]
    run = next((body for body in bodies if isinstance(body, Run)), None)
    written = next((body.manifest for body in bodies if isinstance(body, ManifestSeen)), {})
    facts, changes = _facts(records)
    marks = Marks(fact for fact, _ in facts)
    lives = fold_lives(records)
    attempts, deliveries = attempts_of(records), deliveries_of(records)
    folded = refold(records)
    return Case(
        records=records,
        run=run,
        pace=PACES.get(run.pace, CI) if run is not None else CI,
        manifest=from_plain(written, Manifest),
        cards={record.system: record.body.card for record in records if isinstance(record.body, Card)},
        facts=tuple(fact for fact, _ in facts),
        changes=tuple(fact for fact, _ in changes),
        fact_seqs={fact.id: seq for fact, seq in (*facts, *changes)},
        facts_by_id={fact.id: fact for fact, _ in facts},
        documents=lives.documents,
        attribution=attribute([fact for fact, _ in facts], lives.documents.values()),
        replicas=fold_replicas(records),
        master_writes=folded.master_writes,
        claims=lives.claims,
        claimed=_claimed(lives.claims),
        sources=folded.sources,
        source_lines=folded.source_lines,
        attempts=attempts,
        attempts_by_fact=_by_fact(records, attempts, marks),
        deliveries=deliveries,
        entries=tuple(_entries(records, marks)),
        periods=_periods(records),
        masters=_masters(records),
        clock=ClockLine.of(records),
        knowledge=knowledge_of(attempts, deliveries),
        phases=tuple(
            PhaseMark(record.body.name, record.body.note, record.seq, record.wire_ns)
            for record in records
            if isinstance(record.body, Phase)
        ),
        losses=losses_of(records),
        leaks=tuple(leaks(records)),
        subscribed=any(isinstance(body, Subscribed) and body.state == "created" for body in bodies),
        problems=folded.problems,
    )


def _facts(records: Sequence[Record]) -> tuple[list[tuple[Fact, int]], list[tuple[Fact, int]]]:
    """Those that order a document and those that do not, with their record numbers. Raises HistoryError where two
    share an id, or two that order a document a source."""
    found: list[tuple[Fact, int]] = []
    changes: list[tuple[Fact, int]] = []
    seen: dict[object, int] = {}
    withdrawn = {record.body.fact for record in records if isinstance(record.body, Withdrawn)}
    for record in records:
        if isinstance(record.body, Fact):
            fact = record.body
            if fact.id in withdrawn:
                # It was taken back: what stands is whatever replaced it, if anything did.
                continue
            orders = fact.flow in CREATES and fact.what == "created"
            for name in (fact.id, (fact.system, fact.source)) if orders else (fact.id,):
                if name in seen:
                    raise HistoryError(f"records {seen[name]} and {record.seq} are both the fact {name}")
                seen[name] = record.seq
            (found if orders else changes).append((fact, record.seq))
    return found, changes


def _claimed(claims: Mapping[tuple[str, str], tuple[Claim, ...]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for (_, source), listed in claims.items():
        for document in dict.fromkeys(one.document for one in listed if one.document is not None):
            found.setdefault(document, []).append(source)
    return {document: tuple(sources) for document, sources in found.items()}


def _periods(records: Sequence[Record]) -> PeriodLine:
    for record in records:
        if isinstance(record.body, Genesis) and record.system == "erp":
            master = from_plain(record.body.master, Master)
            commands = ((one.seq, carried) for one, carried in accepted(records) if one.system == "erp")
            return PeriodLine.of(master.companies, master.first_period, commands)
    return PeriodLine({}, date.min, ())


def _masters(records: Sequence[Record]) -> MasterLine:
    for record in records:
        if isinstance(record.body, Genesis) and record.system == "erp":
            commands = ((one.seq, carried) for one, carried in accepted(records) if one.system == "erp")
            return MasterLine.of(from_plain(record.body.master, Master), commands)
    return MasterLine({}, {})


def _by_fact(records: Sequence[Record], attempts: Sequence[Attempt], marks: Marks) -> Mapping[str, tuple[Attempt, ...]]:
    """Attempts by the fact their reference, number, or line texts name; whatever the dialect calls the fields."""
    about: dict[str, list[Attempt]] = {}
    jobs = {record.body.exchange: record.body.answer for record in records if isinstance(record.body, JobEnded)}
    for attempt, body in _by_row(records, attempts, jobs):
        flow = _FLOW_OF_OP.get(attempt.op)
        if flow is None:
            continue
        named = marks.named(flow, attempt.subject)
        fact = next(iter(named)) if len(named) == 1 else marks.marked(flow, _texts(body.body))
        if fact is not None:
            about.setdefault(fact, []).append(attempt)
    return {fact: tuple(listed) for fact, listed in about.items()}


def _by_row(
    records: Sequence[Record], attempts: Sequence[Attempt], jobs: Mapping[int, Any]
) -> Iterator[tuple[Attempt, Exchange]]:
    """Attempts with their exchanges; those of a batch row by row."""
    for attempt in attempts:
        body = records[attempt.seq].body
        assert isinstance(body, Exchange), f"record {attempt.seq} is no exchange"
        if attempt.op in BATCHES:
            bare = replace(body, body=None)
            yield from ((row, bare) for row in row_attempts(attempt, body, jobs.get(attempt.seq, body.answer)))
        else:
            yield attempt, body


def _entries(records: Sequence[Record], marks: Marks) -> Iterator[Entry]:
    for record in records:
        if isinstance(record.body, ExceptionSeen):
            seen = record.body
            texts = [seen.source, *_texts(seen.raw)]
            mentions = frozenset(fact for flow in CREATES for text in texts for fact in marks.named(flow, text))
            states = {str(seen.raw.get(name, "")).lower() for name in ("state", "status")}
            is_open = not (states & CLOSED_ENTRY) and seen.raw.get("resolved") is not True
            named = {fact for flow in CREATES for fact in marks.named(flow, seen.source)}
            about = next(iter(named)) if len(named) == 1 else None
            yield Entry(record.seq, record.wire_ns, seen.source, seen.reason, is_open, about, mentions)


def _texts(value: Any) -> list[str]:
    """Every text in plain JSON, in order."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in _texts(one)]
    return []
