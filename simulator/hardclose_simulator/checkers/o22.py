"""O22 PERIOD: right date, open period, right calendar."""

from __future__ import annotations

from datetime import UTC, date

from hardclose_mocks.history.records import Fact
from hardclose_simulator.case import Case
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.period_line import MODULE_OF, Period
from hardclose_simulator.verdict import Finding, Verdict

ID = "O22"


def check(case: Case) -> Verdict:
    """O22: a document's date lies in the period of its accounting date if that period was open; else in the next open.

    What was open is asked of every instant from the card's freshness before the request was first sent until it
    committed; whatever could have been known in that time is right. Parking is always right. A moved posting keeps
    its original date, in `accounting_date` or in words; purchase orders have no such field and need not."""
    facts = [fact for fact in case.facts if fact.company in case.periods.companies and fact.flow in MODULE_OF]
    findings = [
        _finding(case, fact, document, says)
        for fact in facts
        for document in case.documents_of(fact)
        if document.by_integration and (says := _wrong(case, fact, document))
    ]
    return Verdict.of(ID, findings, evaluated=sum(_tempted(case, fact) for fact in facts))


def _wrong(case: Case, fact: Fact, document: ErpDocument) -> str:
    """What is wrong with the document's date, in words; empty when it can be explained."""
    line, module = case.periods, MODULE_OF[fact.flow]
    ordered = date.fromisoformat(fact.accounting_date)
    home, there = line.period_of(fact.company, ordered), line.period_of(fact.company, document.day)
    if there == home:
        return ""
    dated = f"is dated {document.day} ({_name(there)}), its accounting date is {ordered} ({_name(home)})"
    if there < home:
        return f"{dated}: earlier than the fact"
    moments = line.moments(fact.company, module, case.looked_since(fact, document), document.made.at)
    if all(line.state(fact.company, module, home, at) == "open" for at in moments):
        return f"{dated}: that period was open all the time"
    nexts = {line.earliest_open_after(fact.company, module, home, at) for at in moments}
    if there not in nexts:
        names = " or ".join(sorted(_name(one) for one in nexts if one is not None)) or "none"
        return f"{dated}: the next open period was {names}"
    if case.manifest.closed_period == "park":
        return f"{dated}: the manifest says that closed periods are parked, not re-dated"
    if fact.flow != "RBP" and document.accounting_date != ordered and not _told_in_words(document, ordered):
        kept = f"{document.accounting_date} instead" if document.accounting_date else "nothing"
        return f"{dated}: moved rightly, but of the original date it keeps {kept}"
    return ""


def _told_in_words(document: ErpDocument, ordered: date) -> bool:
    return any(ordered.isoformat() in text for text in (document.text, *document.texts))


def _tempted(case: Case, fact: Fact) -> bool:
    """Whether a careless date would have been another period's, or the right period was not open all along."""
    line, module = case.periods, MODULE_OF[fact.flow]
    home = line.period_of(fact.company, date.fromisoformat(fact.accounting_date))
    careless = {line.period_of(fact.company, fact.due_at.astimezone(UTC).date())}
    documents = case.documents_of(fact)
    until = max((document.made.at for document in documents), default=fact.due_at)
    owner = line.companies[fact.company]
    careless |= {line.period_of(fact.company, owner.business_date(document.made.at)) for document in documents}
    refused = any(one.refusal == "PeriodClosed" for one in case.creations(fact))
    moments = line.moments(fact.company, module, fact.due_at, max(until, fact.due_at))
    closed = any(line.state(fact.company, module, home, at) != "open" for at in moments)
    return careless != {home} or refused or closed


def _name(period: Period) -> str:
    return f"{period[0]}/{period[1]:02}"


def _finding(case: Case, fact: Fact, document: ErpDocument, says: str) -> Finding:
    module = MODULE_OF[fact.flow]
    changes = [
        one.seq
        for one in case.periods.changes_of(fact.company, module)
        if one.at <= document.made.at and one.period >= case.periods.period_of(fact.company, fact.due_at.date())
    ]
    refusals = [seq for one in case.creations(fact) if one.refusal == "PeriodClosed" for seq in one.evidence]
    card = case.cards.get(fact.system, {}).get("accounting_date")
    return Finding(
        ID,
        fact.id,
        f"{document.number} for {fact.source} {says}",
        tuple(sorted({case.fact_seqs[fact.id], document.made.seq, *changes[-4:], *refusals[-2:]})),
        case.money(fact),
        f"accounting_date: {card}" if card else None,
    )
