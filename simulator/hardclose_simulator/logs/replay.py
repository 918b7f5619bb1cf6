"""A replay, made ready: a log and a seed become a setting, masters, reports and a cast. Knows no server and no run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hardclose_mocks.kernel.master import Master
from hardclose_mocks.pace import CI
from hardclose_simulator.actors.steps import Actor
from hardclose_simulator.logs.activities import built_in, load_activities
from hardclose_simulator.logs.csv_log import Columns
from hardclose_simulator.logs.opening import read_log
from hardclose_simulator.logs.replay_actors import PATIENCE_S, replay_cast
from hardclose_simulator.logs.replay_plan import ReplayPlan, plan_replay
from hardclose_simulator.logs.replay_reports import ReplayReport, in_line, make_reports, surplus_approvals
from hardclose_simulator.masterdata import make_master
from hardclose_simulator.scenario import Scenario
from hardclose_simulator.scenario_faults import Faults, Weather
from hardclose_simulator.scenario_flows import Flows
from hardclose_simulator.scenario_keys import ExpenseFlow, People

STARTS = datetime(2026, 11, 2, 6, tzinfo=UTC)
"""A Monday; all of a replay lies in one month, whose periods stay open."""
WEATHER = (
    Weather(fault="F01", system="erp", operations=("expense_posting.create",), share=0.01),
    Weather(fault="F03", system="erp", share=0.02),
    Weather(fault="F30", system="expense", operations=("expense_report.approved",), share=0.02),
    Weather(fault="F32", system="expense", operations=("expense_report.approved",), share=0.01),
)
"""Light: about one document in twenty meets any of it."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Ready to be played once: `cast` are generators. `notes` tell people what was made of the log."""

    scenario: Scenario
    """The setting: companies, people, weather. Its flows are empty talk; what happens is in `reports`."""
    plan: ReplayPlan
    master: Master
    reports: tuple[ReplayReport, ...]
    cast: tuple[tuple[str, Actor], ...]
    notes: tuple[str, ...]


def prepare_replay(
    log: Path, cases: int, seed: int, run_tag: str, *, activities: Path | None = None, columns: Sequence[str] = ()
) -> Replay:
    """The first `cases` cases of the log; raises LogError. Same log and seed, same replay but for the tag."""
    mapping = load_activities(activities) if activities else built_in()
    plan = plan_replay(log, read_log(log, columns=Columns.parse(columns), cases=cases), mapping, seed)
    scenario = setting(plan.span_s)
    master = in_line(make_master(scenario, seed))
    reports = make_reports(plan, master, seed, run_tag, STARTS.date())
    surplus = surplus_approvals(reports, master)
    notes = plan.statistics.lines()
    if surplus:
        notes += (f"{surplus} approvals have no place in the approval matrix and were skipped",)
    cast = replay_cast(reports, master, lambda offset_s: STARTS + timedelta(seconds=offset_s * CI.business_rate))
    return Replay(scenario, plan, master, reports, cast, notes)


def setting(span_s: float) -> Scenario:
    """Three companies, nothing closes, light weather, for a replay whose moves take `span_s` wire seconds."""
    return Scenario(
        name="replay",
        title="Replay of an event log",
        summary="The cases of a process-mining log as expense reports, in their order, squeezed into two minutes.",
        story="What the people of the log did, they do again. Periods are open, the weather is light.",
        pace="ci",
        starts=STARTS,
        ends=STARTS + timedelta(seconds=(span_s + PATIENCE_S) * CI.business_rate),
        people=People(employees=24),
        flows=Flows(expense=ExpenseFlow(facts=1)),
        faults=Faults(weather=WEATHER),
    )
