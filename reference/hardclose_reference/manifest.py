"""What the service declares about itself: the manifest that the judge is given."""

from __future__ import annotations

from typing import Any

from hardclose_reference.behaviour import Behaviour, behaviour_of

POLL_INTERVAL_S = 2.0
RETRY_INTERVAL_S = 5.0
"""The longest pause between two tries of a document at pace `ci`: a late commit's time and the backoff on top."""

MODES = {"webhooks": "hybrid", "polling": "poll", "webhooks-only": "webhook"}
"""By style, what the manifest calls it. Who takes webhooks and reads no lists has nothing behind a dropped event: that
style is for proofs, where a second way would hide what is broken in the first."""
BATCH_INTERVAL_S = 20.0
"""A night's batch at pace `ci`: one business day."""
GATHER_S = 1.0
"""How long the first row of a batch waits for others."""


def manifest(style: str, variant: str | None = None) -> dict[str, Any]:
    """By the keys of `hardclose schema manifest`."""
    behaviour = behaviour_of(variant)
    return {
        "name": "hardclose reference",
        "owner": "accounts payable",
        "mode": MODES[style],
        "poll_interval_s": POLL_INTERVAL_S,
        "batch_interval_s": _batch_interval_s(behaviour),
        "retry_interval_s": RETRY_INTERVAL_S,
        "max_concurrency": behaviour.callers,
        "closed_period": "park" if behaviour.closed_period == "park" else "redate",
        "health": "/",
        "webhook_path": "/webhooks/{system}",
        "exceptions": "/exceptions",
    }


def _batch_interval_s(behaviour: Behaviour) -> float:
    if behaviour.batches:
        return BATCH_INTERVAL_S
    return 0.0 if behaviour.rows == "alone" else GATHER_S
