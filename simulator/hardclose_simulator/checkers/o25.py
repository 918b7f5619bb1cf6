"""O25 BLOCKED: blocked masters are not used, and what names one waits for a person."""

from __future__ import annotations

from hardclose_mocks.history.records import Fact
from hardclose_simulator.case import Case
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.master_line import Use
from hardclose_simulator.verdict import Finding, Verdict

ID = "O25"


def check(case: Case) -> Verdict:
    """O25: no document is made for a blocked cost centre or supplier; nor is the blocked one swapped for another
    without an exception that tells people.

    Blocked means: at every instant from the card's freshness before the document was first asked for until it was
    made. Tempted by every fact that names a master which was blocked at its approval or afterwards."""
    findings, tempted = [], 0
    for fact in case.facts:
        uses = uses_of(fact)
        barred = [use for use in uses if case.masters.changes.get(use) or case.masters.known.get(use)]
        tempted += any(_ever_blocked(case, fact, use) for use in barred)
        for document in case.documents_of(fact):
            if document.by_integration and barred:
                findings += _used(case, fact, document, barred)
    return Verdict.of(ID, findings, evaluated=tempted)


def uses_of(fact: Fact) -> tuple[Use, ...]:
    """The masters a fact names that can be blocked."""
    centers = [("cost_center", str(line["cost_center"])) for line in fact.lines if line.get("cost_center")]
    supplier = [("supplier", fact.partner)] if fact.flow != "EXP" else []
    return tuple(dict.fromkeys([*supplier, *centers]))


def _ever_blocked(case: Case, fact: Fact, use: Use) -> bool:
    return case.masters.blocked_at(use, fact.due_at) or any(
        one.blocked and one.at >= fact.due_at for one in case.masters.changes.get(use, ())
    )


def _used(case: Case, fact: Fact, document: ErpDocument, barred: list[Use]) -> list[Finding]:
    since = case.looked_since(fact, document)
    centers = {getattr(line, "cost_center", None) for line in document.lines}
    found = []
    for use in barred:
        if case.masters.blocked_throughout(use, since, document.made.at):
            kind, number = use
            used = number in centers or number == document.partner
            if not used and case.excepted(fact, document):
                continue
            name = kind.replace("_", " ")
            says = (
                f"{document.number} for {fact.source} is on {name} {number}, which was blocked"
                if used
                else f"{document.number} was made for {fact.source} though its {name} {number} was blocked: "
                "another took its place, and nobody was told"
            )
            seqs = {case.fact_seqs[fact.id], document.made.seq, *case.masters.evidence(use)}
            card = "a blocked master refuses the document: it waits for a person"
            found.append(Finding(ID, fact.id, says, tuple(sorted(seqs)), case.money(fact), card))
    return found
