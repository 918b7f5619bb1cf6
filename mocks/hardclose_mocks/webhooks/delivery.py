"""Delivers parcels: plans them with their faults, posts them, retries on the pace's schedule, logs each try."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx2
import msgspec

from hardclose_mocks.clock import NS, WireClock
from hardclose_mocks.faults.plan import Plan, Rule, draw, exponential
from hardclose_mocks.history.records import DeliveryTried, Emitted, Hit
from hardclose_mocks.history.store import History
from hardclose_mocks.pace import Pace
from hardclose_mocks.webhooks.outbox import Outbox, Parcel, webhook_id
from hardclose_mocks.webhooks.signing import envelope, forged, signed

FORGERIES = ("invented", "altered", "stale")


@dataclass(slots=True)
class Dispatcher:
    """One delivery loop for all systems. `secret(system)` and `wrong_secret(system)` sign; `plain_subject` takes the
    run tag off; `faults_on` is asked at planning, so healing stops new trouble but not what is already on its way."""

    outbox: Outbox
    history: History
    wire: WireClock
    pace: Pace
    plan: Callable[[], Plan]
    faults_on: Callable[[], bool]
    secret: Callable[[str], str]
    wrong_secret: Callable[[str], str]
    plain_subject: Callable[[str], str]
    transport: httpx2.AsyncBaseTransport | None = None
    on_attempt: Callable[[int], None] = lambda _: None
    """Told the wire time at which an attempt ended."""
    process_rules: Callable[[str, str, str, int], tuple[Rule, ...]] = lambda *_: ()
    """What becomes of the integration's process once it has acknowledged an event for the nth time."""
    strike_process: Callable[[tuple[Rule, ...]], Awaitable[None]] | None = None
    acknowledged: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    in_flight: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def enqueue(self, system: str, event: Emitted, now: int, business: datetime) -> None:
        """Plan the deliveries of an event that has just been recorded, at that wire and business time."""
        self.plan_parcels(system, event, now, business)
        self._wake.set()

    def plan_parcels(self, system: str, event: Emitted, now: int, business: datetime) -> None:
        """One per subscription, and what faults add. A restarted sandbox plans them again, from the same times."""
        key = system, event.type, event.subject
        self.counts[key] += 1
        for subscription in self.outbox.subscribers(system, event.type):
            for parcel in self._parcels(system, event, subscription.id, self.counts[key], now, business):
                self.outbox.put(parcel)

    def _parcels(
        self, system: str, event: Emitted, subscription: str, nth: int, now: int, business: datetime
    ) -> list[Parcel]:
        """What this event becomes on the wire under the plan."""
        names = event.type, self.plain_subject(event.subject), nth
        rules = self.plan().strikes("delivery", system, *names, business, now) if self.faults_on() else ()
        first = Parcel(event, system, subscription, event.id, 1, now)
        extra: list[Parcel] = []
        for rule in rules:
            match rule.fault:
                case "F31" if first.fault is None:
                    delay = exponential(
                        self.plan().seed, rule.id, *names, mean=rule.number("mean_s"), highest=rule.number("highest_s")
                    )
                    first = _with(first, rule, f"first attempt {delay:.2f} s late", due_ns=now + round(delay * NS))
                case "F32":
                    first = _with(first, rule, "never sent")
                case "F30":
                    again = draw(self.plan().seed, rule.id, "new_id", *names) < rule.number("new_id")
                    message = f"{event.id}-{'again' if again else 'same'}-{rule.id}"
                    note = "under a new event id" if again else "under the same event id"
                    due = now + round(rule.number("after_s") * NS)
                    extra.append(_with(Parcel(event, system, subscription, message, 1, due), rule, note))
                case "F36":
                    drawn = FORGERIES[int(draw(self.plan().seed, rule.id, "how", *names) * len(FORGERIES))]
                    how = drawn if rule.word("how") == "any" else rule.word("how")
                    message = f"{event.id}-f{rule.id}"
                    extra.append(_with(Parcel(event, system, subscription, message, 1, now, how), rule, how))
        return [*extra, first]

    async def run(self) -> None:
        """Until cancelled. Each attempt is a task of its own: a slow receiver delays nobody else."""
        limits = httpx2.Limits(max_connections=200, max_keepalive_connections=20)
        async with httpx2.AsyncClient(
            transport=self.transport,
            timeout=httpx2.Timeout(self.pace.webhook_timeout_s, pool=None),
            limits=limits,
            trust_env=False,
        ) as client:
            try:
                while True:
                    for parcel in self.outbox.take(self.wire.ns()):
                        task = asyncio.get_running_loop().create_task(self._attempt(client, parcel))
                        self._tasks.add(task)
                        task.add_done_callback(self._tasks.discard)
                    await self._sleep()
            finally:
                for task in list(self._tasks):
                    task.cancel()

    async def _sleep(self) -> None:
        due = self.outbox.next_due_ns()
        self._wake.clear()
        wait = None if due is None else max(0.0, (due - self.wire.ns()) / NS)
        try:
            async with asyncio.timeout(wait):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _attempt(self, client: httpx2.AsyncClient, parcel: Parcel) -> None:
        started = self.wire.ns()
        if parcel.fault is not None and parcel.fault.fault == "F32":
            await self._log(parcel, started, None, "dropped")
            return
        _, subscription = self.outbox.subscriptions.get(parcel.subscription, ("", None))
        if subscription is None:
            return
        message = webhook_id(parcel.event.id, parcel.message)
        content, body, headers = self._sealed(parcel, message)
        self.in_flight += 1
        try:
            status: int | None = (await client.post(subscription.url, content=body, headers=headers)).status_code
        except (httpx2.HTTPError, httpx2.InvalidURL):
            status = None
        finally:
            self.in_flight -= 1
        acked = status is not None and 200 <= status < 300
        struck = self._struck(parcel) if acked and parcel.forgery is None else ()
        if struck:
            hit = Hit(struck[0].fault, "on_delivery", f"{struck[0].id}: right after the acknowledgement")
            parcel = replace(parcel, fault=parcel.fault or hit)
            assert self.strike_process is not None, "who names the rules carries them out"
            await self.strike_process(struck)
        # A forger does not come back; a genuine sender keeps its schedule.
        if acked:
            outcome = "delivered"
        elif parcel.forgery is not None or parcel.attempt > len(self.pace.webhook_schedule_s):
            outcome = "exhausted"
        else:
            outcome = "retry"
        await self._log(parcel, started, status, outcome, content if parcel.forgery else None)

    def _struck(self, parcel: Parcel) -> tuple[Rule, ...]:
        key = parcel.system, parcel.event.type, parcel.event.subject
        self.acknowledged[key] += 1
        return self.process_rules(*key, self.acknowledged[key])

    def _sealed(self, parcel: Parcel, message: str) -> tuple[dict[str, object], bytes, dict[str, str]]:
        secret, now = self.secret(parcel.system), self.wire.utc()
        if parcel.forgery is not None:
            wrong = self.wrong_secret(parcel.system)
            return forged(parcel.forgery, parcel.event, parcel.system, message, secret, wrong, now)
        content = envelope(parcel.event, parcel.system, message)
        body = msgspec.json.encode(content)
        return content, body, {**signed(message, body, secret, now), **parcel.event.trace}

    async def _log(
        self, parcel: Parcel, started: int, status: int | None, outcome: str, body: object | None = None
    ) -> None:
        now = self.wire.ns()
        again = now + round(self.pace.webhook_schedule_s[parcel.attempt - 1] * NS) if outcome == "retry" else None
        tried = DeliveryTried(
            event=parcel.event.id,
            message=parcel.message,
            subscription=parcel.subscription,
            subject=parcel.event.subject,
            revision=parcel.event.revision,
            attempt=parcel.attempt,
            label="forged" if parcel.forgery else "genuine",
            status=status,
            outcome=outcome,
            started_ns=started,
            ended_ns=now,
            next_ns=again,
            forgery=parcel.forgery,
            body=body,
            fault=parcel.fault,
        )
        self.history.append(parcel.system, "sender", tried)
        self.outbox.tried(parcel.system, tried)
        self.on_attempt(now)
        self._wake.set()
        await self.history.committed()


def _with(parcel: Parcel, rule: Rule, note: str, due_ns: int | None = None) -> Parcel:
    return replace(
        parcel,
        fault=Hit(rule.fault, "on_delivery", f"{rule.id}: {note}"),
        due_ns=due_ns if due_ns is not None else parcel.due_ns,
    )
