"""What became of changes: of suppliers in the ERP, of cost centres in the source systems, of receipts taken back."""

from __future__ import annotations

from collections.abc import Iterator

from hardclose_mocks.cards import COPYING
from hardclose_mocks.history.records import Fact
from hardclose_simulator.case import Case
from hardclose_simulator.replicas import Setting, value_of

FOLLOWERS = ("procurement", "expense")
"""The systems that may hold copies of the ERP's cost centres; their cards say whether they do."""


def disposition(case: Case, change: Fact) -> str:
    """POSTED, PARKED, REJECTED, SUPERSEDED or NONE, at audit. What has no document to change shares its fate."""
    if carried_out(case, change):
        return "POSTED"
    if change.flow == "MDM":
        return "PARKED" if _mentioned(case, change) else "NONE"
    first = first_of(case, change)
    if first is None:
        return "SUPERSEDED"
    if case.visible(first) or _mentioned(case, change):
        return "PARKED"
    if not case.live(first):
        return "SUPERSEDED" if case.disposition(first) == "NONE" else case.disposition(first)
    return "NONE"


def carried_out(case: Case, change: Fact) -> bool:
    """Whether the other side shows this change, or a later one of the same master."""
    if change.flow == "MDM":
        return all(
            _shows(case.replicas.get((system, "cost_center", change.source), ()), change)
            for system in FOLLOWERS
            if COPYING in case.cards.get(system, {}).get("operations", {})
        )
    first = first_of(case, change)
    if first is None:
        return False
    documents = case.documents_of(first)
    if change.what == "reversed":
        return bool(documents) and not case.live(first)
    return any(
        _shows(case.replicas.get(("erp", "supplier", one.number), ()), change) or _fits(case, change, one.number)
        for one in documents
    )


def first_of(case: Case, change: Fact) -> Fact | None:
    """The fact that ordered what is changed."""
    if change.flow == "SUP":
        return case.facts_by_id.get(case.attribution.parties.registered.get(change.source, ""))
    return case.facts_by_id.get(change.id.rpartition(".")[0])


def _shows(settings: tuple[Setting, ...], change: Fact) -> bool:
    return any(one.revision is not None and one.revision >= change.revision for one in settings)


def _fits(case: Case, change: Fact, number: str) -> bool:
    """Whether the ERP's record has the values, for integrations that tell no revision."""
    settings = case.replicas.get(("erp", "supplier", number), ())
    match change.what:
        case "blocked" | "released":
            return value_of(settings, "blocked") is (change.what == "blocked")
        case "merged":
            return value_of(settings, "merged_into") in set(_numbers(case, str(change.truth["into"])))
        case _:
            return all(value_of(settings, field) == value for field, value in change.truth.items())


def _numbers(case: Case, source: str) -> Iterator[str]:
    yield from case.attribution.documents_of(case.attribution.parties.registered.get(source, ""))


def _mentioned(case: Case, change: Fact) -> bool:
    """Whether the integration's own list speaks of the master."""
    return any(entry.open and change.source in (entry.source, *entry.reason.split()) for entry in case.entries)
