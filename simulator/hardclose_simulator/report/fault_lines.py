"""The fault plan as lines of a table: what was planned, and how often it struck. Strikes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hardclose_mocks.faults.catalogue import FAULTS
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.codec import from_plain
from hardclose_mocks.history.records import (
    Acted,
    DeliveryTried,
    Emitted,
    Exchange,
    FaultRule,
    Hit,
    Phase,
    Record,
)
from hardclose_simulator.attempts import INTEGRATION
from hardclose_simulator.report.pipeline import Clockwork

BAD_MASTERS = frozenset({"BlockedMaster", "NotValidOn", "UnknownMaster", "BudgetExceeded"})
"""Refusals of documents that people got wrong (F19)."""


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One rule of the plan; aimed rules that differ in their fact only are one line.

    `kind`: weather (a share of calls), aimed (at named facts), timed (once, by the vendor's people), limit, by_hand
    (added while the run went on, or of unknown origin), people. `starts` and `ends` are business instants, `from_s` and
    `to_s` the same in wire seconds; None is open. `chances` counts the calls or events it could have struck, `fired`
    those it did; `unstruck` are the facts an aimed fault never met."""

    rule: str
    fault: str
    name: str
    says: str
    kind: str
    system: str
    operations: tuple[str, ...]
    planned: str
    starts: datetime | None
    ends: datetime | None
    from_s: float | None
    to_s: float | None
    aimed_at: tuple[str, ...]
    chances: int | None
    fired: int
    unstruck: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Strike:
    """`carrier`: wire, limit or delivery."""

    at_s: float
    fault: str
    carrier: str


