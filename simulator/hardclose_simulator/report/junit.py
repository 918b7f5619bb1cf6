"""The report as JUnit XML: what every CI server reads. One testcase per obligation.

A run can end badly though no obligation says so (an aimed fault that never struck, a crashed checker, a stale entry
of the expected failures). Readers of JUnit see no exit code, so such a run bears one testcase more, `the run itself`,
as an error."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from hardclose_simulator.report.judged_run import ObligationLine, Report
from hardclose_simulator.report.plain_text import finding_lines, headed
from hardclose_simulator.report.wording import counted
from hardclose_simulator.verdict import OURS, PROMISES_KEPT, Status

SHOWN = 50
OPENED = 5


def to_junit(model: Report) -> str:
    """The whole document, declaration included."""
    classname = f"hardclose.{model.run.scenario or 'history'}"
    cases = [_testcase(model, line, classname) for line in model.obligations]
    red = any(line.status in (Status.FAIL, Status.UNKNOWN) and not line.expected for line in model.obligations)
    if model.verdict.exit_code == OURS or (model.verdict.exit_code != PROMISES_KEPT and not red):
        cases.append(_run_itself(model, classname))
    counts = {
        "tests": str(len(cases)),
        "failures": _bearing(cases, "failure"),
        "errors": _bearing(cases, "error"),
        "skipped": _bearing(cases, "skipped"),
        "time": f"{model.durations.real_s or 0:.3f}",
    }
    suites = Element("testsuites", {"name": "hardclose", **counts})
    suite = SubElement(suites, "testsuite", {"name": classname, **counts})
    _properties(model, SubElement(suite, "properties"))
    suite.extend(cases)
    _text(suite, "system-out", "\n".join([model.verdict.sentence, *model.verdict.troubles, model.run.reproduce]))
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


def _testcase(model: Report, line: ObligationLine, classname: str) -> Element:
    case = Element("testcase", {"classname": classname, "name": f"{line.id} {line.title}", "time": "0"})
    found = model.findings_of(line.id)
    match line.status:
        case Status.FAIL if line.expected:
            SubElement(case, "skipped", {"message": f"fails as expected: {line.expected}"})
        case Status.FAIL:
            first = headed(found[0]) if found else line.note
            message = f"{counted(len(found), 'finding')}: {first}"
            lines = [line.says, "", *finding_lines(found, shown=SHOWN, opened=OPENED), "", model.run.reproduce]
            _text(case, "failure", "\n".join(lines), message=message, type="FAIL")
        case Status.UNKNOWN:
            lines = [line.says, "", line.note, "", model.run.reproduce]
            _text(case, "error", "\n".join(lines), message=line.note or "could not be judged", type="UNKNOWN")
        case Status.VACUOUS:
            says = f"VACUOUS: nothing tempted the integration to break it. {line.note}".strip()
            SubElement(case, "skipped", {"message": says})
        case Status.PASS:
            _text(case, "system-out", f"{line.says} Put to the test {counted(line.evaluated, 'time')}. {line.note}")
    return case


def _run_itself(model: Report, classname: str) -> Element:
    verdict = model.verdict
    case = Element("testcase", {"classname": classname, "name": "the run itself", "time": "0"})
    lines = [*verdict.troubles, *model.unfired, "", model.run.reproduce]
    _text(case, "error", "\n".join(lines), message=verdict.sentence, type=verdict.word)
    return case


def _properties(model: Report, properties: Element) -> None:
    run, hashes = model.run, model.hashes
    for name, value in (
        ("exit_code", model.verdict.exit_code),
        ("seed", run.seed),
        ("integration", run.integration),
        ("mode", run.mode),
        ("pace", run.pace),
        ("facts_hash", hashes.facts),
        ("plan_hash", hashes.plan),
        ("history_hash", hashes.history),
    ):
        SubElement(properties, "property", {"name": name, "value": str(value)})


def _text(parent: Element, tag: str, says: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = says


def _bearing(cases: Sequence[Element], tag: str) -> str:
    return str(sum(case.find(tag) is not None for case in cases))
