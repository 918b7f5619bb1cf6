"""O05 CODING: the right account, cost object, tax, entity, and the right one to be paid."""

from __future__ import annotations

from hardclose_simulator.case import Case
from hardclose_simulator.coding import CODED, miscoded, of_another_revision
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.verdict import Finding, Verdict

ID = "O05"


def check(case: Case) -> Verdict:
    """O05: account, cost object and tax code of every line are those that were approved, and so is who gets the money.

    Judged on documents that stand at audit. A default in place of a code is legal if people were told of it in time.
    A supplier may be named by the number the integration itself was given for it."""
    posted = [
        (fact, document)
        for fact in case.facts
        if fact.flow in CODED
        for document in case.live(fact)
        if document.by_integration and document.lines
    ]
    findings = [
        Finding(
            ID,
            fact.id,
            f"{document.number} for {fact.source} {says}",
            tuple(sorted({case.fact_seqs[fact.id], document.made.seq})),
            case.money(fact),
            "what the source approved is what is posted: account, cost_center, project, tax_code, employee or supplier",
        )
        for fact, document in posted
        if not case.cards.get("erp", {}).get("defaults")
        and (says := miscoded(case, fact, document))
        and not _explained(case, document)
        and not case.excepted(fact, document)
        and not of_another_revision(case, fact, document)
    ]
    return Verdict.of(ID, findings, evaluated=len(posted))


def _explained(case: Case, document: ErpDocument) -> bool:
    """Whether a document that only a matching gave to its fact is coded exactly as another like it."""
    return case.attribution.links[document.number].how == "matching" and any(
        case.may_be(document, other) and not miscoded(case, other, document) for other in case.facts
    )
