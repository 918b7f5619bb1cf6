"""A verdict in words: one sentence, what the exit code means, and what else is wrong. Judges nothing."""

from __future__ import annotations

from collections.abc import Sequence

from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.verdict import NOT_ENOUGH, OURS, PROMISE_BROKEN, PROMISES_KEPT, RunVerdict, Status, Verdict

WORDS = {PROMISES_KEPT: "PASS", PROMISE_BROKEN: "FAIL", NOT_ENOUGH: "NOT ENOUGH EVIDENCE", OURS: "OUR FAULT"}
MEANINGS = {
    PROMISES_KEPT: "every promise that was put to the test was kept",
    PROMISE_BROKEN: "the integration broke a promise",
    NOT_ENOUGH: "nothing was seen broken, but too little was proven",
    OURS: "hardclose itself is at fault; this says nothing about the integration",
}

BUCKETS = {
    "intended": "intended",
    "posted_once": "posted once",
    "recovered": "  recovered",
    "duplicated": "duplicated",
    "lost": "lost",
    "unexpected": "unexpected",
    "parked": "parked visibly",
    "superseded": "superseded",
    "unknown": "unknown",
}
"""The rows of a reconciliation, in the order people read them."""


def sentence(verdict: RunVerdict) -> str:
    """The run in one sentence."""
    by_status = {
        status: [one for one in verdict.verdicts if one.status is status] for status in Status
    }  # fmt: skip
    kept, vacuous = by_status[Status.PASS], by_status[Status.VACUOUS]
    match verdict.exit_code:
        case 0:
            untempted = f"; {_ids(vacuous)} {_were(vacuous)} never tempted" if vacuous else ""
            return f"The integration kept {len(kept)} of {counted(len(verdict.verdicts), 'promise')}{untempted}."
        case 1:
            broken = by_status[Status.FAIL]
            listed = listing([f"{titled(one.obligation)} ({counted(len(one.findings), 'finding')})" for one in broken])
            return f"The integration broke {len(broken)} of {counted(len(verdict.verdicts), 'promise')}: {listed}."
        case 4:
            return f"hardclose is at fault, not the integration: {'; '.join(troubles(verdict))}."
        case _:
            return f"No promise was seen broken, but this run proves too little: {'; '.join(troubles(verdict))}."


def troubles(verdict: RunVerdict) -> tuple[str, ...]:
    """Everything beside broken promises that keeps this verdict from being a plain pass, the gravest first."""
    unknown = [one for one in verdict.verdicts if one.status is Status.UNKNOWN]
    found = [f"a checker crashed ({one})" for one in verdict.crashed]
    found += [f"the history does not add up ({one})" for one in verdict.soundness]
    found += [f"{titled(one.obligation)} could not be judged ({one.note or 'no evidence'})" for one in unknown]
    found += [
        f"the scenario promised {one.wanted} {one.name.replace('_', ' ')} and saw {one.seen}"
        for one in verdict.must_happen
        if not one.met
    ]
    if verdict.unfired:
        found.append(f"{counted(len(verdict.unfired), 'aimed fault')} never struck")
    if not any(one.status in (Status.PASS, Status.FAIL) for one in verdict.verdicts):
        found.append("no promise was put to the test")
    return tuple(found)


def titled(obligation: str) -> str:
    """`O01 one fact, one effect`."""
    known = OBLIGATIONS.get(obligation)
    return f"{obligation} {known.title}" if known is not None else obligation


def counted(count: int, noun: str) -> str:
    """`1 finding`, `1,200 findings`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def listing(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def lasting(seconds: float) -> str:
    """A duration as people say it: `0.4 s`, `58 s`, `4 min 10 s`, `2 d 2 h`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for large, small, size, part in (("d", "h", 86_400, 3600), ("h", "min", 3600, 60), ("min", "s", 60, 1)):
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {large}" + (f" {rest} {small}" if rest else "")
    return f"{whole} s"


def _ids(verdicts: Sequence[Verdict]) -> str:
    return listing([one.obligation for one in verdicts])


def _were(verdicts: Sequence[Verdict]) -> str:
    return "was" if len(verdicts) == 1 else "were"
