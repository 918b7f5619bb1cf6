"""The chart's geometry: things stand where they happened."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from hardclose_mocks.faults.plan import Rule
from hardclose_simulator.report.chart import LEFT, RIGHT, WIDTH, Chart, apart, business_at, chart_of, tick_step

from ..checkers.recorder import DAY_ZERO
from ..checkers.script import history
from .busy_day import with_plan
from .runs import HONEST, NOTHING, everything, report, report_of


def drawn(text: str, *plan: Rule) -> Chart:
    chart = chart_of(report_of(with_plan(history(text), plan)))
    assert chart is not None
    return chart


def x_of(hour: float, audit_hour: float = 33) -> float:
    return round(LEFT + hour / audit_hour * (WIDTH - LEFT - RIGHT), 1)


def test_each_flow_has_a_plot_whose_lines_end_at_their_counts() -> None:
    expense, order = drawn(HONEST).plots
    assert [(line.name, line.count) for line in expense.lines] == [
        ("due", 1), ("posted", 1), ("written back", 1), ("paid", 1),
    ]  # fmt: skip
    assert [line.name for line in order.lines] == ["due", "posted", "written back"]


def test_a_line_steps_up_when_it_happened() -> None:
    due, posted, *_ = drawn(HONEST).plots[0].lines
    assert re.findall(r"H([\d.]+)V", due.path) == [f"{x_of(9):g}"]
    assert [float(x) for x in re.findall(r"H([\d.]+)V", posted.path)] == [pytest.approx(x_of(9 + 2 / 60), abs=0.1)]


def test_what_is_never_posted_stays_in_the_backlog() -> None:
    """The grey goes up at nine and never comes down again: back at the left its lower edge is the ground."""
    (plot,) = drawn("09:00 fact E-1\n33:00 audit").plots
    assert plot.backlog == f"M{LEFT:g} {plot.bottom:g}H{x_of(9):g}V{plot.top + 8:g}H{WIDTH - RIGHT:g}V{plot.bottom:g}Z"


def test_periods_are_lanes_of_states() -> None:
    text = """
        09:00  fact E-1
        12:00  period DE01 expense 2026-11 soft_closed
        15:00  period DE01 expense 2026-11 hard_closed
        33:00  audit
    """
    chart = drawn(text)
    lane = next(lane for lane in chart.lanes if lane.label == "DE01 2026-11 expense")
    assert [(bar.kind, bar.x) for bar in lane.bars] == [
        ("period open", x_of(0)), ("period soft_closed", x_of(12)), ("period hard_closed", x_of(15)),
    ]  # fmt: skip
    assert chart.closes == (x_of(12), x_of(15))


def test_modules_that_close_alike_share_a_lane() -> None:
    text = """
        09:00  fact E-1
        12:00  period DE01 expense 2026-11 soft_closed
        12:00  period DE01 purchasing 2026-11 soft_closed
        33:00  audit
    """
    assert [lane.label for lane in drawn(text).lanes if lane.label.startswith("DE01")] == ["DE01 2026-11"]


def test_a_fault_window_stands_where_its_business_hours_were() -> None:
    window = (DAY_ZERO + timedelta(hours=12), DAY_ZERO + timedelta(hours=18))
    chart = drawn(HONEST, Rule("F07.outage", "F07", "erp", share=0.7, starts=window[0], ends=window[1]))
    (bar,) = chart.windows
    assert (bar.x, round(bar.x + bar.width, 1)) == (x_of(12), x_of(18))
    assert "error burst, 70 %" in bar.label
    assert "F07 erp" in [lane.label for lane in chart.lanes]


def test_a_window_that_never_came_is_not_drawn() -> None:
    late = DAY_ZERO + timedelta(days=30)
    chart = drawn(HONEST, Rule("F07.late", "F07", "erp", starts=late, ends=late + timedelta(hours=1)))
    assert chart.windows == ()


def test_the_axis_tells_both_clocks() -> None:
    ticks = drawn(HONEST).ticks
    assert (ticks[0].wire, ticks[0].business, ticks[0].x) == ("0 s", "Mon 30 Nov 00:00", LEFT)
    assert (ticks[1].wire, ticks[1].business) == ("5 s", "Mon 30 Nov 06:00")


def test_the_figures_end_with_the_run() -> None:
    rows = drawn(HONEST).rows
    assert rows[0].counts == ((0, 0, 0, 0), (0, 0, 0, 0))
    assert rows[-1].counts == ((1, 1, 1, 1), (1, 1, 1, 0))


def test_nothing_due_nothing_drawn() -> None:
    assert chart_of(report(NOTHING)) is None


def test_everything_stays_inside_the_drawing() -> None:
    chart = chart_of(everything()["busy and guilty"])
    assert chart is not None
    for lane in chart.lanes:
        for bar in lane.bars:
            assert LEFT <= bar.x <= bar.x + bar.width <= WIDTH - RIGHT + 0.2
    for plot in chart.plots:
        ys = [float(y) for line in plot.lines for y in re.findall(r"V([\d.]+)", line.path)]
        assert plot.top <= min(ys) <= max(ys) <= plot.bottom < chart.height
        assert all(line.label_y <= plot.bottom for line in plot.lines)


def test_a_thousand_facts_at_one_instant_are_one_step() -> None:
    model = everything()["pass"]
    flow = replace(model.flows[0], due_s=(7.5,) * 1000)
    chart = chart_of(replace(model, flows=(flow,)))
    assert chart is not None
    assert chart.plots[0].lines[0].path.count("V") == 1
    assert chart.plots[0].lines[0].count == 1000


@pytest.mark.parametrize(("length", "step"), [(50, 10), (27.5, 5), (8, 1), (0.5, 0.1), (7200, 1000), (86_400, 20_000)])
def test_ticks_are_round_numbers_and_few(length: float, step: float) -> None:
    assert tick_step(length) == step


def test_labels_keep_apart_and_in_order() -> None:
    assert apart([100, 100, 100], 14, 200) == [100, 114, 128]
    assert apart([200, 200], 14, 200) == [186, 200]
    assert apart([150, 100], 14, 200) == [150, 100]
    assert apart([], 14, 200) == []


def test_business_time_is_straight_between_its_points() -> None:
    clock = ((0.0, DAY_ZERO), (10.0, DAY_ZERO), (20.0, DAY_ZERO + timedelta(days=1)))
    assert business_at(clock, 5) == DAY_ZERO
    assert business_at(clock, 15) == DAY_ZERO + timedelta(hours=12)
    assert business_at(clock, 99) == DAY_ZERO + timedelta(days=1)
    assert business_at((), 5) is None
