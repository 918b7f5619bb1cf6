"""O19 APPROVED: no financial effect without the currently valid approval."""

from __future__ import annotations

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.case import MASTERS, Case
from hardclose_simulator.coding import of_document, of_source, values_of
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.source_line import SourceVersion
from hardclose_simulator.verdict import Finding, Verdict

ID = "O19"


def check(case: Case) -> Verdict:
    """O19: the revision that is posted is a revision that was approved, and its approval had not been revoked.

    The revision a document embodies is the one whose lines it carries; if several do, any of them will do. A recall or
    an edit counts from when the integration was told of it until it first asked for the document; but what it read
    itself before that, it may rely on for the card's `freshness_s`. What carries the
    lines of no revision at all is O03's business."""
    made = [
        (fact, document)
        for fact in case.facts
        if fact.flow not in MASTERS
        for document in case.documents_of(fact)
        if document.by_integration and case.line_of(fact).versions
    ]
    findings = []
    for fact, document in made:
        says, seqs = _unapproved(case, fact, document)
        if says:
            findings.append(
                Finding(
                    ID,
                    fact.id,
                    f"{document.number} for {fact.source} {says}",
                    tuple(sorted({document.made.seq, *seqs})),
                    Money(document.total, document.currency),
                    "`status` and `revision` of the source document: approved is a revision, not a number",
                )
            )
    return Verdict.of(ID, findings, evaluated=len(made))


def _unapproved(case: Case, fact: Fact, document: ErpDocument) -> tuple[str, tuple[int, ...]]:
    line = case.line_of(fact)
    embodied = _embodied(document, line.revisions())
    if not embodied:
        return "", ()
    reasons: list[tuple[str, tuple[int, ...]]] = []
    for revision in embodied:
        approval = line.first_approval(revision.revision)
        if approval is None:
            reasons.append((f"carries revision {revision.revision}, which nobody ever approved", (revision.seq,)))
        elif approval.seq > document.made.seq:
            says = f"carries revision {revision.revision}, which was not approved yet"
            reasons.append((says, (revision.seq, approval.seq)))
        else:
            gone = line.taken_back(revision.revision, since_seq=approval.seq)
            if gone is None or not _knew(case, fact, document, gone):
                return "", ()
            says = (
                f"carries revision {revision.revision}, which was {_fate(gone, revision)} before it was asked for, and "
                "the integration had been told so"
            )
            reasons.append((says, (approval.seq, gone.seq)))
    return reasons[-1]


def _embodied(document: ErpDocument, revisions: tuple[SourceVersion, ...]) -> list[SourceVersion]:
    """The revisions whose lines the document carries: charge and value, or at least the values."""
    contents = [(one, of_source(one.document)) for one in revisions]
    known = [(one, coding) for one, coding in contents if coding is not None]
    if not known:
        return list(revisions)
    there = of_document(document)
    exact = [one for one, coding in known if coding == there]
    return exact or [one for one, coding in known if values_of(coding) == values_of(there)]


def _knew(case: Case, fact: Fact, document: ErpDocument, gone: SourceVersion) -> bool:
    known = case.knowledge.told_of(fact.system, fact.source, gone.version, gone.seq)
    good = {one.version for one in case.line_of(fact).versions if one.approved and one.seq < gone.seq}
    if case.relied_on(fact, document, good):
        return False
    return gone.seq < document.made.seq and known is not None and known < case.asked_ns(fact, document)


def _fate(gone: SourceVersion, revision: SourceVersion) -> str:
    return "replaced by a later one" if gone.revision > revision.revision else gone.status
