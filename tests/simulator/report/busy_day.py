"""A scripted month-end of a hundred facts in three companies: what a report has to show, good and bad."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import Exchange, FaultRule, Genesis, Hit, Record

from ..checkers.recorder import DAY_ZERO, rehashed
from ..checkers.script import history

OUTAGE = (18 * 60, 21 * 60)
"""Minutes of business time in which the ERP answers 503."""
HOURS = {"DE01": (7, 22), "US01": (15, 29), "JP01": (0, 13)}
CLOSES = {"DE01": 22 * 60 + 10, "US01": 29 * 60 + 30, "JP01": 14 * 60}
AIMED = {"T7-E-5": "F01.aimed.E-5", "T7-E-9": "F01.aimed.E-9"}

PLAN = (
    Rule("F01.rule", "F01", "erp", ("expense_posting.create", "purchase_order.create"), 0.03),
    Rule(
        "F07.outage",
        "F07",
        "erp",
        share=0.7,
        starts=DAY_ZERO + timedelta(minutes=OUTAGE[0]),
        ends=DAY_ZERO + timedelta(minutes=OUTAGE[1]),
        parameters={"retry_after_s": 1.0},
    ),
    Rule("F10.erp", "F10", "erp", parameters={"rate_per_s": 25.0, "burst": 20.0}),
    Rule("F30.rule", "F30", "expense", share=0.08),
    Rule("F32.rule", "F32", "expense", ("expense_report.approved",), 0.04),
    Rule("F36.rule", "F36", "expense", share=0.05),
)


def busy_day(
    *, guilty: bool, expenses: int = 70, requisitions: int = 45, sut: str = "reference, webhooks"
) -> list[Record]:
    """The guilty integration posts five reports twice and loses three."""
    rng = random.Random(7)
    lines = [*_calendar()]
    for number in range(1, expenses + 1):
        lines += _report(f"E-{number}", rng, number, guilty=guilty)
    for number in range(1, requisitions + 1):
        lines += _requisition(f"R-{number}", rng)
    ordered = sorted(lines, key=lambda line: line[0])
    text = "\n".join(f"{minute // 60:02.0f}:{minute % 60:02.0f} {says}" for minute, says in ordered)
    promised = {"expense_facts": expenses, "unknown_outcomes": 3, "forged_deliveries": 2}
    return with_plan(
        history(text, must_happen=promised, aimed=[(rule, "F01", rule[-3:]) for rule in AIMED.values()], sut=sut), PLAN
    )


def with_plan(records: Sequence[Record], plan: Sequence[Rule]) -> list[Record]:
    """The same history with these rules planned; a 503 of the ERP is the outage's, a lost answer an aimed fault's."""
    first = next(record for record in records if isinstance(record.body, Genesis))
    rules = [
        replace(
            first,
            seq=10_000_000 + place,
            system=rule.system,
            body=FaultRule(rule.id, rule.fault, "planned", plain(rule)),
        )
        for place, rule in enumerate(plan)
    ]
    struck = [
        replace(record, body=replace(record.body, fault=_struck_by(record.body)))
        if isinstance(record.body, Exchange)
        else record
        for record in records
    ]
    return rehashed([*struck[:7], *rules, *struck[7:]])


def _struck_by(body: Exchange) -> Hit | None:
    if body.status == 503:
        return Hit("F07", "before_commit", "F07.outage")
    if body.fault is not None and body.subject in AIMED:
        return Hit("F01", "after_commit", AIMED[body.subject])
    return body.fault


def _calendar() -> Iterator[tuple[int, str]]:
    for code, close in CLOSES.items():
        for module in ("expense", "purchasing"):
            yield close - 12 * 60 if close > 14 * 60 else 1, f"period {code} {module} 2026-12 open"
            early = 0 if module == "expense" else 60
            yield close - early, f"period {code} {module} 2026-11 soft_closed"
            yield close + 8 * 60, f"period {code} {module} 2026-11 hard_closed"
        yield close - 3 * 60, f"pay {code}"
    yield 1, "phase chaos"
    yield 44 * 60, "phase heal"
    yield 44 * 60 + 1, "phase drain"
    yield 60 * 60, "audit"


def _report(name: str, rng: random.Random, number: int, *, guilty: bool) -> Iterator[tuple[int, str]]:
    code = rng.choice(["DE01", "DE01", "DE01", "US01", "US01", "JP01"])
    first, last = HOURS[code]
    due = rng.randint(first * 60, last * 60 - 1)
    amount = rng.randint(2000, 90000) if code == "JP01" else f"{rng.randint(20, 1900)}.{rng.randint(0, 99):02}"
    yield due, f"fact {name} {amount} company {code} lines {rng.randint(1, 3)}"
    if number % 17 == 0:
        yield due + 1, f"announce {name} dropped"
    else:
        yield due + 1, f"announce {name}"
    if number % 23 == 3:
        yield due + 1, f"announce {name} forged {rng.choice(['stale', 'altered', 'invented'])} answered 401"
    if number % 11 == 4:
        yield due + 30, f"announce {name} again"
    if guilty and number in (20, 41, 62):
        return
    posted = due + rng.randint(8, 70)
    if OUTAGE[0] <= posted < OUTAGE[1]:
        yield posted, f"post {name} down 1"
        posted = OUTAGE[1] + 75 + rng.randint(1, 40)
    if number % 13 == 6:
        yield posted, f"post {name} limited 1"
        posted += 80
    made = posted
    late = posted >= CLOSES[code] or due >= CLOSES[code]
    if late:
        yield posted, f"post {name} told 422"
        yield posted + 80, f'write {name} parked "period 2026-11 is closed"'
        return
    if number in (5, 9, 27, 48) or (guilty and number in (12, 33, 51)):
        yield posted, f"post {name} as A{number} key k{number} told nothing"
        posted += 90
        if guilty and number in (5, 9, 12, 33, 51):
            yield posted, f"post {name} as B{number} key m{number}"
        else:
            yield posted, f"post {name} key k{number} replay A{number}"
    else:
        yield posted, f"post {name} as A{number} key k{number}"
    yield posted + rng.randint(5, 60), f"write {name} posted A{number}"
    paid = CLOSES[code] - 3 * 60
    if made < paid:
        yield max(paid, posted + 60) + rng.randint(20, 90), f"write {name} paid A{number}"


def _requisition(name: str, rng: random.Random) -> Iterator[tuple[int, str]]:
    code = rng.choice(["DE01", "DE01", "US01", "JP01"])
    first, last = HOURS[code]
    due = rng.randint(first * 60, (last - 4) * 60)
    yield due, f"fact {name} {rng.randint(9, 250) * 1000 if code == 'JP01' else rng.randint(90, 9000)} company {code}"
    yield due + 1, f"announce {name}"
    posted = due + rng.randint(8, 90)
    if OUTAGE[0] <= posted < OUTAGE[1]:
        yield posted, f"post {name} down 1"
        posted = OUTAGE[1] + 75 + rng.randint(1, 40)
    yield posted, f"post {name} as {name}-PO"
    yield posted + rng.randint(5, 60), f"write {name} posted {name}-PO"
