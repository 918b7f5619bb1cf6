"""A check of webhook receivers as text and as JUnit XML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from hardclose_simulator.contracts.webhook_check import Check, Line
from hardclose_simulator.contracts.webhook_vocabulary import MUST, SHOULD


def text(check: Check) -> Iterator[str]:
    """A line per case, then what was broken with the rule that says so."""
    sent = sum(len(line.outcomes) for line in check.lines)
    yield f"{check.target}  {check.system} events, {sent} deliveries, the sender waits {check.timeout_s:g} s"
    yield ""
    rows = [_row(line) for line in check.lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    for level, headline in ((MUST, "Broken"), (SHOULD, "Advised otherwise")):
        for line in check.broken(level):
            yield ""
            yield f"{headline} ({level}): {line.case.name}, {line.case.title}"
            yield f"  {line.says}"
            yield f"  {line.case.says}"
            yield f"  Source: {line.case.source}"
    yield ""
    yield sentence(check)


def _row(line: Line) -> list[str]:
    mark = line.broken or ("ok" if line.judged else "-")
    answers = (
        ", ".join(dict.fromkeys(str(one.status) if one.status else one.why for one in line.outcomes)) or "not sent"
    )
    time = f"{max(one.answer_ms for one in line.outcomes):.0f} ms" if line.outcomes else ""
    return [mark, line.case.name, line.case.title, f"to be {line.case.expect}", answers, time]


def sentence(check: Check) -> str:
    unsent = sum(not line.judged for line in check.lines)
    if unsent:
        return (
            "The receiver refuses what a genuine sender signed with the secret it was checked with; the other "
            f"{unsent} rules could not be shown. Is it the secret that the receiver knows?"
        )
    must, should = len(check.broken(MUST)), len(check.broken(SHOULD))
    median, longest = check.answer_ms
    answered = f"genuine deliveries were answered after {median:.0f} ms (median), {longest:.0f} ms (longest)"
    if not must and not should:
        return f"All {len(check.lines)} rules are kept; {answered}."
    return f"{must} broken (MUST), {should} advised otherwise (SHOULD) of {len(check.lines)} rules; {answered}."


def junit(checks: Sequence[Check], *, strict: bool) -> str:
    """One testcase per rule and system. What only should be is skipped with its reason, a failure in strict mode."""
    suites = Element("testsuites", {"name": "hardclose webhooks verify"})
    for check in checks:
        cases = [_testcase(check, line, strict=strict) for line in check.lines]
        counts = {
            "tests": str(len(cases)),
            "failures": str(sum(case.find("failure") is not None for case in cases)),
            "skipped": str(sum(case.find("skipped") is not None for case in cases)),
            "errors": "0",
        }
        suite = SubElement(suites, "testsuite", {"name": f"hardclose.webhooks.{check.system}", **counts})
        properties = SubElement(suite, "properties")
        for name, value in (("target", check.target), ("timeout_s", f"{check.timeout_s:g}")):
            SubElement(properties, "property", {"name": name, "value": value})
        suite.extend(cases)
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


def _testcase(check: Check, line: Line, *, strict: bool) -> Element:
    took_s = sum(one.answer_ms for one in line.outcomes) / 1000
    name = f"{line.case.name}: {line.case.title}, to be {line.case.expect}"
    classname = f"hardclose.webhooks.{check.system}"
    case = Element("testcase", {"classname": classname, "name": name, "time": f"{took_s:.3f}"})
    says = f"{line.says}\n{line.case.says}\nSource: {line.case.source}"
    if line.broken == MUST or (line.broken and strict):
        SubElement(case, "failure", {"message": line.says, "type": line.broken}).text = says
    elif line.broken or not line.judged:
        SubElement(case, "skipped", {"message": f"{line.broken}: {line.says}" if line.broken else line.says})
    return case