@dataclass(slots=True)
class _Seen:
    """What happened while faults could strike: business instants of calls by system and operation, of first
    deliveries by system and type."""

    calls: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)
    events: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)
    fired: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By rule id and fault."""
    limited: Counter[str] = field(default_factory=Counter)
    bad_facts: set[tuple[str, str]] = field(default_factory=set)
    period_acts: int = 0
    strikes: list[Strike] = field(default_factory=list)


def fault_lines(records: Sequence[Record], clockwork: Clockwork) -> tuple[tuple[FaultLine, ...], tuple[Strike, ...]]:
    """The plan in its order, then what people did; and every strike, in the order of the history."""
    seen = _look(records, clockwork)
    rules: dict[str, tuple[str, Rule]] = {}
    for record in records:
        if isinstance(record.body, FaultRule) and record.body.state in ("planned", "on"):
            state, rule = record.body.state, record.body.rule
            rules[record.body.id] = (
                state,
                from_plain({"system": record.system, "fault": record.body.fault, **rule}, Rule),
            )
    lines = [*_planned(rules, seen, clockwork), *_unplanned(rules, seen), *_people(seen)]
    return tuple(lines), tuple(seen.strikes)


# --- what happened ---------------------------------------------------------------------------------------------


def _look(records: Sequence[Record], clockwork: Clockwork) -> _Seen:
    seen, striking, sent = _Seen(), True, set[tuple[str, str, str]]()
    types = {record.body.id: record.body.type for record in records if isinstance(record.body, Emitted)}
    for record in records:
        match record.body:
            case Phase(name=name):
                striking = name not in ("warm-up", "heal", "recover", "drain", "audit")
            case Exchange() if record.actor == INTEGRATION:
                _call(record, record.body, seen, clockwork, striking)
            case DeliveryTried() as tried:
                # Later attempts of one message bear its fault again.
                parcel = (tried.message, tried.subscription, tried.label)
                if parcel in sent:
                    continue
                sent.add(parcel)
                if striking and tried.message == tried.event:
                    seen.events.setdefault((record.system, types.get(tried.event, "")), []).append(record.business)
                if tried.fault is not None:
                    _strike(seen, tried.fault, clockwork.seconds(tried.started_ns))
            case FaultRule(id=rule, fault="F34" | "F48" as fault, state="struck"):
                seen.fired[rule, fault] += 1
            case Acted(carried=carried) if carried.command == "SetPeriod" and carried.refusal is None:
                seen.period_acts += 1
            case _:
                pass
    return seen


def _call(record: Record, body: Exchange, seen: _Seen, clockwork: Clockwork, striking: bool) -> None:
    if striking:
        seen.calls.setdefault((record.system, body.op), []).append(record.business)
    if body.fault is not None:
        _strike(seen, body.fault, clockwork.seconds(body.started_ns))
    elif body.refusal == "rate_limited":
        seen.limited[record.system] += 1
        seen.strikes.append(Strike(clockwork.seconds(body.started_ns), "F10", "limit"))
    if body.writes and body.refusal in BAD_MASTERS:
        seen.bad_facts.add((record.system, body.subject))


def _strike(seen: _Seen, hit: Hit, at_s: float) -> None:
    seen.fired[hit.note.partition(":")[0].strip(), hit.fault] += 1
    seen.strikes.append(Strike(at_s, hit.fault, FAULTS[hit.fault].carrier if hit.fault in FAULTS else "wire"))


# --- lines -----------------------------------------------------------------------------------------------------


def _planned(rules: Mapping[str, tuple[str, Rule]], seen: _Seen, clockwork: Clockwork) -> Iterator[FaultLine]:
    together: dict[tuple[object, ...], list[Rule]] = {}
    states: dict[tuple[object, ...], str] = {}
    for state, rule in rules.values():
        stem = rule.id.removesuffix(f".{rule.aimed}") if rule.aimed else rule.id
        name: tuple[object, ...] = (stem, rule.fault, rule.system, rule.operations, rule.nth, state)
        together.setdefault(name, []).append(rule)
        states[name] = state
    for name, alike in together.items():
        rule, by_hand = alike[0], states[name] == "on"
        kinds = {"limit": "limit", "vendor": "timed"}
        kind = kinds.get(rule.carrier, "aimed" if rule.aimed else "weather")
        times = [seen.fired[one.id, one.fault] for one in alike]
        yield FaultLine(
            rule=str(name[0]),
            fault=rule.fault,
            name=FAULTS[rule.fault].name,
            says=FAULTS[rule.fault].says,
            kind="by_hand" if by_hand else kind,
            system=rule.system,
            operations=rule.operations,
            planned=_in_words(rule, len(alike)),
            starts=rule.starts,
            ends=rule.ends,
            from_s=clockwork.seconds_of(rule.starts) if rule.starts else None,
            to_s=clockwork.seconds_of(rule.ends) if rule.ends else None,
            aimed_at=tuple(one.aimed for one in alike if one.aimed),
            chances=None if rule.aimed or kind == "timed" else _chances(rule, seen),
            fired=seen.limited[rule.system] if kind == "limit" else sum(times),
            unstruck=tuple(one.aimed for one, fired in zip(alike, times, strict=True) if one.aimed and not fired),
        )


def _in_words(rule: Rule, facts: int) -> str:
    if rule.carrier == "limit":
        return f"{rule.number('rate_per_s'):g} calls/s, burst {rule.number('burst'):g}"
    if rule.carrier == "vendor":
        return "once, at its time"
    if rule.aimed:
        which = {1: "first", 2: "second", 3: "third"}.get(rule.nth, f"{rule.nth}th")
        return f"{which} call of {facts} fact{'' if facts == 1 else 's'}"
    return f"{rule.share * 100:g} %"


def _chances(rule: Rule, seen: _Seen) -> int:
    where = seen.events if rule.carrier == "delivery" else seen.calls
    moments = [
        at
        for (system, operation), listed in where.items()
        if system == rule.system and (not rule.operations or operation in rule.operations)
        for at in listed
    ]
    starts, ends = rule.starts, rule.ends
    return sum((starts is None or starts <= at) and (ends is None or at < ends) for at in moments)


def _unplanned(rules: Mapping[str, object], seen: _Seen) -> Iterator[FaultLine]:
    """Strikes of rules that stand nowhere in the plan are shown all the same."""
    for (rule, fault), times in seen.fired.items():
        if rule not in rules:
            by_profile = rule.startswith("C5.")
            kind, planned = ("limit", "the profile") if by_profile else ("by_hand", "no rule of the plan")
            yield _beside(fault, rule or fault, kind, planned, times)


def _people(seen: _Seen) -> Iterator[FaultLine]:
    if seen.bad_facts:
        yield _beside("F19", "F19", "people", "people's mistakes", len(seen.bad_facts))
    if seen.period_acts:
        yield _beside("F46", "F46", "people", "controllers' calendar", seen.period_acts)


def _beside(fault: str, rule: str, kind: str, planned: str, fired: int) -> FaultLine:
    known = FAULTS.get(fault)
    name, says = (known.name, known.says) if known is not None else (fault, "")
    system = "erp" if kind == "people" else ""
    return FaultLine(rule, fault, name, says, kind, system, (), planned, None, None, None, None, (), None, fired, ())
