"""O41 TRACE: every effect can be traced."""

from __future__ import annotations

from collections import defaultdict

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.attribution import Marks
from hardclose_simulator.case import Case
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.verdict import Finding, Verdict

ID = "O41"
CARD = "reference: the number of the source document, one document's alone"


def check(case: Case) -> Verdict:
    """O41: a document's reference leads to one fact, and to the one its lines are about.

    A shortened or hashed reference is legal while it is one fact's alone: a look-up table leads back. A reference that
    several facts' documents share leads nowhere; one that names another fact than the lines do leads astray."""
    made = [one for one in case.documents.values() if one.by_integration and case.fact_of(one) is not None]
    marks = Marks(case.facts)
    by_reference: dict[tuple[str, str], dict[str, ErpDocument]] = defaultdict(dict)
    for document in made:
        fact = case.fact_of(document)
        if fact is None or _cut(case, document):
            continue
        if case.attribution.links[document.number].how != "reference":
            by_reference[document.flow, document.reference].setdefault(fact.id, document)
    findings = []
    for document in made:
        fact = case.fact_of(document)
        assert fact is not None, f"{document.number} lost its fact"
        if case.attribution.links[document.number].how == "reference":
            other = _lines_of_another(marks, document, fact, case)
            if other is not None:
                says = f"refers to {fact.source}, and its lines are those of {other.source}"
                findings.append(_finding(case, document, other, says, ()))
            continue
        sharers = by_reference.get((document.flow, document.reference), {})
        if len(sharers) > 1 and next(iter(sharers)) == fact.id:
            others = [one for owner, one in sharers.items() if owner != fact.id]
            says = f"refers to '{document.reference}', and so do {len(others)} documents of other facts"
            findings.append(_finding(case, document, fact, says, tuple(one.made.seq for one in others[:3])))
    return Verdict.of(ID, findings, evaluated=len(made))


def _cut(case: Case, document: ErpDocument) -> bool:
    """Whether the system may have shortened the reference, as its card says it does."""
    most = (case.cards.get("erp", {}).get("normalisation") or {}).get("reference_max")
    return most is not None and len(document.reference) >= int(most)


def _lines_of_another(marks: Marks, document: ErpDocument, fact: Fact, case: Case) -> Fact | None:
    """The one fact whose number every line bears, if that is not the reference's."""
    named = [marks.named(document.flow, text) for text in document.texts]
    if not named or any(len(one) != 1 for one in named):
        return None
    owners = {next(iter(one)) for one in named}
    return case.facts_by_id[owners.pop()] if len(owners) == 1 and owners != {fact.id} else None


def _finding(case: Case, document: ErpDocument, fact: Fact, says: str, evidence: tuple[int, ...]) -> Finding:
    seqs = {case.fact_seqs[fact.id], document.made.seq, *evidence}
    return Finding(
        ID, fact.id, f"{document.number} {says}", tuple(sorted(seqs)), Money(document.total, document.currency), CARD
    )
