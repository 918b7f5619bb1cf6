"""O01 EXO: one fact, one effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Fact
from hardclose_simulator.attempts import INTEGRATION, Know
from hardclose_simulator.case import DOCUMENT_NAMES, Case, plural
from hardclose_simulator.lives import POSITIVE, ErpDocument
from hardclose_simulator.period_line import MODULE_OF
from hardclose_simulator.verdict import Finding, Verdict

ID = "O01"
_WAYS_OUT = {
    "C1": "an Idempotency-Key is honoured: the same key for the same document, however often it is sent",
    "C2": "an Idempotency-Key is honoured for {life:g} s; afterwards documents can be searched by reference",
    "C3": "references are unique: the second one is refused and names the first",
    "C4": "postings can be searched by reference; a request commits at most {late:g} s after it was sent",
    "C5": "postings can be searched by reference {lag:g} s after a commit, which comes at most {late:g} s after the "
    "request was sent",
    "C6": "nothing tells a lost request from a lost answer: a surplus document is reversed before it is paid and "
    "before its period closes, and never written back",
}
WEAK = "C6"


def check(case: Case) -> Verdict:
    """O01: each fact has at most one live document at every instant, however often anybody repeats himself.

    An answer from the key store is no effect, a reversed document has ended, and twins are two facts. Where a look is
    all there is (C2, C4, C5) a system that itself committed later than its card says owns the duplicate. Where there is
    not even that (C6) a surplus is allowed for a while: see `_lasting`."""
    findings, excused = [], 0
    for fact in case.facts:
        crowd = most_at_once([one for one in case.documents_of(fact) if one.by_integration])
        surplus = [case.documents[number] for number, held in case.attribution.surplus.items() if held == fact.id]
        crowd += [one for one in surplus if one.by_integration and one not in crowd]
        if len(crowd) < 2:
            continue
        if too_late(case, fact):
            excused += 1
            continue
        if case.profile(fact) == WEAK:
            harm = _lasting(case, fact, crowd)
            if harm:
                findings.append(replace(_finding(case, fact, crowd), says=f"{_says(fact, crowd)}: {harm}"))
            continue
        findings.append(_finding(case, fact, crowd))
    tempted = sum(tempts(case, fact) for fact in case.facts)
    note = f"{excused} left out: the system committed later than its card says" if excused else ""
    return Verdict.of(ID, findings, evaluated=tempted, note=note)


def most_at_once(documents: Sequence[ErpDocument]) -> list[ErpDocument]:
    """The largest group of documents that were live together, in the order they were made."""
    groups = [[one for one in documents if one.live_at(moment.made.seq)] for moment in documents]
    return max(groups, key=len, default=[])


def tempts(case: Case, fact: Fact) -> bool:
    """Whether anything invited a second document: a doubtful outcome, several tries, or several announcements."""
    tries = case.creations(fact)
    messages = {one.tried.message for one in case.announcements(fact)}
    return len(tries) > 1 or any(one.know is Know.INFO for one in tries) or len(messages) > 1


def too_late(case: Case, fact: Fact) -> bool:
    """Whether, where a look is all there is, the system committed later than its card says."""
    late_s = float(case.terms(fact).get("late_commit_s", case.pace.late_commit_s))
    documents = [one for one in case.documents_of(fact) if one.by_integration]
    return case.profile(fact) in ("C2", "C4", "C5") and any(
        one.made.wire_ns - one.started_ns > late_s * 1_000_000_000 for one in documents
    )


def _lasting(case: Case, fact: Fact, crowd: Sequence[ErpDocument]) -> str:
    """O01b: what a surplus did before it was reversed, or that it never was; empty where it did no harm.

    Whoever could not have noticed and reversed it in time is excused: a late commit, a look and a reversal take what
    the card says they take. Nobody can reverse what is paid: where a payment came too soon, it is the others that must
    go, even the one that was written back."""
    grace_ns = round(grace_s(case, fact) * NS)
    deadline_ns = max(one.made.wire_ns for one in crowd) + grace_ns
    standing = [one for one in crowd if one.live]
    paid_ns = {one.number: one.paid.wire_ns for one in standing if one.paid is not None}
    too_soon = [ns for ns in paid_ns.values() if ns <= deadline_ns]
    deadline_ns = max([deadline_ns, *(ns + grace_ns for ns in too_soon)])
    if len(standing) > max(1, len(paid_ns)) and case.long_before_audit(deadline_ns):
        return f"{len(standing)} of them were never reversed"
    if len(paid_ns) > 1 and max(paid_ns.values()) > deadline_ns:
        return f"{len(paid_ns)} of them were paid"
    for one in crowd:
        closed_ns = _closed_ns(case, fact, one)
        if one.voided is not None and closed_ns is not None and one.voided.wire_ns > closed_ns > deadline_ns:
            return f"{one.number} was reversed after its period had closed"
        claims = [claim for claim in case.claims_of(fact) if claim.document == one.number and claim.state in POSITIVE]
        written_back = any(claim.actor == INTEGRATION for claim in claims)
        if one.voided is not None and standing and not too_soon and written_back:
            return f"{one.number} was written back as the document of record and then reversed"
    return ""


def grace_s(case: Case, fact: Fact) -> float:
    """Wire seconds that it takes to notice a surplus document and to reverse it: late commit, lag, and a person's."""
    terms, levels = case.terms(fact), case.cards.get("erp", {}).get("service_levels", {})
    return (
        float(terms.get("late_commit_s", case.pace.late_commit_s))
        + float(terms.get("read_lag_s", 0.0))
        + float(levels.get("exception_s", case.pace.exception_s))
    )


def _closed_ns(case: Case, fact: Fact, document: ErpDocument) -> int | None:
    """When the period of a document was closed first after it was made; None if it never was."""
    if document.company not in case.periods.companies or fact.flow not in MODULE_OF:
        return None
    period = case.periods.period_of(document.company, document.day)
    closings = (
        case.records[change.seq].wire_ns
        for change in case.periods.changes_of(document.company, MODULE_OF[fact.flow])
        if change.period == period and change.state != "open" and change.seq > document.made.seq
    )
    return next(closings, None)


def _says(fact: Fact, crowd: Sequence[ErpDocument]) -> str:
    numbers = ", ".join(one.number for one in crowd)
    return f"{fact.source} has {len(crowd)} live {plural(DOCUMENT_NAMES[fact.flow])} at once: {numbers}"


def _finding(case: Case, fact: Fact, crowd: Sequence[ErpDocument]) -> Finding:
    profile, late = case.profile(fact), float(case.terms(fact).get("late_commit_s", 0.0))
    lag = float(case.terms(fact).get("read_lag_s", 0.0))
    life = float(case.terms(fact).get("idempotency_key", {}).get("life_s", 0.0))
    way_out = _WAYS_OUT.get(profile, "")
    tellings = [
        seq
        for attempt in case.creations(fact)
        if attempt.made in {one.number for one in crowd}
        for seq in attempt.evidence
    ]
    return Finding(
        ID,
        fact.id,
        _says(fact, crowd),
        tuple(sorted({case.fact_seqs[fact.id], *(one.made.seq for one in crowd), *tellings})),
        case.money(fact) * (len(crowd) - 1),
        f"profile {profile}: {way_out.format(late=late, lag=lag, life=life)}" if way_out else f"profile {profile}",
    )
