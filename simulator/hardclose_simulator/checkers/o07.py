"""O07 BATCH: partial outcomes are taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hardclose_mocks.history.records import Exchange, Fact
from hardclose_simulator.attempts import Attempt, Know
from hardclose_simulator.batches import BATCHES
from hardclose_simulator.case import Case
from hardclose_simulator.verdict import Finding, Verdict

ID = "O07"
ABSORBS = "C3"
"""Where references are unique, a row that is sent again is refused, and does no harm."""


def check(case: Case) -> Verdict:
    """O07: of a batch the good rows stay posted once, and the bad ones are retried or parked one by one.

    A row that was told to be posted is not sent again, but under the same key, or where the reference is unique. A row
    that was told to be refused ends posted, parked, rejected or taken back; judged at audit only. Tempted by batches
    that were answered with some rows refused. Documents that several rows may make are not judged."""
    if case.manifest.posting != "one_to_one":
        return Verdict.of(ID, [], evaluated=0, note="several documents of one fact are declared")
    findings: list[Finding] = []
    partial: set[int] = set()
    for fact in case.facts:
        tries = case.creations(fact)
        rows = [one for one in tries if _in_batch(case, one)]
        partial |= {one.seq for one in rows if one.know is Know.FAIL}
        findings.extend(_sent_again(case, fact, rows, tries))
        if (left := _left(case, fact, rows)) is not None:
            findings.append(left)
    return Verdict.of(ID, findings, evaluated=len(partial))


def _in_batch(case: Case, attempt: Attempt) -> bool:
    body = case.records[attempt.seq].body
    return isinstance(body, Exchange) and body.op in BATCHES


def _sent_again(case: Case, fact: Fact, rows: Sequence[Attempt], tries: Sequence[Attempt]) -> Iterator[Finding]:
    if case.profile(fact) == ABSORBS:
        return
    for row in rows:
        if row.know is not Know.OK:
            continue
        again = next(
            (one for one in tries if one.started_ns > row.known_ns and not _excused(case, fact, row, one)), None
        )
        if again is not None:
            seqs = tuple(sorted({case.fact_seqs[fact.id], *row.evidence, *again.evidence}))
            says = f"the row of {fact.source} was told to be posted as {row.made}, and was sent again"
            yield Finding(ID, fact.id, says, seqs, case.money(fact), "batches: each row stands for itself")
            return


def _excused(case: Case, fact: Fact, row: Attempt, again: Attempt) -> bool:
    """The same key, or a document that was taken back or changed by people meanwhile."""
    if row.key is not None and again.key == row.key:
        return True
    voided = (one.voided for one in case.documents_of(fact) if one.voided is not None)
    return case.superseded(fact) or any(moment.wire_ns <= again.started_ns for moment in voided)


def _left(case: Case, fact: Fact, rows: Sequence[Attempt]) -> Finding | None:
    """A refused row of which nothing became, and nobody was told."""
    refused = [one for one in rows if one.know is Know.FAIL]
    if not refused or case.settled != "quiet" or not case.long_before_audit(refused[-1].known_ns):
        return None
    if case.disposition(fact) != "NONE":
        return None
    seqs = tuple(sorted({case.fact_seqs[fact.id], *refused[-1].evidence}))
    name = refused[-1].refusal or "left out of the results"
    says = f"the row of {fact.source} was refused ({name}), and neither posted nor parked since"
    return Finding(ID, fact.id, says, seqs, case.money(fact), "batches: a refused row changes nothing")
