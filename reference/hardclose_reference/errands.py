"""What follows from a document besides posting it: errands, each a job of its own that needs the document's."""

from __future__ import annotations

from typing import Any

from hardclose_reference.job import DUE, POSTED, Job
from hardclose_reference.store import Store
from hardclose_reference.targets import TARGETS

UNDO = "undo"


def errand(name: str, of: Job, source: dict[str, Any], instance: str = "") -> Job:
    """Shown to people as the document it is about. `instance` tells several of one document apart."""
    return Job(
        f"{of.kind}.{name}",
        of.number,
        of.revision,
        source,
        instance,
        needs=[[of.kind, of.number]],
        home=[of.system, of.shown_as],
    )


def errand_kinds(name: str) -> list[str]:
    return [f"{kind}.{name}" for kind in TARGETS]


def undo(of: Job, reason: str, *, document: str = "", on: str = "") -> Job:
    """Takes an ERP document back: the one that `of` was posted as, or another. `on` is the day; without one it is the
    day the document itself is of."""
    return errand(UNDO, of, {"document": document, "on": on, "reason": reason}, document)


def take_back_surplus(store: Store, job: Job) -> None:
    """Where a request was sent again without knowing of the first, both may have been carried out: all but the document
    that the source is told of go. What people made under the same number is left to them: we have sent no more."""
    if job.state != POSTED or not job.resent:
        return
    for number in job.sightings:
        if number != job.document and store.job(f"{job.kind}.{UNDO}", job.number, number) is None:
            store.save(undo(job, f"the same as {job.document}", document=number))


def take_paid_one(store: Store, job: Job, there: dict[str, Any]) -> bool:
    """A surplus that is paid already stays: it becomes the document of record, and ours goes. False where ours is paid
    as well, and where the one that is paid was never a surplus of the job."""
    if job.paid or job.withdrawn or there["number"] not in job.sightings or there["number"] == job.document:
        return False
    job.sightings.append(str(job.document))
    job.document, job.heard_version = str(there["number"]), 0
    job.hears(there)
    with store.all_or_nothing():
        store.save(job)
        take_back_surplus(store, job)
    return True


def follow_ups(job: Job) -> list[Job]:
    """What is left to do for a document that has just been posted."""
    match job.kind:
        case "expense_report":
            return [errand("attachment", job, dict(one), str(one["id"])) for one in job.source.get("attachments") or []]
        case "accrual":
            return [undo(job, "accrual reversed", on=str(job.source["reverse_on"]))]
        case _:
            return []


def posted(store: Store, job: Job, document: str) -> None:
    """The job is done, and what follows from it is noted together with that."""
    with store.all_or_nothing():
        store.done(job, document)
        for one in follow_ups(job) if not job.withdrawn else ():
            known = store.job(*one.key)
            if known is None or known.revision < one.revision:
                store.save(one)
        take_back_surplus(store, job)
        settle_withdrawn(store, job)


def withdraw(
    store: Store, job: Job, reason: str, source: dict[str, Any], successor: dict[str, Any] | None = None
) -> None:
    """The source, as it says now, wants this revision no more, and `successor` instead if that is approved already."""
    with store.all_or_nothing():
        job.withdrawn, job.successor, job.source_version = reason, successor, int(source["version"])
        store.save(job)
        settle_withdrawn(store, job)


def settle_withdrawn(store: Store, job: Job) -> None:
    """Ends a job that was withdrawn, as far as we know where it stands: what is in the ERP is taken back first, of what
    may yet turn out to be there nothing is decided."""
    if not job.withdrawn or (job.state == DUE and job.in_doubt_since is not None):
        return
    if job.state == POSTED and not job.voided:
        errand = undo(job, job.withdrawn, document=str(job.document))
        if store.job(*errand.key) is None:
            store.save(errand)
        return
    store.drop(job)
    if job.successor is not None:
        job.begin_anew(job.successor)
        store.save(job)
