"""F10: a token bucket per credential. Admits exactly what the card says; knows no HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from hardclose_mocks.cards import Limit

NS = 1_000_000_000


@dataclass(slots=True)
class Limiter:
    """Buckets start full and refill continuously. `waits` bounds the Retry-After it issues (pace, wire seconds).

    Levels are integers: with floats, a caller who keeps exactly to the rate is refused now and then."""

    limit: Limit
    waits: tuple[float, float]
    _buckets: dict[str, tuple[int, int]] = field(default_factory=dict)
    _call: int = field(init=False)
    """What one call costs, in the unit of the levels."""
    _refill: int = field(init=False)
    """What a bucket gains per nanosecond, in the same unit."""

    def __post_init__(self) -> None:
        rate = Fraction(str(self.limit.rate_per_s))
        self._call, self._refill = rate.denominator * NS, rate.numerator

    def admit(self, credential: str, now_ns: int) -> float | None:
        """None when admitted, else the wait in seconds until a call is free again (rounded up, within `waits`)."""
        full = self.limit.burst * self._call
        level, then = self._buckets.get(credential, (full, now_ns))
        level = min(full, level + (now_ns - then) * self._refill)
        if level >= self._call:
            self._buckets[credential] = (level - self._call, now_ns)
            return None
        self._buckets[credential] = (level, now_ns)
        wait_s = -((level - self._call) // (self._refill * NS))
        return float(min(self.waits[1], max(self.waits[0], wait_s)))

    def left(self, credential: str) -> int:
        """Calls left in the bucket at its last use."""
        level, _ = self._buckets.get(credential, (self.limit.burst * self._call, 0))
        return level // self._call
