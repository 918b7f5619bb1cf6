"""The edge of one system: every request passes here, is struck or not, and is in the history before it is answered."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from hardclose_mocks.desk import KEY, SCOPE_KEY, Answer, Desk
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.faults.wire import Blow, Ordeal, ordeal
from hardclose_mocks.history.codec import HistoryError
from hardclose_mocks.history.records import Exchange, Hit, Told
from hardclose_mocks.kernel.documents import Event
from hardclose_mocks.server.calls import (
    CONNECTED,
    CRASHED,
    DROP,
    ECHOED,
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

if TYPE_CHECKING:
    from hardclose_mocks.server.sandbox import Sandbox, System

log = logging.getLogger(__name__)
BODILESS = (204, 304)
"""Statuses whose answers have no body and must not say how long it is (RFC 9110, 8.6)."""


class Edge:
    """ASGI application in front of a dialect."""

    def __init__(self, sandbox: Sandbox, system: System) -> None:
        self.sandbox, self.system = sandbox, system

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
            scope[SCOPE_KEY] = self._desk(call)
            await self.system.application(scope, replay(body), send)
            return
        self.sandbox.open_calls += 1
        self.sandbox.exchanges += 1
        try:
            await self._exchange(call, send)
        except HistoryError as wrong:
            # What is not on record was never promised: no success may be told.
            log.error("%s %s of %s: %s", scope["method"], scope["path"], self.system.name, wrong)
            await self._put(call, send, self.system.dialect.protocol_answer("server_error", str(wrong), {}))
        finally:
            self.sandbox.open_calls -= 1

    async def _exchange(self, call: Call, send: Send) -> None:
        self._identify(call)
        turned_away = self._turned_away(call)
        if turned_away is not None:
            answer, wait = turned_away
            seq = await self._record(call, self._desk(call), answer, refusal=answer_name(answer), wait=wait)
            await self._tell(call, send, answer, seq, wait)
            return
        stored = self._claimed(call)
        try:
            await self._processed(call, send, stored)
        finally:
            if stored is None and call.key is not None:
                self.sandbox.keys.release(self.system.name, call.credential, call.key)

    async def _processed(self, call: Call, send: Send, stored: Answer | None) -> None:
        """`stored` is the answer that the idempotency key stands for already."""
        met, desk = self._met(call), self._desk(call)
        if met.delay_before_s:
            await asyncio.sleep(met.delay_before_s)
        if met.before is not None:
            await self._end(
                call, send, met.before, await self._record(call, desk, None, refusal=None, hit=met.before.hit)
            )
            return
        answer = stored if stored is not None else await self._handled(call, desk)
        # On record before anything else may happen to the books: the history folds in the order they changed in.
        replayed = stored is not None
        struck = self._process_rules(call)
        hit = met.hit or (Hit(struck[0].fault, "after_commit", struck[0].id) if struck else None)
        seq = await self._record(call, desk, answer, refusal=desk.refusal, replayed=replayed, hit=hit)
        await self.sandbox.strike_process(struck)
        if met.delay_after_s:
            await asyncio.sleep(met.delay_after_s)
        if met.after is not None:
            await self._end(call, send, met.after, seq)
        else:
            await self._tell(call, send, answer, seq)

    def _met(self, call: Call) -> Ordeal:
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

    def _turned_away(self, call: Call) -> tuple[Answer, float | None] | None:
        """Answers given before any business: too large, no token, too many, not readable, key trouble."""
        say = self.system.dialect.protocol_answer
        if len(call.body) > (most := bytes_max(call.operation)):
            return say("too_large", f"at most {most} bytes", {}), None
        if call.operation.public:
            return None
        if call.credential == "anonymous":
            return say("unauthorized", "no valid bearer token; ask the token endpoint for one", {}), None
        if call.judged and call.operation.writes and self.system.name in self.sandbox.vault.scopes_gone:
            return say("insufficient_scope", "the right to write has been taken from this client for now", {}), None
        if call.judged and self.sandbox.limits_on and self.system.limiter is not None:
            wait = self.system.limiter.admit(call.credential, call.started_ns)
            if wait is not None:
                return self._limited(wait)
        if call.unreadable is not None:
            return say("malformed", f"the body is not JSON: {call.unreadable}", {}), None
        return self._key_trouble(call, call.key) if call.key is not None else None

    def _limited(self, wait: float) -> tuple[Answer, float | None]:
        limiter = self.system.limiter
        assert limiter is not None
        answer = self.system.dialect.protocol_answer("rate_limited", f"too many requests; wait {wait:.0f} s", {})
        limit = limiter.limit
        headers = [
            ("ratelimit-policy", f'"default";q={limit.burst};w={max(1, round(limit.burst / limit.rate_per_s))}'),
            ("ratelimit", f'"default";r=0;t={wait:.0f}'),
        ]
        if limit.wait != "absent":
            headers.append(("retry-after", self.sandbox.retry_after(wait, limit.wait)))
        told = None if limit.wait == "absent" else wait
        return Answer(answer.status, (*answer.headers, *headers), answer.body), told

    def _key_trouble(self, call: Call, key: str) -> tuple[Answer, float | None] | None:
        say = self.system.dialect.protocol_answer
        if not re.fullmatch(KEY, key):
            return say("malformed", "an Idempotency-Key is 1 to 255 visible ASCII characters", {}), None
        entry = self.sandbox.keys.find(self.system.name, call.credential, key, call.started_ns)
        if entry is None:
            return None
        if entry.fingerprint != fingerprint(call):
            return say("key_reused", "this Idempotency-Key came with another request before", {}), None
        if entry.answer is None:
            return say("key_in_progress", "the first request with this Idempotency-Key is still running", {}), None
        return None

    def _claimed(self, call: Call) -> Answer | None:
        """What the call's key stands for already; if for nothing, it stands for this call from now on."""
        if call.key is None:
            return None
        keys, system = self.sandbox.keys, self.system.name
        entry = keys.find(system, call.credential, call.key, call.started_ns)
        if entry is None:
            keys.begin(system, call.credential, call.key, fingerprint(call), call.started_ns)
        return entry.answer if entry is not None else None

    # --- doing and telling --------------------------------------------------------------------------------------

    async def _handled(self, call: Call, desk: Desk) -> Answer:
        """What the dialect's routes answer now."""
        desk.at = self.sandbox.business.now()
        call.scope[SCOPE_KEY] = desk
        try:
            answer = await run_application(self.system.application, call.scope, call.body)
        except Exception:
            # Ours, not the caller's: it is on record with whatever the books did, and the run goes on.
            log.exception("%s %s of %s crashed", call.scope["method"], call.scope["path"], self.system.name)
            desk.refusal = CRASHED
            answer = self.system.dialect.protocol_answer("server_error", "this system crashed; see its log", {})
        if call.key is not None and is_kept(answer.status, desk.refusal):
            self.sandbox.keys.finish(self.system.name, call.credential, call.key, answer)
        return answer

    def _desk(self, call: Call) -> Desk:
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
        )
        record = self.sandbox.history.append(self.system.name, call.actor, exchange)
        trace = {name: call.headers[name] for name in ECHOED if name in call.headers}
        for name, event in call.emitted:
            self.sandbox.emit(self.system.name, name, event, trace)
        await self.sandbox.history.committed()
        if writes:
            self.sandbox.last_write_ns = self.sandbox.wire.ns()
        return record.seq

    async def _end(self, call: Call, send: Send, blow: Blow, seq: int) -> None:
        """Break the connection off, or say what a gateway in front says, whatever happened behind it."""
        if blow.instead is None:
            call.scope["extensions"][DROP]()
            self.sandbox.tell(self.system.name, Told(seq, "none", None, self.sandbox.wire.ns()))
            return
        said = self.system.dialect.protocol_answer(blow.instead, "a gateway in front of this system answers", {})
        if blow.retry_after_s is not None:
            said = Answer(said.status, (*said.headers, ("retry-after", f"{blow.retry_after_s:.0f}")), said.body)
        await self._tell(call, send, said, seq, blow.retry_after_s)

    async def _tell(self, call: Call, send: Send, answer: Answer, seq: int, wait: float | None = None) -> None:
        there = await self._put(call, send, answer)
        status = answer.status if there else None
        told = Told(seq, "full" if there else "none", status, self.sandbox.wire.ns(), wait if there else None)
        self.sandbox.tell(self.system.name, told)

    async def _put(self, call: Call, send: Send, answer: Answer) -> bool:
        """Hand the answer over; False if the caller has left."""
        connected = call.scope.get("extensions", {}).get(CONNECTED, lambda: True)
        headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers]
        headers += [(name.encode(), call.headers[name].encode("latin-1")) for name in ECHOED if name in call.headers]
        headers.append((b"date", self.sandbox.http_date().encode()))
        if answer.status not in BODILESS:
            headers.append((b"content-length", str(len(answer.body)).encode()))
        if not connected():
            return False
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})
        return bool(connected())
