"""What became of each interaction, the sentence and exit code that follow, and the report as JSON and JUnit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

SCHEMA = "hardclose.pacts/1"
KEPT_ALL, A_BROKEN_ONE, WRONG_PACT, NOTHING_SHOWN, OUR_FAULT = 0, 1, 2, 3, 4


class Outcome(StrEnum):
    """`unset`: its provider state cannot be set up. `pending`: broken, and the broker says that it may be."""

    kept = "kept"
    broken = "broken"
    pending = "pending"
    unset = "unset"
    ours = "ours"
    skipped = "skipped"


@dataclass(frozen=True, slots=True)
class Checked:
    """One interaction. `says` is for people: mismatches, or why it was not played; `seen` is what was really said."""

    consumer: str
    provider: str
    system: str
    description: str
    states: tuple[str, ...]
    outcome: Outcome
    says: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """`target` is what was verified, in words: the mock systems of a release, or an address."""

    checked: tuple[Checked, ...]
    source: str
    target: str
    notices: tuple[str, ...] = ()

    def count(self, *outcomes: Outcome) -> int:
        return sum(one.outcome in outcomes for one in self.checked)

    @property
    def exit_code(self) -> int:
        if self.count(Outcome.broken):
            return A_BROKEN_ONE
        if self.count(Outcome.ours):
            return OUR_FAULT
        if self.count(Outcome.unset):
            return WRONG_PACT
        return KEPT_ALL if self.count(Outcome.kept) else NOTHING_SHOWN

    @property
    def sentence(self) -> str:
        """Whether these consumers can be deployed against this provider."""
        played = len(self.checked) - self.count(Outcome.skipped)
        consumers = joined([one.consumer for one in self.checked])
        match self.exit_code:
            case 0:
                pending = self.count(Outcome.pending)
                aside = f", {pending} pending aside" if pending else ""
                kept = _counted(self.count(Outcome.kept), "interaction")
                return f"Can be deployed: {consumers} with {self.target}. {kept} kept, none broken{aside}."
            case 1:
                whose = joined([one.consumer for one in self.checked if one.outcome is Outcome.broken])
                broken = self.count(Outcome.broken)
                return f"Cannot be deployed: {whose} with {self.target}. {broken} of {played} interactions broken."
            case 2:
                unset = _counted(self.count(Outcome.unset), "interaction")
                return f"Not known: {unset} could not be set up. Mend what the pact says is given."
            case 3:
                return f"Not known: no interaction of {consumers} was played against {self.target}."
            case _:
                return f"Not known: {_counted(self.count(Outcome.ours), 'interaction')} met a fault of ours."


def to_json(report: Report) -> dict[str, Any]:
    """Plain JSON types; `seconds` on the host's clock."""
    return {
        "schema": SCHEMA,
        "exit_code": report.exit_code,
        "can_be_deployed": report.exit_code == KEPT_ALL,
        "sentence": report.sentence,
        "source": report.source,
        "target": report.target,
        "counts": {outcome.value: report.count(outcome) for outcome in Outcome},
        "interactions": [{**asdict(one), "seconds": round(one.seconds, 3)} for one in report.checked],
        "notices": list(report.notices),
    }


def to_junit(report: Report) -> str:
    """One suite per consumer and provider, one testcase per interaction; skipped ones say why."""
    root = Element("testsuites", {"name": "hardclose contracts", **_counts(report.checked)})
    for consumer, provider in dict.fromkeys((one.consumer, one.provider) for one in report.checked):
        mine = [one for one in report.checked if (one.consumer, one.provider) == (consumer, provider)]
        suite = SubElement(root, "testsuite", {"name": f"{consumer} with {provider}", **_counts(tuple(mine))})
        for one in mine:
            suite.append(_testcase(one))
    SubElement(root, "system-out").text = _clean("\n".join([report.sentence, *report.notices]))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _testcase(one: Checked) -> Element:
    given = f" given {'; '.join(one.states)}" if one.states else ""
    case = Element(
        "testcase",
        {
            "classname": _clean(f"{one.consumer}.{one.provider}"),
            "name": _clean(one.description + given),
            "time": f"{one.seconds:.3f}",
        },
    )
    message, lines = _clean(one.says[0] if one.says else one.outcome.value), _clean("\n".join([*one.says, *one.seen]))
    match one.outcome:
        case Outcome.broken:
            SubElement(case, "failure", {"message": message, "type": one.outcome.value}).text = lines
        case Outcome.unset | Outcome.ours:
            SubElement(case, "error", {"message": message, "type": one.outcome.value}).text = lines
        case Outcome.skipped | Outcome.pending:
            SubElement(case, "skipped", {"message": message})
        case Outcome.kept:
            pass
    return case


def _counts(checked: tuple[Checked, ...]) -> dict[str, str]:
    count = Counter(one.outcome for one in checked)
    return {
        "tests": str(len(checked)),
        "failures": str(count[Outcome.broken]),
        "errors": str(count[Outcome.unset] + count[Outcome.ours]),
        "skipped": str(count[Outcome.skipped] + count[Outcome.pending]),
        "time": f"{sum(one.seconds for one in checked):.3f}",
    }


def _clean(text: str) -> str:
    """XML 1.0 has no control characters."""
    return "".join(sign if sign >= " " or sign in "\t\n" else "?" for sign in text)


def joined(names: Iterable[str]) -> str:
    """Each once: `a`, `a and b`, `a, b and c`."""
    *first, last = dict.fromkeys(names)
    return f"{', '.join(first)} and {last}" if first else last


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
