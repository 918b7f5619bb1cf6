"""O39 SCHEMA: additive change is harmless, breaking change is loud."""

from __future__ import annotations

from hardclose_mocks.history.records import DeliveryTried, Exchange, Fact
from hardclose_simulator.attempts import INTEGRATION
from hardclose_simulator.case import Case
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.settling import liveness
from hardclose_simulator.verdict import Finding, Verdict

ID = "O39"
RELEASE = "F47"
ADDITIVE = "additive"


def check(case: Case) -> Verdict:
    """O39: unknown fields are ignored, and what is no longer understood is parked, never guessed.

    Judged at audit, for documents that a changed release (F47) showed to the integration while they were open. After
    an additive change they come out as without it: posted, or parked for a refusal it was told of. After any other one
    they are parked or right. What is posted carries the fact's own amount, currency, company and partner both times."""
    shown = _shown(case)
    told_of = [fact for fact in case.facts if fact.id in shown]
    findings = [finding for fact in told_of if (finding := _wrong(case, fact, *shown[fact.id])) is not None]
    closed = (ns for fact in case.facts if (ns := case.disposed_ns(fact)) is not None)
    if not shown:
        return Verdict.of(ID, (), evaluated=0, note="no system changed its schema")
    return liveness(case, ID, findings, evaluated=len(shown), closed_ns=closed)


def _shown(case: Case) -> dict[str, tuple[int, bool]]:
    """By fact: the record in which a changed release first showed it, and whether every change it saw was additive."""
    by_source = {(fact.system, fact.source): fact for fact in case.facts}
    shown: dict[str, tuple[int, bool]] = {}
    for record in case.records:
        body = record.body
        if not isinstance(body, (DeliveryTried, Exchange)) or body.fault is None or body.fault.fault != RELEASE:
            continue
        if isinstance(body, DeliveryTried):
            numbers = [body.subject]
        elif record.actor == INTEGRATION and body.served is not None:
            numbers = [number for number, _ in body.served.documents]
        else:
            continue
        additive = ADDITIVE in body.fault.note
        for number in numbers:
            fact = by_source.get((record.system, number))
            done = case.disposed_ns(fact) if fact is not None else None
            if fact is not None and (done is None or done >= record.wire_ns):
                seq, before = shown.get(fact.id, (record.seq, True))
                shown[fact.id] = seq, before and additive
    return shown


def _wrong(case: Case, fact: Fact, seq: int, additive: bool) -> Finding | None:
    change = "an additive change" if additive else "a breaking change"
    for document in case.live(fact):
        if document.by_integration and (differs := _differs(document, fact)):
            says = f"{document.number} for {fact.source} was made after {change} of the schema, with another {differs}"
            return Finding(ID, fact.id, says, tuple(sorted({seq, document.made.seq})), case.money(fact))
    disposition = case.disposition(fact)
    refused = any(one.refusal is not None for one in case.creations(fact))
    if disposition == "NONE":
        says = f"{fact.source} was shown after {change} of the schema, and nothing came of it"
    elif additive and disposition in ("PARKED", "REJECTED") and not refused:
        says = f"{fact.source} was parked after an additive change of the schema, and nobody had refused it"
    else:
        return None
    return Finding(ID, fact.id, says, tuple(sorted({seq, case.fact_seqs[fact.id]})), case.money(fact))


def _differs(document: ErpDocument, fact: Fact) -> str:
    """The first thing that is not the fact's; empty if all of it is."""
    pairs = (
        ("amount", document.total, fact.total),
        ("currency", document.currency, fact.currency),
        ("company", document.company, fact.company),
        ("partner", document.partner, fact.partner),
    )
    return next((name for name, made, true in pairs if made != true), "")
