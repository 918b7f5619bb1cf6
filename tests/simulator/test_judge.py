"""The judge as a whole: exit codes, soundness, must-happen, witnesses; and the judge judged by changing histories."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from hardclose_mocks.history.codec import HistoryError, plain
from hardclose_mocks.history.records import ClockSet, DeliveryTried, Exchange, Phase, Record, Snapshot, Told
from hardclose_simulator.case import Case
from hardclose_simulator.checkers.catalogue import OBLIGATIONS, Obligation
from hardclose_simulator.judge import judge
from hardclose_simulator.manifest import Manifest
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load
from hardclose_simulator.soundness import refold
from hardclose_simulator.verdict import RunVerdict, Status, Verdict

from .checkers.recorder import rehashed
from .checkers.script import history

HONEST = """
    06:00       period DE01 expense 2026-12 open
    08:00       fact E-3 30.00 center BAD
    09:00       fact E-1 120.00 lines 2
    09:00       fact E-2 120.00 lines 2 twin E-1
    09:00       fact R-1 80.00
    09:01       announce E-1 forged stale answered 401
    09:01       announce E-1
    09:01       announce E-2
    09:01       announce E-2 again
    09:02       post E-1 as A told nothing key a
    09:02       post E-2 as B limited 1
    09:02+1.1s  post E-2 as B
    09:02+2.1s  post E-1 key a replay A
    09:02+2.2s  post R-1 as C
    12:00       write E-1 posted A
    12:00       write E-2 posted B
    12:00       write R-1 posted C
    12:10       period DE01 expense 2026-11 soft_closed
    12:20       post E-3
    12:30       write E-3 parked "period 2026-11 is closed"
    13:00       pay DE01
    13:10       write E-1 paid A
    13:10       write E-2 paid B
    14:00       phase heal
    14:00       phase drain
    33:00       audit
