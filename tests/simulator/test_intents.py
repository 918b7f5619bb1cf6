"""Intents are planned from the seed alone: equal in every process, unique where they must be, apart from each other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hardclose_mocks.faults.plan import plan_hash
from hardclose_mocks.kernel.commands import ExpenseLine
from hardclose_mocks.kernel.money import exponent
from hardclose_simulator.intents import facts_hash, fault_plan, plan_intents, planned_calls
from hardclose_simulator.masterdata import make_master
from hardclose_simulator.planned import PlannedIntent
from hardclose_simulator.scenario import Scenario, ScenarioError, load, parse

FOLDER = Path(__file__).parents[2] / "scenarios"
MONTH_END, SMOKE, LOSSY = (load(FOLDER / f"{name}.yaml") for name in ("month_end", "smoke", "lossy"))
ALL = [load(path) for path in sorted(FOLDER.glob("*.yaml"))]


def plan(scenario: Scenario, seed: int = 7, tag: str = "t1") -> tuple[PlannedIntent, ...]:
    return plan_intents(scenario, seed, tag, make_master(scenario, seed))


def with_flows(scenario: Scenario, **changes: dict[str, object]) -> Scenario:
    """The scenario with keys of its flows changed: `with_flows(s, expense={"facts": 3})`."""
    written = scenario.model_dump(mode="json", by_alias=True)
    for flow, keys in changes.items():
        written["flows"][flow] |= keys
    return parse(json.dumps(written), "changed.yaml")


def test_hashes_are_equal_across_processes_and_hash_seeds_and_free_of_the_run_tag() -> None:
    script = (
        "import sys\n"
        "from hardclose_mocks.faults.plan import plan_hash\n"
        "from hardclose_simulator.intents import *\n"
        "from hardclose_simulator.masterdata import make_master\n"
        "from hardclose_simulator.scenario import load\n"
        "s = load(sys.argv[1])\n"
        "i = plan_intents(s, 7, sys.argv[2], make_master(s, 7))\n"
        "print(facts_hash(i), plan_hash(fault_plan(s, i, 7), planned_calls(i)), s.digest())\n"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", script, str(FOLDER / "month_end.yaml"), tag],
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed, tag in (("0", "t1"), ("1", "other-tag"), ("77", "E0001"))
    }
    assert len(answers) == 1


def test_another_seed_gives_other_facts_and_another_plan() -> None:
    ours, others = plan(MONTH_END, 7), plan(MONTH_END, 8)
    assert facts_hash(ours) != facts_hash(others)
    calls = planned_calls(ours)
    assert plan_hash(fault_plan(MONTH_END, ours, 7), calls) != plan_hash(fault_plan(MONTH_END, ours, 8), calls)


def test_removing_a_flow_moves_nothing_in_the_other() -> None:
    alone = with_flows(MONTH_END, requisition={"facts": 0, "twin_pairs": 0})
    assert [intent for intent in plan(MONTH_END) if intent.flow == "EXP"] == list(plan(alone))


def test_removing_an_intent_moves_no_other() -> None:
    fewer = with_flows(LOSSY, requisition={"facts": 7})
    assert set(plan(fewer)) < set(plan(LOSSY))


def test_an_employee_who_leaves_takes_only_his_own_documents_along() -> None:
    written = SMOKE.model_dump(mode="json", by_alias=True)
    written["people"]["employees"] -= 1
    before, after = plan(SMOKE), plan(parse(json.dumps(written), "smoke.yaml"))
    for old, new in zip(before, after, strict=True):
        assert old == new or old.person.endswith("employee12")


def test_bad_facts_change_only_themselves() -> None:
    good = MONTH_END.model_copy(update={"bad_facts": MONTH_END.bad_facts.model_copy(update={"over_budget": 0.0})})
    for with_bad, without in zip(plan(MONTH_END), plan(good), strict=True):
        assert with_bad == without or with_bad.bad == "over_budget"


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.name)
def test_totals_are_unique_but_for_planted_twins(scenario: Scenario, seed: int) -> None:
    intents = plan(scenario, seed)
    totals = Counter((i.company, i.currency, i.total) for i in intents)
    twins = [intent for intent in intents if intent.twin_of]
    assert sum(totals.values()) - len(totals) == len(twins)
    assert len(twins) == scenario.flows.expense.twin_pairs + scenario.flows.requisition.twin_pairs


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.name)
def test_twins_differ_in_number_and_line_texts_only(scenario: Scenario) -> None:
    intents = {intent.id: intent for intent in plan(scenario)}
    zones = {company.code: ZoneInfo(company.zone) for company in scenario.companies}
    for twin in intents.values():
        if twin.twin_of:
            other = intents[twin.twin_of]
            day = {i.schedule.approved_at.astimezone(zones[i.company]).date() for i in (twin, other)}
            assert len(day) == 1
            assert (twin.partner, twin.total, twin.person) == (other.partner, other.total, other.person)
            assert twin.number != other.number
            assert {line.text for line in twin.lines}.isdisjoint(line.text for line in other.lines)


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.name)
def test_things_happen_in_order_and_within_the_story(scenario: Scenario) -> None:
    for intent in plan(scenario):
        s = intent.schedule
        moments = [s.created_at, s.submitted_at, s.returned_at, s.resubmitted_at, s.approved_at]
        known = [moment for moment in moments if moment]
        assert known == sorted(known), intent.id
        assert scenario.starts <= known[0]
        assert s.submitted_at < s.approved_at <= scenario.ends


def test_every_line_carries_a_watermark_of_its_own() -> None:
    texts = [line.text for intent in plan(MONTH_END) for line in intent.lines]
    assert len(texts) == len(set(texts))
    assert all("[t1-" in text for text in texts)


def test_amounts_hang_together_to_the_minor_unit() -> None:
    for intent in plan(MONTH_END):
        assert intent.total > 0
        for line in intent.lines:
            if not isinstance(line, ExpenseLine):
                assert line.quantity > 0
                assert line.unit_price > 0
                continue
            gross = sum(part.net + part.tax for part in line.allocations)
            paid = Decimal(line.paid_minor).scaleb(-exponent(line.paid_currency)) * Decimal(line.rate)
            assert paid.scaleb(exponent(intent.currency)).quantize(Decimal(1), ROUND_HALF_EVEN) == gross
            assert all(part.net > 0 and part.tax >= 0 for part in line.allocations)


def test_the_draft_that_is_sent_back_never_has_the_amount_that_is_approved() -> None:
    returned = [intent for intent in plan(MONTH_END) if intent.schedule.returned_at]
    assert len(returned) >= 15
    for intent in returned:
        first, last = intent.revisions
        assert sum(map(_gross, first)) != sum(map(_gross, last))


def _gross(line: object) -> int:
    if isinstance(line, ExpenseLine):
        return sum(part.net + part.tax for part in line.allocations)
    return line.quantity * line.unit_price  # type: ignore[attr-defined]  # the other kind of line


@pytest.mark.parametrize("seed", range(1, 11))
def test_shares_are_kept_in_every_seed(seed: int) -> None:
    intents = plan(MONTH_END, seed)
    bad = Counter(intent.bad for intent in intents)
    assert 2 <= bad["blocked_cost_center"] <= 7
    assert 1 <= bad["blocked_supplier"] <= 5
    assert 1 <= bad["over_budget"] <= 5
    assert {"DE01", "US01", "JP01"} == {intent.company for intent in intents}


@pytest.mark.parametrize("seed", range(1, 11))
def test_month_end_has_late_approvals_and_crossed_midnights_in_every_seed(seed: int) -> None:
    late = crossing = 0
    closes = [
        (action.company, module, MONTH_END.company(action.company).instant(action.at))
        for action in MONTH_END.periods
        if action.state == "hard_closed" or (action.state == "soft_closed" and action.at.hour >= 19)
        for module in action.modules
    ]
    for intent in plan(MONTH_END, seed):
        at = intent.schedule.approved_at
        local = at.astimezone(ZoneInfo(MONTH_END.company(intent.company).zone))
        crossing += local.date() != at.date()
        module = "expense" if intent.flow == "EXP" else "purchasing"
        late += local.month == 11 and any(
            code == intent.company and module == closed and at > when for code, closed, when in closes
        )
    assert late >= MONTH_END.must_happen["late_approvals"]
    assert crossing >= 5


def test_aimed_rules_name_their_subjects_and_limits_become_rules() -> None:
    rules = fault_plan(LOSSY, plan(LOSSY), 7).rules
    assert [rule.aimed for rule in rules if rule.fault == "F01" and "expense_posting.create" in rule.operations] == [
        "E0001",
        "E0002",
        "E0003",
    ]
    throttled = load(FOLDER / "throttled.yaml")
    (limit,) = fault_plan(throttled, plan(throttled), 7).rules
    assert (limit.fault, limit.carrier, limit.number("rate_per_s")) == ("F10", "limit", 2.0)


def test_aimed_faults_strike_what_is_planned() -> None:
    intents = plan(LOSSY)
    rules = fault_plan(LOSSY, intents, 7)
    for rule in rules.rules:
        assert any(
            rules.would_strike(rule, operation, subject, 1)
            for system, operation, subject in planned_calls(intents)
            if system == rule.system
        ), rule.id


def test_a_ramp_outside_everybodys_story_is_refused() -> None:
    away = with_flows(LOSSY, expense={"ramp": [{"from": "2026-11-25 10:00", "to": "2026-11-25 11:00"}]})
    with pytest.raises(ScenarioError, match=r"flows\.expense\.ramp"):
        plan(away)
