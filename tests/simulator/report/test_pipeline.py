"""Documents over time, and the clocks they are read by."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import ClockSet, Fact
from hardclose_simulator.report.pipeline import Clockwork, flows_of, period_steps, phases_of, reached

from ..checkers.recorder import DAY_ZERO, rehashed
from ..checkers.script import history
from .runs import HONEST, TWICE, report

HOUR_S = 3600 / 4320


def hours(count: float) -> float:
    return round(count * HOUR_S, 3)


def test_a_fact_comes_due_is_posted_written_back_and_paid_once() -> None:
    records = history(HONEST)
    expense, order = flows_of(records, Clockwork.of(records))
    assert (expense.document, order.document) == ("expense posting", "purchase order")
    assert expense.due_s == order.due_s == (hours(9),)
    assert expense.posted_s == (round(hours(9) + 2 / 72, 3),)
    assert expense.written_back_s == (hours(10),)
    assert expense.paid_s == (hours(13),)
    assert order.paid_s == ()


def test_a_second_document_of_a_fact_is_no_second_posting() -> None:
    records = history(TWICE)
    (expense,) = flows_of(records, Clockwork.of(records))
    assert len(expense.posted_s) == 1


def test_what_was_parked_is_due_and_never_posted() -> None:
    records = history('09:00 fact E-1\n09:02 write E-1 parked "no budget"\n33:00 audit')
    (expense,) = flows_of(records, Clockwork.of(records))
    assert (len(expense.due_s), len(expense.posted_s), len(expense.written_back_s)) == (1, 0, 0)


def test_reached_counts_the_moment_itself() -> None:
    assert [reached((1.0, 2.0, 2.0), at_s) for at_s in (0.9, 1.0, 1.9, 2.0)] == [0, 1, 1, 3]


def test_phases_last_until_the_next() -> None:
    records = history("00:00 phase chaos\n09:00 phase heal\n09:00 phase drain\n33:00 audit\n")
    spans = phases_of(records, Clockwork.of(records))
    assert [(span.name, span.from_s, span.to_s) for span in spans] == [
        ("chaos", 0.0, hours(9)), ("heal", hours(9), hours(9)), ("drain", hours(9), hours(33)),
        ("audit", hours(33), hours(33)),
    ]  # fmt: skip
    assert spans[-1].note == "quiet"


def test_a_period_step_names_the_calendar_month_and_what_was_before() -> None:
    """Tokyo's fiscal year starts in April, so its period 8 is November."""
    (model,) = [
        report("06:00 period JP01 expense 2026-11 soft_closed\n09:00 period JP01 expense 2026-11 open\n33:00 audit")
    ]
    first, second = model.periods
    assert (first.company, first.period, first.month) == ("JP01", 8, "2026-11")
    assert [(one.before, one.state, one.at_s) for one in (first, second)] == [
        ("open", "soft_closed", hours(6)), ("soft_closed", "open", hours(9)),
    ]  # fmt: skip


def test_no_erp_no_periods() -> None:
    records = rehashed([one for one in history(HONEST) if one.system != "erp"])
    assert period_steps(records, Clockwork.of(records)) == ()


def test_business_instants_are_found_on_the_wire() -> None:
    clockwork = Clockwork.of(history(HONEST))
    assert clockwork.seconds_of(DAY_ZERO + timedelta(hours=9)) == hours(9)
    assert clockwork.seconds_of(DAY_ZERO - timedelta(days=1)) == 0.0


def test_a_frozen_clock_never_shows_a_later_instant_and_a_jump_shows_it_at_once() -> None:
    records = history(HONEST)
    frozen = [
        one if not isinstance(one.body, ClockSet) else replace(one, body=replace(one.body, rate=0.0)) for one in records
    ]
    assert Clockwork.of(rehashed(frozen)).seconds_of(DAY_ZERO + timedelta(hours=9)) is None
    jump = replace(
        records[-1],
        seq=10_000,
        wire_ns=2 * NS,
        body=ClockSet(DAY_ZERO + timedelta(days=9), 2 * NS, 4320.0),
    )
    place = next(place for place, one in enumerate(frozen) if isinstance(one.body, Fact))
    jumped = rehashed([*frozen[:place], jump, *frozen[place:]])
    clockwork = Clockwork.of(jumped)
    assert clockwork.seconds_of(DAY_ZERO + timedelta(days=8)) == 2.0
    assert clockwork.seconds_of(DAY_ZERO + timedelta(days=9, hours=9)) == round(2 + hours(9), 3)


def test_the_clock_of_a_report_shows_both_sides_of_a_jump() -> None:
    records = history(HONEST)
    jump = replace(records[-1], seq=10_000, wire_ns=2 * NS, body=ClockSet(DAY_ZERO + timedelta(days=9), 2 * NS, 4320.0))
    place = next(place for place, one in enumerate(records) if one.wire_ns > 2 * NS)
    from .runs import report_of

    clock = report_of(rehashed([*records[:place], jump, *records[place:]])).clock
    assert clock[0] == (0.0, DAY_ZERO)
    assert clock[1] == (2.0, DAY_ZERO + timedelta(seconds=2 * 4320))
    assert clock[2] == (2.0, DAY_ZERO + timedelta(days=9))
