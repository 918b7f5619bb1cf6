"""What the judge says: verdicts with findings, the run's headline, and the exit code. Decides no obligation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hardclose_mocks.kernel.money import Money

PROMISES_KEPT, PROMISE_BROKEN, NOT_ENOUGH, OURS = 0, 1, 3, 4
"""Exit codes of a judged run; 2 is for what is wrong before the first fact."""


class Status(StrEnum):
    """VACUOUS: nothing ever tempted the integration to break this, so keeping it proves nothing."""

    PASS = "PASS"  # noqa: S105  # a verdict, not a password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    VACUOUS = "VACUOUS"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise.

    `fact` is the fact's id, None where it is about no single one; `evidence` the record numbers that show it;
    `money` what is at stake; `card_line` the words of the contract card that made it avoidable."""

    obligation: str
    fact: str | None
    says: str
    evidence: tuple[int, ...]
    money: Money | None = None
    card_line: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`evaluated` counts the occasions on which the promise could have been broken; `note` is for people."""

    obligation: str
    status: Status
    evaluated: int
    findings: tuple[Finding, ...] = ()
    note: str = ""

    @classmethod
    def of(cls, obligation: str, findings: Iterable[Finding], *, evaluated: int, note: str = "") -> Verdict:
        """FAIL with findings, VACUOUS where nothing was tempted, else PASS."""
        found = tuple(findings)
        status = Status.FAIL if found else Status.PASS if evaluated else Status.VACUOUS
        return cls(obligation, status, max(evaluated, len(found)), found, note)

    @classmethod
    def unknown(cls, obligation: str, *, evaluated: int, note: str) -> Verdict:
        """The evidence does not suffice; `note` says what is missing."""
        return cls(obligation, Status.UNKNOWN, evaluated, (), note)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened. `wire_s` counts from the first record; `evidence` marks what proves the finding."""

    seq: int
    wire_s: float
    business: datetime
    who: str
    what: str
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Witness:
    """A finding opened into one timeline, and how to see it again."""

    finding: Finding
    timeline: tuple[TimelineEntry, ...]
    reproduce: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many, and how much in each currency (sorted by currency)."""

    count: int = 0
    money: tuple[Money, ...] = ()

    @classmethod
    def of(cls, amounts: Iterable[Money]) -> Bucket:
        """One per amount."""
        listed = list(amounts)
        sums: dict[str, Money] = {}
        for one in listed:
            sums[one.currency] = sums[one.currency] + one if one.currency in sums else one
        return cls(len(listed), tuple(sums[currency] for currency in sorted(sums)))


@dataclass(frozen=True, slots=True)
class Headline:
    """One document type at audit, in a queue checker's words.

    Each intended fact is in exactly one of posted_once, duplicated, lost, parked, superseded and unknown. `recovered`
    are those of posted_once that had an answer of unknown outcome on the way; `unexpected` are live documents that no
    fact ordered; the money of `duplicated` is the surplus."""

    flow: str
    document: str
    intended: Bucket
    posted_once: Bucket
    duplicated: Bucket
    lost: Bucket
    unexpected: Bucket
    recovered: Bucket
    parked: Bucket
    superseded: Bucket
    unknown: Bucket


@dataclass(frozen=True, slots=True)
class MustHappen:
    """A promise of the scenario about itself. `struck` says why this style of integration cannot meet it, if so."""

    name: str
    wanted: int
    seen: int
    struck: str | None = None

    @property
    def met(self) -> bool:
        return self.struck is not None or self.seen >= self.wanted


@dataclass(frozen=True, slots=True)
class RunVerdict:
    """The whole judgement of a run. `unfired` are aimed faults that never struck, `soundness` what is wrong with the
    history itself, `crashed` the checkers that did not come to an end, `struck` promises that do not apply."""

    scenario: str
    seed: int
    sut: str
    mode: str
    pace: str
    exit_code: int
    verdicts: tuple[Verdict, ...]
    witnesses: tuple[Witness, ...]
    headlines: tuple[Headline, ...]
    must_happen: tuple[MustHappen, ...]
    unfired: tuple[str, ...]
    struck: tuple[str, ...]
    soundness: tuple[str, ...]
    crashed: tuple[str, ...]
    settled: str
    """How the drain ended: `quiet`, `drain_max`, or empty where there was no audit."""
    reproduce: str

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for verdict in self.verdicts for finding in verdict.findings)


def exit_code(
    verdicts: Sequence[Verdict],
    *,
    must_happen: Sequence[MustHappen] = (),
    unfired: Sequence[str] = (),
    soundness: Sequence[str] = (),
    crashed: Sequence[str] = (),
) -> int:
    """Any FAIL is 1; else our own trouble is 4; else too little evidence is 3, and so is not one PASS; else 0."""
    statuses = {verdict.status for verdict in verdicts}
    if Status.FAIL in statuses:
        return PROMISE_BROKEN
    if crashed or soundness:
        return OURS
    missed = any(not one.met for one in must_happen)
    if Status.UNKNOWN in statuses or missed or unfired or Status.PASS not in statuses:
        return NOT_ENOUGH
    return PROMISES_KEPT
