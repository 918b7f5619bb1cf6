"""A sandbox: the systems, their clock, plan, history and outbox; what edges and the control plane ask."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Protocol

import httpx2

from hardclose_mocks.access import AccessTerms, SubscriptionTerms
from hardclose_mocks.cards import COPYING, CREATING, ContractCard, Limit, Terms, Validation
from hardclose_mocks.clock import NS, BusinessClock, WireClock
from hardclose_mocks.desk import Dialect, carry, refused
from hardclose_mocks.dialects.neutral.quirks import NeutralDialect
from hardclose_mocks.faults.announced import habits_of, terms_of
from hardclose_mocks.faults.limiter import Limiter
from hardclose_mocks.faults.plan import Plan, Rule
from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import (
    Acted,
    Body,
    Card,
    ClockSet,
    Emitted,
    Exchange,
    FaultRule,
    Genesis,
    Phase,
    Record,
    Snapshot,
    Told,
)
from hardclose_mocks.history.store import MemoryStore, Store
from hardclose_mocks.history.writer import History
from hardclose_mocks.kernel.books import KINDS_OF, Books, open_books
from hardclose_mocks.kernel.commands import ApproveInvoice, Command, SubmitReport, SubmitRequisition
from hardclose_mocks.kernel.documents import Done, Event
from hardclose_mocks.kernel.master import Company, Master
from hardclose_mocks.kernel.refusals import NotValidated, Refused
from hardclose_mocks.pace import CI, Pace
from hardclose_mocks.server.admission import Admission
from hardclose_mocks.server.credentials import INTEGRATION, Credentials
from hardclose_mocks.server.edge import Edge
from hardclose_mocks.server.jobs import Jobs
from hardclose_mocks.server.keys import KeyStore
from hardclose_mocks.server.replicas import Replicas
from hardclose_mocks.server.subscriptions import Subscriptions
from hardclose_mocks.server.vault import Vault
from hardclose_mocks.server.vendor import carry_out, restore_scope
from hardclose_mocks.webhooks.delivery import Dispatcher
from hardclose_mocks.webhooks.outbox import Outbox
from hardclose_mocks.webhooks.validation import Question, ask

SYSTEMS = ("erp", "procurement", "expense")
DIALECTS: dict[str, Callable[[], Dialect]] = {"neutral": NeutralDialect}
SANDBOX = "sandbox"
VALIDATED = (SubmitReport, SubmitRequisition, ApproveInvoice)
"""Commands before which the integration may be asked about their document; nobody submits an invoice."""
STALE = 0.9
"""A lagging profile (C5) is this much of what its card says behind: what is looked for in time is there."""
STRIKING = ("chaos", "play")
"""Phases in which faults strike: a run's chaos, and a sandbox played with by hand."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a sandbox opens with. `run_tag` is borne by source and event ids and stays outside every draw."""

    master: Master
    opened_at: datetime
    pace: Pace = CI
    run_tag: str = "T0"
    plan: Plan = field(default_factory=lambda: Plan(0))
    terms: Mapping[str, Terms] = field(default_factory=dict)
    """Per creating operation of the ERP."""
    page_max: int = 200
    credentials: Credentials = field(default_factory=Credentials)
    dialect: str = "neutral"
    rate: float | None = None
    """Business seconds per wire second; the pace's unless given."""
    copies_cost_centers: bool = False
    """Whether the source systems keep copies of the ERP's cost centres; their cards then offer to be told."""
    validation: Validation | None = None
    """How the source systems ask the integration before a document is submitted, once they know where."""
    subscriptions: Mapping[str, SubscriptionTerms] = field(default_factory=dict)
    """By system, as `access`; missing ones are the lenient defaults."""
    access: Mapping[str, AccessTerms] = field(default_factory=dict)
    refuses_older: bool = False
    """Whether the source systems refuse a copy of a cost centre that is older than the one they hold."""


class ProcessCarrier(Protocol):
    """Whoever started the integration and may break it."""

    def choose(self, due: tuple[Rule, ...]) -> Rule | None:
        """What to carry out at this wire event, of what is due now or waits since the last trouble."""
        ...

    async def strike(self, rule: Rule) -> None:
        """Returns once the integration is down or stands still; it comes back by itself."""
        ...


