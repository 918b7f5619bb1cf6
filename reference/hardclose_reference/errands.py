"""What follows from a document besides posting it: errands, each a job of its own that needs the document's."""

from __future__ import annotations

from typing import Any

from hardclose_reference.job import POSTED, Job
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
        for one in follow_ups(job):
            if store.job(*one.key) is None:
                store.save(one)
        take_back_surplus(store, job)
