"""The intent ledger as planned: what business people will do, from the seed alone. Knows no books."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hardclose_mocks.faults.plan import Plan, Rule
from hardclose_mocks.history.codec import plain
from hardclose_mocks.kernel.commands import ExpenseLine, OrderLine
from hardclose_mocks.kernel.master import Master
from hardclose_simulator.arrivals import Schedule, at_work, even, later, pick, plan_schedule
from hardclose_simulator.contents import APART, Desk, report_lines, requisition_lines, total_near
from hardclose_simulator.contents_of_orders import edge_lines
from hardclose_simulator.masterdata import BARRED_SUPPLIER
from hardclose_simulator.planned import Follower, Lines, PlannedIntent, Rethought, calls_of
from hardclose_simulator.planning_masters import ordered_from, plan_suppliers
from hardclose_simulator.scenario import Scenario, ScenarioError
from hardclose_simulator.scenario_faults import aim_of
from hardclose_simulator.scenario_flows import EDGES
from hardclose_simulator.scenario_keys import ExpenseFlow, Flow, RequisitionFlow


def plan_intents(scenario: Scenario, seed: int, run_tag: str, master: Master) -> tuple[PlannedIntent, ...]:
    """Every fact of the scenario, in order of id. Each draws from its own streams: leaving one out moves no other."""
    planners = [_Planner(scenario, seed, run_tag, master, name, flow) for name, flow in scenario.flows.items()]
    intents = (intent for planner in planners for intent in planner.all())
    share = scenario.flows.requisition.new_suppliers
    suppliers = plan_suppliers(scenario, seed, run_tag, master) if share else ()
    return tuple(ordered_from(intents, suppliers, share, seed))


class _Planner:
    """Plans one flow."""

    def __init__(self, scenario: Scenario, seed: int, run_tag: str, master: Master, name: str, flow: Flow) -> None:
        self._scenario, self._seed, self._tag, self._name, self._flow = scenario, seed, run_tag, name, flow
        self._expense = isinstance(flow, ExpenseFlow)
        self._companies = at_work(scenario, flow)
        if flow.facts and not self._companies:
            says = "no company is at work between 'starts' and 'ends'; widen a window or the scenario"
            raise ScenarioError(scenario.name, key=f"flows.{name}.ramp", says=says)
        self._desks = {company.code: Desk.of(master, company.code) for company in scenario.companies}
        role = "employee" if self._expense else "buyer"
        self._people = {
            code: [person.id for person in master.people if person.role == role and person.company == code]
            for code in self._desks
        }
        stride = flow.facts // flow.twin_pairs if flow.twin_pairs else 0
        self._twins = {2 + pair * stride: 1 + pair * stride for pair in range(flow.twin_pairs)}

    def all(self) -> Iterator[PlannedIntent]:
        for index in range(1, self._flow.facts + 1):
            if original := self._twins.get(index):
                yield self._twin(index, self._plan(original))
            else:
                yield self._plan(index)

    def _even(self, stream: str, prime: int, index: int) -> float:
        return even(self._seed, f"{stream}.{self._name}", prime, index)

    def _rng(self, stream: str, index: int) -> Random:
        return Random(f"{self._seed}/{stream}.{self._name}/{index}")

    def _one_of(self, names: Sequence[str], stream: str, index: int) -> str:
        """Each name draws a lot, the highest wins: when somebody leaves, nobody else's documents change hands."""
        return max(names, key=lambda name: Random(f"{self._seed}/{stream}.{self._name}/{index}/{name}").random())

    def _plan(self, index: int) -> PlannedIntent:
        code = pick(list(self._companies.items()), self._even("company", 2, index))
        company, desk, flow = self._scenario.company(code), self._desks[code], self._flow
        alone = index not in self._twins.values()
        schedule = plan_schedule(
            self._scenario,
            flow,
            company,
            self._rng("arrivals", index),
            place=self._even("ramp", 3, index),
            evening=self._even("evening", 13, index) < flow.evening,
            returned=alone and self._even("send_back", 7, index) < flow.send_back,
        )
        bad = None if self._edge(index) else self._bad(index)
        person = self._one_of(self._people[code], "people", index)
        supplier = self._one_of([supplier.number for supplier in desk.suppliers], "suppliers", index)
        if bad == "blocked_supplier":
            supplier = f"{code}-{BARRED_SUPPLIER}"
        month = schedule.submitted_at.astimezone(ZoneInfo(company.zone))
        subject = self._subject(index)
        rethought = self._rethought(index, desk, schedule, subject, bad) if alone and self._expense else None
        return PlannedIntent(
            id=f"{self._name}/{index}",
            flow="EXP" if self._expense else "RBP",
            system="expense" if self._expense else "procurement",
            subject=subject,
            number=f"{self._tag}-{subject}",
            company=code,
            person=person,
            partner=person if self._expense else supplier,
            currency=desk.currency,
            text=f"Expenses {month:%B %Y}" if self._expense else f"Requisition {month:%d %B %Y}",
            schedule=schedule,
            revisions=tuple(
                self._lines(index, desk, schedule, subject, bad, draft)
                for draft in ((1, 0) if schedule.returned_at else (0,))
            ),
            bad=bad,
            delegated=self._even("delegated", 11, index) < flow.delegated,
            rethought=rethought,
            by_hand_at=self._by_hand(index, schedule, bad) if self._expense and rethought is None else None,
            submitted_twice=self._expense
            and self._even("double_submit", 23, index) < self._scenario.second_thoughts.double_submit,
        )

    def _by_hand(self, index: int, schedule: Schedule, bad: str | None) -> datetime | None:
        """F50: keyed again because it does not come, or put right because it was refused."""
        keys, rng = self._scenario.second_thoughts, self._rng("by_hand", index)
        share, minutes = (keys.mend, rng.randrange(120, 360)) if bad else (keys.rekey, rng.randrange(10, 60))
        at = schedule.approved_at + timedelta(minutes=minutes)
        return at if self._even("by_hand", 31, index) < share and at <= self._scenario.ends else None

    def _rethought(self, index: int, desk: Desk, schedule: Schedule, subject: str, bad: str | None) -> Rethought | None:
        """F50, for a share of those that were not sent back: minutes after the approval the employee thinks again."""
        keys = self._scenario.second_thoughts
        if schedule.returned_at or bad:
            return None
        if self._even("recall", 19, index) < keys.recall:
            how, rng, minutes = "recalled", self._rng("recall", index), 30
        elif self._even("edit", 29, index) < keys.edit:
            how, rng, minutes = keys.approval, self._rng("edit", index), 120
        else:
            return None
        recalled = schedule.approved_at + timedelta(minutes=rng.randrange(1, minutes))
        again = recalled + timedelta(minutes=rng.randrange(60, 180))
        approved = again + timedelta(minutes=rng.randrange(30, 120))
        if approved > self._scenario.ends:
            return None
        return Rethought(recalled, again, approved, self._lines(index, desk, schedule, subject, bad, 1), how)

    def _twin(self, index: int, original: PlannedIntent) -> PlannedIntent:
        company, subject = self._scenario.company(original.company), self._subject(index)
        schedule = later(original.schedule, company, self._rng("twins", index), self._scenario.ends)
        return replace(
            original,
            id=f"{self._name}/{index}",
            subject=subject,
            number=f"{self._tag}-{subject}",
            schedule=schedule,
            by_hand_at=None,
            revisions=tuple(
                _remarked(lines, f"{original.number}.", f"{self._tag}-{subject}.") for lines in original.revisions
            ),
            twin_of=original.id,
        )

    def _subject(self, index: int) -> str:
        if self._scenario.one_numbering:
            return f"D{index:04}"
        return f"{'E' if self._expense else 'R'}{index:04}"

    def _edge(self, index: int) -> bool:
        """Whether this order tries a tolerance: see `contents_of_orders.EDGE`."""
        return not self._expense and self._scenario.flows.invoice.edges and index <= EDGES

    def _bad(self, index: int) -> str | None:
        shares, left = self._scenario.bad_facts, self._even("bad", 17, index)
        kinds = [("blocked_cost_center", shares.blocked_cost_center)]
        if not self._expense:
            kinds += [("blocked_supplier", shares.blocked_supplier), ("over_budget", shares.over_budget)]
        for kind, share in kinds:
            left -= share
            if left < 0:
                return kind
        return None

    def _lines(self, index: int, desk: Desk, schedule: Schedule, subject: str, bad: str | None, draft: int) -> Lines:
        """`draft` 1 is the first attempt of those that are sent back: other amounts, never the truth."""
        rng = self._rng("content" if draft == 0 else "draft", index)
        large = self._even("large", 5, index) < self._flow.large
        remainder = (4 * index + (0 if self._expense else 2) + draft) % APART
        total = total_near(rng, desk.currency, remainder, large=large, frozen=bad == "over_budget")
        mark = f"{self._tag}-{subject}"
        if isinstance(self._flow, ExpenseFlow):
            zone = ZoneInfo(self._scenario.company(desk.company).zone)
            submitted = schedule.submitted_at.astimezone(zone).date()
            return report_lines(self._flow, desk, rng, total=total, mark=mark, submitted=submitted, bad=bad)
        assert isinstance(self._flow, RequisitionFlow), f"no lines for a flow of {type(self._flow).__name__}"
        if self._edge(index) and draft == 0:
            return edge_lines(desk, rng, index=index, mark=mark)
        return requisition_lines(self._flow, desk, rng, total=total, mark=mark, bad=bad)


