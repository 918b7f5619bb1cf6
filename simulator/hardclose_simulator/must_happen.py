"""What a scenario promises to have put the integration through, counted in the history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, timedelta

from hardclose_mocks.history.records import (
    Cred,
    DeliveryTried,
    Exchange,
    FaultRule,
    Hit,
    JobEnded,
    Subscribed,
    SutProcess,
    Withdrawn,
)
from hardclose_simulator import must_happen_orders
from hardclose_simulator.attempts import BUSINESS_REFUSALS, INTEGRATION, Know
from hardclose_simulator.case import Case
from hardclose_simulator.period_line import MODULE_OF
from hardclose_simulator.scenario_faults import EVENTS
from hardclose_simulator.verdict import MustHappen

DELIVERY_COUNTERS = frozenset(
    {
        "duplicate_deliveries",
        "dropped_deliveries",
        "forged_deliveries",
        "replayed_deliveries",
        "batched_deliveries",
        "thin_deliveries",
        "lapsed_subscriptions",
    }
)
READING_COUNTERS = frozenset({"pages_read"})
TIMED = frozenset({"F33", "F34", "F48"})
"""Faults that strike at a moment: they say so in a record of their own."""
POLLS = "it takes no webhooks"
LISTENS = "it reads no lists"


def must_happen(case: Case) -> tuple[MustHappen, ...]:
    """The counters of the run's header. What the declared style cannot meet is struck, with the reason."""
    wanted = case.run.config.get("must_happen", {}) if case.run is not None else {}
    return tuple(
        MustHappen(name, int(least), COUNTERS[name](case) if name in COUNTERS else 0, _struck(case, name))
        for name, least in (wanted.items() if isinstance(wanted, Mapping) else ())
    )


