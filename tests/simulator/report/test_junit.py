"""The JUnit report, as CI servers read it."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.report.junit import to_junit
from hardclose_simulator.verdict import Status

from .runs import everything, report


def suite_of(kind: str) -> Element:
    suites = fromstring(to_junit(everything()[kind]))
    assert suites.tag == "testsuites"
    (suite,) = suites
    assert {name: suites.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")
    }
    return suite


def bearing(suite: Element, tag: str) -> list[str]:
    """Names of the testcases that have this outcome; the counts in the header agree."""
    found = [str(case.get("name")) for case in suite.iter("testcase") if case.find(tag) is not None]
    counted = {"failure": "failures", "error": "errors", "skipped": "skipped"}[tag]
    assert suite.get(counted) == str(len(found))
    return found


@pytest.mark.parametrize("kind", ["pass", "fail", "unknown", "busy and guilty", "busy and innocent"])
def test_each_obligation_is_one_testcase(kind: str) -> None:
    cases = list(suite_of(kind).iter("testcase"))
    assert [case.get("name", "")[:3] for case in cases] == list(OBLIGATIONS)
    assert {case.get("classname") for case in cases} == {"hardclose.script"}
    assert suite_of(kind).get("tests") == str(len(cases))


def test_a_broken_promise_fails_with_its_findings_and_how_to_see_it_again() -> None:
    suite = suite_of("fail")
    assert bearing(suite, "failure") == ["O01 one fact, one effect"]
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.text is not None
    assert "T7-E-1 has 2 live expense postings at once" in failure.get("message", "")
    assert "told nothing (F01)" in failure.text
    assert "Reproduce with: hardclose run script --seed 7" in failure.text


def test_unknown_is_an_error_and_vacuous_is_skipped() -> None:
    suite = suite_of("unknown")
    assert "O09 nothing lost" in bearing(suite, "error")
    assert "O35 only genuine, timely events" in bearing(suite, "skipped")
    assert bearing(suite, "failure") == []


@pytest.mark.parametrize(
    ("kind", "says"),
    [("missed", "1 aimed fault never struck"), ("vacuous", "no promise was put to the test"), ("crashed", "by zero")],
)
def test_a_run_that_proves_too_little_is_not_all_green(kind: str, says: str) -> None:
    suite = suite_of(kind)
    assert "the run itself" in bearing(suite, "error")
    assert says in "".join(error.get("message", "") for error in suite.iter("error"))


def test_a_pass_has_no_trouble_at_all() -> None:
    suite = suite_of("busy and innocent")
    untempted = [one for one in everything()["busy and innocent"].obligations if one.status is Status.VACUOUS]
    assert bearing(suite, "failure") == bearing(suite, "error") == []
    assert bearing(suite, "skipped") == [f"{one.id} {one.title}" for one in untempted]


def test_what_the_integration_said_cannot_break_the_file() -> None:
    text = """
        09:00  fact E-1
        09:02  post E-1 as A
        10:00  write E-1 parked "]]></failure><x a='&' \x1b[31m \x08"
        33:00  audit
    """
    suites = fromstring(to_junit(report(text)))
    texts = "".join(failure.text or "" for failure in suites.iter("failure"))
    assert "]]></failure><x a='&' \ufffd[31m \ufffd" in texts
