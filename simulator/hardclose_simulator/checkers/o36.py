"""O36 REPLAY: a mass replay is a non-event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Fact
from hardclose_simulator.attempts import INTEGRATION, Attempt, Know
from hardclose_simulator.case import Case
from hardclose_simulator.knowledge import Delivery
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.verdict import Finding, Verdict

ID = "O36"
REPLAY = "F33"
SHOWN = 8


@dataclass(frozen=True, slots=True)
class _Replayed:
    """A fact that was done with when its history was sent again, and the deliveries that did so."""

    fact: Fact
    deliveries: tuple[Delivery, ...]

    @property
    def since(self) -> int:
        return self.deliveries[0].tried.started_ns


def check(case: Case) -> Verdict:
    """O36: when a sender repeats its history, nothing happens to documents that are done with.

    No second document, no other word to the source, and no more calls per repeated event than a fresh one costs in
    the same run. Documents that were never seen before must be processed, and are not judged here; neither is the pace
    of the calls (O30)."""
    # Calls and events tell a number: where two documents share it, nobody can say which of them was meant.
    shared = Counter(fact.source for fact in case.facts)
    numbers = {fact.id: _numbers(case, fact) for fact in case.facts if shared[fact.source] == 1}
    replayed = list(_replayed(case, numbers))
    findings = [finding for one in replayed for finding in (*_again(case, one), *_other_words(case, one))]
    findings += _too_many_calls(case, replayed, numbers)
    return Verdict.of(ID, findings, evaluated=sum(len(one.deliveries) for one in replayed))


def _numbers(case: Case, fact: Fact) -> frozenset[str]:
    return frozenset({fact.source, *case.attribution.documents_of(fact.id)})


def _replayed(case: Case, numbers: Mapping[str, frozenset[str]]) -> Iterator[_Replayed]:
    """Facts whose document stood, and whose source knew it, before the first repeated event about either."""
    by_subject: dict[str, list[Delivery]] = {}
    for one in case.deliveries:
        if one.genuine and one.sent and one.tried.fault is not None and one.tried.fault.fault == REPLAY:
            by_subject.setdefault(one.tried.subject, []).append(one)
    if not by_subject:
        return
    for fact in case.facts:
        told = sorted(
            (one for number in numbers.get(fact.id, ()) for one in by_subject.get(number, ())),
            key=lambda one: one.tried.started_ns,
        )
        if not told:
            continue
        since = told[0].tried.started_ns
        stood = any(
            one.made.wire_ns < since and (one.voided is None or since < one.voided.wire_ns)
            for one in case.documents_of(fact)
        )
        # A first approval among the repeated ones is news.
        news = not any(one.acknowledged and one.tried.ended_ns < since for one in case.announcements(fact))
        knew = any(claim.when.wire_ns < since and claim.actor == INTEGRATION for claim in case.claims_of(fact))
        if stood and knew and not (news and case.manifest.mode == "webhook"):
            yield _Replayed(fact, tuple(told))


def _again(case: Case, one: _Replayed) -> Iterator[Finding]:
    """Documents that were asked for only after the replay began, though one stood all the while."""
    for document in case.documents_of(one.fact):
        standing = any(
            other.made.wire_ns < one.since and other.live_at(document.made.seq)
            for other in case.documents_of(one.fact)
            if other is not document
        )
        start = _first_sent(case, one.fact, document)
        if document.by_integration and standing and start > one.since:
            yield Finding(
                ID,
                one.fact.id,
                f"{one.fact.source} was told of again, and {document.number} was made though another document stood",
                tuple(sorted({one.deliveries[0].seq, document.made.seq})),
                case.money(one.fact),
                "webhooks: at_least_once",
            )


def _first_sent(case: Case, fact: Fact, document: ErpDocument) -> int:
    """When the request that made it was first sent: one whose outcome is unknown is sent again and again."""
    start, same = document.started_ns, None
    for attempt in reversed([one for one in case.creations(fact) if one.seq <= document.made.seq]):
        if attempt.seq == document.made.seq:
            same = attempt.same
        elif attempt.same == same:
            if attempt.know in (Know.OK, Know.FAIL):
                break
            start = min(start, attempt.started_ns)
    return start


def _other_words(case: Case, one: _Replayed) -> Iterator[Finding]:
    """The source was told something else after the replay, and nothing in the books had changed."""
    changes = [
        moment.wire_ns
        for document in case.documents_of(one.fact)
        for moment in (document.made, document.voided, document.paid)
        if moment is not None
    ]
    before = None
    for claim in case.claims_of(one.fact):
        if claim.when.wire_ns < one.since:
            before = claim
            continue
        moved = before is not None and any(before.started_ns <= at <= claim.when.wire_ns for at in changes)
        # Whoever was lost may have to catch up.
        lost = any(one.since <= loss <= claim.when.wire_ns for loss in case.losses)
        if before is None or claim.actor != INTEGRATION or moved or lost:
            return
        if (claim.state, claim.document) != (before.state, before.document):
            yield Finding(
                ID,
                one.fact.id,
                f"{one.fact.source} was told of again, and its source was told '{claim.state}' where it had been "
                f"'{before.state}'",
                tuple(sorted({one.deliveries[0].seq, before.when.seq, claim.when.seq})),
                case.money(one.fact),
            )
            return


# --- calls -----------------------------------------------------------------------------------------------------


def _too_many_calls(
    case: Case, replayed: Sequence[_Replayed], numbers: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """Calls about replayed documents, per event, against those that documents cost when they were fresh."""
    owners = {number: fact for fact, named in numbers.items() for number in named}
    about: dict[str, list[Attempt]] = {}
    by_fact = {attempt.seq: fact for fact, listed in case.attempts_by_fact.items() for attempt in listed}
    for attempt in case.attempts:
        fact = by_fact.get(attempt.seq) or owners.get(attempt.subject)
        if fact is not None:
            about.setdefault(fact, []).append(attempt)
    fresh = [len([call for call in about.get(one.fact.id, ()) if call.started_ns < one.since]) for one in replayed]
    later = [call for one in replayed for call in about.get(one.fact.id, ()) if _for_the_replay(case, one, call)]
    events = sum(len(one.deliveries) for one in replayed)
    if not replayed or len(later) * len(replayed) <= sum(fresh) * events:
        return
    yield Finding(
        ID,
        None,
        f"{events} repeated events about {len(replayed)} documents that were done with caused {len(later)} calls, "
        f"{len(later) / events:.1f} each; a fresh document costs {sum(fresh) / len(replayed):.1f} here",
        tuple(sorted({seq for call in later[:SHOWN] for seq in call.evidence})),
        card_line="webhooks: at_least_once",
    )


def _for_the_replay(case: Case, one: _Replayed, call: Attempt) -> bool:
    """Whether nothing but the replay called for it: what is paid or reversed meanwhile has its own calls, and a look
    much later is somebody's routine."""
    if call.started_ns < one.since or (not call.writes and not _soon(case, one, call)):
        return False
    return not any(
        moment is not None and one.since <= moment.wire_ns <= call.started_ns
        for document in case.documents_of(one.fact)
        for moment in (document.voided, document.paid)
    )


def _soon(case: Case, one: _Replayed, call: Attempt) -> bool:
    """Within the time in which a caller waits for an answer."""
    levels = case.cards.get(one.fact.system, {}).get("service_levels", {})
    patience_ns = round(float(levels.get("client_timeout_s", case.pace.client_timeout_s)) * NS)
    return any(0 <= call.started_ns - told.tried.started_ns <= patience_ns for told in one.deliveries)
