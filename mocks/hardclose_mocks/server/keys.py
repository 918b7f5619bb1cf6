"""The idempotency-key store: which logical attempt a key stands for, and its stored answer. Folded from the history."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardclose_mocks.clock import NS
from hardclose_mocks.desk import Answer


@dataclass(slots=True)
class Entry:
    """`answer` is None while the first request is still running; the key is forgotten after `ends_ns`."""

    fingerprint: str
    ends_ns: int
    answer: Answer | None = None


@dataclass(slots=True)
class KeyStore:
    """Keys are scoped per system and credential and live as long as the operation's terms say, from their first use."""

    _entries: dict[tuple[str, str, str], Entry] = field(default_factory=dict)

    def find(self, system: str, credential: str, key: str, now_ns: int) -> Entry | None:
        entry = self._entries.get((system, credential, key))
        if entry is not None and now_ns > entry.ends_ns:
            del self._entries[system, credential, key]
            return None
        return entry

    def begin(self, system: str, credential: str, key: str, fingerprint: str, now_ns: int, life_s: float) -> Entry:
        entry = Entry(fingerprint, now_ns + round(life_s * NS))
        self._entries[system, credential, key] = entry
        return entry

    def release(self, system: str, credential: str, key: str, entry: Entry) -> None:
        """Its first request is over. Without an answer worth keeping, the same key may try again."""
        if entry.answer is None and self._entries.get((system, credential, key)) is entry:
            del self._entries[system, credential, key]
