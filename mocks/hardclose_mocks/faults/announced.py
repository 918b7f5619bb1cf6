"""What the plan makes of a system for the whole run: its habits and its terms, as its contract card tells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from hardclose_mocks.cards import Asynchrony, Habits, Terms
from hardclose_mocks.faults.plan import Rule

READS = ("get", "list")


def habits_of(rules: Iterable[Rule], kinds: Iterable[str]) -> Habits:
    """`rules` are one system's, `kinds` those of its documents. Of two rules about one thing the worse is told."""
    habits, kinds = Habits(), tuple(kinds)
    for rule in rules:
        habits = _with(habits, rule, kinds)
    return habits


def _with(habits: Habits, rule: Rule, kinds: tuple[str, ...]) -> Habits:
    match rule.fault:
        case "F11":
            return replace(habits, concurrent=int(rule.number("concurrent")))
        case "F12":
            return replace(habits, calls_per_day=int(rule.number("per_day")))
        case "F14" if rule.word("how") == "page":
            return replace(habits, page_with_200=True)
        case "F14":
            return replace(habits, problem_with_200=True)
        case "F16" if rule.word("how") == "omits":
            return replace(habits, omits_rows=True)
        case "F16":
            return replace(habits, unordered=True)
        case "F20":
            return replace(habits, locked_s=max(habits.locked_s, rule.number("holds_s")))
        case "F21":
            most = int(rule.number("reference_max")), int(rule.number("text_max"))
            return replace(habits, reference_max=most[0], text_max=most[1])
        case "F22":
            return replace(habits, substitutes=True)
        case "F24" | "F25":
            lags = dict(habits.lags)
            for name in lagging(rule, kinds):
                lags[name] = max(lags.get(name, 0.0), rule.number("lag_s"))
            return replace(habits, lags=lags)
        case "F26":
            return replace(habits, drifts=True)
        case "F27":
            return replace(habits, resolution_s=rule.number("resolution_s"))
        case "F28":
            return replace(habits, date_zone=rule.word("zone"))
        case "F29":
            return replace(habits, vanishing=rule.number("share"))
        case "F45" if rule.starts is not None and rule.ends is not None:
            announced = rule.ends - timedelta(hours=rule.number("overrun_h"))
            window = rule.starts.isoformat(), announced.isoformat()
            return replace(habits, maintenance=(*habits.maintenance, window))
        case _:
            return habits


def lagging(rule: Rule, kinds: Iterable[str]) -> tuple[str, ...]:
    """The reads that a lag strikes: lists only, where it is the index's."""
    reads = ("list",) if rule.fault == "F25" else READS
    names = (f"{kind}.{read}" for kind in kinds for read in reads)
    return tuple(name for name in names if not rule.operations or name in rule.operations)


def terms_of(terms: Mapping[str, Terms], rules: Iterable[Rule]) -> dict[str, Terms]:
    """The terms by operation, with what the plan's rules for this system make of them."""
    made = dict(terms)
    for rule in rules:
        struck = {one.replace(".batch", ".create") for one in rule.operations}
        for name in [one for one in made if not struck or one in struck]:
            made[name] = _changed(made[name], rule)
    return made


def _changed(terms: Terms, rule: Rule) -> Terms:
    match rule.fault:
        case "F15":
            before = terms.asynchrony or Asynchrony(0.0)
            latest, stuck = rule.number("highest_s"), rule.number("stuck") > 0
            return replace(terms, asynchrony=Asynchrony(max(before.done_within_s, latest), before.stuck or stuck))
        case "F17" if terms.honours_key:
            return replace(terms, other_body=rule.word("other_body"), stores=rule.word("stores"))
        case "F23" if terms.unique_reference:
            return replace(terms, exists=rule.word("how"))
        case _:
            return terms