class System:
    """One mock system: its books and their copies, its dialect's application, its card, its limiter."""

    def __init__(self, name: str, setup: Setup, dialect: Dialect) -> None:
        self.name, self.dialect = name, dialect
        self.books: Books = open_books(name, setup.master, setup.opened_at)
        self.application = dialect.application(name)
        terms = setup.terms if name == "erp" else {}
        if name == "erp":
            terms = {**dict.fromkeys(CREATING, Terms()), **terms}
        elif setup.copies_cost_centers:
            terms = {COPYING: Terms()}
        rules = [rule for rule in setup.plan.rules if rule.system == name]
        limit = _limit(rules)
        self.card = ContractCard(
            name,
            setup.pace,
            terms_of(terms, rules),
            limit,
            min(50, setup.page_max),
            setup.page_max,
            habits_of(rules, KINDS_OF[name]),
            None if name == "erp" else setup.validation,
            subscriptions=setup.subscriptions.get(name, SubscriptionTerms()),
            access=setup.access.get(name, AccessTerms()),
            tolerances=setup.master.tolerances if name == "erp" else None,
            refuses_older=setup.refuses_older and name != "erp",
            recall_approved=setup.master.recall_approved,
            edit_approved=setup.master.edit_approved,
            hard_budget=setup.master.hard_budget if name == "erp" else None,
        )
        self.limiter = Limiter(limit, setup.pace.retry_after_s) if limit else None
        self.companies: dict[str, Company] = {company.code: company for company in setup.master.companies}
        lags_s = {rule.number("lag_s") for rule in rules if rule.fault in ("F24", "F25")}
        lags_s |= {self.lag_s(f"{kind}.get") for kind in KINDS_OF[name]}
        self.replicas = Replicas(name, lambda: open_books(name, setup.master, setup.opened_at), lags_s)

    def lag_s(self, operation: str) -> float:
        """How far a read is behind by its profile, wire seconds."""
        kind = operation.partition(".")[0]
        lags = self.card.terms_of(f"{kind}.create").reads_lag
        return STALE * self.card.pace.read_lag_s if lags else 0.0