def _remarked(lines: Lines, old: str, new: str) -> Lines:
    if isinstance(lines[0], ExpenseLine):
        return tuple(replace(line, text=line.text.replace(old, new)) for line in lines if isinstance(line, ExpenseLine))
    return tuple(replace(line, text=line.text.replace(old, new)) for line in lines if isinstance(line, OrderLine))


# --- hashes and faults -----------------------------------------------------------------------------------------


def facts_hash(intents: Iterable[PlannedIntent | Follower]) -> str:
    """Digest over the planned intents, sorted by id and free of the run tag: equal for equal scenario and seed."""
    digest = hashlib.blake2b(digest_size=16)
    for intent in sorted(intents, key=lambda intent: intent.id):
        tag = intent.number.removesuffix(intent.subject)
        if isinstance(intent, PlannedIntent) and intent.partner.startswith(tag):
            intent = replace(intent, partner=intent.partner.removeprefix(tag))
        text = json.dumps(_said(plain(intent)), sort_keys=True, ensure_ascii=False)
        digest.update(text.replace(intent.number, intent.subject).encode() + b"\n")
    return digest.hexdigest()


def _said(intent: dict[str, Any]) -> dict[str, Any]:
    """Without what nobody does in it and was not there from the first: a new habit of people changes no other hash."""
    if intent.get("by_hand_at", "") is None:
        intent = {name: value for name, value in intent.items() if name != "by_hand_at"}
    rethought = intent.get("rethought")
    if rethought and rethought["how"] == "recalled":
        intent = {**intent, "rethought": {name: value for name, value in rethought.items() if name != "how"}}
    return intent


