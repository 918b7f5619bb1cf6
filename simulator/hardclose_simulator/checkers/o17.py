"""O17 DEPS: prerequisites first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hardclose_mocks.history.codec import from_plain
from hardclose_mocks.history.records import Fact, Genesis
from hardclose_mocks.kernel.master import Master
from hardclose_mocks.kernel.money import Money
from hardclose_simulator.case import DOCUMENT_NAMES, Case
from hardclose_simulator.coding import partners
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.replicas import value_of
from hardclose_simulator.settling import liveness
from hardclose_simulator.verdict import Finding, Verdict

ID = "O17"
CARD = "what a document refers to is named by its ERP number: who has none yet waits, or parks"


def check(case: Case) -> Verdict:
    """O17: what a document needs is in the books before it; what came too early waits or is parked, not dropped.

    Tempted by every fact that became due while something it needs had no document. A document that was made all the
    same is wrong: it cannot name what was not there. One that a person made, an order whose supplier was known to the
    ERP under another request of the same party, and facts that need nothing are left alone."""
    wrong_ones, dropped, tempted = [], [], 0
    tax_ids = _tax_ids(case)
    for fact in case.facts:
        early = [need for one in fact.needs if (need := case.facts_by_id.get(one)) and _came_later(case, fact, need)]
        if not early:
            continue
        tempted += 1
        made = [one for one in case.documents_of(fact) if one.by_integration]
        wrong = next(((one, need) for one in made for need in early if _without(case, one, need, tax_ids)), None)
        if wrong is not None:
            wrong_ones.append(_invented(case, fact, *wrong))
        elif case.disposition(fact) == "NONE" and _settled(case, fact, early):
            dropped.append(_dropped(case, fact, early[0]))
    closed = [ns for fact in case.facts if fact.needs and (ns := case.disposed_ns(fact)) is not None]
    judged = liveness(case, ID, dropped, evaluated=tempted, closed_ns=closed)
    # A document without its prerequisite is wrong whenever it happened, however the run ended.
    return Verdict.of(ID, [*wrong_ones, *judged.findings], evaluated=tempted) if wrong_ones else judged


def _came_later(case: Case, fact: Fact, need: Fact) -> bool:
    """Whether what is needed had no document yet when the fact became due."""
    due = case.fact_seqs[fact.id]
    return not any(one.made.seq < due for one in case.documents_of(need))


def _without(case: Case, document: ErpDocument, need: Fact, tax_ids: Mapping[str, Any]) -> bool:
    """Whether the document was made when nothing of `need` had ever been in the books."""
    if any(one.made.seq < document.made.seq for one in case.documents_of(need)):
        return False
    if need.flow != "SUP":
        # An order that somebody keyed in by hand bears any reference: what it may be is not held against anybody.
        named = case.documents.get(document.order or "")
        return named is None or not case.may_be(named, need)
    return document.partner not in partners(case, need) and tax_ids.get(document.partner) != need.truth.get("tax_id")


def _tax_ids(case: Case) -> dict[str, Any]:
    """Of every supplier in the ERP, by his number there."""
    found: dict[str, Any] = {}
    for record in case.records:
        if isinstance(record.body, Genesis) and record.system == "erp":
            found |= {one.number: one.tax_id for one in from_plain(record.body.master, Master).suppliers}
    for (system, kind, number), settings in case.replicas.items():
        if (system, kind) == ("erp", "supplier") and (told := value_of(settings, "tax_id")) is not None:
            found[number] = told
    return found


def _settled(case: Case, fact: Fact, early: list[Fact]) -> bool:
    """Whether it has had its time: due, and what it waited for in the books or with a person, long before the audit.
    What was never heard of is O09's; what it needs may be lost itself: that is where it went wrong then."""
    since = [case.records[case.fact_seqs[one.id]].wire_ns for one in (fact, *early)]
    since += [one.made.wire_ns for need in early for one in case.documents_of(need)]
    heard = case.knowledge.told_of(fact.system, fact.source, 0, 0) is not None or case.creations(fact)
    lost = any(case.disposition(one) == "NONE" for one in early)
    return bool(heard) and not lost and (case.audit is None or case.long_before_audit(max(since)))


def _invented(case: Case, fact: Fact, document: ErpDocument, need: Fact) -> Finding:
    kind = DOCUMENT_NAMES[document.flow]
    says = f"{kind} {document.number} was made for {fact.source} when {need.source}, which it needs, was not in the ERP"
    seqs = {case.fact_seqs[fact.id], case.fact_seqs[need.id], document.made.seq}
    return Finding(ID, fact.id, says, tuple(sorted(seqs)), Money(document.total, document.currency), CARD)


def _dropped(case: Case, fact: Fact, need: Fact) -> Finding:
    came = case.documents_of(need)
    then = f"{came[0].number} has come since" if came else "which waits for a person"
    says = f"{fact.source} had to wait for {need.source} ({then}), and is nowhere: neither posted nor shown to a person"
    seqs = {case.fact_seqs[fact.id], *(one.made.seq for one in came[:1])}
    seqs |= {seq for one in case.creations(fact)[-2:] for seq in one.evidence}
    return Finding(ID, fact.id, says, tuple(sorted(seqs)), case.money(fact), CARD)
