"""The obligations that are judged, by id: name, title, what it says, and the function that checks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hardclose_simulator.case import Case
from hardclose_simulator.checkers import (
    o01,
    o03,
    o09,
    o10,
    o11,
    o12,
    o22,
    o30,
    o31,
    o32,
    o33,
    o34,
    o35,
)
from hardclose_simulator.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Obligation:
    """`says` is the promise in one sentence, for people who do not know the id."""

    id: str
    name: str
    title: str
    says: str
    check: Callable[[Case], Verdict]


_ALL = (
    Obligation(
        "O01",
        "EXO",
        "one fact, one effect",
        "Each approved business fact produces exactly one live document, however often messages, retries, restarts or "
        "people repeat themselves.",
        o01.check,
    ),
    Obligation(
        "O03",
        "AMOUNT",
        "value survives the journey",
        "Amount, currency, quantity and tax arrive as approved, line by line, to the minor unit.",
        o03.check,
    ),
    Obligation(
        "O09",
        "NOLOSS",
        "nothing lost",
        "Every fact that became due is posted, parked visibly, refused visibly, or superseded.",
        o09.check,
    ),
    Obligation(
        "O10",
        "CLOSED",
        "the write-back loop is closed",
        "The source system learns the document number, the payment state, and the reason of what was not posted.",
        o10.check,
    ),
    Obligation(
        "O11",
        "HONEST",
        "write-back never lies",
        "The source never says posted or paid unless that very document stands, nor parked while it stands.",
        o11.check,
    ),
    Obligation(
        "O12",
        "VISIBLE",
        "refusals reach a person",
        "A business refusal becomes an exception that people can see; it disappears when it is cured.",
        o12.check,
    ),
    Obligation(
        "O22",
        "PERIOD",
        "right date, open period, right calendar",
        "The posting date follows the source's accounting date in the company's zone and calendar; what comes late "
        "moves to the next open period or is parked.",
        o22.check,
    ),
    Obligation(
        "O30",
        "THROTTLE",
        "Retry-After respected",
        "After being told to wait, callers wait.",
        o30.check,
    ),
    Obligation(
        "O31",
        "NOFUTILE",
        "definitive refusals are not hammered",
        "A business refusal is not answered with the same request again and again.",
        o31.check,
    ),
    Obligation(
        "O32",
        "BACKOFF",
        "bounded, spread retries",
        "Retries are bounded, spaced and spread in time; failures do not multiply the load.",
        o32.check,
    ),
    Obligation(
        "O33",
        "IDKEY",
        "keys identify the logical attempt",
        "The same logical attempt bears the same idempotency key and the same body; other content bears another key.",
        o33.check,
    ),
    Obligation(
        "O34",
        "DURABLEACK",
        "a 2xx on a webhook is a promise",
        "Once an event is acknowledged, it survives any loss of the process.",
        o34.check,
    ),
    Obligation(
        "O35",
        "AUTHENTIC",
        "only genuine, timely events",
        "Forged, altered or stale events cause nothing; genuine ones are acknowledged within the sender's timeout.",
        o35.check,
    ),
)

OBLIGATIONS: dict[str, Obligation] = {obligation.id: obligation for obligation in _ALL}
