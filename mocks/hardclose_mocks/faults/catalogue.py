"""The named faults: what each does on the wire, what carries it, and which parameters it takes. Decides nothing."""

from __future__ import annotations

from difflib import get_close_matches

from hardclose_mocks.faults.kinds import FaultKind, Parameter
from hardclose_mocks.faults.wire_kinds import WIRE_KINDS

_ALL = (
    FaultKind("F19", "business refusal", "actor", "Really bad facts: blocked cost centre or supplier, no budget."),
    FaultKind(
        "F30",
        "duplicate delivery",
        "delivery",
        "The same event is delivered again, under the same or a new event id.",
        {
            "new_id": Parameter(0.5, "share of duplicates that bear a new event id", 0.0, 1.0),
            "after_s": Parameter(0.5, "wire seconds between the two", 0.0, 3600.0),
        },
    ),
    FaultKind(
        "F31",
        "reordered delivery",
        "delivery",
        "The first attempt waits, exponential, so that younger events overtake it.",
        {
            "mean_s": Parameter(1.0, "mean extra delay, wire seconds", 0.0, 3600.0),
            "highest_s": Parameter(4.0, "no delay is longer", 0.0, 3600.0),
        },
    ),
    FaultKind("F32", "dropped delivery", "delivery", "The event is never delivered; the sender believes it was."),
    FaultKind(
        "F33",
        "replay storm",
        "vendor",
        "The sender delivers its history again within seconds; some of it had never been sent before.",
        {
            "events": Parameter(1000.0, "deliveries in all; a short history is gone through several times", 1.0, 1e5),
            "over_s": Parameter(10.0, "wire seconds over which they are spread", 0.0, 3600.0),
            "new_id": Parameter(0.1, "share that bears a new event id", 0.0, 1.0),
            "unseen": Parameter(0.01, "share of earlier events held back until the replay", 0.0, 1.0),
        },
    ),
    FaultKind("F34", "disabled subscription", "vendor", "The sender disables all subscriptions."),
    FaultKind(
        "F35",
        "thin or stale payload",
        "delivery",
        "The event names its document only; or it comes so late that its snapshot is old.",
        {
            "how": Parameter("pointer", "`pointer` or `stale`", choices=("pointer", "stale")),
            "after_s": Parameter(4.0, "how late a stale one is, wire seconds", 0.0, 3600.0),
        },
    ),
    FaultKind(
        "F36",
        "forged delivery",
        "delivery",
        "An extra delivery with a wrong signature, an old timestamp or an altered body; the genuine one comes too.",
        {
            "how": Parameter(
                "any",
                "`invented`, `altered` or `stale`; any draws one of them; `retired` signs with a replaced secret",
                choices=("any", "invented", "altered", "stale", "retired"),
            ),
        },
    ),
    FaultKind(
        "F37",
        "mixed batch",
        "delivery",
        "Events are gathered and come in one POST, perhaps with one among them that nobody can read.",
        {
            "gather_s": Parameter(0.5, "wire seconds of gathering", 0.01, 60.0),
            "highest": Parameter(100.0, "events in one POST at most", 2.0, 1000.0),
            "poison": Parameter(0.5, "share of events whose POST holds one of an unknown type", 0.0, 1.0),
        },
    ),
    FaultKind(
        "F38",
        "crash",
        "process",
        "The integration is killed right after a wire event and started again; what it had not stored is gone.",
        {"down_s": Parameter(1.0, "wire seconds until it is started again", 0.0, 600.0)},
    ),
    FaultKind(
        "F39",
        "pause",
        "process",
        "The integration is stopped right after a wire event and goes on later, as after a frozen machine.",
        {"pause_s": Parameter(4.0, "wire seconds it stands still", 0.0, 900.0)},
    ),
    FaultKind(
        "F48",
        "credential event",
        "vendor",
        "A secret is replaced, or the right to write is taken away for a while.",
        {
            "what": Parameter(
                "client_secret",
                "`client_secret`, `webhook_secret` or `scope`",
                choices=("client_secret", "webhook_secret", "scope"),
            ),
            "overlap_s": Parameter(0.0, "how long the replaced secret is still good, wire seconds", 0.0, 604_800.0),
            "for_s": Parameter(5.0, "how long the scope is gone, wire seconds", 0.0, 3600.0),
        },
    ),
    FaultKind(
        "F44",
        "cut-off geometry",
        "actor",
        "Clock changes, midnights that are not UTC's, fiscal weeks, leap days and bank holidays; set by the companies.",
    ),
    FaultKind("F46", "period action", "actor", "The controller closes early, reopens, or locks one module."),
    FaultKind(
        "F50",
        "people",
        "actor",
        "Approved reports are recalled or edited; buttons pressed twice; documents put in by hand.",
    ),
)

FAULTS: dict[str, FaultKind] = {kind.id: kind for kind in sorted((*WIRE_KINDS, *_ALL), key=lambda kind: kind.id)}
_BOUNDED = {("F03", "highest_s"), ("F04", "shortest_s"), ("F04", "highest_s"), ("F15", "highest_s")}
"""Parameters that a late commit's bound on the card holds for."""


def highest_of(fault: str, parameter: str, late_commit_s: float) -> float:
    """The most a number may be without breaking the promise of the card."""
    highest = FAULTS[fault].parameters[parameter].highest
    return min(highest, late_commit_s) if (fault, parameter) in _BOUNDED else highest


def nearest(word: str, known: list[str]) -> str:
    """`; try 'x'` for the best match among `known`, or the list of them."""
    match = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; try '{match[0]}'" if match else f"; known: {', '.join(known)}"
