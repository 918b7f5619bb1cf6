"""What news of a document mean for our work: a new job, one taken back, one paid or reversed. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hardclose_reference.behaviour import Behaviour
from hardclose_reference.errands import posted, take_back_surplus, undo, withdraw
from hardclose_reference.job import DUE, PARKED, POSTED, SUPERSEDED, UNDONE, Job
from hardclose_reference.masters import Masters
from hardclose_reference.store import Store
from hardclose_reference.targets import TARGETS

CORRECTED = ("expense_report",)
"""Kinds that may be taken back or edited after their approval: their ERP documents are reversed and made anew."""
TAKEN_BACK = ("draft", "submitted", "pending", "sent_back", "recalled", "rejected", "cancelled", "reversed")


DEFAULTS = Behaviour()


class News:
    """Told by webhooks and by lists alike. `wake` is called whenever there is something new to do."""

    def __init__(
        self, store: Store, masters: Masters, wake: Callable[[], None], behaviour: Behaviour = DEFAULTS
    ) -> None:
        self._store, self._masters, self._wake, self._behaviour = store, masters, wake, behaviour

    def take_document(self, kind: str, source: dict[str, Any], instance: str = "") -> None:
        """A source document in whatever state somebody told us of. Late and repeated news change nothing."""
        number, revision = str(source.get("number", "")), int(source.get("revision", 0))
        known = self._store.job(kind, number, instance)
        if kind == "supplier_request":
            self._take_supplier(source, known, revision)
            return
        if known is not None and known.revision > revision:
            return
        if known is None and self._behaviour.known_by == "number" and self._store.has_number(number):
            return
        if kind in CORRECTED:
            self._take_corrected(kind, source, known, instance)
            return
        if self._ready(kind, source) and (known is None or known.revision < revision):
            if known is not None and known.state != SUPERSEDED:
                reason = f"revision {revision} was approved, and revision {known.revision} is {known.state} already"
                self._store.raise_exception(TARGETS[kind].system, number, reason, str(source["updated_at"]))
                return
            self._store.save(Job(kind, number, revision, source, instance, needs=_needs(kind, source)))
            self._wake()
        elif source.get("status") in TAKEN_BACK and known is not None:
            self._taken_back(known, source)

    def _ready(self, kind: str, source: dict[str, Any]) -> bool:
        """Only a mutant posts before the last signature."""
        return source.get("status") in (TARGETS[kind].ready, self._behaviour.ready)

    def _take_corrected(self, kind: str, source: dict[str, Any], known: Job | None, instance: str) -> None:
        """What is told of a report counts by its version: a recalled one may be approved once more as it was."""
        revision, counts = int(source["revision"]), source.get("approved_revision")
        amended = self._behaviour.approval == "of_revision" and counts is not None and int(counts) < revision
        ready = self._ready(kind, source) and not amended
        if self._behaviour.recalls == "ignored" and known is not None:
            if ready and known.revision < revision and self._store.job(kind, known.number, f"r{revision}") is None:
                self._store.save(Job(kind, known.number, revision, source, f"r{revision}"))
                self._wake()
        elif known is None:
            job = Job(kind, str(source["number"]), revision, source, instance)
            if not ready and (amended or source["status"] == "recalled"):
                # News of an approval that come after this are older than it.
                job.state, job.withdrawn = SUPERSEDED, str(source["status"])
            if ready or job.withdrawn:
                self._store.save(job)
            if ready:
                self._wake()
        elif int(source["version"]) > max(known.source_version, int(known.source["version"])):
            gone = source["status"] in TAKEN_BACK and not ready
            early = amended and (known.state != POSTED or self._behaviour.edits == "at_once")
            if known.state == SUPERSEDED:
                if ready and (known.withdrawn or known.revision < revision):
                    known.begin_anew(source)
                    self._store.save(known)
                    self._wake()
            elif ready and (known.revision < revision or known.withdrawn):
                withdraw(self._store, known, f"revision {revision} was approved", source, source)
                self._wake()
            elif gone or early:
                withdraw(self._store, known, f"{source['status']} again at the source", source)
                self._wake()

    def _taken_back(self, known: Job, source: dict[str, Any]) -> None:
        """Before it was sent there is nothing to do any more. A receipt is taken back in the ERP as well."""
        reversed_after_all = source["status"] == "reversed"
        never_sent = known.state == DUE and known.in_doubt_since is None
        if never_sent and int(source["version"]) > int(known.source["version"]):
            known.state = SUPERSEDED
            self._store.save(known)
        elif reversed_after_all and known.state == PARKED:
            self._store.drop(known)
        elif reversed_after_all and known.state in (DUE, POSTED):
            errand = undo(known, str(source["reason"]), on=str(source["updated_at"])[:10])
            if self._store.job(*errand.key) is None:
                self._store.save(errand)
                self._wake()

    def _take_supplier(self, request: dict[str, Any], known: Job | None, revision: int) -> None:
        """Approved for the first time it is posted; whatever changes afterwards is carried over field by field."""
        if known is None or known.state == SUPERSEDED:
            if request.get("status") == TARGETS["supplier_request"].ready:
                self._store.save(Job("supplier_request", str(request["number"]), revision, request))
                self._wake()
        elif known.state in (DUE, PARKED) and known.in_doubt_since is None and known.document is None:
            if revision > known.revision and request.get("status") in ("approved", "merged"):
                known.source, known.revision = request, revision
                self._store.save(known)
        elif self._masters.take_supplier(known, request, revision):
            self._wake()

    def take_erp_document(self, kind: str, document: dict[str, Any]) -> None:
        """What the ERP says of a document we made of a `kind`: paid, or reversed by somebody. Documents of several
        kinds may bear one number.

        It may be so before we know that it is ours: the answer that named it was lost, and we have not looked yet."""
        job = self._store.job(kind, str(document.get("reference", "")))
        if job is None or document.get("number") in job.former:
            return
        live = document["status"] not in UNDONE and not document.get("reverses")
        if job.state == PARKED and self._behaviour.by_hand == "taken_over" and live and job.document is None:
            posted(self._store, job, str(document["number"]))
            self._wake()
        perhaps_ours = job.document is None and job.in_doubt_since is not None and not document.get("reverses")
        ours = perhaps_ours or job.document == document.get("number")
        if document["status"] not in UNDONE and self._seen(job, document):
            take_back_surplus(self._store, job)
            self._wake()
        was_paid = job.paid
        if ours and job.hears(document):
            self._store.save(job)
            self._wake()
            if was_paid != job.paid:
                self._payment_changed(job, str(document.get("updated_at", "")))

    def _payment_changed(self, job: Job, since: str) -> None:
        """What the bank sent back is owed again, and a person shall see it until it is paid."""
        if job.paid:
            self._store.close_exception(job.system, job.number, about="payment")
        else:
            self._store.raise_exception(job.system, job.number, str(job.returned), since, about="payment")

    def take_cost_center(self, record: dict[str, Any]) -> None:
        if self._masters.take_cost_center(record):
            self._wake()

    def _seen(self, job: Job, document: dict[str, Any]) -> bool:
        """Whether that is news: a live document under our number which is not the one we know of."""
        number = str(document["number"])
        ours = job.document == document["number"]
        if document.get("reverses") or ours or number in job.sightings or not (job.resent or job.in_doubt_since):
            return False
        job.sightings.append(number)
        self._store.save(job)
        return True


def _needs(kind: str, source: dict[str, Any]) -> list[list[str]]:
    """The documents without whose ERP numbers it cannot be posted."""
    needs = []
    if kind in ("receipt", "invoice", "accrual") and source.get("requisition"):
        needs.append(["requisition", str(source["requisition"])])
    if kind == "invoice" and source.get("credits"):
        needs.append(["invoice", str(source["credits"])])
    return needs
