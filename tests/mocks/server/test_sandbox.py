"""A sandbox: its first records, people who act in it, its phases and its snapshots."""

from __future__ import annotations

import pytest

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.codec import check_chained
from hardclose_mocks.history.records import Acted, Card, ClockSet, Emitted, FaultRule, Genesis, Phase, Snapshot, Told
from hardclose_mocks.kernel.commands import ApproveReport, SubmitReport
from hardclose_mocks.kernel.refusals import Refused, WrongState

from ..kernel.small_world import report
from ..sandboxes import OPENED, in_process, virtually


@virtually
async def test_a_history_opens_with_clock_masters_cards_and_the_plan() -> None:
    async with in_process(Rule("a", "F01", "erp"), Rule("b", "F30", "expense"), phase=None) as office:
        records = list(office.sandbox.history.records)
        assert [(one.system, one.kind) for one in records] == [
            ("sandbox", "ClockSet"),
            *((system, kind) for system in ("erp", "procurement", "expense") for kind in ("Genesis", "Card")),
            ("erp", "FaultRule"),
            ("expense", "FaultRule"),
        ]
        check_chained(records)
        assert records[0].body == ClockSet(OPENED, 0, 4320.0)
        assert {one.body.opened_at for one in records if isinstance(one.body, Genesis)} == {OPENED}
        assert [one.body.state for one in records if isinstance(one.body, FaultRule)] == ["planned", "planned"]
        cards = {one.system: one.body.card for one in records if isinstance(one.body, Card)}
        served = (await office.call("GET", "/.well-known/contract-card", who=None)).json()
        assert served["system"] == cards["erp"]["system"] == "erp"


@virtually
async def test_people_are_on_record_whether_the_books_agree_or_not() -> None:
    async with in_process() as office:
        await office.sandbox.act("expense", report(), "person:employee")
        with pytest.raises(Refused) as no:
            await office.sandbox.act("expense", ApproveReport("R-1", "lead"), "person:lead")
        assert isinstance(no.value.refusal, WrongState)
        await office.sandbox.act("expense", SubmitReport("R-1"), "person:employee")
        acted = [(one.actor, one.body.carried) for one in office.records(Acted) if isinstance(one.body, Acted)]
        assert [(actor, one.command, one.refusal) for actor, one in acted] == [
            ("person:employee", "CreateReport", None),
            ("person:lead", "ApproveReport", "WrongState"),
            ("person:employee", "SubmitReport", None),
        ]
        assert acted[1][1].refusal_data == {
            "kind": "expense_report",
            "number": "R-1",
            "state": "draft",
            "attempted": "approved",
        }
        assert acted[2][1].events == tuple(one.id for one in office.emitted())


@virtually
async def test_events_carry_the_document_as_the_dialect_words_it() -> None:
    async with in_process() as office:
        await office.approve("R-1")
        last = office.emitted()[-1]
        assert (last.type, last.subject, last.company) == ("expense_report.approved", "R-1", "DE01")
        assert last.data == (await office.call("GET", "/v1/expense-reports/R-1", "expense")).json()
        assert last.id == "evt_T0_expense_2"


@virtually
async def test_phases_are_on_record_and_say_whether_faults_strike() -> None:
    async with in_process(phase=None) as office:
        for phase in ("warm-up", "chaos", "heal", "drain", "audit"):
            office.sandbox.enter(phase, "on purpose")
            assert office.sandbox.faults_on == (phase == "chaos")
            assert office.sandbox.limits_on == (phase in ("warm-up", "chaos"))
        assert [one.body for one in office.records(Phase)][-1] == Phase("audit", "on purpose")


@virtually
async def test_a_snapshot_tells_what_the_books_are() -> None:
    async with in_process() as office:
        await office.post("R-1")
        office.sandbox.snapshot()
        shots = {one.system: one.body for one in office.records(Snapshot)}
        assert shots["erp"] == Snapshot(office.sandbox.systems["erp"].books.digest(), 1)
        assert set(shots) == {"erp", "procurement", "expense"}


@virtually
async def test_what_was_told_follows_its_exchange_without_anybody_waiting_for_it() -> None:
    async with in_process() as office:
        await office.post("R-1")
        kinds = [one.kind for one in office.sandbox.history.records][-3:]
        assert kinds == ["Exchange", "Emitted", "Told"]
        (told,) = [one.body for one in office.records(Told)]
        assert isinstance(told, Told)
        assert told.exchange == office.records(Emitted)[0].seq - 1
