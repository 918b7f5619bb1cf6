"""What is still to be delivered, to whom and when. State only: folded from the history, asked by the delivery loop."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from hardclose_mocks.history.records import DeliveryTried, Emitted, Hit, Subscribed

FINAL = frozenset({"delivered", "exhausted", "dropped"})
LIVE = ("created", "renewed")
"""States of a subscription in which its events are delivered."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message for one subscription: a genuine event, a duplicate of it, or a forgery about it."""

    event: Emitted
    system: str
    subscription: str
    message: str
    attempt: int
    due_ns: int
    forgery: str | None = None
    fault: Hit | None = None
    payload: str = "full"
    """Or `pointer`: the data names the document only."""
    batch_max: int = 1
    """With how many others at most it may leave in one POST, if they are due together."""
    poison: bool = False
    """Whether that POST also holds a member that is no business event."""

    @property
    def key(self) -> tuple[str, str]:
        return self.message, self.subscription


def webhook_id(event: str, message: str) -> str:
    """The `webhook-id` on the wire: a duplicate under the same id (F30, F33) bears the event's own."""
    return event if message.startswith(f"{event}-same-") else message


def wants(subscription: Subscribed, event_type: str) -> bool:
    return "*" in subscription.types or event_type in subscription.types


@dataclass(slots=True)
class Outbox:
    """Subscriptions and open parcels of all systems."""

    subscriptions: dict[str, tuple[str, Subscribed]] = field(default_factory=dict)
    """By id: the system and the subscription, as its latest record has it."""
    failures: Counter[str] = field(default_factory=Counter)
    """By subscription: attempts of the genuine sender that failed since the last one that did not."""
    open: dict[tuple[str, str], Parcel] = field(default_factory=dict)
    log: list[tuple[str, DeliveryTried]] = field(default_factory=list)
    created: int = 0
    """Subscriptions ever created: a number that was given is never given again."""
    _due: list[tuple[int, int, tuple[str, str]]] = field(default_factory=list)
    _count: int = 0

    def subscribers(self, system: str, event_type: str) -> Iterable[Subscribed]:
        for owner, subscription in self.subscriptions.values():
            if owner == system and subscription.state in LIVE and wants(subscription, event_type):
                yield subscription

    def lapsed(self, now_ns: int) -> list[tuple[str, Subscribed]]:
        """Live subscriptions whose end has come, with their systems."""
        return [
            (system, one)
            for system, one in self.subscriptions.values()
            if one.state in LIVE and one.expires_ns is not None and one.expires_ns <= now_ns
        ]

    def put(self, parcel: Parcel) -> None:
        """Add or re-schedule."""
        self.open[parcel.key] = parcel
        self._count += 1
        heapq.heappush(self._due, (parcel.due_ns, self._count, parcel.key))

    def next_ns(self) -> int | None:
        """When there is something to do: a parcel is due, or a subscription ends."""
        ends = [one.expires_ns for _, one in self.subscriptions.values() if one.state in LIVE and one.expires_ns]
        due = self.next_due_ns()
        return min((*ends, *(() if due is None else (due,))), default=None)

    def next_due_ns(self) -> int | None:
        while self._due and self._stale(self._due[0]):
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def take(self, now_ns: int) -> list[Parcel]:
        """Parcels due by now; they stay open until `tried` says how it went."""
        taken = []
        while (due := self.next_due_ns()) is not None and due <= now_ns:
            taken.append(self.open[heapq.heappop(self._due)[2]])
        return taken

    def tried(self, system: str, attempt: DeliveryTried) -> None:
        """Fold one attempt: closes the parcel or schedules the next one."""
        self.log.append((system, attempt))
        if attempt.label == "genuine" and attempt.outcome != "dropped":
            self.failures[attempt.subscription] = (
                0 if attempt.outcome == "delivered" else self.failures[attempt.subscription] + 1
            )
        key = attempt.message, attempt.subscription
        parcel = self.open.pop(key, None)
        if parcel is not None and attempt.outcome not in FINAL and attempt.next_ns is not None:
            self.put(replace(parcel, attempt=attempt.attempt + 1, due_ns=attempt.next_ns, fault=None))

    def subscribe(self, system: str, subscription: Subscribed) -> None:
        """Fold one record of a subscription. What is on its way to one that is no longer live does not arrive."""
        if subscription.state == "created":
            self.created += 1
        if subscription.state == "deleted":
            self.subscriptions.pop(subscription.id, None)
        else:
            self.subscriptions[subscription.id] = (system, subscription)
        if subscription.state in LIVE:
            self.failures[subscription.id] = 0
        else:
            self.open = {key: parcel for key, parcel in self.open.items() if key[1] != subscription.id}

    def _stale(self, entry: tuple[int, int, tuple[str, str]]) -> bool:
        parcel = self.open.get(entry[2])
        return parcel is None or parcel.due_ns != entry[0]
