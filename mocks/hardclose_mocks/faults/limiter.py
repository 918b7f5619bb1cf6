"""F10: a token bucket per credential. Admits exactly what the card says; knows no HTTP."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from hardclose_mocks.cards import Limit

NS = 1_000_000_000


@dataclass(slots=True)
class Limiter:
    """Buckets start full and refill continuously. `waits` bounds the Retry-After it issues (pace, wire seconds)."""

    limit: Limit
    waits: tuple[float, float]
    _buckets: dict[str, tuple[float, int]] = field(default_factory=dict)

    def admit(self, credential: str, now_ns: int) -> float | None:
        """None when admitted, else the wait in seconds until a call is free again (rounded up, within `waits`)."""
        level, then = self._buckets.get(credential, (float(self.limit.burst), now_ns))
        level = min(float(self.limit.burst), level + (now_ns - then) / NS * self.limit.rate_per_s)
        if level >= 1.0:
            self._buckets[credential] = (level - 1.0, now_ns)
            return None
        self._buckets[credential] = (level, now_ns)
        return float(min(self.waits[1], max(self.waits[0], math.ceil((1.0 - level) / self.limit.rate_per_s))))

    def left(self, credential: str) -> int:
        """Calls left in the bucket at its last use."""
        return int(self._buckets.get(credential, (float(self.limit.burst), 0))[0])
