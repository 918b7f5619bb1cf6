"""When people do things: planned instants of one fact, within the company's days. Knows no contents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from hardclose_simulator.scenario import Scenario
from hardclose_simulator.scenario_keys import Arrivals, CompanyKeys

T = TypeVar("T")

WORK_STARTS, WORK_ENDS = time(8), time(18)
EVENING_STARTS, EVENING_LASTS = time(18, 30), timedelta(hours=6)
"""Approvals on the phone, until half past midnight: they cross the company's midnight, and UTC's elsewhere."""
CLOSING_TIME = timedelta(minutes=30)
"""Nothing new is begun this shortly before the end of a story."""
APPROVAL_SIGMA = 0.8
"""Spread of the log-normal approval delay: 95 % within 3.7 times the median."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Planned business instants of one fact, in order. `returned_at` and `resubmitted_at` only if it is sent back;
    `approved_at` is the final approval: the moment the fact becomes due."""

    created_at: datetime
    submitted_at: datetime
    approved_at: datetime
    returned_at: datetime | None = None
    resubmitted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts` (inclusive) to `ends` (exclusive), weighted against others."""

    starts: datetime
    ends: datetime
    weight: float


def spans(scenario: Scenario, flow: Arrivals, company: CompanyKeys) -> tuple[Span, ...]:
    """The flow's ramp for one company, cut to the scenario; Monday to Friday 8 to 18 local if it has none."""
    windows = [(company.instant(w.starts), company.instant(w.ends), w.weight) for w in flow.ramp]
    if not windows:
        days = [
            scenario.starts.date() + timedelta(days=n) for n in range(-1, (scenario.ends - scenario.starts).days + 3)
        ]
        windows = [
            (company.instant(datetime.combine(day, WORK_STARTS)), company.instant(datetime.combine(day, WORK_ENDS)), 1)
            for day in days
            if day.weekday() < 5 and day not in company.holidays
        ]
    # The ramp is a density: a window cut in half by the scenario's bounds keeps half its weight.
    return tuple(
        Span(starts, ends, weight * ((ends - starts) / (last - first)))
        for first, last, weight in windows
        if (starts := max(first, scenario.starts)) < (ends := min(last, scenario.ends))
    )


def at_work(scenario: Scenario, flow: Arrivals) -> dict[str, float]:
    """Weight of each company that has any of the flow's ramp within the scenario."""
    return {
        company.code: weight
        for company in scenario.companies
        if (weight := flow.companies.get(company.code, 0.0 if flow.companies else 1.0)) > 0
        and spans(scenario, flow, company)
    }


def plan_schedule(
    scenario: Scenario,
    flow: Arrivals,
    company: CompanyKeys,
    rng: Random,
    *,
    place: float,
    evening: bool,
    returned: bool,
) -> Schedule:
    """`place` in [0, 1) says where within the ramp the final approval falls; everything else follows from `rng`."""
    approved = _within(spans(scenario, flow, company), place)
    delay = timedelta(hours=flow.approval_hours * math.exp(APPROVAL_SIGMA * rng.gauss(0.0, 1.0)))
    desk, typing, phone = rng.random(), rng.uniform(60, 900), rng.random()
    if evening:
        local = datetime.combine(approved.astimezone(ZoneInfo(company.zone)).date(), EVENING_STARTS)
        late = company.instant(local) + EVENING_LASTS * phone
        approved = late if scenario.starts < late <= scenario.ends else approved
    submitted = max(_at_desk(approved - delay, company, desk), scenario.starts)
    if submitted >= approved:
        submitted = approved - (approved - scenario.starts) * (0.2 + 0.6 * desk)
    created = max(submitted - timedelta(seconds=typing), scenario.starts)
    wait = approved - submitted
    return Schedule(
        _second(created),
        _second(submitted),
        _second(approved),
        _second(submitted + wait * 0.35) if returned else None,
        _second(submitted + wait * 0.65) if returned else None,
    )


def later(schedule: Schedule, company: CompanyKeys, rng: Random, ends: datetime) -> Schedule:
    """The schedule of a twin: a little after the other one, and approved on the same local day."""
    approved = schedule.approved_at + timedelta(seconds=rng.randrange(60, 1200))
    zone = ZoneInfo(company.zone)
    if approved > ends or approved.astimezone(zone).date() != schedule.approved_at.astimezone(zone).date():
        approved = schedule.approved_at
    return Schedule(schedule.created_at, schedule.submitted_at, approved)


def even(seed: int, stream: str, prime: int, index: int) -> float:
    """The index-th of a sequence in [0, 1) that fills it evenly: frac(offset + index * sqrt(prime)).

    Shares drawn so are kept in small flows too (0.1 of 20 is 1 to 3, never 0 or 6), and leaving one out moves no other.
    Different primes make independent choices."""
    return (Random(f"{seed}/{stream}").random() + index * math.sqrt(prime)) % 1.0


def pick(choices: Sequence[tuple[T, float]], place: float) -> T:
    """The choice at `place` in [0, 1) of the stacked weights."""
    left = place * sum(weight for _, weight in choices)
    for choice, weight in choices:
        left -= weight
        if left < 0:
            return choice
    return choices[-1][0]


def _within(ramp: Sequence[Span], place: float) -> datetime:
    left = place * sum(span.weight for span in ramp)
    for span in ramp:
        if left < span.weight:
            return span.starts + (span.ends - span.starts) * (left / span.weight)
        left -= span.weight
    return ramp[-1].ends - timedelta(seconds=1)


def _at_desk(moment: datetime, company: CompanyKeys, desk: float) -> datetime:
    """Nobody files papers at night: what would fall there happens late the afternoon before."""
    local = moment.astimezone(ZoneInfo(company.zone))
    if time(7) <= local.time() < time(21):
        return moment
    day = local.date() - timedelta(days=1 if local.time() < time(7) else 0)
    return company.instant(datetime.combine(day, time(16))) + timedelta(hours=2) * desk


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def after(scenario: Scenario, company: CompanyKeys, since: datetime, wait: timedelta, place: float) -> datetime:
    """`wait` after `since`, or the next morning where that falls outside working hours; where the story ends before, at
    `place` in [0, 1) of what is left of it."""
    local = (since + wait).astimezone(ZoneInfo(company.zone))
    day = local.date() + timedelta(days=1 if local.time() >= WORK_ENDS else 0)
    if local.time() >= WORK_ENDS or local.time() < WORK_STARTS or day.weekday() >= 5:
        day += timedelta(days=(7 - day.weekday()) % 7 if day.weekday() >= 5 else 0)
        moment = company.instant(datetime.combine(day, WORK_STARTS)) + timedelta(hours=1) * place
    else:
        moment = since + wait
    if moment > scenario.ends - CLOSING_TIME:
        moment = since + (max(scenario.ends - CLOSING_TIME, since) - since) * (0.3 + 0.6 * place)
    return _second(moment)
