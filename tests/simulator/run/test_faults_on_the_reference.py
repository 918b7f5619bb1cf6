"""Under every fault of the wire that a card can tell of the reference keeps every promise: nobody is accused."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from hardclose_simulator.judge import judge
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import Scenario, load
from hardclose_simulator.scenario_faults import Faults, Habit, Weather
from hardclose_simulator.scenario_keys import LimitKeys

CREATE = ("expense_posting.create", "purchase_order.create")


@cache
def quiet() -> Scenario:
    return load("smoke").model_copy(update={"must_happen": {"facts_posted": 5}, "limits": {}, "faults": Faults()})


def habits(fault: str, *systems: Any, **parameters: float | str) -> Faults:
    return Faults(habits=tuple(Habit(fault=fault, system=system, parameters=parameters) for system in systems))


def weather(fault: str, *systems: Any, share: float = 0.3, **parameters: float | str) -> Faults:
    rules = (Weather(fault=fault, system=system, share=share, parameters=parameters) for system in systems)
    return Faults(weather=tuple(replace_operations(rule) for rule in rules))


def replace_operations(rule: Weather) -> Weather:
    return rule if rule.system != "erp" else rule.model_copy(update={"operations": CREATE})


@pytest.mark.parametrize(
    ("style", "profile", "faults"),
    [
        ("webhooks", "C1", weather("F18", "erp")),
        (
            "webhooks",
            "C1",
            weather("F07", "erp").model_copy(update={"habits": habits("F17", "erp", stores="everything").habits}),
        ),
        ("webhooks", "C3", habits("F23", "erp", how="status_500")),
        ("webhooks", "C5", weather("F04", "erp")),
        ("webhooks", "C6", weather("F05", "erp")),
        ("polling", "C2", weather("F20", "erp", "expense", "procurement")),
        ("polling", "C1", weather("F24", "expense", "procurement", share=1.0)),
        ("polling", "C1", habits("F26", "expense", "procurement")),
        ("polling", "C1", habits("F27", "expense", "procurement")),
        ("polling", "C1", habits("F28", "expense", "procurement")),
    ],
    ids=lambda value: (value.weather or value.habits)[0].fault if isinstance(value, Faults) else value,
)
def test_the_reference_is_not_accused(style: str, profile: str, faults: Faults) -> None:
    story = quiet().model_copy(update={"faults": faults}).with_profile(profile)
    assert judge(play_virtually(from_scenario(story, 1, "T1"), style)).exit_code == 0


def test_limits_in_number_and_per_day_are_borne() -> None:
    story = quiet().model_copy(update={"limits": {"erp": LimitKeys(concurrent=2, per_day=120)}})
    assert judge(play_virtually(from_scenario(story, 1, "T1"), "webhooks")).exit_code == 0
