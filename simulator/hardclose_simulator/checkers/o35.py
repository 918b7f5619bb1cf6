"""O35 AUTHENTIC: only genuine, timely events; answered in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Fact, SutProcess
from hardclose_mocks.kernel.money import Money, MoneyError
from hardclose_simulator.attempts import logical_start
from hardclose_simulator.case import Case
from hardclose_simulator.knowledge import Delivery
from hardclose_simulator.lives import ErpDocument
from hardclose_simulator.verdict import Finding, Verdict

ID = "O35"
SAMPLES_MIN = 200
"""Below this many genuine deliveries a ninety-ninth percentile says nothing."""
LATE_SHARE = 0.01
_Found = tuple[str, Finding]
"""A document's number, and what is wrong with it."""


def check(case: Case) -> Verdict:
    """O35: a forged event causes nothing; genuine ones are answered within the sender's timeout.

    A document is a forgery's doing if it bears a number that only the forgery named, if it carries the forged values
    instead of the true ones, or if it was made when nothing genuine could have told of the fact yet. Reading the
    source to verify is allowed; the status returned to a forger is free."""
    if case.manifest.mode == "poll" or not case.subscribed:
        return Verdict.of(ID, (), evaluated=0, note="no webhooks are taken")
    forged = [one for one in case.deliveries if not one.genuine and one.sent]
    found: dict[str, Finding] = {}
    for number, finding in (*_invented(case, forged), *_altered(case, forged), *_foretold(case, forged)):
        found.setdefault(number, finding)
    findings = list(found.values())
    late, samples = _lateness(case)
    evaluated, note = len(forged), ""
    if samples < SAMPLES_MIN:
        note = f"answering times not judged: {samples} genuine deliveries, {SAMPLES_MIN} are needed"
    else:
        evaluated += samples
        if len(late) > LATE_SHARE * samples:
            findings.append(_slow(case, late, samples))
    return Verdict.of(ID, findings, evaluated=evaluated, note=note)


def _invented(case: Case, forged: list[Delivery]) -> Iterator[_Found]:
    """Documents under numbers that only a forger ever used."""
    genuine = {fact.source for fact in case.facts} | {number for _, number in case.sources} | set(case.documents)
    referred_to = "\n".join(document.reference for document in case.documents.values())
    for delivery in forged:
        subject = str(_content(delivery).get("subject", ""))
        if not subject or subject in genuine or subject not in referred_to:
            continue
        for document in case.documents.values():
            if _after(document, delivery) and subject in document.reference:
                says = f"{document.number} was posted for {subject}, which only a forged event ever named"
                yield document.number, _finding(None, says, delivery, document)


def _altered(case: Case, forged: list[Delivery]) -> Iterator[_Found]:
    """Documents that carry a forger's values."""
    by_source = {(fact.system, fact.source): fact for fact in case.facts}
    for delivery in forged:
        fact = by_source.get((delivery.system, delivery.tried.subject))
        total = _forged_total(delivery, fact) if fact is not None else None
        if fact is None or total in (None, fact.total):
            continue
        for document in case.documents_of(fact):
            if _after(document, delivery) and document.total == total:
                amount = Money(document.total, fact.currency)
                says = f"{document.number} for {fact.source} carries {amount}, the value of a forged event"
                yield document.number, _finding(fact, says, delivery, document)


def _foretold(case: Case, forged: list[Delivery]) -> Iterator[_Found]:
    """Documents made when only a forger had told of the fact."""
    by_source = {(fact.system, fact.source): fact for fact in case.facts}
    for delivery in forged:
        fact = by_source.get((delivery.system, delivery.tried.subject))
        state = case.sources.get((delivery.system, delivery.tried.subject))
        if fact is None or state is None or not state.approved_version or not delivery.type.endswith(".approved"):
            continue
        hinted = case.knowledge.hinted(fact.system, fact.source, state.approved_version, delivery.type)
        for document in case.documents_of(fact):
            if not document.by_integration or _unfinished(case, delivery, document):
                continue
            start = logical_start(case.creations(fact), document.made.seq) or document.started_ns
            if delivery.tried.started_ns <= start and (hinted is None or start < hinted):
                says = f"{document.number} for {fact.source} was asked for when only a forged event had told of it"
                yield document.number, _finding(fact, says, delivery, document)


def _after(document: ErpDocument, delivery: Delivery) -> bool:
    return document.by_integration and document.started_ns >= delivery.tried.started_ns


def _unfinished(case: Case, delivery: Delivery, document: ErpDocument) -> bool:
    """Whether a genuine delivery may have been under way that the history ended before recording."""
    return document.made.wire_ns + _timeout_ns(case, delivery) > case.records[-1].wire_ns


def _content(delivery: Delivery) -> dict[str, Any]:
    return delivery.tried.body if isinstance(delivery.tried.body, dict) else {}


def _forged_total(delivery: Delivery, fact: Fact) -> int | None:
    """The forged content's total in minor units, None where it has none."""
    data = _content(delivery).get("data")
    if not isinstance(data, dict) or not isinstance(data.get("total"), str):
        return None
    try:
        return Money.parse(data["total"], fact.currency).minor
    except MoneyError:
        return None


def _finding(fact: Fact | None, says: str, delivery: Delivery, document: ErpDocument) -> Finding:
    return Finding(
        ID,
        fact.id if fact is not None else None,
        f"{says} ({delivery.tried.forgery})",
        tuple(sorted({delivery.seq, document.made.seq})),
        Money(document.total, document.currency),
        "webhooks: signed (Standard Webhooks), tolerance_s 300",
    )


# --- answered in time ------------------------------------------------------------------------------------------


def _timeout_ns(case: Case, delivery: Delivery) -> int:
    webhooks = case.cards.get(delivery.system, {}).get("webhooks", {})
    return round(float(webhooks.get("timeout_s", case.pace.webhook_timeout_s)) * NS)


def _lateness(case: Case) -> tuple[list[Delivery], int]:
    """Genuine deliveries that were not answered in time, and of how many. A lost integration answers nothing, and
    neither does one that we froze: what was tried after a loss, or in such a while, is left out."""
    lost, frozen = min(case.losses, default=None), _frozen(case)
    sample = [
        one
        for one in case.deliveries
        if one.genuine
        and one.sent
        and (lost is None or one.tried.ended_ns < lost)
        and not any(one.tried.started_ns <= until and since <= one.tried.ended_ns for since, until in frozen)
    ]
    late = [
        one
        for one in sample
        if one.tried.ended_ns - one.tried.started_ns >= _timeout_ns(case, one) * (1.0 if one.tried.status else 0.98)
    ]
    return late, len(sample)


def _frozen(case: Case) -> list[tuple[int, int]]:
    """Wire times between which the integration's process stood still by our hand, both included."""
    whiles: list[tuple[int, int]] = []
    since: int | None = None
    for record in case.records:
        if isinstance(record.body, SutProcess) and record.body.state in ("paused", "resumed"):
            if record.body.state == "paused":
                since = record.wire_ns
            elif since is not None:
                whiles.append((since, record.wire_ns))
                since = None
    return whiles if since is None else [*whiles, (since, case.records[-1].wire_ns)]


def _slow(case: Case, late: list[Delivery], samples: int) -> Finding:
    timeout_s = _timeout_ns(case, late[0]) / NS
    return Finding(
        ID,
        None,
        f"{len(late)} of {samples} genuine deliveries were not answered within {timeout_s:g} s",
        tuple(one.seq for one in late[:8]),
        card_line=f"webhooks.timeout_s: {timeout_s:g}",
    )
