"""The fault plan as a table: planned, could have struck, struck."""

from __future__ import annotations

from datetime import timedelta

from hardclose_mocks.faults.plan import Rule
from hardclose_simulator.report.fault_lines import FaultLine

from ..checkers.recorder import DAY_ZERO
from ..checkers.script import history
from .busy_day import with_plan
from .runs import HONEST, report, report_of

POSTS = """
    00:30  fact E-1
    00:40  fact E-2
    00:50  fact E-3
    01:00  post E-1 as A told nothing
    02:00  post E-1 as B
    02:30  post E-2 down 1
    05:00  post E-3 limited 1
    07:00  post E-3 as C
    14:00  phase heal
    15:00  post E-2 as D told nothing
    33:00  audit
"""


def lines(text: str, *plan: Rule, aimed: tuple[tuple[str, str, str], ...] = ()) -> dict[str, FaultLine]:
    """By rule."""
    return {line.rule: line for line in report_of(with_plan(history(text, aimed=aimed), plan)).faults}


def test_weather_counts_the_calls_it_could_have_struck_until_the_heal() -> None:
    line = lines(POSTS, Rule("F01.rule", "F01", "erp", ("expense_posting.create",), 0.25))["F01.rule"]
    assert (line.kind, line.planned, line.chances) == ("weather", "25 %", 5)
    assert line.fired == 2, "one of them after the heal, where nothing should have struck"


def test_a_window_gates_and_is_told_in_both_clocks() -> None:
    window = (DAY_ZERO + timedelta(hours=2, minutes=10), DAY_ZERO + timedelta(hours=6))
    line = lines(POSTS, Rule("F07.outage", "F07", "erp", share=0.7, starts=window[0], ends=window[1]))["F07.outage"]
    assert (line.starts, line.ends) == window
    assert (line.from_s, line.to_s) == (round(130 / 72, 3), 5.0)
    assert (line.chances, line.fired) == (2, 1)


def test_another_system_or_operation_is_no_chance() -> None:
    found = lines(POSTS, Rule("a", "F01", "expense"), Rule("b", "F01", "erp", ("purchase_order.create",)))
    assert (found["a"].chances, found["b"].chances) == (0, 0)


def test_a_limit_fires_with_every_429() -> None:
    plan = Rule("F10.erp", "F10", "erp", parameters={"rate_per_s": 25.0, "burst": 20.0})
    line = lines(POSTS, plan)["F10.erp"]
    assert (line.kind, line.planned, line.fired) == ("limit", "25 calls/s, burst 20", 1)


def test_aimed_rules_that_differ_in_their_fact_are_one_line() -> None:
    aimed = (("F01.rule", "F01", "E-1"), ("F02.lost.E-1", "F02", "E-1"), ("F02.lost.E-2", "F02", "E-2"))
    found = lines(POSTS, aimed=aimed)
    assert (found["F01.rule"].kind, found["F01.rule"].unstruck) == ("aimed", ())
    assert found["F02.lost"].planned == "first call of 2 facts"
    assert found["F02.lost"].aimed_at == found["F02.lost"].unstruck == ("E-1", "E-2")


def test_a_strike_without_a_rule_is_shown() -> None:
    line = lines(POSTS)["F01.rule"]
    assert (line.kind, line.planned, line.fired) == ("by_hand", "no rule of the plan", 2)


def test_a_delivery_that_is_tried_again_was_struck_once() -> None:
    text = "09:00 fact E-1\n09:01 announce E-1 dropped\n09:02 announce E-1 dropped\n33:00 audit"
    found = lines(text, Rule("F32.rule", "F32", "expense", share=0.5))
    assert (found["F32.rule"].chances, found["F32.rule"].fired) == (1, 1)


def test_what_people_do_is_told_beside_the_plan() -> None:
    text = "06:00 period DE01 expense 2026-10 open\n06:01 period DE01 expense 2026-10 hard_closed\n33:00 audit"
    line = lines(text)["F46"]
    assert (line.kind, line.fired) == ("people", 2)


def test_strikes_stand_on_the_wire_clock_with_their_carrier() -> None:
    strikes = report(POSTS).strikes
    assert [(one.fault, one.carrier) for one in strikes] == [("F01", "wire"), ("F10", "limit"), ("F01", "wire")]
    assert [one.at_s for one in strikes] == sorted(one.at_s for one in strikes)


def test_a_run_without_faults_has_an_empty_plan() -> None:
    assert report(HONEST.replace(" told nothing", "")).faults == ()
