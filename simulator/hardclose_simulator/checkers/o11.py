"""O11 HONEST: write-back never lies."""

from __future__ import annotations

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Fact
from hardclose_simulator.attempts import INTEGRATION, logical_start
from hardclose_simulator.case import WRITE_BACKS, Case
from hardclose_simulator.lives import NEGATIVE, POSITIVE, Claim, ErpDocument
from hardclose_simulator.settling import liveness
from hardclose_simulator.verdict import Finding, Verdict

ID = "O11"


def check(case: Case) -> Verdict:
    """O11: the source never says posted or paid unless that very document stands, nor parked while it knows better.

    Positive claims are judged at every instant, with the card's freshness for what others reversed meanwhile. A
    negative claim is a lie at once if the integration had been told that the document was made; and at audit in any
    case, because every profile offers a way to find out."""
    spoken: list[Finding] = []
    standing: list[Finding] = []
    evaluated = 0
    for fact in case.facts:
        claims = [claim for claim in case.claims_of(fact) if claim.actor == INTEGRATION]
        evaluated += len(claims)
        said: dict[tuple[str, str | None], Finding] = {}
        for claim in claims:
            finding = _positive(case, fact, claim) if claim.state in POSITIVE else _negative(case, fact, claim)
            if finding is not None:
                said.setdefault((claim.state, claim.document), finding)
        spoken.extend(said.values())
        if not said and claims and claims[-1] == case.last_claim(fact):
            finding = _standing(case, fact, claims[-1])
            standing.extend([finding] if finding is not None else [])
    if spoken:
        return Verdict.of(ID, [*spoken, *standing], evaluated=evaluated)
    closed = [claim.when.wire_ns for fact in case.facts for claim in case.claims_of(fact)]
    if case.audit is None:
        return Verdict.of(ID, (), evaluated=evaluated, note="what stood at audit was not judged: there was none")
    return liveness(case, ID, standing, evaluated=evaluated, closed_ns=closed)


def _positive(case: Case, fact: Fact, claim: Claim) -> Finding | None:
    document = case.documents.get(claim.document or "")
    if document is None or document.made.seq > claim.when.seq:
        return _finding(case, fact, claim, None, f"names {claim.document}, which did not exist")
    if not case.may_be(document, fact):
        about = case.attribution.links.get(document.number)
        other = f"is about {about.fact}" if about is not None else "is about something else"
        return _finding(case, fact, claim, document, f"names {document.number}, which {other}")
    if document.voided is not None and document.voided.seq < claim.when.seq and not case.superseded(fact):
        start = _start(case, fact, claim)
        if document.voided.wire_ns + round(_freshness_s(case, fact) * NS) < start:
            return _finding(case, fact, claim, document, f"names {document.number}, which had been reversed")
    if claim.state == "paid" and (document.paid is None or document.paid.seq > claim.when.seq):
        return _finding(case, fact, claim, document, f"says paid, but {document.number} was not")
    return None


def _negative(case: Case, fact: Fact, claim: Claim) -> Finding | None:
    if claim.state not in NEGATIVE:
        return None
    start = _start(case, fact, claim)
    for document in filter(case.answerable, case.documents_of(fact)):
        told = case.knowledge.told_made.get(document.number)
        soon_void = document.voided is not None and document.voided.wire_ns <= claim.when.wire_ns + case.quiet_ns
        if any(mark.when.seq < claim.when.seq for mark in document.marked("blocked")):
            # Posted, and its payment blocked: that is what was parked. Whether it still is, is asked at audit.
            continue
        if document.live_at(claim.when.seq) and told is not None and told < start and not soon_void:
            says = (
                f"says {claim.state} ({claim.reason}), though {document.number} stood and the integration had been told"
            )
            return _finding(case, fact, claim, document, says)
    return None


def _standing(case: Case, fact: Fact, claim: Claim) -> Finding | None:
    """What the source still says at audit."""
    if claim.state in POSITIVE:
        document = case.documents.get(claim.document or "")
        voided = document.voided if document is not None else None
        # What people took back themselves, the source knows already.
        told = case.superseded(fact)
        if document is not None and voided is not None and not told and case.long_before_audit(voided.wire_ns):
            return _finding(case, fact, claim, document, f"still names {document.number}, which was reversed since")
        return None
    live = [
        one
        for one in case.live(fact)
        if case.long_before_audit(one.made.wire_ns) and not case.held(one) and case.answerable(one)
    ]
    if claim.state not in NEGATIVE or not live:
        return None
    says = f"says {claim.state} ({claim.reason}) to the end, though {live[0].number} stands in the books"
    return _finding(case, fact, claim, live[0], says)


def _start(case: Case, fact: Fact, claim: Claim) -> int:
    tries = [one for one in case.attempts_by_fact.get(fact.id, ()) if one.op == WRITE_BACKS[fact.flow]]
    start = logical_start(tries, claim.when.seq)
    return claim.started_ns if start is None else start


def _freshness_s(case: Case, fact: Fact) -> float:
    levels = case.cards.get(fact.system, {}).get("service_levels", {})
    return float(levels.get("freshness_s", case.pace.freshness_s))


def _finding(case: Case, fact: Fact, claim: Claim, document: ErpDocument | None, says: str) -> Finding:
    seqs = {case.fact_seqs[fact.id], claim.when.seq}
    if document is not None:
        seqs.add(document.made.seq)
        seqs |= {one.seq for one in (document.voided, document.paid) if one is not None}
        seqs |= {
            one.told_seq for one in case.creations(fact) if one.made == document.number and one.told_seq is not None
        }
    way_out = {"C1": "the same Idempotency-Key is answered from the store", "C3": "a unique reference names its holder"}
    way = way_out.get(case.profile(fact), "postings can be searched by reference")
    return Finding(
        ID,
        fact.id,
        f"the write-back on {fact.source} {says}",
        tuple(sorted(seqs)),
        case.money(fact),
        f"profile {case.profile(fact)}: {way}",
    )
