"""The idempotency-key store: which logical attempt a key stands for, and its stored answer. Folded from the history."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardclose_mocks.clock import NS
from hardclose_mocks.desk import Answer


@dataclass(slots=True)
class Entry:
    """`answer` is None while the first request is still running."""

    fingerprint: str
    begun_ns: int
    answer: Answer | None = None


@dataclass(slots=True)
class KeyStore:
    """Keys are scoped per system and credential and live `life_s` wire seconds from their first use."""

    life_s: float
    _entries: dict[tuple[str, str, str], Entry] = field(default_factory=dict)

    def find(self, system: str, credential: str, key: str, now_ns: int) -> Entry | None:
        entry = self._entries.get((system, credential, key))
        if entry is not None and now_ns - entry.begun_ns > self.life_s * NS:
            del self._entries[system, credential, key]
            return None
        return entry

    def begin(self, system: str, credential: str, key: str, fingerprint: str, now_ns: int) -> None:
        self._entries[system, credential, key] = Entry(fingerprint, now_ns)

    def finish(self, system: str, credential: str, key: str, answer: Answer) -> None:
        self._entries[system, credential, key].answer = answer

    def release(self, system: str, credential: str, key: str) -> None:
        """Its first request is over. Without an answer worth keeping, the same key may try again."""
        entry = self._entries.get((system, credential, key))
        if entry is not None and entry.answer is None:
            del self._entries[system, credential, key]
