"""What became of a request whose outcome we do not know: the way out that the operation's terms on the card offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hardclose_reference.answers import InDoubt, refusal
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import SystemClient
from hardclose_reference.job import UNDONE, Job
from hardclose_reference.targets import Target


class Unknowable(Exception):
    """No way is left to find out: a person must look."""


@dataclass(frozen=True, slots=True)
class Found:
    """It was done after all. What a person reversed meanwhile was done all the same: it is not done again."""

    document: str
    live: bool


async def done_after_all(erp: SystemClient, job: Job, target: Target, behaviour: Behaviour, now: float) -> Found | None:
    """What the job's last request made; None where it may be sent again. `now` is epoch seconds.

    Raises InDoubt where it is too early to look, and Unknowable. Where the card offers nothing at all (C6) it is sent
    again, and a second document taken back once it is seen, see `errands.surplus`."""
    terms = erp.terms(target.operation)
    if job.spoilt:
        return await _before_another_key(erp, job, target, terms, now)
    if key_knows(job, terms, now):
        return None
    if terms["idempotency_key"]["supported"] and not terms["reference_search"]:
        raise Unknowable("the outcome of the last request is unknown, and its Idempotency-Key has expired")
    if not behaviour.look_before_retry:
        return None
    if not terms["reference_search"]:
        # The lists that are read anyway may have shown it meanwhile.
        return Found(job.sightings[0], True) if job.sightings else None
    if behaviour.late_commits == "waited_for":
        _wait_for_late_commit(job, terms, now)
    if (found := await look_up(erp, job, target)) is not None:
        return found
    # It never arrived, or was never carried out: what is sent now is the first of its kind, and so is its key.
    job.in_doubt_since = job.last_sent_at = None
    return None


def errors_are_kept(terms: Mapping[str, Any]) -> bool:
    """Whether a key stands even for an error of the system itself: it will never be good for more than that."""
    return bool(terms["idempotency_key"].get("stores") == "everything")


async def _before_another_key(
    erp: SystemClient, job: Job, target: Target, terms: Mapping[str, Any], now: float
) -> Found | None:
    """The last request did nothing, and its key is spoilt. One before it, under the same key, may have been carried out
    all the same: its answer was lost."""
    if job.last_sent_at != job.in_doubt_since:
        _wait_for_late_commit(job, terms, now)
        searches = terms["reference_search"]
        found = await (look_up(erp, job, target) if searches else _look_through(erp, job, target))
        if found is not None:
            return found
    job.gives_up_its_key()
    return None


async def _look_through(erp: SystemClient, job: Job, target: Target) -> Found | None:
    """Where nobody can search by reference: the list of what was made since the source document last changed."""
    # A day more, for clocks and zones.
    since = datetime.fromisoformat(str(job.source["updated_at"])) - timedelta(days=1)
    items = erp.items(target.erp_path, {"updated_since": since.isoformat()})
    return _ours([one async for one in items if one.get("reference") == job.number], job)


async def look_up(erp: SystemClient, job: Job, target: Target) -> Found | None:
    """The document under the job's number, a live one before others. Raises Refused where nobody may search."""
    return _ours([one async for one in erp.items(target.erp_path, {"reference": job.number})], job)


def _ours(found: list[dict[str, Any]], job: Job) -> Found | None:
    """Documents of revisions before this one are none of it."""
    ours = [one for one in found if not one.get("reverses") and one["number"] not in job.former]
    ours.sort(key=lambda one: one.get("status") in UNDONE)
    return Found(str(ours[0]["number"]), ours[0].get("status") not in UNDONE) if ours else None


def key_knows(job: Job, terms: Mapping[str, Any], now: float) -> bool:
    """Whether the ERP still knows the key of the attempt that is in doubt, and will when a request of now arrives. A
    key lives from its first use, however often it was sent since."""
    life_s = terms["idempotency_key"]["life_s"]
    margin_s = min(terms["late_commit_s"], life_s / 2)
    return bool(terms["idempotency_key"]["supported"]) and now - (job.in_doubt_since or now) <= life_s - margin_s


def _wait_for_late_commit(job: Job, terms: Mapping[str, Any], now: float) -> None:
    """A request may commit that much later than it was sent; looking earlier proves nothing."""
    settled_at = (job.last_sent_at or 0.0) + terms["late_commit_s"] + terms["read_lag_s"]
    if not terms["reference_unique"] and (wait_s := settled_at - now) > 0:
        job.next_at = settled_at
        raise InDoubt(f"a request may still commit for {wait_s:.1f} s")


# --- accepted and carried out later --------------------------------------------------------------------------------


class StillPending(Exception):
    """The system has not come to it yet."""


async def outcome_of(erp: SystemClient, job: Job, target: Target, now: float) -> dict[str, Any] | None:
    """What the system's own job made; None where it was never carried out and never will be.

    Raises StillPending, Refused where it failed, and InDoubt."""
    told = await erp.call("GET", str(job.accepted), says=("state",))
    if told["state"] == "pending":
        asynchronous = erp.terms(target.operation).get("asynchronous") or {}
        if now - (job.last_sent_at or now) > asynchronous.get("done_within_s", float("inf")):
            return None
        raise StillPending
    result = told.get("result")
    if int(told["status"]) >= 400:
        raise refusal(int(told["status"]), result or {})
    if not isinstance(result, dict) or not {"number", "results"} & set(result):
        raise InDoubt(f"{job.accepted} is {told['state']} and does not say as what")
    return result
