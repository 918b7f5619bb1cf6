"""Cases as expense reports: who files, who signs, how much."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from hardclose_mocks.kernel.master import Master
from hardclose_simulator.contents import total_of
from hardclose_simulator.logs.activities import built_in
from hardclose_simulator.logs.cases import LogCase
from hardclose_simulator.logs.replay import STARTS, prepare_replay, setting
from hardclose_simulator.logs.replay_plan import plan_replay
from hardclose_simulator.logs.replay_reports import (
    ReplayReport,
    facts_hash,
    in_line,
    make_reports,
    planned_calls,
    signatures,
    surplus_approvals,
)
from hardclose_simulator.masterdata import make_master

from .small_logs import case_of, event, trace, written, xes

MASTER = in_line(make_master(setting(1.0), 7))
DAY = date(2026, 11, 2)
ROUTINE = ("Submitted", "Approved by X", "Final approved", "Request payment", "Paid")


def reports_of(*cases: LogCase, master: Master = MASTER, seed: int = 7, tag: str = "T7") -> tuple[ReplayReport, ...]:
    return make_reports(plan_replay(Path("log"), cases, built_in(), seed), master, seed, tag, DAY)


def above(person: str | None) -> list[str]:
    """Managers from the person's own upwards."""
    managers = {each.id: each.manager for each in MASTER.people}
    chain = []
    while person and (person := managers[person]):
        chain.append(person)
    return chain


def test_approvers_stand_in_one_line_and_only_its_first_may_approve_finally() -> None:
    limits = {person.id: person.limit for person in MASTER.people}
    for company in MASTER.companies:
        approvers = [p.id for p in MASTER.people if p.company == company.code and p.role == "approver"]
        lengths = {len(above(p.id)) for p in MASTER.people if p.company == company.code and p.role == "employee"}
        assert lengths == set(range(1, 1 + len(approvers)))
        assert [limits[name] > 1 for name in above(f"{company.code}-employee6")][-1]
        assert sum(limits[name] > 1 for name in approvers) == 1


def test_the_employee_has_as_many_approvers_as_the_last_round_of_the_log() -> None:
    (report,) = reports_of(case_of("Submitted", "Approved by X", "Approved by Y", "Rejected", *ROUTINE))
    assert signatures(report.case) == 2
    assert len(above(report.person)) == 2
    assert surplus_approvals([report], MASTER) == 1


def test_a_report_that_never_becomes_due_keeps_an_approver_to_wait_for() -> None:
    (report,) = reports_of(case_of("Submitted", "Approved by X", "Approved by Y"))
    assert len(above(report.person)) == 3
    assert surplus_approvals([report], MASTER) == 0


def test_approvals_beyond_the_longest_line_are_surplus() -> None:
    (report,) = reports_of(case_of("Submitted", *["Approved by X"] * 9, "Final approved"))
    assert len(above(report.person)) == 6
    assert surplus_approvals([report], MASTER) == 4


def test_a_report_is_worth_what_the_log_says_to_the_minor_unit() -> None:
    for report in reports_of(*(case_of("Submitted", name=f"c{n}", amount=f"{n}.999") for n in range(1, 40))):
        assert total_of(report.lines) == report.case.cents == report.case.index * 100 + 100
        assert f"[{report.number}.1]" in report.lines[0].text


def test_contents_hang_on_seed_and_case_alone() -> None:
    one, two = case_of(*ROUTINE), case_of(*ROUTINE, name="c2")
    both, alone = reports_of(one, two), reports_of(one)
    assert both[0].lines == alone[0].lines
    assert both[0].person == alone[0].person
    assert facts_hash(both) == facts_hash(reports_of(one, two, tag="other"))
    assert facts_hash(both) != facts_hash(reports_of(one, two, seed=8))
    assert facts_hash(both) != facts_hash(alone)


def test_every_planned_call_belongs_to_what_happens() -> None:
    due, never = reports_of(case_of(*ROUTINE), case_of("Submitted", "Rejected by X", name="c2"))
    assert ("erp", "expense_posting.create", due.subject) in planned_calls([due, never])
    assert set(planned_calls([never])) == {
        ("expense", "expense_report.submitted", never.subject),
        ("expense", "expense_report.sent_back", never.subject),
    }


def test_a_log_becomes_a_replay_with_notes(tmp_path: Path) -> None:
    log = xes(trace("d", event("Submitted", "2026-01-05T09:00:00"), event("Lunch", "2026-01-05T12:00:00")))
    replay = prepare_replay(written(tmp_path, "log.xes", log), 10, 7, "T7")
    assert [report.number for report in replay.reports] == ["T7-R00001"]
    assert "Lunch 1" in replay.notes[1]
    assert replay.notes[-1] == "timestamps without a zone were taken for UTC"
    assert replay.scenario.starts == STARTS < replay.scenario.ends


def test_the_longest_replay_stays_in_one_month_everywhere() -> None:
    longest = setting(120.0)
    days = [company.business_date(at) for company in MASTER.companies for at in (longest.starts, longest.ends)]
    assert {day.replace(day=1) for day in days} == {date(2026, 11, 1)}


def test_people_keep_their_names_when_they_stand_in_line() -> None:
    before = make_master(setting(1.0), 7)
    assert [replace(p, manager=None, limit=0) for p in before.people] == [
        replace(p, manager=None, limit=0) for p in MASTER.people
    ]
