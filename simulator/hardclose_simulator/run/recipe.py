"""What a run is made of: a scenario and a seed become masters, intents, a fault plan, a cast and a sandbox's setup."""

from __future__ import annotations

from dataclasses import dataclass

from hardclose_mocks.cards import Terms
from hardclose_mocks.faults.plan import plan_hash
from hardclose_mocks.server.credentials import Credentials
from hardclose_mocks.server.sandbox import Setup
from hardclose_simulator.actors.cast import cast
from hardclose_simulator.intents import facts_hash, fault_plan, plan_intents, planned_calls
from hardclose_simulator.masterdata import make_master
from hardclose_simulator.run.session import Story
from hardclose_simulator.scenario import Scenario

OPERATIONS = ("expense_posting.create", "purchase_order.create")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A story ready to be played once: its cast are generators."""

    story: Story
    setup: Setup


def from_scenario(scenario: Scenario, seed: int, run_tag: str, credentials: Credentials | None = None) -> Recipe:
    """The same scenario and seed give the same recipe but for the run tag, in every process."""
    master = make_master(scenario, seed)
    intents = plan_intents(scenario, seed, run_tag, master)
    plan = fault_plan(scenario, intents, seed)
    story = Story(
        name=scenario.name,
        digest=scenario.digest(),
        seed=seed,
        run_tag=run_tag,
        starts=scenario.starts,
        ends=scenario.ends,
        cast=cast(scenario, intents, master),
        planned_facts=len(intents),
        drain_max_s=scenario.drain_max_s,
        facts_hash=facts_hash(intents),
        plan_hash=plan_hash(plan, planned_calls(intents)),
        must_happen=scenario.must_happen,
        config={"title": scenario.title, "profiles": {name: scenario.terms(name) for name in OPERATIONS}},
    )
    setup = Setup(
        master=master,
        opened_at=scenario.starts,
        pace=scenario.pace_values,
        run_tag=run_tag,
        plan=plan,
        terms={name: Terms(scenario.terms(name)) for name in OPERATIONS},
        page_max=scenario.page_limit_max,
        credentials=credentials or Credentials(),
        rate=0.0,
    )
    return Recipe(story, setup)