"""


def statuses(verdict: RunVerdict) -> dict[str, Status]:
    return {one.obligation: one.status for one in verdict.verdicts}


def failed(verdict: RunVerdict) -> set[str]:
    return {name for name, status in statuses(verdict).items() if status is Status.FAIL}


# --- the whole -------------------------------------------------------------------------------------------------


def test_an_honest_day_passes_everything() -> None:
    verdict = judge(history(HONEST))
    assert set(statuses(verdict)) == set(OBLIGATIONS)
    assert set(statuses(verdict).values()) <= {Status.PASS, Status.VACUOUS}
    everyday = {"O01", "O02", "O03", "O05", "O09", "O10", "O11", "O12", "O19", "O22", "O24", "O30", "O35", "O41"}
    assert {name for name in everyday if statuses(verdict)[name] is not Status.PASS} == set()
    assert (verdict.exit_code, verdict.settled, verdict.findings) == (0, "quiet", ())


def test_the_headline_counts_each_fact_once() -> None:
    expense, order = judge(history(HONEST)).headlines
    assert (expense.document, order.document) == ("expense posting", "purchase order")
    assert (expense.intended.count, expense.posted_once.count, expense.parked.count) == (3, 2, 1)
    assert (expense.recovered.count, expense.duplicated.count, expense.lost.count) == (1, 0, 0)
    assert [str(money) for money in expense.intended.money] == ["270.00 EUR"]
    assert order.posted_once.count == 1


def test_a_verdict_is_plain_json() -> None:
    verdict = plain(judge(history("09:00 fact E-1\n33:00 audit")))
    written = json.loads(json.dumps(verdict))
    assert written["exit_code"] == 1
    assert [one["status"] for one in written["verdicts"]].count("FAIL") == 1


def test_a_finding_opens_into_one_timeline_and_can_be_reproduced() -> None:
    records = history("""
        09:00  fact E-1
        09:01  announce E-1
        09:02  post E-1 as A told nothing
        09:05  post E-1 as B
        33:00  audit
    """)
    verdict = judge(records)
    witness = next(one for one in verdict.witnesses if one.finding.obligation == "O01")
    words = [entry.what for entry in witness.timeline]
    assert any("the books did EP-DE01-000001; told nothing (F01)" in what for what in words)
    assert any(what.startswith("expense_report.approved T7-E-1, attempt 1") for what in words)
    assert [entry.wire_s for entry in witness.timeline] == sorted(entry.wire_s for entry in witness.timeline)
    shown = {entry.seq for entry in witness.timeline if entry.evidence}
    assert shown >= {seq for seq in witness.finding.evidence if not isinstance(records[seq].body, Told)}
    assert witness.reproduce == "Reproduce with: hardclose run script --seed 7 --style webhooks --virtual"


@pytest.mark.parametrize(
    ("sut", "words"),
    [
        ("reference, polling, variant P09", "--style polling --variant P09"),
        ("http://localhost:9000", "--sut http://localhost:9000"),
        ("node my-integration.js", "--command 'node my-integration.js'"),
    ],
)
def test_the_reproducing_line_names_what_was_tested(sut: str, words: str) -> None:
    assert words in judge(history(HONEST, sut=sut)).reproduce


# --- exit codes ------------------------------------------------------------------------------------------------


def test_a_broken_promise_is_1_whatever_else_there_is() -> None:
    records = history("09:00 fact E-1\n33:00 audit", must_happen={"facts_posted": 5})
    assert judge(records).exit_code == 1


def test_a_crashed_checker_is_ours_and_never_a_pass() -> None:
    def crash(case: Case) -> Verdict:
        raise ZeroDivisionError("by zero")

    broken = {**OBLIGATIONS, "O01": Obligation("O01", "", "", "", crash)}
    verdict = judge(history(HONEST), broken)
    assert statuses(verdict)["O01"] is Status.UNKNOWN
    assert verdict.exit_code == 4
    assert "by zero" in verdict.crashed[0]


def test_a_missed_must_happen_is_not_enough() -> None:
    assert judge(history(HONEST, must_happen={"unknown_outcomes": 1, "late_approvals": 0})).exit_code == 0
    verdict = judge(history(HONEST, must_happen={"unknown_outcomes": 2}))
    assert verdict.exit_code == 3
    (promise,) = verdict.must_happen
    assert (promise.wanted, promise.seen, promise.met) == (2, 1, False)


def test_an_aimed_fault_that_never_struck_is_not_enough() -> None:
    assert judge(history(HONEST, aimed=[("F01.rule", "F01", "E-1")])).exit_code == 0
    verdict = judge(history(HONEST, aimed=[("F02.rule", "F02", "E-2")]))
    assert verdict.exit_code == 3
    assert "F02.rule" in verdict.unfired[0]


def test_what_a_polling_style_cannot_meet_is_struck() -> None:
    text = "09:00 fact E-1\n09:01 post E-1 as A\n09:02 write E-1 posted A\n33:00 audit"
    verdict = judge(
        history(
            text,
            manifest=Manifest(mode="poll"),
            must_happen={"forged_deliveries": 3},
            aimed=[("F36.x", "F36", "E-1")],
        )
    )
    assert verdict.exit_code == 0
    assert len(verdict.struck) == 2


def test_a_history_of_nothing_is_not_enough() -> None:
    verdict = judge(history("09:00 phase heal\n33:00 audit"))
    assert set(statuses(verdict).values()) == {Status.VACUOUS}
    assert verdict.exit_code == 3


@pytest.mark.parametrize(
    ("counter", "seen"),
    [
        ("facts_posted", 3),
        ("expense_facts", 3),
        ("requisition_facts", 1),
        ("unknown_outcomes", 1),
        ("rate_limited", 1),
        ("duplicate_deliveries", 1),
        ("dropped_deliveries", 0),
        ("forged_deliveries", 1),
        ("period_closed_refusals", 1),
        ("business_refusals", 1),
        ("payments_written_back", 2),
        ("late_approvals", 0),
        ("pages_read", 0),
    ],
)
def test_what_must_happen_is_counted(counter: str, seen: int) -> None:
    (promise,) = judge(history(HONEST, must_happen={counter: 1})).must_happen
    assert promise.seen == seen


def test_late_approvals_and_further_pages_are_counted() -> None:
    text = """
        08:00  period DE01 expense 2026-11 soft_closed
        09:00  fact E-1
        09:00  fact R-1
        09:01  read expense shows E-1
        09:02  read expense shows E-1 further
        09:02  announce R-1 dropped
    """
    promised = judge(history(text, must_happen={"late_approvals": 1, "pages_read": 1, "dropped_deliveries": 1}))
    assert [one.seen for one in promised.must_happen] == [1, 2, 1]


# --- soundness -------------------------------------------------------------------------------------------------


def test_a_changed_record_is_refused_by_number() -> None:
    records = history(HONEST)
    records[30] = replace(records[30], wire_ns=records[30].wire_ns + 1)
    with pytest.raises(HistoryError, match="record 30"):
        judge(records)


def test_a_missing_record_is_refused() -> None:
    records = history(HONEST)
    with pytest.raises(HistoryError, match="record 30 is missing"):
        judge([*records[:30], *records[31:]])


def test_an_empty_history_is_refused() -> None:
    with pytest.raises(HistoryError, match="no records"):
        judge([])


def test_books_that_differ_from_the_history_are_our_fault() -> None:
    records = history(HONEST)
    changed = [
        replace(record, body=replace(record.body, documents=99)) if isinstance(record.body, Snapshot) else record
        for record in records
    ]
    verdict = judge(rehashed(changed))
    assert verdict.exit_code == 4
    assert "99 documents" in verdict.soundness[0]


# --- the judge judged ------------------------------------------------------------------------------------------


def effects(records: Sequence[Record]) -> list[Record]:
    return [
        record
        for record in records
        if isinstance(record.body, Exchange) and record.body.op.endswith(".create") and record.body.carried
    ]


def without(records: Sequence[Record], gone: Record) -> list[Record]:
    """An effect and its telling cut out of the history, everything hashed anew."""
    left = [
        record
        for record in records
        if record.seq != gone.seq and not (isinstance(record.body, Told) and record.body.exchange == gone.seq)
    ]
    return rehashed(left)


def test_a_deleted_effect_is_missed() -> None:
    records = history(HONEST)
    for effect in effects(records):
        body = effect.body
        assert isinstance(body, Exchange)
        if body.carried[0].document is not None:
            assert failed(judge(without(records, effect))) & {"O09", "O10", "O11"}, body.subject


def test_a_duplicated_effect_is_seen() -> None:
    records = history(HONEST)
    for effect in effects(records):
        body = effect.body
        assert isinstance(body, Exchange)
        if body.carried[0].document is None:
            continue
        again = replace(body, carried=(replace(body.carried[0], document=f"{body.carried[0].document}-again"),))
        place = records.index(effect) + 1
        copied = [*records[:place], replace(effect, seq=10_000, body=again), *records[place:]]
        assert "O01" in failed(judge(rehashed(copied))), body.subject


def test_delaying_everything_alike_changes_nothing() -> None:
    def later(record: Record) -> Record:
        by_ns, body = 3_000_000_000, record.body
        if isinstance(body, (Exchange, DeliveryTried)):
            body = replace(body, started_ns=body.started_ns + by_ns)
        if isinstance(body, (Told, DeliveryTried)):
            body = replace(body, ended_ns=body.ended_ns + by_ns)
        if isinstance(body, ClockSet):
            body = replace(body, wire_ns=body.wire_ns + by_ns)
        return replace(record, wire_ns=record.wire_ns + by_ns, body=body)

    records = history(HONEST)
    before, after = judge(records), judge(rehashed([later(record) for record in records]))
    assert plain(before.verdicts) == plain(after.verdicts)
    assert plain(before.headlines) == plain(after.headlines)


def test_the_order_of_records_that_do_not_meet_does_not_matter() -> None:
    """Two deliveries of two facts in one instant, told the other way round."""
    records = history(HONEST)
    first = next(place for place, record in enumerate(records) if isinstance(record.body, DeliveryTried))
    swapped = [*records[:first], records[first + 1], records[first], *records[first + 2 :]]
    assert statuses(judge(rehashed(swapped))) == statuses(judge(records))


def test_without_its_audit_liveness_is_unknown_and_safety_stands() -> None:
    records = [record for record in history(HONEST) if not isinstance(record.body, (Phase, Snapshot))]
    verdict = judge(rehashed(records))
    assert statuses(verdict)["O09"] is Status.UNKNOWN
    assert statuses(verdict)["O01"] is Status.PASS
    assert verdict.exit_code == 3


def test_a_crash_of_ours_is_our_fault_and_nobody_elses() -> None:
    records = play_virtually(from_scenario(load("smoke"), 1, "T1"), "webhooks")
    place = next(place for place, one in enumerate(records) if isinstance(one.body, Exchange) and not one.body.carried)
    body = records[place].body
    assert isinstance(body, Exchange)
    records[place] = replace(records[place], body=replace(body, refusal="crashed", status=500))
    assert any("crashed" in problem for problem in refold(records).problems)
