"""Builds the model of a report from a history and the verdict on it. Judges nothing, formats nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import ClockSet, DeliveryTried, Exchange, Fact, ManifestSeen, Record, Run
from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.report.amounts import Amount, Count, at_stake
from hardclose_simulator.report.fault_lines import fault_lines
from hardclose_simulator.report.judged_run import (
    Durations,
    Hashes,
    Judgement,
    ObligationLine,
    OpenedFinding,
    Promise,
    Reconciliation,
    Report,
    RunHeader,
    Volumes,
)
from hardclose_simulator.report.pipeline import Clockwork, flows_of, period_steps, phases_of
from hardclose_simulator.report.redaction import redacted, redactor
from hardclose_simulator.report.wording import MEANINGS, WORDS, sentence, troubles
from hardclose_simulator.verdict import Headline, MustHappen, RunVerdict, Verdict, Witness


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a history does not know of itself. `duration_s` is how long playing and judging took here."""

    folder: str | None
    history_hash: str
    duration_s: float | None


def build_model(records: Sequence[Record], verdict: RunVerdict, info: RunInfo) -> Report:
    """Every text in it comes out without credentials and control characters, whoever wrote it."""
    clockwork = Clockwork.of(records)
    run = next((record.body for record in records if isinstance(record.body, Run)), None)
    lines, strikes = fault_lines(records, clockwork)
    report = Report(
        schema="hardclose.report/1",
        run=_header(records, run, verdict, info),
        verdict=Judgement(
            exit_code=verdict.exit_code,
            word=WORDS[verdict.exit_code],
            meaning=MEANINGS[verdict.exit_code],
            sentence=sentence(verdict),
            at_stake=at_stake(verdict.findings),
            troubles=troubles(verdict),
            settled=verdict.settled,
        ),
        reconciliation=tuple(_reconciliation(one) for one in verdict.headlines),
        obligations=tuple(_obligation(one) for one in verdict.verdicts),
        findings=tuple(_opened(one) for one in verdict.witnesses),
        must_happen=tuple(_promise(one) for one in verdict.must_happen),
        unfired=verdict.unfired,
        struck=verdict.struck,
        soundness=verdict.soundness,
        crashed=verdict.crashed,
        faults=lines,
        strikes=strikes,
        phases=phases_of(records, clockwork),
        periods=period_steps(records, clockwork),
        flows=flows_of(records, clockwork),
        hashes=Hashes(
            scenario=run.scenario_hash if run is not None else "",
            facts=run.facts_hash if run is not None else "",
            plan=run.plan_hash if run is not None else "",
            history=info.history_hash,
        ),
        durations=_durations(records, clockwork, info),
        volumes=_volumes(records),
        clock=_clock(clockwork),
    )
    return redacted(report, redactor(records))


def _header(records: Sequence[Record], run: Run | None, verdict: RunVerdict, info: RunInfo) -> RunHeader:
    manifest = next((record.body.manifest for record in records if isinstance(record.body, ManifestSeen)), {})
    configured: Any = run.config if run is not None else {}
    notes = configured.get("notes", ())
    return RunHeader(
        scenario=verdict.scenario,
        title=str(configured.get("title") or verdict.scenario or "a history without a header"),
        seed=verdict.seed,
        integration=verdict.sut,
        style=str(manifest.get("mode", "")),
        mode=verdict.mode,
        pace=verdict.pace,
        run_tag=run.run_tag if run is not None else "",
        harness=run.harness if run is not None else "",
        folder=info.folder,
        notes=tuple(str(one) for one in notes) if isinstance(notes, (list, tuple)) else (),
        reproduce=verdict.reproduce,
    )


def _reconciliation(headline: Headline) -> Reconciliation:
    count = Count.of
    return Reconciliation(
        flow=headline.flow,
        document=headline.document,
        intended=count(headline.intended),
        posted_once=count(headline.posted_once),
        recovered=count(headline.recovered),
        duplicated=count(headline.duplicated),
        lost=count(headline.lost),
        unexpected=count(headline.unexpected),
        parked=count(headline.parked),
        superseded=count(headline.superseded),
        unknown=count(headline.unknown),
    )


def _obligation(verdict: Verdict) -> ObligationLine:
    known = OBLIGATIONS.get(verdict.obligation)
    return ObligationLine(
        id=verdict.obligation,
        name=known.name if known is not None else "",
        title=known.title if known is not None else verdict.obligation,
        says=known.says if known is not None else "",
        status=verdict.status,
        evaluated=verdict.evaluated,
        findings=len(verdict.findings),
        note=verdict.note,
    )


def _opened(witness: Witness) -> OpenedFinding:
    finding = witness.finding
    known = OBLIGATIONS.get(finding.obligation)
    return OpenedFinding(
        obligation=finding.obligation,
        title=known.title if known is not None else finding.obligation,
        fact=finding.fact,
        says=finding.says,
        money=Amount.of(finding.money) if finding.money is not None else None,
        card_line=finding.card_line,
        evidence=finding.evidence,
        timeline=witness.timeline,
        reproduce=witness.reproduce,
    )


def _promise(promise: MustHappen) -> Promise:
    return Promise(promise.name, promise.wanted, promise.seen, promise.met, promise.struck)


def _durations(records: Sequence[Record], clockwork: Clockwork, info: RunInfo) -> Durations:
    first, last = records[0].business, records[-1].business
    real_s = round(info.duration_s, 3) if info.duration_s is not None else None
    return Durations(clockwork.ends_s, round((last - first).total_seconds(), 3), real_s, first, last)


def _volumes(records: Sequence[Record]) -> Volumes:
    def held(kind: type) -> int:
        return sum(isinstance(record.body, kind) for record in records)

    return Volumes(len(records), held(Exchange), held(DeliveryTried), held(Fact))


def _clock(clockwork: Clockwork) -> tuple[tuple[float, datetime], ...]:
    """Where the clock jumps, both sides of the jump."""
    points: list[tuple[float, datetime]] = []
    before: ClockSet | None = None
    for piece in clockwork.line.pieces:
        at_s = max(0.0, clockwork.seconds(piece.wire_ns))
        if before is not None:
            points.append((at_s, _reads(before, piece.wire_ns)))
        if not points or points[-1] != (at_s, piece.business):
            points.append((at_s, piece.business))
        before = piece
    if before is not None:
        points.append((clockwork.ends_s, _reads(before, clockwork.first_ns + round(clockwork.ends_s * NS))))
    return tuple(points)


def _reads(piece: ClockSet, wire_ns: int) -> datetime:
    return piece.business + timedelta(seconds=(wire_ns - piece.wire_ns) / NS * piece.rate)
