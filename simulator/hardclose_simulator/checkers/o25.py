"""O25 BLOCKED: blocked and merged masters are not used, and what names one waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hardclose_mocks.history.records import Fact
from hardclose_simulator.case import Case
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.master_line import Use
from hardclose_simulator.master_writes import MasterWrite, record_at
from hardclose_simulator.verdict import Finding, Verdict

ID = "O25"


def check(case: Case) -> Verdict:
    """O25: no document is made for a blocked cost centre or supplier; nor is the blocked one swapped for another
    without an exception that tells people.

    Blocked means: at every instant from the card's freshness before the document was first asked for until it was
    made. Likewise a supplier that was merged by then: what names him is for the survivor. Tempted by every fact that
    names a master which was blocked or merged at its approval or afterwards."""
    findings, tempted = [], 0
    for fact in case.facts:
        uses = uses_of(fact)
        barred = [use for use in uses if case.masters.changes.get(use) or case.masters.known.get(use)]
        tempted += any(_ever_blocked(case, fact, use) for use in barred)
        for document in case.documents_of(fact):
            if document.by_integration and barred:
                findings += _used(case, fact, document, barred)
        findings += _of_registered(case, fact)
        tempted += any(_ever_out(case, fact, number) for number in _records(case, fact))
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


# --- suppliers that the story registered: the fact names the request, the document the ERP's number -------------------


def _records(case: Case, fact: Fact) -> list[str]:
    """The ERP's numbers of the supplier that an order or an invoice names by its request."""
    asked = case.attribution.parties.registered.get(fact.partner) if fact.flow in ("RBP", "INV") else None
    first = case.facts_by_id.get(asked or "")
    if first is None:
        return []
    adopted = case.adopted(first)
    return [*case.attribution.documents_of(first.id), *([adopted.number] if adopted is not None else [])]


def _writes(case: Case, number: str) -> tuple[MasterWrite, ...]:
    return case.master_writes.get(("erp", "supplier", number), ())


def _ever_out(case: Case, fact: Fact, number: str) -> bool:
    """Blocked or merged, when the fact became due or since."""
    states = [one.after for one in _writes(case, number) if one.when.at >= fact.due_at]
    states += [state] if (state := record_at(_writes(case, number), fact.due_at)) is not None else []
    return any(one.blocked or one.merged_into for one in states)


def _survivor(case: Case, number: str, at: datetime) -> str:
    """Whom it had been merged into by then; itself if nobody."""
    state = record_at(_writes(case, number), at)
    return number if state is None or state.merged_into is None else _survivor(case, state.merged_into, at)


def _blocked_throughout(case: Case, number: str, since: datetime, until: datetime) -> bool:
    states = [record_at(_writes(case, number), since)]
    states += [one.after for one in _writes(case, number) if since < one.when.at <= until]
    return all(one is not None and one.blocked for one in states)


def _of_registered(case: Case, fact: Fact) -> Iterator[Finding]:
    numbers = _records(case, fact)
    for document in case.documents_of(fact) if numbers else ():
        if not document.by_integration:
            continue
        since, made = case.looked_since(fact, document), document.made.at
        right = {_survivor(case, number, at) for number in numbers for at in (since, made)}
        merged = any(_survivor(case, number, since) != number for number in numbers)
        blocked = all(_blocked_throughout(case, number, since, made) for number in right)
        what = "blocked" if blocked else "merged into " + ", ".join(sorted(right)) if merged else ""
        if not what or (document.partner in right and not blocked):
            continue
        used = document.partner in {*right, *numbers}
        if not used and case.excepted(fact, document):
            continue
        says = (
            f"{document.number} for {fact.source} is on supplier {document.partner}, which was {what}"
            if used
            else f"{document.number} was made for {fact.source} on {document.partner}, though its supplier "
            f"{numbers[0]} was {what}: another took its place, and nobody was told"
        )
        seqs = {case.fact_seqs[fact.id], document.made.seq}
        seqs |= {
            one.when.seq
            for number in (*numbers, *right)
            for one in _writes(case, number)
            if one.before is not None and (one.changed("blocked") or one.changed("merged_into"))
        }
        card = "a blocked master refuses the document, a merged one names its survivor"
        yield Finding(ID, fact.id, says, tuple(sorted(seqs)), case.money(fact), card)
