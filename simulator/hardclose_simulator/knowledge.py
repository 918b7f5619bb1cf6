"""What the integration could have known, and since when: the earliest wire time information was delivered to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hardclose_mocks.history.records import DeliveryTried, Emitted, Record
from hardclose_simulator.attempts import Attempt, Know


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook attempt and what it was about. `type` is the event's, empty where the event is not on record."""

    seq: int
    system: str
    type: str
    tried: DeliveryTried
    event_seq: int = -1
    """The record in which its event entered the outbox."""

    @property
    def genuine(self) -> bool:
        return self.tried.label == "genuine"

    @property
    def sent(self) -> bool:
        """Whether anything left the sender at all."""
        return self.tried.outcome not in ("dropped", "lost")

    @property
    def acknowledged(self) -> bool:
        return self.tried.status is not None and 200 <= self.tried.status < 300


def deliveries_of(records: Sequence[Record]) -> tuple[Delivery, ...]:
    events = {record.body.id: (record.body.type, record.seq) for record in records if isinstance(record.body, Emitted)}
    return tuple(
        Delivery(record.seq, record.system, *_named(events, record.body))
        for record in records
        if isinstance(record.body, DeliveryTried)
    )


def _named(events: Mapping[str, tuple[str, int]], tried: DeliveryTried) -> tuple[str, DeliveryTried, int]:
    kind, seq = events.get(tried.event, ("", -1))
    return kind, tried, seq


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Wire times, None for never. `told_made` is by document: since when the integration has been told in so many
    words that this document was made."""

    told_made: Mapping[str, int]
    refused_for: Mapping[str, int]
    """By document: since when a refusal has named it as the one that holds the reference."""
    served: Mapping[tuple[str, str], tuple[tuple[int, int, int], ...]]
    """By (system, number): version, start and end of every read that handed it out; end 0 if it never arrived."""
    announced: Mapping[tuple[str, str], tuple[Delivery, ...]]
    """By (system, subject): genuine deliveries that left the sender."""
    turned_down: Mapping[tuple[str, str], tuple[tuple[int, int], ...]]
    """By (system, number): record and end of every write that the books refused because of the document's state."""

    def document_known(self, number: str) -> int | None:
        """That this ERP document exists: told so, refused for it, read, or announced and acknowledged."""
        times = [since for since in (self.told_made.get(number), self.refused_for.get(number)) if since is not None]
        times += [ended for _, _, ended in self.served.get(("erp", number), ()) if ended]
        times += [one.tried.ended_ns for one in self.announced.get(("erp", number), ()) if one.acknowledged]
        return min(times, default=None)

    def told_of(self, system: str, number: str, version: int, since_seq: int) -> int | None:
        """Since when the integration has been told that a source document had come to `version`, made in the record
        `since_seq`: by a read that handed it out, by an acknowledged event of then or later, or by a refusal."""
        times = [ended for seen, _, ended in self.served.get((system, number), ()) if ended and seen >= version]
        times += [
            one.tried.ended_ns
            for one in self.announced.get((system, number), ())
            if one.acknowledged and one.event_seq >= since_seq
        ]
        times += [ended for seq, ended in self.turned_down.get((system, number), ()) if seq >= since_seq]
        return min(times, default=None)

    def last_read(self, system: str, number: str, before_ns: int) -> tuple[int, int] | None:
        """Version and end of the latest read of a source document that had arrived before then."""
        reads = [(ended, seen) for seen, _, ended in self.served.get((system, number), ()) if 0 < ended < before_ns]
        return max(reads)[::-1] if reads else None

    def hinted(self, system: str, number: str, version: int, event: str) -> int | None:
        """The first moment at which anything genuine could have hinted at `version` of a source document: a read that
        began to hand it out, or an announcement of that type that was under way, arrived or not."""
        times = [started for seen, started, _ in self.served.get((system, number), ()) if seen >= version]
        times += [one.tried.started_ns for one in self.announced.get((system, number), ()) if one.type == event]
        return min(times, default=None)


def knowledge_of(attempts: Iterable[Attempt], deliveries: Iterable[Delivery]) -> Knowledge:
    told: dict[str, int] = {}
    refused: dict[str, int] = {}
    served: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    announced: dict[tuple[str, str], list[Delivery]] = {}
    turned_down: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for attempt in attempts:
        if attempt.know is Know.OK and attempt.made is not None and attempt.system == "erp":
            told[attempt.made] = min(told.get(attempt.made, attempt.known_ns), attempt.known_ns)
        bare = attempt.fault is not None and attempt.fault.fault == "F23"
        if attempt.refusal == "DuplicateReference" and not bare:
            for carried in attempt.carried:
                existing = (carried.refusal_data or {}).get("existing")
                if isinstance(existing, str):
                    refused[existing] = min(refused.get(existing, attempt.known_ns), attempt.known_ns)
        if attempt.refusal == "WrongState" and attempt.know is Know.FAIL:
            turned_down.setdefault((attempt.system, attempt.subject), []).append((attempt.seq, attempt.ended_ns))
        if attempt.served is not None:
            ended = attempt.ended_ns if attempt.know is Know.OK else 0
            for number, version in attempt.served.documents:
                served.setdefault((attempt.system, number), []).append((version, attempt.started_ns, ended))
    for delivery in deliveries:
        if delivery.genuine and delivery.sent:
            announced.setdefault((delivery.system, delivery.tried.subject), []).append(delivery)
    return Knowledge(
        told,
        refused,
        {name: tuple(reads) for name, reads in served.items()},
        {name: tuple(told_of) for name, told_of in announced.items()},
        {name: tuple(listed) for name, listed in turned_down.items()},
    )
