"""O06 TENANT: no leakage between companies."""

from __future__ import annotations

from collections import defaultdict

from hardclose_mocks.history.records import Fact
from hardclose_simulator.case import Case
from hardclose_simulator.verdict import Finding, Verdict

ID = "O06"
CARD = "a number identifies a document within its source system only"


def check(case: Case) -> Verdict:
    """O06: a fact of one company or source never makes a document in another's books, nor keeps one out of them.

    A document is in the wrong books if its company is not its fact's. A fact is suppressed if it is nowhere at audit
    while another under the very same number, from another source or company, is in the books. Which requests carried
    whose numbers is not judged: the integration has one credential per system."""
    findings = [
        Finding(
            ID,
            fact.id,
            f"{document.number} for {fact.source} stands in the books of {document.company} instead of {fact.company}",
            (case.fact_seqs[fact.id], document.made.seq),
            case.money(fact),
            CARD,
        )
        for fact in case.facts
        for document in case.documents_of(fact)
        if document.by_integration and document.company != fact.company
    ]
    by_number: dict[str, list[Fact]] = defaultdict(list)
    for fact in case.facts:
        by_number[fact.source].append(fact)
    shared = [facts for facts in by_number.values() if len(facts) > 1]
    for facts in shared:
        findings.extend(_suppressed(case, facts))
    crossed = len({fact.company for fact in case.facts}) > 1
    documents = sum(one.by_integration for one in case.documents.values()) if crossed else 0
    return Verdict.of(ID, findings, evaluated=documents + sum(len(facts) for facts in shared))


def _suppressed(case: Case, facts: list[Fact]) -> list[Finding]:
    if case.audit is None:
        return []
    standing = [fact for fact in facts if case.live(fact)]
    lost = [
        fact
        for fact in facts
        if case.disposition(fact) == "NONE" and case.long_before_audit(case.records[case.fact_seqs[fact.id]].wire_ns)
    ]
    return [
        Finding(
            ID,
            fact.id,
            f"{fact.source} of {fact.company} in the {fact.system} system is nowhere, while the document of the "
            f"same number from the {other.system} system stands as {case.live(other)[0].number}",
            tuple(sorted({case.fact_seqs[fact.id], case.fact_seqs[other.id], case.live(other)[0].made.seq})),
            case.money(fact),
            CARD,
        )
        for fact in lost
        for other in standing[:1]
    ]
