"""The deliveries a webhook receiver has to live with, good and bad, and what it must or should answer to each.

A receiver is seen from outside: by the status it answers, and when. What it does afterwards is for `hardclose run`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hardclose_simulator.contracts import webhook_sender as make
from hardclose_simulator.contracts.webhook_sender import Build

ACCEPT, REFUSE = "accepted", "refused"
MUST, SHOULD = "MUST", "SHOULD"


@dataclass(frozen=True, slots=True)
class Case:
    """`says` is the rule and `source` whose rule it is, in our words. `at_once`: its deliveries do not wait for each
    other."""

    name: str
    title: str
    expect: str
    level: str
    says: str
    source: str
    build: Build
    at_once: bool = False


AUTHENTICITY = "Standard Webhooks 1.0, Verifying webhook authenticity"
SCHEME = "Standard Webhooks 1.0, Signature scheme"
HEADERS = "Standard Webhooks 1.0, Webhook headers"
VERIFYING = "Standard Webhooks 1.0, Verifying signatures"
SUCCESS = "Standard Webhooks 1.0, Delivery success and failure"
TOLERANCE = "contract card, webhooks.tolerance_s: 300"
AT_LEAST_ONCE = "contract card, webhooks.at_least_once: true"
GROWTH = "contracts/neutral/SOURCES.md, What may grow within a release"
SIZE = "contracts/neutral/SOURCES.md, Free choices"
WEBHOOK = "CloudEvents 1.0.2, HTTP Web Hooks, 2.2 Delivery response"
ROTATION = "While a secret is exchanged, messages are signed by the old and by the new one; one that fits is enough."

GENUINE = Case(
    "genuine",
    "an event as the system sends it",
    ACCEPT,
    MUST,
    "A genuine delivery is answered with a 2xx status. Anything else is a failure: it comes again, and is given up in "
    "the end.",
    SUCCESS,
    make.genuine,
)
BATCH = Case(
    "batch",
    "a JSON array of events, one of a type nobody knows",
    REFUSE,
    SHOULD,
    "Nobody sends batches who has not been asked to, and a format that is not understood is answered with 415. A 2xx "
    "would promise that every event in it was taken.",
    "CloudEvents 1.0.2, HTTP binding, 3 and 3.3; " + WEBHOOK,
    make.batch,
)

GOOD = (
    GENUINE,
    Case(
        "every-type",
        "one event of each type",
        ACCEPT,
        SHOULD,
        "Who subscribed to all types is sent all types; what he has no use for he acknowledges and drops. Refused, it "
        "comes again and again.",
        SUCCESS,
        make.every_type,
    ),
    Case(
        "same-id-again",
        "the same event twice under one id",
        ACCEPT,
        MUST,
        "The same message may come again, because its sender never saw the first answer. It is acknowledged again, and "
        "does nothing.",
        AT_LEAST_ONCE,
        make.same_id_again,
    ),
    Case(
        "new-id-again",
        "the same event under two ids",
        ACCEPT,
        MUST,
        "The same fact may be told under another id. It is acknowledged, and does nothing.",
        AT_LEAST_ONCE,
        make.new_id_again,
    ),
    Case(
        "rotated-old-first",
        "two signatures, the one by our secret last",
        ACCEPT,
        MUST,
        ROTATION,
        HEADERS,
        make.rotated(good_first=False),
    ),
    Case(
        "rotated-new-first",
        "two signatures, the one by our secret first",
        ACCEPT,
        MUST,
        ROTATION,
        HEADERS,
        make.rotated(good_first=True),
    ),
    Case(
        "other-scheme",
        "a signature of another scheme beside ours",
        ACCEPT,
        MUST,
        "The list may hold signatures of other schemes, such as v1a; they are passed over.",
        HEADERS,
        make.other_version,
    ),
    Case(
        "other-spelling",
        "the same JSON with blanks and umlauts",
        ACCEPT,
        MUST,
        "The signature is over the bytes that were sent: who parses the body and writes it anew checks something else.",
        SCHEME,
        make.other_spelling,
    ),
    Case(
        "header-case",
        "header names in capitals",
        ACCEPT,
        MUST,
        "Names of headers are the same in capitals and small letters.",
        "RFC 9110, 5.1",
        make.capitals,
    ),
    Case(
        "unknown-type",
        "an event of a type that is new",
        ACCEPT,
        SHOULD,
        "Types of events may be added within a release. Refused, the event comes again and again.",
        GROWTH,
        make.unknown_type,
    ),
    Case(
        "extra-field",
        "a field in data that is new",
        ACCEPT,
        MUST,
        "Fields may be added within a release; what is not known is ignored.",
        GROWTH,
        make.extra_field,
    ),
    Case(
        "extra-attribute",
        "newer attributes in the envelope",
        ACCEPT,
        MUST,
        "An event may bear any number of further attributes.",
        "CloudEvents 1.0.2, Extension context attributes",
        make.extra_attribute,
    ),
    Case(
        "common-size",
        "an event of 64 KiB",
        ACCEPT,
        SHOULD,
        "Events of up to 64 KiB are taken by everybody.",
        "CloudEvents 1.0.2, Size limits",
        make.of_size(make.COMMON_BYTES),
    ),
)

BAD = (
    Case(
        "wrong-secret",
        "signed with another secret",
        REFUSE,
        MUST,
        "Anybody can post to an address. Only who knows the secret is the sender.",
        AUTHENTICITY,
        make.wrong_secret,
    ),
    Case(
        "altered-body",
        "another document under a genuine signature",
        REFUSE,
        MUST,
        "The signature is over the body: whoever changed it did not sign it.",
        SCHEME,
        make.altered_body,
    ),
    Case(
        "altered-id",
        "another id under a genuine signature",
        REFUSE,
        MUST,
        "The signature is over the id too: else every copy of a message passes for a new one.",
        SCHEME,
        lambda sender: make.changed(sender, id=f"evt_{sender.tag}_copy"),
    ),
    Case(
        "old-timestamp",
        "genuine, but ten minutes old",
        REFUSE,
        MUST,
        "A message signed longer ago than the tolerance is a replay.",
        f"{VERIFYING}; {TOLERANCE}",
        lambda sender: [sender.sealed(sender.content(), ago=make.OFF)],
    ),
    Case(
        "future-timestamp",
        "genuine, but ten minutes ahead",
        REFUSE,
        MUST,
        "A message signed further ahead than the tolerance could be replayed until its time has come.",
        f"{VERIFYING}; {TOLERANCE}",
        lambda sender: [sender.sealed(sender.content(), ago=-make.OFF)],
    ),
    Case(
        "restamped",
        "an old signature under a fresh timestamp",
        REFUSE,
        MUST,
        "The signature is over the timestamp too: else every old message can be made a new one.",
        SCHEME,
        make.restamped,
    ),
    *(
        Case(
            f"no-{header}",
            f"no webhook-{header}",
            REFUSE,
            MUST,
            "Without its id, its timestamp and its signature a message cannot be verified.",
            HEADERS,
            make.without(header),
        )
        for header in ("id", "timestamp", "signature")
    ),
    Case(
        "bad-timestamp",
        "a timestamp that is no number",
        REFUSE,
        MUST,
        "The timestamp is whole seconds since 1970; anything else cannot be verified.",
        HEADERS,
        lambda sender: make.changed(sender, timestamp="yesterday"),
    ),
    Case(
        "not-json",
        "signed, but no JSON event",
        REFUSE,
        MUST,
        "A format that is not understood is answered with 415, or with another 4xx: a 2xx would promise that an event "
        "was taken.",
        WEBHOOK,
        make.not_json,
    ),
    BATCH,
    Case(
        "oversized",
        f"an event of {make.OVERSIZED_BYTES // 1024 // 1024} MiB",
        REFUSE,
        SHOULD,
        "No event of this release is larger than 3 MiB. Who reads on fills his memory with what anybody likes to send.",
        SIZE,
        make.of_size(make.OVERSIZED_BYTES),
    ),
)

ALIVE = replace(
    GENUINE,
    name="still-there",
    title="an event as the system sends it, after all that",
    says="What a receiver refuses must not keep it from taking what is genuine.",
)

BURST = Case(
    "burst",
    f"{make.BURST} events at once",
    ACCEPT,
    MUST,
    "Events come when they happen, not one after the other, and each has to be answered before the sender gives up.",
    "contract card, webhooks.timeout_s",
    make.burst,
    at_once=True,
)


def vocabulary(*, batches: bool = False) -> tuple[Case, ...]:
    """In the order they are sent: the burst last, because a slow receiver goes on working after it.

    `batches`: the receiver says that it takes them, and is held to it."""
    bad = tuple(replace(one, expect=ACCEPT, level=MUST) if batches and one is BATCH else one for one in BAD)
    return (*GOOD, *bad, ALIVE, BURST)