def unfired(case: Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Aimed faults of the plan that never struck, and those that cannot apply to the declared style."""
    struck = {hit.note.partition(":")[0].strip() for hit in _hits(case)}
    struck |= {one.id for record in case.records if isinstance(one := record.body, FaultRule) and one.state == "struck"}
    # A delivery that another fault had struck already bears the note of that one.
    struck |= {
        one.note.partition(":")[0]
        for record in case.records
        if isinstance(one := record.body, SutProcess) and one.state in ("killed", "paused")
    }
    missed: list[str] = []
    beside: list[str] = []
    for record in case.records:
        rule = record.body
        if not isinstance(rule, FaultRule) or rule.state != "planned":
            continue
        if not rule.rule.get("aimed") and rule.fault not in TIMED:
            continue
        if rule.id in struck:
            continue
        where = " ".join((record.system, *(str(one) for one in rule.rule.get("operations", ()))))
        says = f"{rule.id}: {rule.fault} on {where}" + (f" for {rule.rule['aimed']}" if rule.rule["aimed"] else "")
        (beside if _cannot_strike(case, record.system, rule) else missed).append(says)
    return tuple(missed), tuple(beside)


def _cannot_strike(case: Case, system: str, rule: FaultRule) -> bool:
    """Deliveries to an integration that takes none, and its process where it is not ours to break."""
    deaf = case.manifest.mode == "poll"
    if rule.fault in ("F38", "F39"):
        breaks = case.run.config.get("process_faults", []) if case.run is not None else []
        told = any(operation in EVENTS[system] for operation in rule.rule.get("operations", ()))
        return rule.fault not in breaks or (deaf and told)
    return deaf and rule.fault in ("F30", "F31", "F32", "F35", "F36", "F37")


def _struck(case: Case, name: str) -> str | None:
    if name in DELIVERY_COUNTERS and case.manifest.mode == "poll":
        return POLLS
    if name in READING_COUNTERS and case.manifest.mode == "webhook":
        return LISTENS
    return None


def _hits(case: Case) -> list[Hit]:
    return [
        record.body.fault
        for record in case.records
        if isinstance(record.body, (Exchange, DeliveryTried)) and record.body.fault is not None
    ]


# --- counters --------------------------------------------------------------------------------------------------


def _facts_posted(case: Case) -> int:
    return sum(bool(case.live(fact)) for fact in case.facts)


def _facts_of(flow: str) -> Callable[[Case], int]:
    return lambda case: sum(fact.flow == flow for fact in case.facts)


def _unknown_outcomes(case: Case) -> int:
    """Writes of which the integration could not know whether they were done."""
    return sum(one.writes and one.know is Know.INFO for one in case.attempts)


def _unknown_of(operation: str) -> Callable[[Case], int]:
    """`operation` may be the last half of several: of all kinds of write-back."""
    return lambda case: sum(one.op.endswith(operation) and one.know is Know.INFO for one in case.attempts)


def _rate_limited(case: Case) -> int:
    return sum(one.status == 429 for one in case.attempts)


def _messages(case: Case, fault: str | None, *, forged: bool = False) -> int:
    """Distinct messages of a fault that left the sender, or forged ones."""
    return len(
        {
            (one.tried.message, one.tried.subscription, one.tried.forgery)
            for one in case.deliveries
            if one.sent
            and (not one.genuine if forged else one.tried.fault is not None and one.tried.fault.fault == fault)
        }
    )


def _refused(case: Case, names: frozenset[str]) -> int:
    return sum(one.refusal in names for one in case.attempts if one.writes)


def _late_approvals(case: Case) -> int:
    """Facts approved on a date whose period was not open at that moment."""
    return sum(
        case.periods.state(
            fact.company,
            MODULE_OF[fact.flow],
            case.periods.period_of(fact.company, date.fromisoformat(fact.accounting_date)),
            fact.due_at,
        )
        != "open"
        for fact in case.facts
        if fact.company in case.periods.companies and fact.flow in MODULE_OF
    )


def _across_midnight(case: Case) -> int:
    """Facts approved while it was another day in the company than in UTC."""
    return sum(fact.accounting_date != fact.due_at.astimezone(UTC).date().isoformat() for fact in case.facts)


def _clock_changes(case: Case) -> int:
    """Facts approved within an hour of a change of the company's clock, before or after."""
    hour, found = timedelta(hours=1), 0
    for fact in case.facts:
        if (owner := case.periods.companies.get(fact.company)) is not None:
            around = {owner.local(at).utcoffset() for at in (fact.due_at - hour, fact.due_at, fact.due_at + hour)}
            found += len(around) > 1
    return found


def _pages_read(case: Case) -> int:
    """Pages of lists that were longer than one page, the first of each included."""
    pages, before = 0, dict[str, bool]()
    for attempt in case.attempts:
        body = case.records[attempt.seq].body
        if attempt.op.endswith(".list") and attempt.know is Know.OK and isinstance(body, Exchange):
            further = "cursor" in body.query
            if further:
                pages += 1 if before.get(attempt.op, True) else 2
            before[attempt.op] = further
    return pages


def _payments_written_back(case: Case) -> int:
    return sum(
        any(claim.state == "paid" and claim.actor == INTEGRATION for claim in case.claims_of(fact))
        for fact in case.facts
    )


def _due_in_maintenance(case: Case) -> int:
    """Facts approved while a system was closed for maintenance."""
    struck = [
        record.seq
        for record in case.records
        if isinstance(record.body, Exchange) and record.body.fault is not None and record.body.fault.fault == "F45"
    ]
    return sum(min(struck) < case.fact_seqs[fact.id] < max(struck) for fact in case.facts) if struck else 0


COUNTERS: dict[str, Callable[[Case], int]] = {
    "facts_posted": _facts_posted,
    "expense_facts": _facts_of("EXP"),
    "requisition_facts": _facts_of("RBP"),
    "unknown_outcomes": _unknown_outcomes,
    "unknown_postings": _unknown_of("expense_posting.create"),
    "unknown_orders": _unknown_of("purchase_order.create"),
    "unknown_write_backs": _unknown_of(".posting"),
    "jobs_ended": lambda case: sum(isinstance(one.body, JobEnded) for one in case.records),
    "disguised_refusals": lambda case: sum(hit.fault == "F14" and hit.stage == "on_response" for hit in _hits(case)),
    "stale_reads": lambda case: sum(hit.stage == "on_read" for hit in _hits(case)),
    "rate_limited": _rate_limited,
    "duplicate_deliveries": lambda case: _messages(case, "F30"),
    "dropped_deliveries": lambda case: sum(one.tried.outcome == "dropped" for one in case.deliveries),
    "forged_deliveries": lambda case: _messages(case, None, forged=True),
    "replayed_deliveries": lambda case: _messages(case, "F33"),
    "batched_deliveries": lambda case: sum(one.tried.batch is not None for one in case.deliveries),
    "thin_deliveries": lambda case: sum(one.sent and one.tried.payload == "pointer" for one in case.deliveries),
    "lapsed_subscriptions": lambda case: sum(
        isinstance(record.body, Subscribed) and record.body.state in ("expired", "disabled") for record in case.records
    ),
    "credential_events": lambda case: sum(
        isinstance(record.body, Cred) and record.body.state in ("rotated", "revoked") for record in case.records
    ),
    "across_midnight": _across_midnight,
    "clock_changes": _clock_changes,
    "withdrawn_facts": lambda case: sum(isinstance(record.body, Withdrawn) for record in case.records),
    "documents_by_hand": lambda case: sum(not one.by_integration for one in case.documents.values()),
    "period_closed_refusals": lambda case: _refused(case, frozenset({"PeriodClosed"})),
    "business_refusals": lambda case: _refused(case, BUSINESS_REFUSALS),
    "payments_written_back": _payments_written_back,
    "late_approvals": _late_approvals,
    "pages_read": _pages_read,
    "due_in_maintenance": _due_in_maintenance,
    **must_happen_orders.COUNTERS,
}
"""By the name scenarios use."""
