"""The run at a glance, per document type, in a queue checker's words."""

from __future__ import annotations

from hardclose_mocks.history.records import Fact
from hardclose_mocks.kernel.money import Money
from hardclose_simulator import changes
from hardclose_simulator.case import DOCUMENT_NAMES, Case
from hardclose_simulator.verdict import Bucket, Headline

CHANGES = "CHG"
_NAMES = {"POSTED": "posted_once", "PARKED": "parked", "REJECTED": "parked", "SUPERSEDED": "superseded"}
_BUCKETS = ("posted_once", "duplicated", "lost", "parked", "superseded", "unknown")


def headlines(case: Case, *, judged: bool) -> tuple[Headline, ...]:
    """One per flow that has facts or documents. Without `judged` liveness what is open counts as unknown, not lost."""
    flows = {fact.flow for fact in case.facts} | {one.flow for one in case.documents.values() if one.by_integration}
    documents = [_headline(case, flow, judged=judged) for flow in DOCUMENT_NAMES if flow in flows]
    return (*documents, *([_of_changes(case, judged=judged)] if case.changes else []))


def _of_changes(case: Case, *, judged: bool) -> Headline:
    """Of masters and receipts: a change is carried over or it is not; it is never posted twice."""
    buckets: dict[str, list[Money]] = {name: [] for name in _BUCKETS}
    for change in case.changes:
        buckets[_NAMES.get(changes.disposition(case, change), "lost" if judged else "unknown")].append(
            case.money(change)
        )
    return Headline(
        flow=CHANGES,
        document="change of masters or receipts",
        intended=Bucket.of(case.money(change) for change in case.changes),
        unexpected=Bucket.of([]),
        recovered=Bucket.of([]),
        **{name: Bucket.of(amounts) for name, amounts in buckets.items()},
    )


def _headline(case: Case, flow: str, *, judged: bool) -> Headline:
    facts = [fact for fact in case.facts if fact.flow == flow]
    sorted_facts: dict[str, list[Money]] = {name: [] for name in _BUCKETS}
    recovered = []
    for fact in facts:
        name = bucket_of(case, fact, judged=judged)
        times = _surplus(case, fact) if name == "duplicated" else 1
        sorted_facts[name].append(case.money(fact) * times)
        if name == "posted_once" and case.in_doubt(fact):
            recovered.append(case.money(fact))
    unexpected = [
        Money(document.total, document.currency)
        for number in case.attribution.unexplained
        if number not in case.attribution.surplus
        and (document := case.documents[number]).flow == flow
        and document.live
        and document.by_integration
    ]
    buckets = {name: Bucket.of(amounts) for name, amounts in sorted_facts.items()}
    return Headline(
        flow=flow,
        document=DOCUMENT_NAMES[flow],
        intended=Bucket.of(case.money(fact) for fact in facts),
        unexpected=Bucket.of(unexpected),
        recovered=Bucket.of(recovered),
        **buckets,
    )


def _surplus(case: Case, fact: Fact) -> int:
    """Live documents beyond the one."""
    extra = sum(held == fact.id for held in case.attribution.surplus.values())
    return len(case.live(fact)) - 1 + extra


def bucket_of(case: Case, fact: Fact, *, judged: bool) -> str:
    """posted_once, duplicated, lost, parked, superseded or unknown: exactly one of them, at audit."""
    match case.disposition(fact):
        case "POSTED":
            return "duplicated" if _surplus(case, fact) > 0 else "posted_once"
        case "PARKED" | "REJECTED":
            return "parked"
        case "SUPERSEDED":
            return "superseded"
        case _:
            return "lost" if judged else "unknown"
