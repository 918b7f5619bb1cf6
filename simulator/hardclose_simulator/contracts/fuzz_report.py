"""What came of fuzzing one target, read from the reports that schemathesis writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from defusedxml.ElementTree import parse

RUNTIME = "Runtime Error"
"""How schemathesis begins what it says of a hook or check that broke: ours, not the target's."""
_CASE = re.compile(r"^\d+\. Test Case ID: .*$", re.MULTILINE)
_FAILURE = re.compile(r"^- (ST\d+) (.+?)$(.*?)(?=^- ST\d+ |^\[\d{3}\] |^Reproduce with:|\Z)", re.MULTILINE | re.DOTALL)
_ANSWER = re.compile(r"^\[(\d{3})\] .*?$(.*?)(?=^Reproduce with:|\Z)", re.MULTILINE | re.DOTALL)
_REQUEST = re.compile(r"^Reproduce with:$(.*)\Z", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that one operation did and should not have. `request` are the curl commands that show it."""

    operation: str
    code: str
    title: str
    says: str
    status: int | None
    answer: str
    request: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`answers` counts, by operation, the statuses it answered: what was never carried out was hardly tried."""

    name: str
    selected: int
    tested: int
    cases: int
    phases: Mapping[str, str]
    failures: tuple[Failure, ...]
    errors: tuple[str, ...]
    warnings: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, Mapping[str, int]]
    seconds: float
    version: str

    @property
    def clean(self) -> bool:
        return not self.failures and not self.errors

    @property
    def ours(self) -> bool:
        """Whether a hook or check of ours broke; then the rest proves nothing."""
        return any(error.startswith(RUNTIME) for error in self.errors)

    @property
    def never_done(self) -> tuple[str, ...]:
        """Operations of which no request succeeded."""
        return tuple(name for name, seen in self.answers.items() if not any(status < "300" for status in seen))


def outcome(name: str, report: Mapping[str, Any], xml: Path, answers: Mapping[str, Mapping[str, int]]) -> Outcome:
    """`report` is the JSON report, `xml` the JUnit one: only that has the texts."""
    operations = report["operations"] or {"selected": 0, "tested": 0}
    return Outcome(
        name=name,
        selected=operations["selected"],
        tested=operations["tested"],
        cases=report["test_cases"]["generated"],
        phases={phase: told["status"] for phase, told in (report["phases"] or {}).items()},
        failures=tuple(_failures(xml)) if xml.exists() else (),
        errors=tuple(_errors(report, xml)),
        warnings={kind: tuple(about) for kind, about in report["warnings"].items() if about},
        answers=answers,
        seconds=report["running_time"] or 0.0,
        version=report["schemathesis_version"],
    )


def _failures(xml: Path) -> Iterator[Failure]:
    for case in parse(xml).iter("testcase"):
        for failure in case.findall("failure"):
            yield from failures_in(failure.text or "", case.get("name", ""))


def failures_in(text: str, operation: str) -> Iterator[Failure]:
    """The failures that schemathesis words in one text, one after the other."""
    for told in _CASE.split(text)[1:]:
        answered, asked = _ANSWER.search(told), _REQUEST.search(told)
        for code, title, says in _FAILURE.findall(told):
            yield Failure(
                operation=operation,
                code=code,
                title=title.strip(),
                says=_plain(says),
                status=int(answered.group(1)) if answered else None,
                answer=_plain(answered.group(2)).strip("`") if answered else "",
                request=_plain(asked.group(1)) if asked else "",
            )


def _plain(text: str) -> str:
    """Without the indentation, and without blank lines."""
    return "\n".join(line.removeprefix("    ").rstrip() for line in text.splitlines() if line.strip())


def _errors(report: Mapping[str, Any], xml: Path) -> list[str]:
    """What kept schemathesis from trying, the same text once."""
    told = [error.text or str(error.get("message")) for error in parse(xml).iter("error")] if xml.exists() else []
    return [*dict.fromkeys(one.strip() for one in told)] or [one["title"] for one in report["errors"]]


def merged_junit(reports: Mapping[str, Path]) -> bytes:
    """One JUnit report of several: the suites bear the targets' names."""
    suites = ElementTree.Element("testsuites")
    for name, path in reports.items():
        for suite in parse(path).iter("testsuite"):
            suite.set("name", f"fuzz {name}")
            suites.append(suite)
    return bytes(ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True))
