"""When a drained sandbox has come to rest: one rule for runs and for tests that settle. Waits for nothing itself."""

from __future__ import annotations

from hardclose_mocks.server.sandbox import Sandbox


def at_rest(sandbox: Sandbox, *, since_ns: int, quiet_ns: int) -> bool:
    """No call, delivery or announced wait is under way, and nothing was written or sent for the quiet time.

    `since_ns` is when the drain began; the quiet time counts from there at the earliest. Wire nanoseconds."""
    busy = sandbox.open_calls or sandbox.outbox.open or sandbox.dispatcher.in_flight
    still_since = max(since_ns, sandbox.last_write_ns, sandbox.last_delivery_ns, sandbox.longest_wait_ns)
    return not busy and sandbox.wire.ns() - still_since >= quiet_ns
