"""The vendor's operators: replay, disable, replace secrets and take scopes away, at the moments of the fault plan."""

from __future__ import annotations

from datetime import timedelta

from hardclose_simulator.actors.steps import Actor, Operate, WaitUntil
from hardclose_simulator.scenario import Scenario
from hardclose_simulator.scenario_faults import Timed


def operate(scenario: Scenario, timed: Timed) -> Actor:
    """One timed fault; a scope that was taken away is given back after its wire seconds."""
    yield WaitUntil(timed.at)
    yield Operate(timed.id)
    if timed.ends_by_itself:
        wire_s = timed.number("for_s")
        yield WaitUntil(timed.at + timedelta(seconds=wire_s * scenario.pace_values.business_rate))
        yield Operate(timed.id, undo=True)
