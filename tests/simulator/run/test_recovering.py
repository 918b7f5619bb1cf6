"""The phase `recover`: faults are over, people go on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hardclose_mocks.history.records import DeliveryTried, Exchange, Fact, Phase
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import ScenarioError, load, parse


def test_people_go_on_without_faults_between_the_heal_and_the_drain() -> None:
    scenario = load("maintenance")
    records = play_virtually(from_scenario(scenario, 1, "T1"), "polling", None)
    at = {record.body.name: record.seq for record in records if isinstance(record.body, Phase)}
    assert [*at] == ["warm-up", "chaos", "heal", "recover", "drain", "audit"]
    struck = [
        record.seq
        for record in records
        if isinstance(record.body, Exchange | DeliveryTried) and record.body.fault is not None
    ]
    assert at["chaos"] < min(struck)
    assert max(struck) < at["recover"]
    arrived = [record.seq for record in records if isinstance(record.body, Fact)]
    assert sum(at["recover"] < seq < at["drain"] for seq in arrived) >= 20
    assert scenario.heals is not None
    healed = next(record.business for record in records if record.seq == at["heal"])
    assert scenario.heals <= healed < scenario.heals + timedelta(hours=2)


def test_a_story_cannot_heal_after_its_end() -> None:
    text = "title: t\nsummary: s\nstory: s\nstarts: 2026-11-18T08:00:00Z\nends: 2026-11-18T09:00:00Z\n"
    text += "heals: 2026-11-18T10:00:00Z\nflows: {expense: {facts: 1}}\n"
    with pytest.raises(ScenarioError, match="heals: must lie between 'starts' and 'ends'"):
        parse(text, "late.yaml")
