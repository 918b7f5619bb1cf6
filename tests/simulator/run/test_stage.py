"""People's steps are carried out on the systems, each at its business instant, and what came of it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import Any

from hardclose_mocks.cards import Validation
from hardclose_mocks.clock import LoopClock, VirtualLoop
from hardclose_mocks.history.records import Acted, Fact, Record
from hardclose_mocks.kernel.commands import ApproveReport, SetPeriod, SubmitReport
from hardclose_mocks.kernel.documents import ExpenseReport
from hardclose_mocks.kernel.refusals import NotAllowed
from hardclose_mocks.server.inprocess import InProcessTransport
from hardclose_mocks.server.sandbox import Sandbox
from hardclose_simulator.actors.steps import Ask, Declare, Look, Outcome, Step, WaitUntil
from hardclose_simulator.run.stage import Stage

from ...mocks.kernel.small_world import report
from ...mocks.sandboxes import OPENED, setup

Story = Callable[[list[Outcome]], Generator[Step, Outcome, None]]


def fact(name: str = "expense/1") -> Fact:
    return Fact(name, "EXP", "expense", "R-1", 1, "DE01", "EUR", 119_00, "employee", (), OPENED, "2026-11-23")


async def slow_validator(scope: Any, receive: Any, send: Any) -> None:
    """An integration that says yes after two wire seconds."""
    await asyncio.sleep(2.0)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b'{"valid": true}'})


def perform(*stories: Story, validation: Validation | None = None) -> tuple[list[list[Outcome]], Stage, list[Record]]:
    """What each of them was told, and what is left."""
    loop = VirtualLoop()
    told: list[list[Outcome]] = [[] for _ in stories]

    async def run() -> Stage:
        transport = InProcessTransport({"sut.test": slow_validator})
        sandbox = Sandbox(setup(validation=validation), LoopClock(loop), transport=transport)
        sandbox.validate_url = "http://sut.test/validate"
        sandbox.open()
        stage = Stage(sandbox, OPENED)
        await stage.play([("somebody", story(answers)) for story, answers in zip(stories, told, strict=True)])
        return stage

    try:
        stage = loop.run_until_complete(run())
        return told, stage, list(stage.sandbox.history.records)
    finally:
        loop.close()


def steps(*wanted: Step) -> Story:
    def story(answers: list[Outcome]) -> Generator[Step, Outcome, None]:
        for step in wanted:
            answer = yield step
            answers.append(answer)

    return story


def at(hours: float) -> datetime:
    return OPENED + timedelta(hours=hours)


def test_nobody_acts_before_his_business_instant() -> None:
    (answers,), _, _ = perform(steps(WaitUntil(at(2)), WaitUntil(at(1)), WaitUntil(at(5))))
    for answer, earliest in zip(answers, (at(2), at(2), at(5)), strict=True):
        assert earliest <= answer.at < earliest + timedelta(seconds=1)


def test_a_command_is_put_to_the_books_in_the_persons_name() -> None:
    (answers,), _, records = perform(
        steps(
            Ask("expense", report(), "employee"),
            Ask("expense", SubmitReport("R-1"), "employee"),
            Ask("expense", ApproveReport("R-1", "lead"), "lead"),
        )
    )
    assert [answer.done.version if answer.done else None for answer in answers] == [1, 2, 3]
    assert [record.actor for record in records if isinstance(record.body, Acted)] == [
        "person:employee",
        "person:employee",
        "person:lead",
    ]


def test_who_submits_waits_until_the_integration_has_validated_and_the_others_go_on() -> None:
    (waited, _), _, records = perform(
        steps(
            Ask("expense", report(), "employee"),
            Ask("expense", SubmitReport("R-1"), "employee"),
            WaitUntil(at(0)),
        ),
        steps(WaitUntil(at(1)), Ask("expense", report(number="R-2"), "employee")),
        validation=Validation(),
    )
    waiting = timedelta(hours=2.4)  # two wire seconds, at 4320 business seconds each
    seen = [(one.body.carried.command, one.body.carried.at) for one in records if isinstance(one.body, Acted)]
    assert [command for command, _ in seen] == ["CreateReport", "CreateReport", "SubmitReport"]
    for (_, happened), earliest in zip(seen, (at(0), at(1), at(0) + waiting), strict=True):
        assert earliest <= happened < earliest + timedelta(seconds=1)
    assert waited[-1].at >= at(0) + waiting


def test_a_refused_command_is_told_counted_and_on_record() -> None:
    (answers,), stage, records = perform(
        steps(
            Ask("expense", report(), "employee"),
            Ask("expense", SubmitReport("R-1"), "employee"),
            Ask("expense", ApproveReport("R-1", "employee"), "employee"),
        )
    )
    assert isinstance(answers[-1].refusal, NotAllowed)
    assert stage.refused == 1
    assert [one.body.carried.refusal for one in records if isinstance(one.body, Acted)] == [None, None, "NotAllowed"]


def test_whoever_looks_sees_what_another_has_just_done() -> None:
    told, _, _ = perform(
        steps(WaitUntil(at(1)), Ask("expense", report(), "employee")),
        steps(Look("expense", "R-1"), WaitUntil(at(2)), Look("expense", "R-1")),
    )
    before, _, after = told[1]
    assert before.document is None
    assert isinstance(after.document, ExpenseReport)


def test_a_declared_fact_is_in_the_ledger_and_on_record() -> None:
    _, stage, records = perform(steps(Declare(fact())))
    assert stage.facts == [fact()]
    assert [(one.system, one.body) for one in records if isinstance(one.body, Fact)] == [("expense", fact())]


def test_two_people_of_one_instant_act_in_the_order_of_the_cast() -> None:
    closing = [SetPeriod("DE01", "expense", 2026, 11, state) for state in ("soft_closed", "hard_closed")]
    _, _, records = perform(*(steps(WaitUntil(at(1)), Ask("erp", command, "controller")) for command in closing))
    assert [one.body.carried.arguments["state"] for one in records if isinstance(one.body, Acted)] == [
        "soft_closed",
        "hard_closed",
    ]
