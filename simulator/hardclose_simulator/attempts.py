"""What the integration asked, what was done, and what it can know of it. An attempt is an exchange and its ending."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hardclose_mocks.clock import NS
from hardclose_mocks.history.codec import to_json
from hardclose_mocks.history.records import Card, Carried, Exchange, Hit, JobEnded, Record, Served, SutProcess, Told

INTEGRATION = "integration"
"""The actor under judgement."""
DIGESTION_NS = 5 * NS
"""An answer that was delivered this shortly before the integration was lost may not have reached its memory."""
TURNED_AWAY = frozenset({401, 429})
"""Not processed, come again: no refusal, and nothing in doubt."""
TRANSIENT = frozenset({408, 425})
IN_DOUBT = frozenset({"key_in_progress"})
NOT_NOW = frozenset({"locked", "record_changed"})
"""Refused for what somebody else is doing, and nothing was done: come again."""
ACCEPTED = 202
STUCK = "stuck"
"""What refuses a job that is pending for longer than the card says a job may be."""
BUSINESS_REFUSALS = frozenset(
    {
        "PeriodClosed", "UnknownMaster", "BlockedMaster", "NotValidOn", "BudgetExceeded", "NotAllowed", "Unbalanced",
        "Invalid", "WrongState", "VersionMismatch", "UnknownDocument", "DuplicateReference", "MergedMaster",
        "OverDelivery", "OlderRevision",
    }
)  # fmt: skip
"""How the books say no, by class name."""


class Know(StrEnum):
    """ok: success fully delivered. fail: definitive refusal delivered. turned_away: not processed, and told so.
    info: the integration cannot know."""

    OK = "ok"
    FAIL = "fail"
    TURNED_AWAY = "turned_away"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Attempt:
    """`refusal` is what the integration was told, None where the telling was lost or replaced; `wait_s` likewise.

    `known_ns` is when the outcome reached the integration: the end of the call, or of the call that read its job.
    `made` and `refusal` of an answer from the key store are those of the request that did the work. `made` is the
    document a success is about; `same` is equal for attempts of one operation on one path with one body."""

    seq: int
    told_seq: int | None
    system: str
    op: str
    credential: str
    subject: str
    nth: int
    writes: bool
    started_ns: int
    ended_ns: int
    known_ns: int
    know: Know
    delivered: str
    status: int | None
    refusal: str | None
    wait_s: float | None
    replayed: bool
    key: str | None
    same: str
    made: str | None
    carried: tuple[Carried, ...]
    served: Served | None
    fault: Hit | None

    @property
    def evidence(self) -> tuple[int, ...]:
        return (self.seq,) if self.told_seq is None else (self.seq, self.told_seq)


def attempts_of(records: Sequence[Record]) -> tuple[Attempt, ...]:
    """Every exchange of the integration, in the order of the history."""
    tellings = {record.body.exchange: record for record in records if isinstance(record.body, Told)}
    exchanges = [
        (record, record.body) for record in records if isinstance(record.body, Exchange) and record.actor == INTEGRATION
    ]
    losses, jobs = losses_of(records), _Jobs.of(records, tellings)
    by_key: dict[tuple[str, str, str], tuple[str | None, str | None]] = {}
    attempts = []
    for record, body in exchanges:
        telling = tellings.get(record.seq)
        told = telling.body if telling is not None and isinstance(telling.body, Told) else None
        full = told is not None and told.delivered == "full"
        made, refusal = _made(body.carried), body.refusal
        if body.key is not None:
            name = (record.system, body.credential, body.key)
            if body.replayed:
                made, refusal = by_key.get(name, (None, refusal))
            elif body.carried:
                by_key[name] = made, refusal
        ended = known = told.ended_ns if told is not None else record.wire_ns
        know = _know(body, told, digested=not any(loss - DIGESTION_NS <= ended <= loss for loss in losses))
        carried, read = body.carried, jobs.read(record.system, body) if body.status == ACCEPTED else None
        if read is not None:
            # What a job came to is known to whoever read it, by whichever of the answers that told him of it.
            known = max(known, read.ended_ns)
            know, refusal = Know.FAIL, STUCK
            if (job := read.ended) is not None:
                carried, made, refusal = job.carried, _made(job.carried), job.refusal
                know = Know.OK if job.status < 400 else Know.FAIL
        attempts.append(
            Attempt(
                seq=record.seq,
                told_seq=telling.seq if telling is not None else None,
                system=record.system,
                op=body.op,
                credential=body.credential,
                subject=body.subject,
                nth=body.nth,
                writes=body.writes,
                started_ns=body.started_ns,
                ended_ns=ended,
                known_ns=known,
                know=know,
                delivered=told.delivered if told is not None else "none",
                status=told.status if told is not None and full else None,
                refusal=refusal if told is not None and (read is not None or _told_truly(body, told)) else None,
                wait_s=told.wait_s if full and told is not None else None,
                replayed=body.replayed,
                key=body.key,
                same=_same(body) if body.writes else "",
                made=made,
                carried=carried,
                served=body.served,
                fault=body.fault,
            )
        )
    return tuple(attempts)


def logical_start(attempts: Sequence[Attempt], seq: int) -> int | None:
    """When the same request was first sent without having been refused since: a retry acts on what was known then.

    `attempts` are those about one fact, `seq` the one that counts; None if it is not among them."""
    start: int | None = None
    by_place = {attempt.seq: place for place, attempt in enumerate(attempts)}
    if seq not in by_place:
        return None
    same = attempts[by_place[seq]].same
    for attempt in reversed(attempts[: by_place[seq] + 1]):
        if attempt.same != same:
            continue
        if attempt.seq != seq and attempt.know is Know.FAIL:
            break
        start = attempt.started_ns if start is None else min(start, attempt.started_ns)
    return start


def losses_of(records: Iterable[Record]) -> tuple[int, ...]:
    """Wire instants at which the integration was lost."""
    return tuple(
        record.wire_ns
        for record in records
        if isinstance(record.body, SutProcess) and record.body.state in ("exited", "killed")
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """`ended` is None for a job that was still pending when the card says that it never will be carried out."""

    ended: JobEnded | None
    ended_ns: int


@dataclass(frozen=True, slots=True)
class _Jobs:
    """Accepted requests whose jobs were read to their end, by system and job; and the job a key stands for."""

    readings: dict[tuple[str, str], _Reading]
    by_key: dict[tuple[str, str, str], str]

    @classmethod
    def of(cls, records: Sequence[Record], tellings: dict[int, Record]) -> _Jobs:
        ended: dict[tuple[str, str], JobEnded] = {}
        begun: dict[tuple[str, str], tuple[int, str]] = {}
        bounds: dict[tuple[str, str], float] = {}
        readings: dict[tuple[str, str], _Reading] = {}
        by_key: dict[tuple[str, str, str], str] = {}
        for record in records:
            match record.body:
                case Card(card=card):
                    for op, terms in card.get("operations", {}).items():
                        if later := terms.get("asynchronous"):
                            bounds[record.system, op] = float(later["done_within_s"])
                case JobEnded(id=job):
                    ended[record.system, job] = record.body
                case Exchange(job=str(job)):
                    begun[record.system, job] = record.wire_ns, record.body.op.replace(".batch", ".create")
                    if record.body.key is not None:
                        by_key[record.system, record.body.credential, record.body.key] = job
                case Exchange(op="job.get", status=200, path=path) if record.actor == INTEGRATION:
                    name = (record.system, path.rsplit("/", 1)[-1])
                    telling = tellings.get(record.seq)
                    told = telling.body if telling is not None and isinstance(telling.body, Told) else None
                    if name in readings or told is None or not _told_truly(record.body, told):
                        continue
                    since_ns, op = begun.get(name, (told.ended_ns, ""))
                    patience_ns = bounds.get((name[0], op), float("inf")) * NS
                    if name in ended or told.ended_ns - since_ns > patience_ns:
                        readings[name] = _Reading(ended.get(name), told.ended_ns)
                case _:
                    pass
        return cls(readings, by_key)

    def read(self, system: str, body: Exchange) -> _Reading | None:
        job = body.job or (self.by_key.get((system, body.credential, body.key)) if body.key else None)
        return self.readings.get((system, job)) if job else None


def _made(carried: Iterable[Carried]) -> str | None:
    return next((one.document for one in carried if one.refusal is None), None)


def _told_truly(body: Exchange, told: Told) -> bool:
    """Whether the system's own answer arrived, be it under another status."""
    return told.delivered == "full" and (
        told.form == "problem" or (told.form == "answer" and told.status == body.status)
    )


def _know(body: Exchange, told: Told | None, *, digested: bool) -> Know:
    if told is None or told.delivered != "full" or told.status is None or not digested or told.form == "page":
        return Know.INFO
    if told.status == ACCEPTED:
        return Know.INFO
    if 200 <= told.status < 400 and told.form == "answer":
        return Know.OK
    # An error that a key stands for is one of before anything was done: so says the card.
    if told.status in TURNED_AWAY or body.refusal in NOT_NOW or (body.replayed and told.status >= 500):
        return Know.TURNED_AWAY
    if told.status >= 500 or told.status in TRANSIENT:
        return Know.INFO
    return Know.INFO if body.refusal in IN_DOUBT else Know.FAIL


def _same(body: Exchange) -> str:
    text = f"{body.op}|{body.path}|".encode() + to_json(body.body)
    return hashlib.blake2b(text, digest_size=12).hexdigest()
