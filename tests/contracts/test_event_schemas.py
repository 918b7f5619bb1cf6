"""The schemas of events: what books really emit validates, and nothing is emitted that they do not name."""

from __future__ import annotations

import asyncio
import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from hardclose_mocks.dialects.neutral.quirks import NeutralDialect
from hardclose_mocks.history.records import Acted, Emitted
from hardclose_mocks.kernel.books import COMMANDS, open_books
from hardclose_mocks.kernel.commands import Command, PostExpense, PostingLine
from hardclose_mocks.kernel.refusals import Refused
from hardclose_mocks.server.calls import BODY_BYTES_MAX
from hardclose_mocks.webhooks.signing import envelope
from hardclose_simulator.contracts.event_schemas import event_schema, unnamed
from hardclose_simulator.contracts.event_tour import events_of, first_of_each, tour
from hardclose_simulator.contracts.event_type import EventType
from hardclose_simulator.contracts.event_types import EVENT_TYPES, types_of
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load

from ..mocks.kernel.drawn_commands import erp_commands, expense_commands, opening, procurement_commands
from ..mocks.kernel.small_world import MASTER, MONDAY
from ..mocks.sandboxes import Receiver, in_process, posting_body, virtually

Key = tuple[str, str]
SILENT = {
    "AttachReceipt",
    "CaptureInvoice",
    "CreateReport",
    "CreateRequisition",
    "Delegate",
    "ProposeAccrual",
    "PutCostCenter",
    "RegisterSupplier",
    "ReviseInvoice",
    "ReviseRequisition",
}
"""Commands that are nobody's business but their author's."""
EVENT_BYTES_MAX = 3 * 1024 * 1024
FORMATS = FormatChecker()
VALIDATORS = {
    key: Draft202012Validator(event_schema(kind), format_checker=FORMATS) for key, kind in EVENT_TYPES.items()
}
KINDS = pytest.mark.parametrize("kind", EVENT_TYPES.values(), ids=lambda kind: f"{kind.system}-{kind.name}")


def content_of(system: str, event: Emitted) -> dict[str, Any]:
    """As it goes over the wire."""
    body = msgspec.json.encode(envelope(event, system, event.id))
    return msgspec.json.decode(body, type=dict[str, Any])


def troubles(system: str, event: Emitted) -> list[str]:
    content, key = content_of(system, event), (system, event.type)
    wrong = [f"{one.json_path}: {one.message}" for one in VALIDATORS[key].iter_errors(content)]
    return wrong + [f"{pointer} is not in the schema" for pointer in unnamed(VALIDATORS[key].schema, content)]


@pytest.fixture(scope="module")
def month_end() -> list[tuple[str, Emitted]]:
    """All events of a month end in virtual time, the reference at work."""
    return events_of(play_virtually(from_scenario(load("month-end"), 1, "T1"), "webhooks"))


# --- what is emitted and what is described ---------------------------------------------------------------------


def test_every_event_of_a_month_end_validates_and_bears_nothing_that_is_not_described(
    month_end: list[tuple[str, Emitted]],
) -> None:
    wrong = {f"{system} {event.type}: {one}" for system, event in month_end for one in troubles(system, event)}
    assert len(month_end) > 800
    assert not wrong


def test_a_month_end_has_every_event_but_those_that_are_rare_for_a_reason(
    month_end: list[tuple[str, Emitted]],
) -> None:
    seen = Counter((system, event.type) for system, event in month_end)
    never = {key for key in EVENT_TYPES if key not in seen}
    assert never == {key for key, kind in EVENT_TYPES.items() if kind.rare}, "a reason is missing, or is stale"
    for key in never:
        assert len((EVENT_TYPES[key].rare or "").split()) > 3


def test_on_the_tour_every_event_is_emitted_validates_and_bears_nothing_more() -> None:
    found = first_of_each()
    assert set(found) == set(EVENT_TYPES)
    assert {key: troubles(key[0], event) for key, event in found.items() if troubles(key[0], event)} == {}


