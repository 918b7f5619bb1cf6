"""The verdict as a test asks for it: so far, after settling, and of a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hardclose_mocks.history.records import Fact
from hardclose_mocks.history.store import read
from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.judge import judge
from hardclose_simulator.pytest_plugin.handle import Hardclose
from hardclose_simulator.pytest_plugin.hands import Faults
from hardclose_simulator.pytest_plugin.judged import Judged
from hardclose_simulator.pytest_plugin.systems import MockSystem
from hardclose_simulator.pytest_plugin.usage import UsageError
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load


def post(erp: MockSystem, expense: MockSystem, fact: Fact) -> str:
    """As an honest integration would, without a word to the source."""
    report = expense.client.get(f"/v1/expense-reports/{fact.source}").json()
    lines = [
        {"account": line["account"], "tax_code": line["tax_code"], "text": line["text"], **part}
        for line in report["lines"]
        for part in line["allocations"]
    ]
    body = {name: report[name] for name in ("company", "currency", "employee")}
    body |= {"reference": report["number"], "posting_date": report["approved_at"][:10], "lines": lines}
    number: str = erp.client.post("/v1/expense-postings", json=body).raise_for_status().json()["number"]
    return number


def write_back(expense: MockSystem, fact: Fact, number: str) -> None:
    path = f"/v1/expense-reports/{fact.source}/posting"
    expense.client.put(path, json={"state": "posted", "document": number}).raise_for_status()


def test_where_nothing_was_put_to_the_test_nothing_is_kept(hardclose: Hardclose, verdict: Judged) -> None:
    assert not verdict
    hardclose.approved_report()
    assert not verdict
    with pytest.raises(AssertionError, match="no promise was put to the test"):
        verdict.assert_kept()


def test_before_settling_nothing_counts_as_lost(
    hardclose: Hardclose, erp: MockSystem, expense: MockSystem, verdict: Judged
) -> None:
    posted, _ = hardclose.approved_report(), hardclose.approved_report()
    write_back(expense, posted, post(erp, expense, posted))
    assert verdict
    verdict.assert_kept()
    verdict.assert_kept("O03", "O11")
    assert repr(verdict).startswith("<verdict PASS so far: ")
    assert "not settled, so nothing was judged lost" in str(verdict)


def test_after_settling_what_is_lost_is_found(
    hardclose: Hardclose, erp: MockSystem, expense: MockSystem, verdict: Judged
) -> None:
    kept, lost = hardclose.approved_report(), hardclose.approved_report("US01", "500.00")
    write_back(expense, kept, post(erp, expense, kept))
    assert not verdict.settle(quiet_s=1.0, within_s=10.0)
    assert verdict.exit_code == 1
    assert {(one.obligation, one.fact) for one in verdict.findings} == {("O09", lost.id)}
    assert str(verdict.of("O09").findings[0].money) == "500.00 USD"
    assert (verdict.headlines["EXP"].posted_once.count, verdict.headlines["EXP"].lost.count) == (1, 1)
    with pytest.raises(AssertionError) as broken:
        verdict.assert_kept("O09")
    assert f"{lost.id}, 500.00 USD: {lost.source} was approved and is nowhere" in str(broken.value)
    verdict.assert_kept("O03")
    with pytest.raises(UsageError, match=r"has settled already; hardclose.reset\(\) opens a fresh one"):
        verdict.settle()


def test_a_second_posting_is_a_broken_promise_at_once(
    hardclose: Hardclose, erp: MockSystem, expense: MockSystem, verdict: Judged
) -> None:
    fact = hardclose.approved_report(total="119.00")
    first, second = post(erp, expense, fact), post(erp, expense, fact)
    assert not verdict
    text = str(verdict).splitlines()
    assert (
        text[0]
        == f"FAIL  The integration broke 1 of {len(OBLIGATIONS)} promises: O01 one fact, one effect (1 finding)."
    )
    assert text[1] == "exit code 1: the integration broke a promise; at stake 119.00 EUR"
    assert text[4] == f"  {fact.id}, 119.00 EUR: {fact.source} has 2 live expense postings at once: {first}, {second}"
    assert text[5].startswith("    card: profile C1: an Idempotency-Key is honoured")
    evidence = [line for line in text if line.startswith("    > ")]
    assert [first in line for line in evidence].count(True) == [second in line for line in evidence].count(True) == 1
    assert text[-1].startswith("Reproduce with: pytest ")
    assert text[-1].endswith("test_verdict.py::test_a_second_posting_is_a_broken_promise_at_once")
    hardclose.reset()
    assert verdict.findings == ()


def test_a_promise_that_nothing_tempted_is_not_kept_enough(
    hardclose: Hardclose, erp: MockSystem, expense: MockSystem, verdict: Judged
) -> None:
    fact = hardclose.approved_report()
    write_back(expense, fact, post(erp, expense, fact))
    with pytest.raises(AssertionError, match="asked for: O30 Retry-After respected is VACUOUS"):
        verdict.assert_kept("O03", "O30")


def test_an_unknown_obligation_is_met_with_the_nearest_one(verdict: Judged) -> None:
    with pytest.raises(UsageError, match=r"there is no obligation 'O1'; try 'O[0-9]1'"):
        verdict.of("O1")
    with pytest.raises(UsageError, match="there is no obligation 'NOLOSSES'; try 'NOLOSS'"):
        verdict.assert_kept("NOLOSSES")


@pytest.mark.wall
def test_an_integration_is_started_told_of_events_and_stopped(
    hardclose: Hardclose, erp: MockSystem, expense: MockSystem, procurement: MockSystem, faults: Faults, verdict: Judged
) -> None:
    url = hardclose.start_integration()
    assert url.startswith("http://127.0.0.1:")
    lost = faults.aim("F01", "erp", "purchase_order.create", at="R0001")
    report, requisition = hardclose.approved_report("JP01"), hardclose.approved_requisition("DE01")
    assert erp.wait_for("expense_posting", reference=report.source)
    assert erp.wait_for("purchase_order", reference=requisition.source)
    assert expense.wait_for("expense_report", status="posted")
    assert procurement.wait_for("requisition", status="ordered")
    verdict.settle(quiet_s=1.0).assert_kept("O01", "O03", "O09", "O10")
    assert lost.fired
    assert verdict.report.run.integration == "reference, webhooks"


@pytest.mark.scenario("smoke", seed=7)
def test_a_scenario_is_the_very_run_of_the_command_line(verdict: Judged, erp: MockSystem, hardclose: Hardclose) -> None:
    verdict.assert_kept()
    records = play_virtually(from_scenario(load("smoke"), 7, "T7", asked={"scenario": "smoke"}), "webhooks")
    assert verdict.report.hashes.history == records[-1].h
    assert verdict.report.run.reproduce.splitlines()[1].strip().startswith("or: hardclose run smoke --seed 7")
    assert len(erp.documents("expense_posting")) >= verdict.headlines["EXP"].posted_once.count == 14
    assert len(hardclose.history) >= len(records)
    with pytest.raises(UsageError, match="a played scenario has settled already"):
        verdict.settle()


@pytest.mark.scenario("twice-told", seed=3, variant="P06")
def test_a_mutant_is_caught(verdict: Judged) -> None:
    assert not verdict
    assert {one.obligation for one in verdict.findings} >= {"O01"}


def test_a_judged_test_leaves_its_reports(hardclose: Hardclose, tmp_path: Path) -> None:
    hardclose.approved_report()
    records = hardclose.history
    judged = Judged(lambda: records, ["pytest x"], results=tmp_path / "x")
    judged.write()
    assert not (tmp_path / "x").exists()
    assert not judged
    for _ in range(2):
        judged.write()
    assert {path.name for path in (tmp_path / "x").iterdir()} == {
        "report.html",
        "report.json",
        "report.md",
        "junit.xml",
        "history.sqlite",
    }
    stored: Any = read(tmp_path / "x" / "history.sqlite")
    assert judge(stored).exit_code == judged.exit_code
    assert str(judged).splitlines()[-1] == f"report: {tmp_path / 'x' / 'report.html'}"
