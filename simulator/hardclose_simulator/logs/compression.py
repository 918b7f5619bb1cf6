"""Squeezes months of a log into minutes of wire time: order stays, idle time goes, bursts are drawn apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

TARGET_S = 120.0
IDLE_MAX = timedelta(hours=1)
"""Longer gaps of the log (nights, weekends, holidays) count as much as this."""
EVEN_SHARE = 0.5
"""Share of the wire time that is dealt out evenly, so that no stretch is more than 1/EVEN_SHARE times as busy as the
average, however many moves share an instant of the log."""
STEP_S_MAX = 0.5
"""A small log need not last for two minutes: half a second per move is enough for anybody to keep up."""


def wire_offsets(instants: Sequence[datetime], target_s: float = TARGET_S) -> list[float]:
    """When each of `instants` (in order; equal ones allowed) happens, in wire seconds from the first.

    Strictly rising from 0, never beyond `target_s`."""
    steps = len(instants) - 1
    if steps < 1:
        return [0.0] * len(instants)
    gaps = [min(later - earlier, IDLE_MAX).total_seconds() for earlier, later in pairwise(instants)]
    assert min(gaps) >= 0, "instants come in order"
    total_s, busy_s = min(target_s, steps * STEP_S_MAX), sum(gaps)
    even_share = EVEN_SHARE if busy_s else 1.0
    offsets, passed_s = [0.0], 0.0
    for step, gap in enumerate(gaps, 1):
        passed_s += gap
        logged = passed_s / busy_s if busy_s else 0.0
        offsets.append(min(target_s, total_s * (even_share * step / steps + (1 - even_share) * logged)))
    return offsets
