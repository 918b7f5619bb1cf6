"""What a run is made of: a scenario or a log, and a seed, become masters, a fault plan, a cast, a sandbox's setup."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hardclose_mocks.access import AccessTerms, SubscriptionTerms
from hardclose_mocks.cards import CREATING, Terms
from hardclose_mocks.faults.plan import Plan, plan_hash
from hardclose_mocks.kernel.master import Master
from hardclose_mocks.server.credentials import Credentials
from hardclose_mocks.server.sandbox import SYSTEMS, Setup
from hardclose_simulator.actors.cast import cast
from hardclose_simulator.following import facts_planned, plan_followers
from hardclose_simulator.intents import facts_hash, fault_plan, plan_intents, planned_calls
from hardclose_simulator.logs import replay_reports
from hardclose_simulator.logs.replay import prepare_replay
from hardclose_simulator.masterdata import make_master
from hardclose_simulator.run.session import Story
from hardclose_simulator.scenario import Scenario
from hardclose_simulator.scenario_keys import WebhookKeys


@dataclass(frozen=True, slots=True)
class Recipe:
    """A story ready to be played once: its cast are generators."""

    story: Story
    setup: Setup


def from_scenario(
    scenario: Scenario,
    seed: int,
    run_tag: str,
    credentials: Credentials | None = None,
    *,
    asked: Mapping[str, Any] | None = None,
) -> Recipe:
    """The same scenario and seed give the same recipe but for the run tag, in every process.

    `asked` is what the header has to keep of the command line, so that the run can be asked for again."""
    master = make_master(scenario, seed)
    intents = plan_intents(scenario, seed, run_tag, master)
    followers = plan_followers(scenario, seed, run_tag, master, intents)
    everything = (*intents, *followers)
    plan = fault_plan(scenario, everything, seed)
    story = Story(
        name=scenario.name,
        digest=scenario.digest(),
        seed=seed,
        run_tag=run_tag,
        starts=scenario.starts,
        ends=scenario.ends,
        heals=scenario.heals,
        cast=cast(scenario, intents, master, followers),
        planned_facts=facts_planned(everything),
        drain_max_s=scenario.drain_max_s,
        facts_hash=facts_hash(everything),
        plan_hash=plan_hash(plan, planned_calls(everything)),
        must_happen=scenario.must_happen,
        config={**(asked or {}), **_setting(scenario)},
    )
    return Recipe(story, _setup(scenario, master, plan, run_tag, credentials))


def from_log(
    log: Path,
    cases: int,
    seed: int,
    run_tag: str,
    credentials: Credentials | None = None,
    *,
    activities: Path | None = None,
    columns: Sequence[str] = (),
    profile: str | None = None,
    asked: Mapping[str, Any] | None = None,
) -> Recipe:
    """The first `cases` cases of an event log as a story; raises LogError, or ScenarioError for an unknown profile.

    The same log, mapping and seed give the same recipe but for the run tag. The header says under `notes` what was
    made of the log. `profile` and `asked` as for scenarios."""
    replay = prepare_replay(log, cases, seed, run_tag, activities=activities, columns=columns)
    scenario = replay.scenario.with_profile(profile) if profile else replay.scenario
    plan = fault_plan(scenario, (), seed)
    facts = replay.plan.statistics.facts
    mapping: dict[str, Any] = {"activities": str(activities)} if activities else {}
    mapping |= {"columns": list(columns)} if columns else {}
    story = Story(
        name=scenario.name,
        digest=hashlib.blake2b((scenario.digest() + replay.plan.digest).encode(), digest_size=16).hexdigest(),
        seed=seed,
        run_tag=run_tag,
        starts=scenario.starts,
        ends=scenario.ends,
        cast=replay.cast,
        planned_facts=facts,
        drain_max_s=scenario.drain_max_s,
        facts_hash=replay_reports.facts_hash(replay.reports),
        plan_hash=plan_hash(plan, replay_reports.planned_calls(replay.reports)),
        # A log in which nothing becomes due promises nothing; the verdict then says that there was nothing to judge.
        must_happen={"expense_facts": facts} if facts else {},
        config={
            **(asked or {}),
            "log": str(log),
            "cases": cases,
            **mapping,
            **_setting(scenario),
            "notes": list(replay.notes),
        },
    )
    return Recipe(story, _setup(scenario, replay.master, plan, run_tag, credentials))


def _setting(scenario: Scenario) -> dict[str, Any]:
    return {"title": scenario.title, "profiles": {name: scenario.terms(name) for name in CREATING}}


def _setup(scenario: Scenario, master: Master, plan: Plan, run_tag: str, credentials: Credentials | None) -> Setup:
    """Business time stands still until the story begins."""
    return Setup(
        master=master,
        opened_at=scenario.starts,
        pace=scenario.pace_values,
        run_tag=run_tag,
        plan=plan,
        terms={name: Terms(scenario.terms(name)) for name in CREATING},
        page_max=scenario.page_limit_max,
        credentials=credentials or Credentials(),
        rate=0.0,
        copies_cost_centers=scenario.flows.cost_center.facts > 0,
        validation=scenario.validates,
        subscriptions={name: _subscription_terms(scenario, plan, name) for name in SYSTEMS},
        refuses_older=scenario.refuses_older,
        access={name: AccessTerms(**keys.model_dump()) for name, keys in scenario.access.items()},
    )


def _subscription_terms(scenario: Scenario, plan: Plan, system: str) -> SubscriptionTerms:
    """What the story says of subscriptions, and what the card has to announce of the faults planned."""
    keys = next((told for name, told in scenario.webhooks.items() if name == system), WebhookKeys())
    mine = [rule for rule in plan.rules if rule.system == system]
    return SubscriptionTerms(
        life_s=keys.life_s,
        disabled_after=keys.disabled_after,
        batch_max=max((int(rule.number("highest")) for rule in mine if rule.fault == "F37"), default=1),
        pointer=any(rule.fault == "F35" and rule.word("how") == "pointer" for rule in mine),
    )
