"""What the service declares about itself: the manifest that the judge is given."""

from __future__ import annotations

from typing import Any

from hardclose_reference.behaviour import behaviour_of

POLL_INTERVAL_S = 2.0
RETRY_INTERVAL_S = 5.0
"""The longest pause between two tries of a document at pace `ci`: a late commit's time and the backoff on top."""


def manifest(style: str, variant: str | None = None) -> dict[str, Any]:
    """By the keys of `hardclose schema manifest`."""
    behaviour = behaviour_of(variant)
    return {
        "name": "hardclose reference",
        "owner": "accounts payable",
        "mode": "hybrid" if style == "webhooks" else "poll",
        "poll_interval_s": POLL_INTERVAL_S,
        "retry_interval_s": RETRY_INTERVAL_S,
        "max_concurrency": behaviour.callers,
        "closed_period": "park" if behaviour.closed_period == "park" else "redate",
        "health": "/",
        "webhook_path": "/webhooks/{system}",
        "exceptions": "/exceptions",
    }
