"""O01 EXO: one fact, one effect."""

from __future__ import annotations

from collections.abc import Sequence

from hardclose_mocks.history.records import Fact
from hardclose_simulator.attempts import Know
from hardclose_simulator.case import DOCUMENT_NAMES, Case, plural
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.verdict import Finding, Verdict

ID = "O01"
_WAYS_OUT = {
    "C1": "an Idempotency-Key is honoured: the same key for the same document, however often it is sent",
    "C3": "references are unique: the second one is refused and names the first",
    "C4": "postings can be searched by reference; a request commits at most {late:g} s after it was sent",
}


def check(case: Case) -> Verdict:
    """O01: each fact has at most one live document at every instant, however often anybody repeats himself.

    An answer from the key store is no effect, a reversed document has ended, and twins are two facts. Under C4 a
    system that itself committed later than its card says owns the duplicate."""
    findings, excused = [], 0
    for fact in case.facts:
        crowd = most_at_once([one for one in case.documents_of(fact) if one.by_integration])
        surplus = [case.documents[number] for number, held in case.attribution.surplus.items() if held == fact.id]
        crowd += [one for one in surplus if one.by_integration and one not in crowd]
        if len(crowd) < 2:
            continue
        if _too_late(case, fact):
            excused += 1
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


def _too_late(case: Case, fact: Fact) -> bool:
    late_s = float(case.terms(fact).get("late_commit_s", case.pace.late_commit_s))
    documents = [one for one in case.documents_of(fact) if one.by_integration]
    return case.profile(fact) == "C4" and any(
        one.made.wire_ns - one.started_ns > late_s * 1_000_000_000 for one in documents
    )


def _finding(case: Case, fact: Fact, crowd: Sequence[ErpDocument]) -> Finding:
    numbers = ", ".join(one.number for one in crowd)
    profile, late = case.profile(fact), float(case.terms(fact).get("late_commit_s", 0.0))
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
        f"{fact.source} has {len(crowd)} live {plural(DOCUMENT_NAMES[fact.flow])} at once: {numbers}",
        tuple(sorted({case.fact_seqs[fact.id], *(one.made.seq for one in crowd), *tellings})),
        case.money(fact) * (len(crowd) - 1),
        f"profile {profile}: {way_out.format(late=late)}" if way_out else f"profile {profile}",
    )