def test_every_command_is_on_the_tour_or_emits_nothing() -> None:
    """A new rule with a new event has a new command, or a new outcome of one: the next test looks for those."""
    carried = Counter(one.body.carried.command for one in tour() if isinstance(one.body, Acted))
    loud = {one.body.carried.command for one in tour() if isinstance(one.body, Acted) and one.body.carried.events}
    known = {name for commands in COMMANDS.values() for name in commands}
    assert known == {*carried, *SILENT}
    assert loud == known - SILENT


@pytest.mark.parametrize("system", COMMANDS)
def test_books_emit_no_event_that_is_not_described(system: str) -> None:
    drawn = {"erp": lambda: erp_commands(unique=False), "procurement": procurement_commands}
    commands = drawn.get(system, expense_commands)()
    seen: set[Key] = set()

    @settings(max_examples=25, deadline=None, derandomize=True, database=None)
    @given(st.lists(commands, min_size=15, max_size=40))
    def play(asked: list[Command]) -> None:
        seen.update((system, event) for event in emitted(system, [*opening(system), *asked]))

    play()
    assert seen <= set(EVENT_TYPES)
    assert len(seen) >= 3, "the drawn commands must get something done"


def emitted(system: str, asked: list[Command]) -> Iterator[str]:
    books = open_books(system, MASTER, MONDAY)
    for command in asked:
        try:
            yield from (event.type for event in books.do(command, at=MONDAY, actor="test").events)
        except Refused:
            continue


@virtually
async def test_what_a_subscriber_is_sent_validates() -> None:
    receiver = Receiver()
    async with in_process(receivers={"receiver.test": receiver}) as office:
        for system in ("erp", "expense"):
            office.sandbox.subscriptions.create(system, "http://receiver.test/hook", ("*",))
        await office.approve("R-1")
        await office.call("POST", "/v1/expense-postings", json=posting_body("R-1"))
        await asyncio.sleep(1)
    assert {one.content["type"] for one in receiver.got} == {
        "expense_report.submitted",
        "expense_report.approved",
        "expense_posting.posted",
    }
    for arrival in receiver.got:
        system = arrival.content["source"].removeprefix("/hardclose/")
        VALIDATORS[system, arrival.content["type"]].validate(arrival.content)
        assert arrival.content["id"] == arrival.id


# --- the schemas themselves ------------------------------------------------------------------------------------


