"""What news of a document mean for our work: a new job, one taken back, one paid or reversed. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hardclose_reference.errands import take_back_surplus
from hardclose_reference.job import DUE, SUPERSEDED, Job
from hardclose_reference.store import Store
from hardclose_reference.targets import TARGETS

TAKEN_BACK = ("draft", "submitted", "pending", "sent_back", "recalled", "rejected", "cancelled")


class News:
    """Told by webhooks and by lists alike. `wake` is called whenever there is something new to do; `early` is a status
    that counts as approved already: only a mutant has one."""

    def __init__(self, store: Store, wake: Callable[[], None], early: str = "") -> None:
        self._store, self._wake, self._early = store, wake, early

    def take_document(self, kind: str, source: dict[str, Any], instance: str = "") -> None:
        """A source document in whatever state somebody told us of. Late and repeated news change nothing."""
        number, revision = str(source.get("number", "")), int(source.get("revision", 0))
        known = self._store.job(kind, number, instance)
        if known is not None and known.revision > revision:
            return
        if source.get("status") in (TARGETS[kind].ready, self._early) and (known is None or known.revision < revision):
            if known is not None and known.state != SUPERSEDED:
                reason = f"revision {revision} was approved, and revision {known.revision} is {known.state} already"
                self._store.raise_exception(TARGETS[kind].system, number, reason, str(source["updated_at"]))
                return
            self._store.save(Job(kind, number, revision, source, instance))
            self._wake()
        elif (
            source.get("status") in TAKEN_BACK
            and known is not None
            and known.state == DUE
            and known.in_doubt_since is None
            and int(source["version"]) > int(known.source["version"])
        ):
            known.state = SUPERSEDED
            self._store.save(known)

    def take_erp_document(self, document: dict[str, Any]) -> None:
        """What the ERP says of a document we made: paid, or reversed by somebody.

        It may be so before we know that it is ours: the answer that named it was lost, and we have not looked yet."""
        voided = document["status"] in ("reversed", "cancelled")
        for kind in TARGETS:
            job = self._store.job(kind, str(document.get("reference", "")))
            if job is None:
                continue
            perhaps_ours = job.document is None and job.in_doubt_since is not None and not document.get("reverses")
            ours = perhaps_ours or job.document == document.get("number")
            says = document.get("payment") == "paid", voided
            if not voided and not ours and self._seen(job, document):
                take_back_surplus(self._store, job)
                self._wake()
            if ours and says != (job.paid, job.voided):
                job.paid, job.voided = says
                self._store.save(job)
                self._wake()

    def _seen(self, job: Job, document: dict[str, Any]) -> bool:
        """Whether that is news: a live document under our number which is not the one we know of."""
        number = str(document["number"])
        if document.get("reverses") or number in job.sightings or not (job.resent or job.in_doubt_since):
            return False
        job.sightings.append(number)
        self._store.save(job)
        return True