def planned_calls(intents: Iterable[PlannedIntent | Follower]) -> tuple[tuple[str, str, str], ...]:
    """(system, operation, subject) of every call and delivery an honest integration will see at least once."""
    calls: list[tuple[str, str, str]] = []
    for intent in intents:
        if not isinstance(intent, PlannedIntent):
            calls.extend(calls_of(intent))
            continue
        if intent.flow == "EXP":
            calls.append(("erp", "expense_posting.create", intent.subject))
            calls.append(("expense", "expense_report.posting", intent.subject))
            names = ["expense_report.submitted", "expense_report.approved", "expense_report.posted"]
            names += ["expense_report.sent_back"] if intent.schedule.returned_at else []
        else:
            calls.append(("erp", "purchase_order.create", intent.subject))
            calls.append(("procurement", "requisition.posting", intent.subject))
            names = ["requisition.submitted", "requisition.approved", "requisition.ordered"]
            names += ["requisition.rejected"] if intent.schedule.returned_at else []
        calls.extend((intent.system, name, intent.subject) for name in names)
    return tuple(calls)


def fault_plan(scenario: Scenario, intents: Iterable[PlannedIntent | Follower], seed: int) -> Plan:
    """The scenario's limits and its faults on wire and deliveries, as rules. What people do wrong is no rule."""
    subjects = {intent.id: intent.subject for intent in intents}
    return Plan(
        seed,
        (*_limits(scenario), *_weather(scenario), *_aimed(scenario, subjects), *_timed(scenario), *_habits(scenario)),
    )


def _limits(scenario: Scenario) -> Iterator[Rule]:
    for system, limit in scenario.limits.items():
        if limit.rate_per_s is not None and limit.burst is not None:
            values: dict[str, float | str] = {"rate_per_s": limit.rate_per_s, "burst": limit.burst, "wait": limit.wait}
            yield Rule(f"F10.{system}", "F10", system, parameters=values)
        if limit.concurrent is not None:
            yield Rule(f"F11.{system}", "F11", system, parameters={"concurrent": limit.concurrent})
        if limit.per_day is not None:
            yield Rule(f"F12.{system}", "F12", system, parameters={"per_day": limit.per_day})


def _habits(scenario: Scenario) -> Iterator[Rule]:
    for rule in scenario.faults.habits:
        yield Rule(rule.id, rule.fault, rule.system, operations=rule.operations, parameters=rule.parameters)


def _weather(scenario: Scenario) -> Iterator[Rule]:
    for rule in scenario.faults.weather:
        yield Rule(
            rule.id,
            rule.fault,
            rule.system,
            operations=rule.operations,
            share=rule.share,
            starts=rule.starts,
            ends=rule.ends,
            parameters=rule.parameters,
        )


def _timed(scenario: Scenario) -> Iterator[Rule]:
    for rule in scenario.faults.timed:
        yield Rule(rule.id, rule.fault, rule.system, starts=rule.at, parameters=rule.parameters)


def _aimed(scenario: Scenario, subjects: dict[str, str]) -> Iterator[Rule]:
    for rule in scenario.faults.aimed:
        for aim in rule.facts:
            flow, numbers = aim_of(aim)
            for number in numbers:
                subject = subjects[f"{flow}/{number}"]
                yield Rule(
                    f"{rule.id}.{subject}",
                    rule.fault,
                    rule.system,
                    operations=(rule.operation,),
                    aimed=subject,
                    nth=rule.nth,
                    parameters=rule.parameters,
                )