class Sandbox:
    """The books of three systems on one history. `act` is how people work; `edges` is how everybody else does."""

    def __init__(
        self,
        setup: Setup,
        wire: WireClock,
        store: Store | None = None,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        keep: bool = True,
    ) -> None:
        self.setup, self.wire, self.pace = setup, wire, setup.pace
        self.rate = setup.pace.business_rate if setup.rate is None else setup.rate
        self.business = BusinessClock(wire, setup.opened_at, self.rate)
        self.history = History(store or MemoryStore(), wire.ns, self.business.now, keep=keep)
        self.plan, self.faults_on, self.phase = setup.plan, False, "warm-up"
        dialect = DIALECTS[setup.dialect]()
        self.systems = {name: System(name, setup, dialect) for name in SYSTEMS}
        self.edges = {name: Edge(self, system) for name, system in self.systems.items()}
        self.keys, self.jobs = KeyStore(), Jobs(setup.run_tag)
        self.unfinished: dict[tuple[str, str], tuple[Record, Exchange, float]] = {}
        """Jobs of the history that was read back which have not ended, by system and id: the records of their requests,
        and after how many wire seconds they end."""
        self.outbox = Outbox()
        self.process: ProcessCarrier | None = None
        """Kills or pauses the integration; None where nobody can."""
        self.validate_url: str | None = None
        """Where the integration is asked about documents; None where it does not offer that."""
        self.validations = 0
        self.open_calls = 0
        self.last_write_ns = self.last_delivery_ns = wire.ns()
        self.exchanges = 0
        self.longest_wait_ns = 0
        self.vault = Vault(setup.credentials)
        self.admission = Admission(self, self.vault)
        self.subscriptions = Subscriptions(self)
        self._counts: Counter[tuple[str, str, str, str]] = Counter()
        self._events: Counter[str] = Counter()
        self.dispatcher = Dispatcher(
            self.outbox,
            self.history,
            wire,
            setup.pace,
            lambda: self.plan,
            lambda: self.faults_on,
            self.vault,
            self.plain_subject,
            transport,
            self._delivered,
            self.process_rules,
            self.strike_process,
            lambda name: self.systems[name].card.subscriptions.disabled_after,
        )
        self._transport = transport
        self._loop_task: asyncio.Task[None] | None = None

    # --- opening and closing ------------------------------------------------------------------------------------

    def open(self) -> None:
        """The first records of a fresh history: clock, genesis and card of each system, the plan's rules."""
        self.note(SANDBOX, ClockSet(self.business.business, self.business.wire_ns, self.business.rate))
        for name, system in self.systems.items():
            self.note(name, Genesis(plain(self.setup.master), self.setup.opened_at))
            self.note(name, Card(system.card.document()))
        for rule in self.plan.rules:
            self.note(rule.system, FaultRule(rule.id, rule.fault, "planned", plain(rule)))
        self.history.flush()

    def start(self) -> None:
        """Begin delivering webhooks, and go on with jobs that were open; needs a running loop."""
        for (system, _), (record, body, after_s) in self.unfinished.items():
            self.edges[system].oddities.resume(record, body, after_s)
        self.unfinished.clear()
        self._loop_task = asyncio.get_running_loop().create_task(self.dispatcher.run())

    async def stop(self) -> None:
        if self._loop_task is not None:
            self._loop_task.cancel()
            await asyncio.gather(self._loop_task, return_exceptions=True)
        await self.jobs.stop()
        self.history.flush()

    # --- people, clock, phases ----------------------------------------------------------------------------------

    async def act(self, system: str, command: Command, actor: str) -> Done:
        """A command by somebody outside the integration. Raises Refused; recorded and committed either way."""
        try:
            await self.validate(system, command)
        except Refused as no:
            self.note(system, Acted(refused(command, no.refusal, at=self.business.now())), actor)
            await self.history.committed()
            raise
        books, at = self.systems[system].books, self.business.now()
        emitted: list[tuple[str, Event]] = []

        def emit(event: Event) -> str:
            emitted.append((self.next_event_id(system), event))
            return emitted[-1][0]

        try:
            carried, done = carry(books, command, at=at, actor=actor, emit=emit)
        except Refused as no:
            self.note(system, Acted(refused(command, no.refusal, at=at)), actor)
            await self.history.committed()
            raise
        record = self.history.append(system, actor, Acted(carried))
        self.systems[system].replicas.follow(carried, actor, record.wire_ns)
        for name, event in emitted:
            self.emit(system, name, event)
        await self.history.committed()
        return done

    async def validate(self, system: str, command: Command) -> None:
        """Ask the integration about a document that is about to be submitted, where the card says so and it offers
        that. Takes wire seconds up to the budget. Raises Refused(NotValidated)."""
        home, url = self.systems[system], self.validate_url
        if home.card.validation is None or url is None or not isinstance(command, VALIDATED):
            return
        document = home.books.find(command.number)
        if document is None:
            return
        self.validations += 1
        question = Question(
            system,
            f"val_{self.setup.run_tag}_{self.validations}",
            document.number,
            getattr(document, "revision", 1),
            home.dialect.event_data(document, home.companies[document.company]),
        )
        secret = self.vault.signing(system, self.wire.ns())[0]
        answered = await ask(question, url, home.card.validation, secret, self.wire, self._transport)
        self.note(system, answered, "sender")
        await self.history.committed()
        if not answered.passed:
            raise Refused(NotValidated(document.number, answered.reasons))

    def note(self, system: str, body: Body, actor: str = "harness") -> int:
        return self.history.append(system, actor, body).seq

    def enter(self, phase: str, note: str = "") -> None:
        """Phases gate the faults; see STRIKING."""
        self.phase, self.faults_on = phase, phase in STRIKING
        self.note(SANDBOX, Phase(phase, note))
        if not self.faults_on:
            for name in SYSTEMS:
                restore_scope(self, name)

    def set_clock(self, business: datetime | None, rate: float) -> None:
        """From now on at `rate`; from `business`, or on from where business time is."""
        wire_ns = self.wire.ns()
        self.business.set(business or self.business.at(wire_ns), rate, wire_ns)
        self.note(SANDBOX, ClockSet(self.business.business, self.business.wire_ns, rate))

    def snapshot(self) -> None:
        """Digests of the live books, for the judge to compare with his fold."""
        for name, system in self.systems.items():
            self.note(name, Snapshot(system.books.digest(), system.books.count()))

    def add_rule(self, rule: Rule) -> None:
        self.plan = Plan(self.plan.seed, (*self.plan.rules, rule))
        self.note(rule.system, FaultRule(rule.id, rule.fault, "on", plain(rule)))
        if rule.carrier == "vendor":
            carry_out(self, rule)

    def operate(self, rule_id: str, *, undo: bool = False) -> None:
        """The moment of a timed rule of the plan has come, or the end of what it began."""
        rule = next(rule for rule in self.plan.rules if rule.id == rule_id)
        if undo:
            restore_scope(self, rule.system)
        elif self.faults_on:
            carry_out(self, rule)

    def remove_rule(self, rule_id: str) -> bool:
        """False if there is no such rule."""
        gone = [rule for rule in self.plan.rules if rule.id == rule_id]
        self.plan = Plan(self.plan.seed, tuple(rule for rule in self.plan.rules if rule.id != rule_id))
        for rule in gone:
            self.note(rule.system, FaultRule(rule.id, rule.fault, "removed", {}))
        return bool(gone)

    # --- asked by edges and dialects ----------------------------------------------------------------------------

    @property
    def limits_on(self) -> bool:
        """A limit is the vendor's, not weather: it holds while people work."""
        return self.phase in ("warm-up", "chaos", "recover", "play")

    def plain_subject(self, subject: str) -> str:
        return subject.removeprefix(self.setup.run_tag + "-")

    def process_rules(self, system: str, operation: str, subject: str, nth: int) -> tuple[Rule, ...]:
        """What the plan does to the integration's process at this wire event, if anybody can do it."""
        process = self.process
        if not self.faults_on or process is None:
            return ()
        names = operation, self.plain_subject(subject), nth
        rules = self.plan.strikes("process", system, *names, self.business.now(), self.wire.ns())
        chosen = process.choose(rules)
        return () if chosen is None else (chosen,)

    async def strike_process(self, rules: tuple[Rule, ...]) -> None:
        for rule in rules:
            assert self.process is not None, f"{rule.id} strikes and nobody can carry it out"
            await self.process.strike(rule)

    def count(self, system: str, actor: str, operation: str, subject: str) -> int:
        """How often this mock has seen this call by this kind of caller, this time included."""
        who = actor if actor == INTEGRATION else "other"
        key = system, who, operation, subject
        self._counts[key] += 1
        return self._counts[key]

    def next_event_id(self, system: str) -> str:
        self._events[system] += 1
        return f"evt_{self.setup.run_tag}_{system}_{self._events[system]}"

    def emit(self, system: str, name: str, event: Event, trace: Mapping[str, str] | None = None) -> None:
        """Enter an event into the outbox; its data is the document as the dialect words it, plus the event's own."""
        home = self.systems[system]
        document = home.books.find(event.subject)
        company = home.companies.get(event.company)
        data = home.dialect.event_data(document, company) if document is not None and company is not None else {}
        emitted = Emitted(
            name,
            event.type,
            event.subject,
            event.revision,
            event.company,
            event.at,
            {**data, **dict(event.data)},
            trace or {},
        )
        record = self.history.append(system, "books", emitted)
        self.dispatcher.enqueue(system, emitted, record.wire_ns, record.business)

    def tell(self, system: str, told: Told) -> None:
        """How an exchange ended; may follow its transaction."""
        self.note(system, told)
        self.history.soon()
        if told.wait_s:
            self.longest_wait_ns = max(self.longest_wait_ns, told.ended_ns + round(told.wait_s * NS))

    def _delivered(self, ended_ns: int) -> None:
        self.last_delivery_ns = ended_ns

    def retry_after(self, wait: float, form: str) -> str:
        """Seconds, or an HTTP-date on the wire clock, rounded up to the next second."""
        if form == "http-date":
            until = self.wire.utc() + timedelta(seconds=wait, microseconds=999_999)
            return format_datetime(until.replace(microsecond=0), usegmt=True)
        return f"{wait:.0f}"

    def http_date(self) -> str:
        return format_datetime(self.wire.utc().replace(microsecond=0), usegmt=True)


def _limit(rules: Sequence[Rule]) -> Limit | None:
    """The F10 rule among a system's, if it has one."""
    for rule in rules:
        if rule.fault == "F10":
            return Limit(rule.number("rate_per_s"), int(rule.number("burst")), rule.word("wait"))
    return None
