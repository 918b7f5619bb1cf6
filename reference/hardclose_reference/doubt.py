"""What became of a request whose outcome we do not know: the way out that the operation's terms on the card offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hardclose_reference.behaviour import Behaviour
from hardclose_reference.client import InDoubt, SystemClient
from hardclose_reference.job import Job
from hardclose_reference.targets import Target

LIVE = ("posted", "issued")


class Unknowable(Exception):
    """No way is left to find out: a person must look."""


@dataclass(frozen=True, slots=True)
class Found:
    """It was done after all. What a person reversed meanwhile was done all the same: it is not done again."""

    document: str
    live: bool


async def done_after_all(erp: SystemClient, job: Job, target: Target, behaviour: Behaviour, now: float) -> Found | None:
    """What the job's last request made; None where it may be sent again. `now` is epoch seconds.

    Raises InDoubt where it is too early to look, and Unknowable."""
    terms = erp.terms(target.operation)
    if terms["idempotency_key"]["supported"]:
        # A key lives from its first use, however often it was sent since.
        if now - (job.in_doubt_since or 0.0) > terms["idempotency_key"]["life_s"]:
            raise Unknowable("the outcome of the last request is unknown, and its Idempotency-Key has expired")
        return None
    if not terms["reference_search"] or not behaviour.look_before_retry:
        return None
    _wait_for_late_commit(job, terms, now)
    found = [one async for one in erp.items(target.erp_path, {"reference": job.number})]
    ours = sorted((one for one in found if not one.get("reverses")), key=lambda one: one["status"] not in LIVE)
    return Found(str(ours[0]["number"]), ours[0]["status"] in LIVE) if ours else None


def _wait_for_late_commit(job: Job, terms: Mapping[str, Any], now: float) -> None:
    """A request may commit that much later than it was sent; looking earlier proves nothing."""
    settled_at = (job.last_sent_at or 0.0) + terms["late_commit_s"] + terms["read_lag_s"]
    if not terms["reference_unique"] and (wait_s := settled_at - now) > 0:
        job.next_at = settled_at
        raise InDoubt(f"a request may still commit for {wait_s:.1f} s")
