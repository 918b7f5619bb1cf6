"""Expected failures: excused while they are true, and a failure themselves once they are not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hardclose_simulator.expected_failures import (
    ExpectedFailure,
    ExpectedFailuresError,
    excuse,
    load_expected_failures,
)
from hardclose_simulator.verdict import Finding, RunVerdict, Status, Verdict

TODAY = date(2026, 11, 24)


def judged(**statuses: Status) -> RunVerdict:
    verdicts = tuple(
        Verdict(name, status, 1, (Finding(name, None, "broken", (0,)),) if status is Status.FAIL else ())
        for name, status in statuses.items()
    )
    code = 1 if Status.FAIL in statuses.values() else 0
    return RunVerdict("month-end", 1, "x", "virtual", "ci", code, verdicts, (), (), (), (), (), (), (), "quiet", "")


def expected(obligation: str, scenario: str | None = None, until: date | None = None) -> ExpectedFailure:
    return ExpectedFailure(obligation=obligation, reason="known", scenario=scenario, until=until)


def test_an_expected_failure_is_excused() -> None:
    result = excuse(judged(O01=Status.PASS, O10=Status.FAIL), [expected("O10")], TODAY)
    assert result.verdict.exit_code == 0
    assert result.reasons == {"O10": "known"}
    assert result.notes == {"O10": "fails as expected (known)"}


def test_another_failure_still_fails() -> None:
    result = excuse(judged(O01=Status.FAIL, O10=Status.FAIL), [expected("O10")], TODAY)
    assert result.verdict.exit_code == 1


def test_an_entry_whose_promise_is_kept_is_stale_and_fails_the_run() -> None:
    result = excuse(judged(O01=Status.PASS, O10=Status.PASS), [expected("O10")], TODAY)
    assert result.verdict.exit_code == 1
    assert result.stale == ("O10",)
    assert "take the entry out" in result.notes["O10"]


@pytest.mark.parametrize("status", [Status.VACUOUS, Status.UNKNOWN])
def test_what_was_not_put_to_the_test_proves_no_entry_stale(status: Status) -> None:
    result = excuse(judged(O01=Status.PASS, O10=status), [expected("O10")], TODAY)
    assert result.verdict.exit_code == (3 if status is Status.UNKNOWN else 0)
    assert result.notes == {}


def test_an_entry_of_another_scenario_counts_nothing() -> None:
    assert excuse(judged(O10=Status.FAIL), [expected("O10", scenario="smoke")], TODAY).verdict.exit_code == 1
    assert excuse(judged(O10=Status.PASS), [expected("O10", scenario="smoke")], TODAY).verdict.exit_code == 0


def test_after_its_last_day_an_entry_excuses_nothing() -> None:
    verdict = judged(O01=Status.PASS, O10=Status.FAIL)
    assert excuse(verdict, [expected("O10", until=TODAY)], TODAY).verdict.exit_code == 0
    assert excuse(verdict, [expected("O10", until=date(2026, 11, 23))], TODAY).verdict.exit_code == 1


def test_what_is_excused_is_no_evidence() -> None:
    assert excuse(judged(O01=Status.VACUOUS, O10=Status.FAIL), [expected("O10")], TODAY).verdict.exit_code == 3


def test_an_entry_that_still_holds_excuses_whatever_older_ones_say() -> None:
    entries = [expected("O10"), expected("O10", until=date(2026, 11, 23))]
    for order in (entries, entries[::-1]):
        result = excuse(judged(O01=Status.PASS, O10=Status.FAIL), order, TODAY)
        assert result.verdict.exit_code == 0
        assert result.notes == {"O10": "fails as expected (known)"}


def test_a_file_with_nothing_left_in_it_expects_nothing(tmp_path: Path) -> None:
    path = tmp_path / "expected.yaml"
    path.write_text("# O10 was mended in November\n")
    assert load_expected_failures(path) == ()


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "expected.yaml"
    path.write_text("- obligation: O10\n  reason: in January\n  until: 2027-01-31\n")
    (entry,) = load_expected_failures(path)
    assert (entry.obligation, entry.until) == ("O10", date(2027, 1, 31))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("obligation: O10", "a list of entries"),
        ("- obligation: O1O\n  reason: x", "no obligation 'O1O'; try 'O"),
        ("- obligation: O10\n  reson: x", "entry 1"),
        ("- obligation: O10", "reason"),
        ("- [", "line 1"),
    ],
)
def test_a_wrong_file_is_told_in_words(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "expected.yaml"
    path.write_text(text)
    with pytest.raises(ExpectedFailuresError, match=says) as told:
        load_expected_failures(path)
    assert str(path) in str(told.value)


def test_a_missing_file_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(ExpectedFailuresError, match="cannot be read"):
        load_expected_failures(tmp_path / "nowhere.yaml")
