"""What news of a document mean for our work: a new job, one taken back, one paid or reversed. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hardclose_reference.errands import take_back_surplus, undo
from hardclose_reference.job import DUE, PARKED, POSTED, SUPERSEDED, UNDONE, Job
from hardclose_reference.masters import Masters
from hardclose_reference.store import Store
from hardclose_reference.targets import TARGETS

TAKEN_BACK = ("draft", "submitted", "pending", "sent_back", "recalled", "rejected", "cancelled", "reversed")


class News:
    """Told by webhooks and by lists alike. `wake` is called whenever there is something new to do; `early` is a status
    that counts as approved already: only a mutant has one."""

    def __init__(self, store: Store, masters: Masters, wake: Callable[[], None], early: str = "") -> None:
        self._store, self._masters, self._wake, self._early = store, masters, wake, early

    def take_document(self, kind: str, source: dict[str, Any], instance: str = "") -> None:
        """A source document in whatever state somebody told us of. Late and repeated news change nothing."""
        number, revision = str(source.get("number", "")), int(source.get("revision", 0))
        known = self._store.job(kind, number, instance)
        if kind == "supplier_request":
            self._take_supplier(source, known, revision)
            return
        if known is not None and known.revision > revision:
            return
        if source.get("status") in (TARGETS[kind].ready, self._early) and (known is None or known.revision < revision):
            if known is not None and known.state != SUPERSEDED:
                reason = f"revision {revision} was approved, and revision {known.revision} is {known.state} already"
                self._store.raise_exception(TARGETS[kind].system, number, reason, str(source["updated_at"]))
                return
            self._store.save(Job(kind, number, revision, source, instance, needs=_needs(kind, source)))
            self._wake()
        elif source.get("status") in TAKEN_BACK and known is not None:
            self._taken_back(known, source)

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

    def take_erp_document(self, document: dict[str, Any]) -> None:
        """What the ERP says of a document we made: paid, or reversed by somebody.

        It may be so before we know that it is ours: the answer that named it was lost, and we have not looked yet."""
        for kind in TARGETS:
            job = self._store.job(kind, str(document.get("reference", "")))
            if job is None:
                continue
            perhaps_ours = job.document is None and job.in_doubt_since is not None and not document.get("reverses")
            ours = perhaps_ours or job.document == document.get("number")
            if document["status"] not in UNDONE and not ours and self._seen(job, document):
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
        if document.get("reverses") or number in job.sightings or not (job.resent or job.in_doubt_since):
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
