"""Paces: how fast business time runs, and every wait and life measured in wire seconds. A leaf: knows nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """One answer to "how long is long". Printed on every contract card; nothing more is demanded of an integration."""

    name: str
    business_rate: float
    """Business seconds that pass per wire second."""
    retry_after_s: tuple[float, float]
    """Lowest and highest Retry-After a system issues by itself, wire seconds."""
    token_life_s: float
    """Life of an access token, wire seconds."""
    webhook_schedule_s: tuple[float, ...]
    """Waits before the second, third, ... attempt of a delivery, from the end of the one before, wire seconds."""
    webhook_timeout_s: float
    """How long a delivery waits for the answer, wire seconds."""
    late_commit_s: float
    """No request commits later than this after it was sent, wire seconds."""
    read_lag_s: float
    """No read is older than this, wire seconds."""
    client_timeout_s: float
    """How long callers are advised to wait for an answer, wire seconds."""
    exception_s: float
    """Within this an integration makes visible what it cannot post, wire seconds from the refusal."""
    freshness_s: float
    """What an integration may rely on having read before (a period's state, a master's block), wire seconds."""
    refused_again_s: float
    """What the books refused may be asked for again, unchanged, whenever this long has passed, wire seconds."""
    key_life_s: float
    """Life of an idempotency key, wire seconds."""
    short_key_life_s: float
    """Life of an idempotency key where it is short (C2), wire seconds."""


CI = Pace(
    name="ci",
    business_rate=4320.0,  # one business day in 20 s
    retry_after_s=(1.0, 2.0),
    token_life_s=15.0,
    webhook_schedule_s=(1.0, 2.0, 4.0, 8.0),
    webhook_timeout_s=3.0,
    late_commit_s=3.0,
    read_lag_s=1.0,
    client_timeout_s=2.0,
    exception_s=10.0,
    freshness_s=5.0,
    refused_again_s=19.0,  # a business day, less the hour that the shortest of the year lacks
    key_life_s=86_400.0,
    short_key_life_s=6.0,
)
"""A month end in about a minute. Waits are short against a business day, so that a polite retry does not cost one."""

REAL = Pace(
    name="real",
    business_rate=1.0,
    # Vendors meter by the minute (Xero 60 calls per minute), so nobody waits longer than one.
    retry_after_s=(1.0, 60.0),
    # Access tokens of finance APIs live from one hour to a day; the shortest is the one that hurts.
    token_life_s=3600.0,
    # The example schedule of the Standard Webhooks specification 1.0.
    webhook_schedule_s=(5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0),
    # The same specification recommends 15 to 30 s.
    webhook_timeout_s=15.0,
    # Gateways give up after 60 s in front of jobs that may run for five minutes.
    late_commit_s=300.0,
    # Replicas and search indexes: tenths of a second to two minutes.
    read_lag_s=120.0,
    client_timeout_s=60.0,
    exception_s=3600.0,
    freshness_s=300.0,
    refused_again_s=82_800.0,
    # Stripe may forget a key after 24 hours; others keep it for longer or say nothing.
    key_life_s=86_400.0,
    # The shortest we know of lives half an hour (Qonto).
    short_key_life_s=1800.0,
)
"""The waits real vendors impose, one business second per second."""

PACES: dict[str, Pace] = {pace.name: pace for pace in (CI, REAL)}
