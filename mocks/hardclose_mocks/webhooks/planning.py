"""What becomes of an event on its way to one subscription: its parcels, with the faults of the plan. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hardclose_mocks.clock import NS
from hardclose_mocks.faults.plan import Plan, Rule, draw, exponential
from hardclose_mocks.history.records import Emitted, Hit
from hardclose_mocks.webhooks.outbox import Parcel

FORGERIES = ("invented", "altered", "stale")


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event that is to be planned: `names` are its type, its subject without run tag, and how often there was such
    an event; `now` is wire nanoseconds. `retired`: a webhook secret of the system was good once and is not."""

    event: Emitted
    system: str
    names: tuple[str, str, int]
    now: int
    retired: bool = False


def parcels_of(plan: Plan, rules: Iterable[Rule], at: Occasion, subscription: str) -> list[Parcel]:
    """What the event becomes for this subscription under the rules that strike it."""
    first = Parcel(at.event, at.system, subscription, at.event.id, 1, at.now)
    extra: list[Parcel] = []
    for rule in rules:
        match rule.fault:
            case "F31" if first.fault is None:
                delay = exponential(
                    plan.seed, rule.id, *at.names, mean=rule.number("mean_s"), highest=rule.number("highest_s")
                )
                first = _with(first, rule, f"first attempt {delay:.2f} s late", due_ns=at.now + round(delay * NS))
            case "F32":
                first = _with(first, rule, "never sent")
            case "F30":
                extra.append(_duplicate(plan, rule, at, subscription))
            case "F35" if rule.word("how") == "stale":
                if first.fault is None:
                    after_s = rule.number("after_s")
                    first = _with(first, rule, f"{after_s:.2f} s old", due_ns=at.now + round(after_s * NS))
            case "F35":
                # What is never sent stays so, whatever it would have held.
                first = replace(first if first.fault else _with(first, rule, "pointer"), payload="pointer")
            case "F36":
                extra.extend(_forgery(plan, rule, at, subscription))
            case "F37":
                first = _gathered(plan, rule, at, first)
    return [*extra, first]


def withheld(plan: Plan, at: Occasion, parcel: Parcel) -> Parcel:
    """The same parcel, or one that is not sent before the replay of F33 that this event was held back for."""
    for rule in plan.rules:
        if rule.fault == "F33" and rule.system == at.system and rule.starts is not None:
            unseen = draw(plan.seed, rule.id, "unseen", *at.names) < rule.number("unseen")
            if at.event.at < rule.starts and unseen:
                return _with(parcel, rule, "held back until the replay")
    return parcel


def storm(plan: Plan, rule: Rule, past: Sequence[Emitted], subscription: str, now: int) -> Iterator[Parcel]:
    """F33: the history again, from its beginning and as often as the number of deliveries asks for."""
    count = int(rule.number("events")) if past else 0
    step_ns = rule.number("over_s") * NS / max(1, count)
    for place in range(count):
        event, turn = past[place % len(past)], place // len(past) + 1
        again = draw(plan.seed, rule.id, "new_id", place) < rule.number("new_id")
        message = f"{event.id}-{'again' if again else 'same'}-{rule.id}.{turn}"
        note = f"replayed, time {turn}, under {'a new' if again else 'its own'} id"
        due = now + round(place * step_ns)
        yield _with(Parcel(event, rule.system, subscription, message, 1, due), rule, note)


def _duplicate(plan: Plan, rule: Rule, at: Occasion, subscription: str) -> Parcel:
    again = draw(plan.seed, rule.id, "new_id", *at.names) < rule.number("new_id")
    message = f"{at.event.id}-{'again' if again else 'same'}-{rule.id}"
    note = "under a new event id" if again else "under the same event id"
    due = at.now + round(rule.number("after_s") * NS)
    return _with(Parcel(at.event, at.system, subscription, message, 1, due), rule, note)


def _forgery(plan: Plan, rule: Rule, at: Occasion, subscription: str) -> Iterator[Parcel]:
    drawn = FORGERIES[int(draw(plan.seed, rule.id, "how", *at.names) * len(FORGERIES))]
    how = drawn if rule.word("how") == "any" else rule.word("how")
    if how == "retired" and not at.retired:
        return
    message = f"{at.event.id}-f{rule.id}"
    yield _with(Parcel(at.event, at.system, subscription, message, 1, at.now, how), rule, how)


def _gathered(plan: Plan, rule: Rule, at: Occasion, parcel: Parcel) -> Parcel:
    """It waits for the end of the present stretch of gathering; whoever is due then leaves with it."""
    stretch = round(rule.number("gather_s") * NS)
    due = max(parcel.due_ns, (at.now // stretch + 1) * stretch)
    poison = draw(plan.seed, rule.id, "poison", *at.names) < rule.number("poison")
    waiting = replace(parcel, due_ns=due, batch_max=int(rule.number("highest")), poison=poison)
    return waiting if parcel.fault is not None else _with(waiting, rule, "gathered")


def _with(parcel: Parcel, rule: Rule, note: str, due_ns: int | None = None) -> Parcel:
    return replace(
        parcel,
        fault=Hit(rule.fault, "on_delivery", f"{rule.id}: {note}"),
        due_ns=due_ns if due_ns is not None else parcel.due_ns,
    )
