"""Copies of a system's books that are behind: the same commands, folded later. What is read from them is stale."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from hardclose_mocks.clock import NS
from hardclose_mocks.history.codec import from_plain
from hardclose_mocks.history.records import Carried
from hardclose_mocks.kernel.books import COMMANDS, Books
from hardclose_mocks.kernel.commands import Command


class Replica:
    """Shows at any wire instant what the books held `lag_s` before."""

    def __init__(self, system: str, books: Books, lag_s: float) -> None:
        self._system, self._books, self._lag_ns = system, books, round(lag_s * NS)
        self._waiting: deque[tuple[int, Carried, str]] = deque()

    def follow(self, carried: Carried, actor: str, wire_ns: int) -> None:
        """An accepted command, in the order of the books; it counts here a lag after `wire_ns`."""
        self._waiting.append((wire_ns + self._lag_ns, carried, actor))

    def behind(self, now_ns: int) -> bool:
        """Whether anything has happened that it does not show yet."""
        self._catch_up(now_ns)
        return bool(self._waiting)

    def books(self, now_ns: int) -> Books:
        self._catch_up(now_ns)
        return self._books

    def _catch_up(self, now_ns: int) -> None:
        while self._waiting and self._waiting[0][0] <= now_ns:
            _, carried, actor = self._waiting.popleft()
            command: Command = from_plain(carried.arguments, COMMANDS[self._system][carried.command])
            self._books.do(command, at=carried.at, actor=actor)


class Replicas:
    """All copies of one system, by how far they are behind. None costs anything where no read lags."""

    def __init__(self, system: str, open_books: Callable[[], Books], lags_s: Iterable[float]) -> None:
        self._copies = {lag_s: Replica(system, open_books(), lag_s) for lag_s in sorted({*lags_s} - {0.0})}

    def follow(self, carried: Carried, actor: str, wire_ns: int) -> None:
        if carried.refusal is None:
            for copy in self._copies.values():
                copy.follow(carried, actor, wire_ns)

    def of(self, lag_s: float) -> Replica | None:
        return self._copies.get(lag_s)