@KINDS
def test_each_schema_is_one_complete_in_itself_and_says_what_it_is_about(kind: EventType) -> None:
    schema = event_schema(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(f"/neutral/{kind.system}/v1/events/{kind.name}.schema.json")
    assert schema["title"] == kind.name
    assert schema["description"].endswith(".")
    references = set(found(schema, "$ref"))
    assert references == {f"#/$defs/{name}" for name in schema.get("$defs", {})}, "none is missing, none is left over"


def found(value: Any, key: str) -> Iterator[Any]:
    if isinstance(value, dict):
        if key in value:
            yield value[key]
        for one in value.values():
            yield from found(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from found(one, key)


def test_dates_and_instants_are_really_checked() -> None:
    assert {"date", "date-time"} <= set(FORMATS.checkers)


@KINDS
def test_an_event_validates_by_the_schema_of_its_own_type_only(kind: EventType) -> None:
    content = content_of(kind.system, first_of_each()[kind.key])
    valid = [key for key, validator in VALIDATORS.items() if validator.is_valid(content)]
    assert valid == [kind.key]


@KINDS
def test_an_event_without_one_of_its_members_does_not_validate(kind: EventType) -> None:
    content = content_of(kind.system, first_of_each()[kind.key])
    for name in content:
        assert not VALIDATORS[kind.key].is_valid({key: value for key, value in content.items() if key != name}), name
    for name in content["data"]:
        less = {**content, "data": {key: value for key, value in content["data"].items() if key != name}}
        assert not VALIDATORS[kind.key].is_valid(less), name


@pytest.mark.parametrize(
    ("key", "member", "value"),
    [
        (("expense", "expense_report.approved"), "status", "pending"),
        (("expense", "expense_report.approved"), "approved_at", None),
        (("expense", "expense_report.approved"), "approved_at", "yesterday"),
        (("expense", "expense_report.sent_back"), "reason", None),
        (("expense", "expense_report.approved"), "total", 119.0),
        (("expense", "expense_report.approved"), "total", "119,00"),
        (("expense", "expense_report.approved"), "lines", None),
        (("erp", "payment.completed"), "payment", "open"),
        (("erp", "payment.completed"), "payment_run", None),
        (("erp", "expense_posting.reversed"), "reversal", None),
        (("erp", "expense_posting.posted"), "posting_date", "30.11.2026"),
        (("erp", "period.changed"), "state", "future"),
        (("erp", "period.changed"), "period", 13),
        (("erp", "budget.revised"), "amount", 5000),
    ],
)
def test_data_that_contradicts_its_event_does_not_validate(key: Key, member: str, value: Any) -> None:
    content = content_of(key[0], first_of_each()[key])
    assert VALIDATORS[key].is_valid(content)
    content["data"][member] = value
    assert not VALIDATORS[key].is_valid(content)


def test_what_consumers_do_not_know_they_may_ignore() -> None:
    """Published schemas are open: what a later release adds still validates."""
    key = "expense", "expense_report.approved"
    content = content_of(key[0], first_of_each()[key])
    later = {**content, "traceparent": "00-1-2-01", "data": {**content["data"], "sustainability": {"co2_g": 120}}}
    assert VALIDATORS[key].is_valid(later)


@pytest.mark.parametrize(
    ("pointer", "path"),
    [("/traceparent", ()), ("/data/co2", ("data",)), ("/data/lines/0/co2", ("data", "lines", 0))],
)
def test_what_is_emitted_and_not_described_is_found_wherever_it_is(pointer: str, path: tuple[str | int, ...]) -> None:
    key = "expense", "expense_report.approved"
    content = copy.deepcopy(content_of(key[0], first_of_each()[key]))
    assert list(unnamed(VALIDATORS[key].schema, content)) == []
    here: Any = content
    for step in path:
        here = here[step]
    here[pointer.rpartition("/")[2]] = "1"
    assert list(unnamed(VALIDATORS[key].schema, content)) == [pointer]


def test_each_system_has_events_and_each_event_a_sentence_and_a_subject() -> None:
    assert {kind.system for kind in EVENT_TYPES.values()} == set(COMMANDS)
    for system in COMMANDS:
        assert types_of(system)
    for kind in EVENT_TYPES.values():
        assert kind.says.endswith(".")
        assert kind.subject.startswith("the ")


def test_no_event_is_larger_than_receivers_are_told() -> None:
    """The largest request there is, with the texts that its posting repeats in the journal."""
    text, lines = "\N{HUNDRED POINTS SYMBOL}" * 500, 500
    line = PostingLine("6200", "CC1", 1_00, "V19", 19, text)
    request = msgspec.json.encode([line] * lines)
    assert len(request) > 0.95 * BODY_BYTES_MAX, "as large as requests may be, but for a little"
    books = open_books("erp", MASTER, MONDAY)
    command = PostExpense("DE01", "R-1", MONDAY.date(), "EUR", "employee", (line,) * lines)
    done = books.do(command, at=MONDAY, actor="test")
    document = books.find(done.document or "")
    data = NeutralDialect().event_data(document, MASTER.companies[0])
    event = Emitted("evt", "expense_posting.posted", "EP-1", 1, "DE01", MONDAY, data)
    assert BODY_BYTES_MAX < len(msgspec.json.encode(envelope(event, "erp", "evt"))) < EVENT_BYTES_MAX
