"""The edge of one system: every request passes here, is struck or not, and is in the history before it is answered."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from hardclose_mocks.clock import NS
from hardclose_mocks.desk import SCOPE_KEY, Answer, Desk
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.faults.wire import Blow, Ordeal, ordeal
from hardclose_mocks.history.codec import HistoryError
from hardclose_mocks.history.records import Exchange, Hit
from hardclose_mocks.kernel.documents import Event
from hardclose_mocks.server.calls import (
    CRASHED,
    ECHOED,
    KEPT_ERRORS,
    KEPT_HEADERS,
    LOGINS,
    UNTAPPED,
    Call,
    Receive,
    Scope,
    Send,
    answer_name,
    bytes_max,
    fingerprint,
    is_business,
    is_kept,
    is_secret,
    kept_answer,
    read_body,
    read_json,
    read_upload,
    replay,
    run_application,
    subject_of,
)
from hardclose_mocks.server.credentials import PERSON
from hardclose_mocks.server.gates import Gates
from hardclose_mocks.server.oddities import Oddities
from hardclose_mocks.server.telling import Teller

if TYPE_CHECKING:
    from hardclose_mocks.server.sandbox import Sandbox, System

log = logging.getLogger(__name__)


class Edge:
    """ASGI application in front of a dialect."""

    def __init__(self, sandbox: Sandbox, system: System) -> None:
        self.sandbox, self.system = sandbox, system
        self.gates, self.teller = Gates(sandbox, system), Teller(sandbox, system)
        self.oddities = Oddities(sandbox, system, self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.system.application(scope, receive, send)
            return
        started = self.sandbox.wire.ns()
        operation, number = self.system.dialect.operation(self.system.name, scope["method"], scope["path"])
        body = await read_body(receive, bytes_max(operation))
        if body is None:
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        call = Call(scope, operation, number, body, headers, started)
        if operation.name in UNTAPPED:
            scope[SCOPE_KEY] = self.desk(call)
            await self.system.application(scope, replay(body), send)
            return
        self.sandbox.open_calls += 1
        self.sandbox.exchanges += 1
        try:
            await self._exchange(call, send)
        except HistoryError as wrong:
            # What is not on record was never promised: no success may be told.
            log.error("%s %s of %s: %s", scope["method"], scope["path"], self.system.name, wrong)
            await self.teller.put(call, send, self.system.dialect.protocol_answer("server_error", str(wrong), {}))
        finally:
            self.sandbox.open_calls -= 1

    async def _exchange(self, call: Call, send: Send) -> None:
        self._identify(call)
        gate = self.gates.turned_away(call)
        if gate is not None:
            answer, wait, hit = gate
            desk = self.desk(call)
            seq = await self._record(call, desk, answer, refusal=answer_name(answer), wait=wait, hit=hit)
            await self.teller.tell(call, send, answer, seq, wait)
            return
        stored = self._claimed(call)
        self.gates.enter(call)
        try:
            await self._processed(call, send, stored)
        finally:
            self.gates.leave(call)
            if call.entry is not None and call.key is not None:
                self.sandbox.keys.release(self.system.name, call.credential, call.key, call.entry)

    async def _processed(self, call: Call, send: Send, stored: Answer | None) -> None:
        """`stored` is the answer that the idempotency key stands for already."""
        met = self.met(call)
        if met.delay_before_s:
            await asyncio.sleep(met.delay_before_s)
        if met.before is not None:
            await self._kept_from_the_books(call, send, met.before)
            return
        early = await self.teller.struck(call, send, met.early) if met.early is not None else None
        if early is not None:
            await asyncio.sleep(max(0.0, met.late_s - (self.sandbox.wire.ns() - call.started_ns) / NS))
        desk, lagging = self._reading_desk(call, met)
        job = None
        if stored is not None:
            answer = stored
        elif met.job is not None and self.oddities.can_be_a_job(call):
            job, answer = self.oddities.accepted(call)
        else:
            answer = await self.handled(call, desk)
        # On record before anything else may happen to the books: the history folds in the order they changed in.
        struck = self._process_rules(call)
        disguised = met.disguised if is_business(desk.refusal) or _is_stored_refusal(stored) else None
        hit = met.hit or disguised or desk.struck or lagging
        hit = hit or (Hit(struck[0].fault, "after_commit", struck[0].id) if struck else None)
        if hit is not None and hit.fault == "F15" and job is None:
            hit = disguised
        replayed = stored is not None
        seq = await self._record(call, desk, answer, refusal=desk.refusal, replayed=replayed, hit=hit, job=job)
        if job is not None and met.job is not None:
            self.oddities.start(call, job, seq, met.job.after_s)
        if met.twice is not None:
            await self.oddities.do_again(desk)
        await self.sandbox.strike_process(struck)
        if early is not None:
            self.sandbox.tell(self.system.name, early(seq))
            return
        if met.delay_after_s:
            await asyncio.sleep(met.delay_after_s)
        if met.after is not None:
            await self.teller.end(call, send, met.after, seq, answer)
        elif disguised is not None:
            await self.teller.disguised(call, send, answer, seq)
        else:
            await self.teller.tell(call, send, answer, seq)

    async def _kept_from_the_books(self, call: Call, send: Send, blow: Blow) -> None:
        """Nothing is done. Where the terms say so, a key stands even for that."""
        name = blow.instead
        refusal = name if name in ("locked", "record_changed") else None
        if name == "locked":
            self.gates.lock(call, blow)
        seq = await self._record(call, self.desk(call), None, refusal=refusal, hit=blow.hit)
        terms = self.system.card.terms_of(call.operation.name)
        if call.entry is not None and terms.stores == "everything" and name in KEPT_ERRORS:
            call.entry.answer = self.teller.in_front(blow, name)
        await self.teller.end(call, send, blow, seq)

    def met(self, call: Call) -> Ordeal:
        """What the plan has in store for this call."""
        sandbox = self.sandbox
        if not call.judged or not sandbox.faults_on:
            return Ordeal()
        names = call.operation.name, sandbox.plain_subject(call.subject), call.nth
        rules = sandbox.plan.strikes("wire", self.system.name, *names, sandbox.business.now(), sandbox.wire.ns())
        return ordeal(sandbox.plan.seed, rules, names) if rules else Ordeal()

    def _process_rules(self, call: Call) -> tuple[Rule, ...]:
        """What becomes of the integration's process between this commit and its answer."""
        if not call.judged:
            return ()
        return self.sandbox.process_rules(self.system.name, call.operation.name, call.subject, call.nth)

    # --- who and what -------------------------------------------------------------------------------------------

    def _identify(self, call: Call) -> None:
        token = call.headers.get("authorization", "")
        if token.lower().startswith("bearer "):
            call.credential = self.sandbox.admission.credential_of(self.system.name, token[7:].strip())
        if len(call.body) <= bytes_max(call.operation):
            if call.operation.upload:
                read_upload(call)
            else:
                read_json(call)
        if call.operation.name in LOGINS:
            call.credential = self.system.dialect.client(call.headers, call.body) or "anonymous"
        call.subject = subject_of(call)
        call.nth = self.sandbox.count(self.system.name, call.actor, call.operation.name, call.subject)
        key = call.headers.get("idempotency-key")
        if key is not None and self._honours_key(call):
            # The IETF draft makes it a quoted structured-field string; most callers send it bare.
            call.key = key.strip().strip('"')

    def _honours_key(self, call: Call) -> bool:
        """Keys are for writes: a read wants the present state. A secret is in no history, so in no key store."""
        operation = call.operation
        return (
            operation.writes
            and not is_secret(operation.name)
            and (call.parsed is not None or not call.body)
            and self.system.card.terms_of(operation.name).honours_key
        )

    def _claimed(self, call: Call) -> Answer | None:
        """What the call's key stands for already; if for nothing, it stands for this call from now on."""
        if call.key is None:
            return None
        keys, system = self.sandbox.keys, self.system.name
        entry = keys.find(system, call.credential, call.key, call.started_ns)
        if entry is not None:
            return entry.answer
        life_s = self.system.card.terms_of(call.operation.name).key_life_s(self.sandbox.pace)
        call.entry = keys.begin(system, call.credential, call.key, fingerprint(call), call.started_ns, life_s)
        return None

    # --- doing and telling --------------------------------------------------------------------------------------

    async def handled(self, call: Call, desk: Desk) -> Answer:
        """What the dialect's routes answer now."""
        desk.at = self.sandbox.business.now()
        call.scope[SCOPE_KEY] = desk
        body = self.oddities.as_understood(call, desk)
        try:
            route = self.system.dialect.direct(self.system.name, call.operation.name) if body is call.body else None
            answer = await route(call.scope, call.number, call.parsed) if route is not None else None
            if answer is None:
                answer = await run_application(self.system.application, call.scope, body)
        except Exception:
            # Ours, not the caller's: it is on record with whatever the books did, and the run goes on.
            log.exception("%s %s of %s crashed", call.scope["method"], call.scope["path"], self.system.name)
            desk.refusal = CRASHED
            answer = self.system.dialect.protocol_answer("server_error", "this system crashed; see its log", {})
        answer = self.oddities.as_worded(call, desk, answer)
        stores = self.system.card.terms_of(call.operation.name).stores
        if call.entry is not None and call.entry.answer is None and is_kept(answer.status, desk.refusal, stores):
            call.entry.answer = answer
        return answer

    def _reading_desk(self, call: Call, met: Ordeal) -> tuple[Desk, Hit | None]:
        """With the books that this call gets to see, and the fault if those are behind."""
        desk = self.desk(call)
        if call.operation.writes or not call.judged:
            return desk, None
        own_s = self.system.lag_s(call.operation.name)
        lag_s, hit = own_s, Hit("F24", "on_read", f"C5.{self.system.name}")
        if met.lag is not None and met.lag.lag_s > lag_s:
            lag_s, hit = met.lag.lag_s, met.lag.hit
        copy, now_ns = self.system.replicas.of(lag_s), self.sandbox.wire.ns()
        if copy is None or not call.operation.name.endswith((".get", ".list")) or not copy.behind(now_ns):
            return desk, None
        desk.books = copy.books(now_ns)
        return desk, hit

    def desk(self, call: Call) -> Desk:
        person = call.credential.removeprefix(PERSON) if call.credential.startswith(PERSON) else None

        def emit(event: Event) -> str:
            name = self.sandbox.next_event_id(self.system.name)
            call.emitted.append((name, event))
            return name

        system, at = self.system, self.sandbox.business.now()
        return Desk(
            system=system.name,
            books=system.books,
            card=system.card,
            companies=system.companies,
            actor=call.actor,
            person=person,
            at=at,
            emit=emit,
            upload=call.upload,
            control=self.sandbox,
            hides=self.oddities.hides if call.judged and system.card.habits.vanishing else None,
        )

    async def _record(
        self,
        call: Call,
        desk: Desk,
        answer: Answer | None,
        *,
        refusal: str | None,
        replayed: bool = False,
        wait: float | None = None,
        hit: Hit | None = None,
        job: str | None = None,
    ) -> int:
        """The exchange and the events it emitted, committed together before anything is told."""
        secret, writes = is_secret(call.operation.name), call.operation.writes
        kept = answer is not None and not secret and (writes or answer.status >= 400)
        exchange = Exchange(
            op=call.operation.name,
            method=call.scope["method"],
            path=call.scope["path"],
            credential=call.credential,
            started_ns=call.started_ns,
            subject=call.subject,
            nth=call.nth,
            status=answer.status if answer is not None else 0,
            writes=writes,
            query={} if secret else dict(parse_qsl(call.scope.get("query_string", b"").decode("latin-1"))),
            headers={name: call.headers[name] for name in KEPT_HEADERS if name in call.headers},
            body=None if secret else call.parsed,
            key=call.key,
            replayed=replayed,
            carried=tuple(desk.carried),
            refusal=refusal,
            served=desk.served,
            answer=kept_answer(answer) if answer is not None and kept else None,
            answer_headers=dict(one for one in answer.headers if one[0] in ("etag", "location")) if answer else {},
            wait_s=wait,
            fault=hit,
            job=job,
        )
        seq = self.enter(call, desk, exchange)
        await self.sandbox.history.committed()
        if writes:
            self.sandbox.last_write_ns = self.sandbox.wire.ns()
        return seq

    def enter(self, call: Call, desk: Desk, body: Any) -> int:
        """A record with what its commands emitted; copies of the books hear of them."""
        record = self.sandbox.history.append(self.system.name, call.actor, body)
        for carried in desk.carried:
            self.system.replicas.follow(carried, call.actor, record.wire_ns)
        trace = {name: call.headers[name] for name in ECHOED if name in call.headers}
        for name, event in call.emitted:
            self.sandbox.emit(self.system.name, name, event, trace)
        call.emitted.clear()
        return record.seq


def _is_stored_refusal(stored: Answer | None) -> bool:
    return stored is not None and 400 <= stored.status < 500
