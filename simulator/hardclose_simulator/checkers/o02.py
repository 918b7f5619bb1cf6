"""O02 CAUSE: nothing from nowhere."""

from __future__ import annotations

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.attribution import names_in
from hardclose_simulator.case import DOCUMENT_NAMES, Case
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.source_line import SourceVersion
from hardclose_simulator.verdict import Finding, Verdict

ID = "O02"
CARD = "accounting_date: of the final approval; only approved documents are to be posted"


def check(case: Case) -> Verdict:
    """O02: no document without a business fact that ordered it, and none before it did.

    A document that nothing explains is one too many of a fact (O01) where facts like it exist. What the integration
    itself reversed before anybody paid it is no effect. A document made after people took the approval back is wrong
    only if the integration had been told so before it first asked for it, and had read nothing else lately."""
    made = [one for one in case.documents.values() if one.by_integration and one.number not in case.attribution.surplus]
    sources = {number: system for system, number in case.source_lines}
    findings = [finding for one in made if (finding := _uncaused(case, one, sources)) is not None]
    return Verdict.of(ID, findings, evaluated=len(made))


def _uncaused(case: Case, document: ErpDocument, sources: dict[str, str]) -> Finding | None:
    fact = case.fact_of(document)
    if fact is None:
        return _from_nowhere(case, document, sources)
    line = case.line_of(fact)
    approval = line.first_approval()
    if approval is None:
        return None
    if document.made.seq < approval.seq:
        says = f"was posted for {fact.source} before anybody had approved it"
        return _finding(document, fact, says, (approval.seq,))
    gone = gone_for_good(case, fact, document)
    if gone is not None:
        says = f"was asked for though {fact.source} was {gone.status} and the integration had been told so"
        return _finding(document, fact, says, (gone.seq,))
    return None


def gone_for_good(case: Case, fact: Fact, document: ErpDocument) -> SourceVersion | None:
    """The version that took every approval back before the document was asked for, as the integration knew then."""
    line = case.line_of(fact)
    before = [one for one in line.versions if one.seq < document.made.seq]
    if not before or before[-1].approved:
        return None
    last_good = max((one.seq for one in before if one.approved), default=-1)
    gone = next(one for one in before if one.seq > last_good)
    known = case.knowledge.told_of(fact.system, fact.source, gone.version, gone.seq)
    if case.relied_on(fact, document, {one.version for one in before if one.approved}):
        return None
    return gone if known is not None and known < case.asked_ns(fact, document) else None


def _from_nowhere(case: Case, document: ErpDocument, sources: dict[str, str]) -> Finding | None:
    if not document.live and document.paid is None:
        return None
    named = {name for text in (document.reference, *document.texts) for name in names_in(text)} & set(sources)
    if not named:
        return _finding(document, None, f"({document.reference}): no business fact ordered it", ())
    number = sorted(named)[0]
    line = case.source_lines[sources[number], number]
    approval = line.first_approval()
    if approval is not None and approval.seq < document.made.seq:
        # Approved in the source, outside the story: by hand, or cut off before it was written down.
        return None
    return _finding(document, None, f"was posted for {number}, which nobody had approved", (line.versions[-1].seq,))


def _finding(document: ErpDocument, fact: Fact | None, says: str, evidence: tuple[int, ...]) -> Finding:
    seqs = {document.made.seq, *evidence}
    return Finding(
        ID,
        fact.id if fact is not None else None,
        f"{DOCUMENT_NAMES.get(document.flow, 'document')} {document.number} {says}",
        tuple(sorted(seqs)),
        Money(document.total, document.currency),
        CARD,
    )
