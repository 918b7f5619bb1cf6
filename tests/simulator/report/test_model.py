"""What a report knows of a run."""

from __future__ import annotations

import re
from dataclasses import replace

from hardclose_mocks.history.records import Run
from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.report.amounts import Amount, at_stake
from hardclose_simulator.report.judged_run import Report
from hardclose_simulator.verdict import Finding, Money, Status

from ..checkers.recorder import rehashed
from ..checkers.script import history
from .busy_day import busy_day
from .runs import HONEST, NOTHING, TWICE, crashing, everything, report, report_of, without_audit


def status(model: Report, obligation: str) -> Status:
    return next(one.status for one in model.obligations if one.id == obligation)


# --- the verdict in words --------------------------------------------------------------------------------------


def test_a_kept_promise_is_said_in_one_sentence() -> None:
    verdict = report(HONEST).verdict
    assert (verdict.exit_code, verdict.word) == (0, "PASS")
    assert re.match(rf"The integration kept \d+ of {len(OBLIGATIONS)} promises; (O\d\d, )*O12, ", verdict.sentence)
    assert verdict.sentence.endswith(" were never tempted.")
    assert verdict.troubles == ()


def test_a_broken_promise_is_named_with_its_findings() -> None:
    verdict = report(TWICE).verdict
    assert (verdict.exit_code, verdict.word) == (1, "FAIL")
    assert (
        verdict.sentence
        == f"The integration broke 1 of {len(OBLIGATIONS)} promises: O01 one fact, one effect (1 finding)."
    )


def test_too_little_evidence_says_what_is_missing() -> None:
    verdict = everything()["missed"].verdict
    assert (verdict.exit_code, verdict.word) == (3, "NOT ENOUGH EVIDENCE")
    assert "the scenario promised 4 late approvals and saw 0" in verdict.sentence
    assert "1 aimed fault never struck" in verdict.sentence


def test_a_run_that_was_cut_off_says_which_promises_stay_open() -> None:
    model = report_of(without_audit(HONEST))
    assert status(model, "O09") is Status.UNKNOWN
    assert "O09 nothing lost could not be judged (the run never reached its audit)" in model.verdict.sentence


def test_nothing_to_judge_is_said() -> None:
    assert "no promise was put to the test" in report(NOTHING).verdict.sentence


def test_our_own_fault_accuses_nobody() -> None:
    verdict = report_of(history(HONEST), crashing()).verdict
    assert (verdict.exit_code, verdict.word) == (4, "OUR FAULT")
    assert verdict.sentence.startswith("hardclose is at fault, not the integration: a checker crashed (O01: ZeroDiv")


def test_a_fail_does_not_hide_what_else_was_wrong() -> None:
    assert report(TWICE, must_happen={"late_approvals": 1}).verdict.troubles == (
        "the scenario promised 1 late approvals and saw 0",
    )


# --- money -----------------------------------------------------------------------------------------------------


def test_money_is_decimal_strings_with_the_currencys_digits() -> None:
    model = report("08:00 fact E-1 1234567 company JP01\n09:00 fact E-2 12.50\n33:00 audit")
    (line,) = model.reconciliation
    assert line.lost.count == 2
    assert line.lost.money == (Amount("12.50", "EUR"), Amount("1234567", "JPY"))
    assert [str(one) for one in line.lost.money] == ["12.50 EUR", "1,234,567 JPY"]


def test_a_fact_that_two_obligations_speak_of_is_at_stake_once() -> None:
    def finding(obligation: str, fact: str | None, minor: int, currency: str = "EUR") -> Finding:
        return Finding(obligation, fact, "", (), Money(minor, currency))

    found = [
        finding("O01", "E-1", 100),
        finding("O11", "E-1", 300),
        finding("O01", "E-2", 50),
        finding("O01", "E-3", 7, "JPY"),
        finding("O30", None, 1),
        finding("O30", None, 1),
        Finding("O30", None, "", ()),
    ]
    assert at_stake(found) == (Amount("3.52", "EUR"), Amount("7", "JPY"))


def test_the_surplus_of_a_duplicate_is_its_money() -> None:
    (line,) = report(TWICE).reconciliation
    assert (line.intended.count, line.posted_once.count, line.duplicated.count) == (1, 0, 1)
    assert line.duplicated.money == (Amount("120.00", "EUR"),)


# --- findings, run, hashes -------------------------------------------------------------------------------------


def test_a_finding_carries_money_card_line_timeline_and_reproducing_line() -> None:
    (finding,) = report(TWICE).findings
    assert (finding.obligation, finding.fact, finding.money) == ("O01", "E-1", Amount("120.00", "EUR"))
    assert finding.card_line is not None
    assert "Idempotency-Key" in finding.card_line
    assert [entry.what for entry in finding.timeline if entry.evidence and "EP-" in entry.what]
    assert finding.reproduce == "Reproduce with: hardclose run script --seed 7 --style webhooks --virtual"


def test_every_obligation_has_its_promise_in_words() -> None:
    for line in report(NOTHING).obligations:
        assert line.says.endswith("."), line.id


def test_a_run_names_what_was_run() -> None:
    run = report(HONEST, sut="node my-integration.js").run
    assert (run.scenario, run.seed, run.integration, run.mode, run.pace) == (
        "script", 7, "node my-integration.js", "virtual", "ci",
    )  # fmt: skip
    assert run.style == "hybrid"


def test_durations_count_both_clocks() -> None:
    durations = report(HONEST).durations
    assert (durations.wire_s, durations.business_s, durations.real_s) == (27.5, 33 * 3600, 1.25)


def test_the_history_hash_is_the_last_records() -> None:
    records = busy_day(guilty=False)
    assert report_of(records).hashes.history == records[-1].h


def test_the_notes_on_an_event_log_are_kept() -> None:
    noted = {"title": "Replay of declarations.xes", "notes": ["3 activities mean nothing to the mapping"]}
    records = [
        replace(one, body=replace(one.body, config=noted)) if isinstance(one.body, Run) else one
        for one in history(HONEST)
    ]
    run = report_of(rehashed(records)).run
    assert (run.title, run.notes) == ("Replay of declarations.xes", ("3 activities mean nothing to the mapping",))


def test_volumes_count_what_the_history_holds() -> None:
    volumes = report(HONEST).volumes
    assert (volumes.facts, volumes.deliveries, volumes.exchanges) == (2, 1, 6)
