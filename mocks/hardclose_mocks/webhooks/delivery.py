"""Delivers parcels: plans them with their faults, posts them, retries on the pace's schedule, logs each try."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import httpx2
import msgspec

from hardclose_mocks.clock import NS, WireClock
from hardclose_mocks.faults.plan import Plan, Rule
from hardclose_mocks.history.records import DeliveryTried, Emitted, Hit, Subscribed
from hardclose_mocks.history.writer import History
from hardclose_mocks.pace import Pace
from hardclose_mocks.webhooks.outbox import LIVE, Outbox, Parcel, wants, webhook_id
from hardclose_mocks.webhooks.planning import Occasion, parcels_of, storm, withheld
from hardclose_mocks.webhooks.signing import BATCH_TYPE, envelope, forged, pointer, poison, signed


class SigningKeys(Protocol):
    """Webhook secrets of a system at a wire time."""

    def signing(self, system: str, now_ns: int) -> list[str]:
        """Those that are good, the present one first."""
        ...

    def retired(self, system: str, now_ns: int) -> str | None:
        """The last one that was good once and is no more."""
        ...

    def wrong(self, system: str) -> str:
        """One that never was."""
        ...


@dataclass(slots=True)
class Dispatcher:
    """One delivery loop for all systems. `keys` are what it and forgers sign with; `plain_subject` takes the run tag
    off; `faults_on` is asked at planning, so healing stops new trouble but not what is already on its way."""

    outbox: Outbox
    history: History
    wire: WireClock
    pace: Pace
    plan: Callable[[], Plan]
    faults_on: Callable[[], bool]
    keys: SigningKeys
    plain_subject: Callable[[str], str]
    transport: httpx2.AsyncBaseTransport | None = None
    on_attempt: Callable[[int], None] = lambda _: None
    """Told the wire time at which an attempt ended."""
    process_rules: Callable[[str, str, str, int], tuple[Rule, ...]] = lambda *_: ()
    """What becomes of the integration's process once it has acknowledged an event for the nth time."""
    strike_process: Callable[[tuple[Rule, ...]], Awaitable[None]] | None = None
    disabled_after: Callable[[str], int | None] = lambda _: None
    """How many failed attempts in a row disable a subscription of that system; None is never."""
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
        names = event.type, self.plain_subject(event.subject), self.counts[key]
        plan, faulty = self.plan(), self.faults_on()
        rules = plan.strikes("delivery", system, *names, business, now) if faulty else ()
        at = Occasion(event, system, names, now, self.keys.retired(system, now) is not None)
        for subscription in self.outbox.subscribers(system, event.type):
            for parcel in parcels_of(plan, rules, at, subscription.id):
                self.outbox.put(withheld(plan, at, parcel) if faulty and parcel.message == event.id else parcel)

    def replay(self, rule: Rule, before_seq: int, now: int) -> None:
        """F33: plan the history that was emitted before that record to be delivered again from wire time `now` on."""
        past = [
            record.body
            for record in self.history.records
            if record.seq < before_seq and record.system == rule.system and isinstance(record.body, Emitted)
        ]
        for system, one in self.outbox.subscriptions.values():
            if system == rule.system and one.state in LIVE:
                mine = [event for event in past if wants(one, event.type)]
                for parcel in storm(self.plan(), rule, mine, one.id, now):
                    self.outbox.put(parcel)
        self._wake.set()

    def wake(self) -> None:
        """A subscription was made or renewed: the time at which it ends is another one."""
        self._wake.set()

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
                    for system, subscription in self.outbox.lapsed(self.wire.ns()):
                        self._end(system, subscription, "expired", "its life is over")
                    for parcels in _posts(self.outbox.take(self.wire.ns())):
                        task = asyncio.get_running_loop().create_task(self._attempt(client, parcels))
                        self._tasks.add(task)
                        task.add_done_callback(self._tasks.discard)
                    await self._sleep()
            finally:
                for task in list(self._tasks):
                    task.cancel()

    async def _sleep(self) -> None:
        due = self.outbox.next_ns()
        self._wake.clear()
        wait = None if due is None else max(0.0, (due - self.wire.ns()) / NS)
        try:
            async with asyncio.timeout(wait):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _attempt(self, client: httpx2.AsyncClient, parcels: list[Parcel]) -> None:
        """One POST, of one event or of several that are due together."""
        started, first = self.wire.ns(), parcels[0]
        if first.fault is not None and _never_sent(first):
            await self._log(first, started, None, "dropped")
            return
        _, subscription = self.outbox.subscriptions.get(first.subscription, ("", None))
        if subscription is None:
            return
        batch = _batch_id(parcels) if first.batch_max > 1 else None
        content, body, headers = self._sealed(parcels, batch)
        self.in_flight += 1
        try:
            status: int | None = (await client.post(subscription.url, content=body, headers=headers)).status_code
        except (httpx2.HTTPError, httpx2.InvalidURL):
            status = None
        finally:
            self.in_flight -= 1
        acked = status is not None and 200 <= status < 300
        for parcel in parcels:
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
            await self._log(parcel, started, status, outcome, content if parcel.forgery else None, batch)
        if batch is not None and any(parcel.poison for parcel in parcels):
            await self._log(
                _poison_of(first, batch), started, status, "delivered" if acked else "exhausted", None, batch
            )
        self._disable_failing(first)

    def _disable_failing(self, parcel: Parcel) -> None:
        """As the card says: so many failed attempts in a row, and nothing is sent any more."""
        system, subscription = self.outbox.subscriptions.get(parcel.subscription, ("", None))
        highest = self.disabled_after(parcel.system)
        failed = self.outbox.failures[parcel.subscription]
        if subscription is not None and subscription.state in LIVE and highest is not None and failed >= highest:
            self._end(system, subscription, "disabled", f"{failed} attempts in a row failed")

    def _end(self, system: str, subscription: Subscribed, state: str, why: str) -> None:
        ended = replace(subscription, state=state, note=why)
        self.outbox.subscribe(system, ended)
        self.history.append(system, "sender", ended)
        self.history.soon()

    def _struck(self, parcel: Parcel) -> tuple[Rule, ...]:
        key = parcel.system, parcel.event.type, parcel.event.subject
        self.acknowledged[key] += 1
        return self.process_rules(*key, self.acknowledged[key])

    def _sealed(self, parcels: list[Parcel], batch: str | None) -> tuple[object, bytes, dict[str, str]]:
        parcel, now = parcels[0], self.wire.utc()
        secret, *former = self.keys.signing(parcel.system, self.wire.ns())
        message = webhook_id(parcel.event.id, parcel.message)
        if parcel.forgery is not None:
            wrong = self.keys.wrong(parcel.system)
            if parcel.forgery == "retired":
                wrong = self.keys.retired(parcel.system, self.wire.ns()) or wrong
            return forged(parcel.forgery, parcel.event, parcel.system, message, secret, wrong, now)
        if batch is None:
            content = _content(parcel)
            body = msgspec.json.encode(content)
            return content, body, {**signed(message, body, secret, now, former=former), **parcel.event.trace}
        members = [_content(one) for one in parcels]
        if any(one.poison for one in parcels):
            members.insert(len(members) // 2, poison(parcel.system, batch, now))
        body = msgspec.json.encode(members)
        return members, body, signed(batch, body, secret, now, former=former, content_type=BATCH_TYPE)

    async def _log(
        self,
        parcel: Parcel,
        started: int,
        status: int | None,
        outcome: str,
        body: object | None = None,
        batch: str | None = None,
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
            batch=batch,
            payload=parcel.payload,
        )
        self.history.append(parcel.system, "sender", tried)
        self.outbox.tried(parcel.system, tried)
        self.on_attempt(now)
        self._wake.set()
        await self.history.committed()


def _never_sent(parcel: Parcel) -> bool:
    """F32; and F33 where it holds an event back: what it replays bears another name than the event."""
    fault = parcel.fault.fault if parcel.fault is not None else ""
    return fault == "F32" or (fault == "F33" and parcel.message == parcel.event.id)


def _content(parcel: Parcel) -> dict[str, object]:
    words = pointer if parcel.payload == "pointer" else envelope
    return words(parcel.event, parcel.system, webhook_id(parcel.event.id, parcel.message))


def _posts(due: list[Parcel]) -> list[list[Parcel]]:
    """Which of the parcels that are due leave together: those of one subscription that wait for company."""
    posts: list[list[Parcel]] = []
    waiting: dict[str, list[Parcel]] = {}
    for parcel in due:
        mates = waiting.get(parcel.subscription)
        together = parcel.batch_max > 1 and not (parcel.fault is not None and _never_sent(parcel))
        if together and mates is not None and len(mates) < parcel.batch_max:
            mates.append(parcel)
            continue
        posts.append([parcel])
        if together:
            waiting[parcel.subscription] = posts[-1]
    return posts


def _batch_id(parcels: list[Parcel]) -> str:
    """The same for the same members: a batch that comes again bears its id, and no other batch does."""
    names = "\n".join(parcel.message for parcel in parcels)
    return f"bat_{hashlib.blake2b(names.encode(), digest_size=8).hexdigest()}"


def _poison_of(parcel: Parcel, batch: str) -> Parcel:
    """How the member that is no business event stands in the log."""
    event = Emitted("", f"{parcel.system}.internal.reindexed", "", 0, "", parcel.event.at, {})
    hit = Hit("F37", "on_delivery", "of an unknown type")
    return replace(parcel, event=event, message=f"{batch}-x", fault=hit, payload="full")
