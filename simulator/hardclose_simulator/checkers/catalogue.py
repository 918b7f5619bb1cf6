"""The obligations that are judged, by id: name, title, what it says, and the function that checks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hardclose_simulator.case import Case
from hardclose_simulator.checkers import (
    o01,
    o02,
    o03,
    o04,
    o05,
    o06,
    o07,
    o08,
    o09,
    o10,
    o11,
    o12,
    o13,
    o14,
    o15,
    o16,
    o17,
    o18,
    o19,
    o21,
    o22,
    o23,
    o24,
    o25,
    o26,
    o27,
    o28,
    o29,
    o30,
    o31,
    o32,
    o33,
    o34,
    o35,
    o36,
    o37,
    o38,
    o39,
    o41,
    o42,
    o43,
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
        "O02",
        "CAUSE",
        "nothing from nowhere",
        "No document without a business fact that ordered it, and none before it did.",
        o02.check,
    ),
    Obligation(
        "O03",
        "AMOUNT",
        "value survives the journey",
        "Amount, currency, quantity and tax arrive as approved, line by line, to the minor unit.",
        o03.check,
    ),
    Obligation(
        "O04",
        "BALANCE",
        "every journal balances",
        "Debits equal credits in every entry that the integration words itself.",
        o04.check,
    ),
    Obligation(
        "O05",
        "CODING",
        "the right account, cost object, tax, entity",
        "Every line is charged as approved, the right one is paid, and no default takes a code's place in silence.",
        o05.check,
    ),
    Obligation(
        "O06",
        "TENANT",
        "no leakage between companies",
        "A fact of one company or source never makes, and never keeps out, a document of another.",
        o06.check,
    ),
    Obligation(
        "O07",
        "BATCH",
        "partial outcomes are taken apart",
        "Of a batch the good rows stay posted once, and each bad one is retried or parked by itself.",
        o07.check,
    ),
    Obligation(
        "O08",
        "NET",
        "corrections converge",
        "What was recalled or edited after it was posted is put right: the books come to show the present truth.",
        o08.check,
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
        "O13",
        "FRESH",
        "on time when healthy",
        "Without faults, what is approved is posted or shown to a person within the service level.",
        o13.check,
    ),
    Obligation(
        "O14",
        "RECOVER",
        "backlog drains",
        "After an outage the backlog clears in a time that capacity explains, while new work keeps coming.",
        o14.check,
    ),
    Obligation(
        "O15",
        "NOHOL",
        "one bad document blocks nobody else",
        "A document that the books refuse delays itself and what depends on it, and nobody else.",
        o15.check,
    ),
    Obligation(
        "O16",
        "MONO",
        "newer truth is never overwritten by older",
        "Late or repeated news of a supplier or cost centre never put an earlier revision in place of a later one.",
        o16.check,
    ),
    Obligation(
        "O17",
        "DEPS",
        "prerequisites first",
        "What a document needs is in the books before it; what came too early waits or is parked.",
        o17.check,
    ),
    Obligation(
        "O18",
        "NOCLOBBER",
        "no blind overwrite",
        "What people set on a record meanwhile survives: a change carries the version it replaces, or spares it.",
        o18.check,
    ),
    Obligation(
        "O19",
        "APPROVED",
        "no effect without a valid approval",
        "The revision that is posted is the revision that was approved, and nobody has taken that back.",
        o19.check,
    ),
    Obligation(
        "O21",
        "MATCH",
        "a true three-way match",
        "What was ordered, received and billed reaches the match as the sources say it, and no block is lifted.",
        o21.check,
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
        "O23",
        "ACCRUAL",
        "accruals reverse once",
        "Each accrual is reversed once, in the intended period, and not before it.",
        o23.check,
    ),
    Obligation(
        "O24",
        "SOD",
        "identities and duties preserved",
        "The integration never approves, rejects or releases anything.",
        o24.check,
    ),
    Obligation(
        "O25",
        "BLOCKED",
        "blocked masters are not used",
        "No posting on a blocked cost centre or supplier, nor on another in its place; a merged one is its survivor.",
        o25.check,
    ),
    Obligation(
        "O26",
        "ONESUPPLIER",
        "one party, one record",
        "Within a company there is one supplier for one tax id, however often he is asked for.",
        o26.check,
    ),
    Obligation(
        "O27",
        "BANKHOLD",
        "changed bank details wait for verification",
        "Nobody is paid on a new bank account before somebody verified it.",
        o27.check,
    ),
    Obligation(
        "O28",
        "OWNER",
        "writes only what its source owns; no echo",
        "Every field is changed by its owner alone, and no edit goes to and fro between systems.",
        o28.check,
    ),
    Obligation(
        "O29",
        "PAYONCE",
        "a debt is settled once",
        "Never is more paid for a claim or an invoice than it is worth, over all documents made of it.",
        o29.check,
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
    Obligation(
        "O36",
        "REPLAY",
        "a mass replay is a non-event",
        "When a sender repeats its history, documents that are done with stay as they are, and nobody is flooded.",
        o36.check,
    ),
    Obligation(
        "O37",
        "CONTINUITY",
        "subscriptions and cursors have no holes",
        "A subscription that ends is renewed, and until then the lists are read.",
        o37.check,
    ),
    Obligation(
        "O38",
        "CREDS",
        "credentials are handled like cash",
        "Tokens are kept while they live, a replaced secret is let go of, and secrets stand nowhere else.",
        o38.check,
    ),
    Obligation(
        "O39",
        "SCHEMA",
        "additive change is harmless, breaking change is loud",
        "Unknown fields are ignored; what is no longer understood is parked, never guessed.",
        o39.check,
    ),
    Obligation(
        "O41",
        "TRACE",
        "every effect can be traced",
        "The reference of every document leads to one fact, and to the one its lines are about.",
        o41.check,
    ),
    Obligation(
        "O42",
        "ATTACH",
        "evidence travels intact",
        "Required receipts arrive once, byte by byte, at the right posting; or people see that they did not.",
        o42.check,
    ),
    Obligation(
        "O43",
        "CUTOFF",
        "the close certificate is true",
        "When a period locks, what was approved in good time is posted or on the list of known exceptions.",
        o43.check,
    ),
)

OBLIGATIONS: dict[str, Obligation] = {obligation.id: obligation for obligation in _ALL}
