"""A judged run as plain data, fit to be shown: everything any of the reports says. Formats nothing.

The published JSON is a `Report` as it stands: a field here is a field there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hardclose_simulator.report.amounts import Amount, Count
from hardclose_simulator.report.fault_lines import FaultLine, Strike
from hardclose_simulator.report.pipeline import Flow, PeriodStep, PhaseSpan
from hardclose_simulator.verdict import Status, TimelineEntry


@dataclass(frozen=True, slots=True)
class RunHeader:
    """What was run. `style` is the manifest's mode; `notes` what was made of the input, such as an event log."""

    scenario: str
    title: str
    seed: int
    integration: str
    style: str
    mode: str
    pace: str
    run_tag: str
    harness: str
    folder: str | None
    notes: tuple[str, ...]
    reproduce: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The run in one word and one sentence. `troubles` are what else keeps it from being a plain pass; `settled` how
    the drain ended: quiet, drain_max, or empty where there was no audit."""

    exit_code: int
    word: str
    meaning: str
    sentence: str
    at_stake: tuple[Amount, ...]
    troubles: tuple[str, ...]
    settled: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One document type at audit. Each intended fact is in exactly one of posted_once, duplicated, lost, parked,
    superseded and unknown; `recovered` are part of posted_once; `unexpected` are documents no fact ordered; the money
    of `duplicated` is the surplus."""

    flow: str
    document: str
    intended: Count
    posted_once: Count
    recovered: Count
    duplicated: Count
    lost: Count
    unexpected: Count
    parked: Count
    superseded: Count
    unknown: Count


@dataclass(frozen=True, slots=True)
class ObligationLine:
    """`evaluated` counts the occasions on which the promise could have been broken. `expected` is why its failure was
    expected, empty where it was not or where there was none."""

    id: str
    name: str
    title: str
    says: str
    status: Status
    evaluated: int
    findings: int
    note: str
    expected: str = ""


@dataclass(frozen=True, slots=True)
class OpenedFinding:
    """One broken promise, opened into one timeline. `evidence` are record numbers of the history."""

    obligation: str
    title: str
    fact: str | None
    says: str
    money: Amount | None
    card_line: str | None
    evidence: tuple[int, ...]
    timeline: tuple[TimelineEntry, ...]
    reproduce: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What the scenario promised to put the integration through. `struck` says why it does not apply, if so."""

    name: str
    wanted: int
    seen: int
    met: bool
    struck: str | None


@dataclass(frozen=True, slots=True)
class Hashes:
    """Facts and plan are equal for equal scenario and seed; the history in virtual time only."""

    scenario: str
    facts: str
    plan: str
    history: str


@dataclass(frozen=True, slots=True)
class Durations:
    """`real_s` is None where a stored run was judged again."""

    wire_s: float
    business_s: float
    real_s: float | None
    business_from: datetime
    business_to: datetime


@dataclass(frozen=True, slots=True)
class Volumes:
    """What the history holds."""

    records: int
    exchanges: int
    deliveries: int
    facts: int


@dataclass(frozen=True, slots=True)
class Report:
    """A judged run."""

    schema: Literal["hardclose.report/1"]
    run: RunHeader
    verdict: Judgement
    reconciliation: tuple[Reconciliation, ...]
    obligations: tuple[ObligationLine, ...]
    findings: tuple[OpenedFinding, ...]
    must_happen: tuple[Promise, ...]
    unfired: tuple[str, ...]
    struck: tuple[str, ...]
    soundness: tuple[str, ...]
    crashed: tuple[str, ...]
    faults: tuple[FaultLine, ...]
    strikes: tuple[Strike, ...]
    phases: tuple[PhaseSpan, ...]
    periods: tuple[PeriodStep, ...]
    flows: tuple[Flow, ...]
    hashes: Hashes
    durations: Durations
    volumes: Volumes
    clock: tuple[tuple[float, datetime], ...]
    """Business time along the wire: at each of these wire seconds it was that; straight between them."""

    def findings_of(self, obligation: str) -> tuple[OpenedFinding, ...]:
        return tuple(one for one in self.findings if one.obligation == obligation)
