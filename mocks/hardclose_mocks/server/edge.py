"""The edge of one system: every request passes here, is struck or not, and is in the history before it is answered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import msgspec

from hardclose_mocks.desk import SCOPE_KEY, Answer, Desk
from hardclose_mocks.faults.plan import Rule, draw, lognormal
from hardclose_mocks.history.records import Exchange, Hit, Told
from hardclose_mocks.kernel.documents import Event
from hardclose_mocks.server.calls import (
    BODY_BYTES_MAX,
    CONNECTED,
    DROP,
    ECHOED,
    KEPT_HEADERS,
    UNTAPPED,
    Call,
    Receive,
    Scope,
    Send,
    answer_name,
    fingerprint,
    kept_answer,
    read_body,
    replay,
    run_application,
    subject_of,
)
from hardclose_mocks.server.credentials import PERSON

if TYPE_CHECKING:
    from hardclose_mocks.server.sandbox import Sandbox, System


class Edge:
    """ASGI application in front of a dialect."""

    def __init__(self, sandbox: Sandbox, system: System) -> None:
        self.sandbox, self.system = sandbox, system

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.system.application(scope, receive, send)
            return
        started = self.sandbox.wire.ns()
        body = await read_body(receive)
        if body is None:
            return
        operation, number = self.system.dialect.operation(self.system.name, scope["method"], scope["path"])
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
        finally:
            self.sandbox.open_calls -= 1

    async def _exchange(self, call: Call, send: Send) -> None:
        sandbox, name = self.sandbox, self.system.name
        self._identify(call)
        kind = self._turned_away(call)
        if kind is not None:
            answer, wait = kind
            seq = await self._record(call, self._desk(call), answer, refusal=answer_name(answer), wait=wait)
            await self._send(call, send, answer, seq, wait)
            return
        strikes = (
            sandbox.plan.strikes(
                "wire", name, call.operation.name, sandbox.plain_subject(call.subject), call.nth, sandbox.business.now()
            )
            if call.judged and sandbox.faults_on
            else ()
        )
        desk = self._desk(call)
        for rule in strikes:
            if await self._before(rule, call, send, desk):
                return
        answer, replayed = await self._handled(call, desk)
        # On record before anything else may happen to the books: the history folds in the order they changed in.
        ending = next((rule for rule in strikes if rule.fault in ("F01", "F06")), None)
        slow = next((rule for rule in strikes if rule.fault == "F03"), None)
        if ending is not None:
            hit: Hit | None = Hit(ending.fault, "after_commit", ending.id)
        else:
            hit = Hit("F03", "on_response", slow.id) if slow is not None else None
        seq = await self._record(call, desk, answer, refusal=desk.refusal, replayed=replayed, hit=hit)
        if slow is not None and self._late(slow, call):
            await self._dawdle(slow, self._names(call))
        if ending is None:
            await self._send(call, send, answer, seq)
        elif ending.fault == "F01":
            self._break_off(call, seq)
        else:
            await self._send(call, send, self._instead(self._gateway(ending, self._names(call))), seq)

    # --- who and what -------------------------------------------------------------------------------------------

    def _identify(self, call: Call) -> None:
        token = call.headers.get("authorization", "")
        if token.lower().startswith("bearer "):
            call.credential = self.sandbox.credential_of(self.system.name, token[7:].strip())
        if call.body and "json" in call.headers.get("content-type", "json"):
            try:
                call.parsed = msgspec.json.decode(call.body)
            except msgspec.DecodeError:
                call.parsed = None
        if call.operation.name == "token":
            form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
            call.credential = form.get("client_id", "anonymous") if form else "anonymous"
        call.subject = subject_of(call)
        call.nth = self.sandbox.count(self.system.name, call.actor, call.operation.name, call.subject)
        key = call.headers.get("idempotency-key")
        if key is not None and self.system.card.terms_of(call.operation.name).honours_key:
            # The IETF draft makes it a quoted structured-field string; most callers send it bare.
            call.key = key.strip().strip('"')

    def _turned_away(self, call: Call) -> tuple[Answer, float | None] | None:
        """Answers given before any business: too large, no token, too many, key trouble."""
        say = self.system.dialect.protocol_answer
        if len(call.body) > BODY_BYTES_MAX:
            return say("too_large", f"at most {BODY_BYTES_MAX} bytes", {}), None
        if call.operation.public:
            return None
        if call.credential == "anonymous":
            return say("unauthorized", "no valid bearer token; ask the token endpoint for one", {}), None
        if call.judged and self.sandbox.limits_on and self.system.limiter is not None:
            wait = self.system.limiter.admit(call.credential, call.started_ns)
            if wait is not None:
                return self._limited(wait)
        if call.key is not None:
            return self._key_trouble(call, call.key)
        return None

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
        entry = self.sandbox.keys.find(self.system.name, call.credential, key, call.started_ns)
        if entry is None:
            return None
        say = self.system.dialect.protocol_answer
        if entry.fingerprint != fingerprint(call):
            return say("key_reused", "this Idempotency-Key came with another request before", {}), None
        if entry.answer is None:
            return say("key_in_progress", "the first request with this Idempotency-Key is still running", {}), None
        return None

    # --- faults -------------------------------------------------------------------------------------------------

    async def _before(self, rule: Rule, call: Call, send: Send, desk: Desk) -> bool:
        """True when the call ends here: the books never see it."""
        seed, names = self.sandbox.plan.seed, self._names(call)
        hit = Hit(rule.fault, "before_commit", rule.id)
        if rule.fault == "F02":
            self._break_off(call, await self._record(call, desk, None, refusal=None, hit=hit))
            return True
        if rule.fault == "F07":
            retry = rule.number("retry_after_s")
            kind = "unavailable" if retry or draw(seed, rule.id, "kind", *names) < 0.5 else "server_error"
            seq = await self._record(call, desk, None, refusal=None, hit=hit)
            await self._send(call, send, self._instead(kind, retry or None), seq, retry or None)
            return True
        if rule.fault == "F06" and draw(seed, rule.id, "commits", *names) >= rule.number("commits"):
            seq = await self._record(call, desk, None, refusal=None, hit=hit)
            await self._send(call, send, self._instead(self._gateway(rule, names)), seq)
            return True
        if rule.fault == "F03" and not self._late(rule, call):
            await self._dawdle(rule, names)
        return False

    def _late(self, rule: Rule, call: Call) -> bool:
        """Whether a slow answer (F03) waits after the work was done; else the work itself waits."""
        return draw(self.sandbox.plan.seed, rule.id, "side", *self._names(call)) >= 0.5

    def _names(self, call: Call) -> tuple[str, str, int]:
        return call.operation.name, self.sandbox.plain_subject(call.subject), call.nth

    def _gateway(self, rule: Rule, names: tuple[str, str, int]) -> str:
        return "bad_gateway" if draw(self.sandbox.plan.seed, rule.id, "kind", *names) < 0.5 else "gateway_timeout"

    async def _dawdle(self, rule: Rule, names: tuple[str, str, int]) -> None:
        await asyncio.sleep(
            lognormal(
                self.sandbox.plan.seed,
                rule.id,
                *names,
                median=rule.number("median_s"),
                sigma=rule.number("sigma"),
                highest=rule.number("highest_s"),
            )
        )

    def _break_off(self, call: Call, seq: int) -> None:
        """Drop the connection: the caller is told nothing."""
        call.scope["extensions"][DROP]()
        self.sandbox.tell(self.system.name, Told(seq, "none", None, self.sandbox.wire.ns()))

    def _instead(self, kind: str, retry_after_s: float | None = None) -> Answer:
        """What a gateway in front says, whatever happened behind it."""
        said = self.system.dialect.protocol_answer(kind, "a gateway in front of this system answers", {})
        if retry_after_s is None:
            return said
        return Answer(said.status, (*said.headers, ("retry-after", f"{retry_after_s:.0f}")), said.body)

    # --- doing and telling --------------------------------------------------------------------------------------

    async def _handled(self, call: Call, desk: Desk) -> tuple[Answer, bool]:
        """The stored answer of an idempotency key, or what the dialect's routes answer now."""
        keys, system = self.sandbox.keys, self.system.name
        if call.key is not None:
            entry = keys.find(system, call.credential, call.key, call.started_ns)
            if entry is not None and entry.answer is not None:
                return entry.answer, True
            keys.begin(system, call.credential, call.key, fingerprint(call), call.started_ns)
        desk.at = self.sandbox.business.now()
        call.scope[SCOPE_KEY] = desk
        answer = await run_application(self.system.application, call.scope, call.body)
        if call.key is not None:
            if answer.status < 500:
                keys.finish(system, call.credential, call.key, answer)
            else:
                keys.forget(system, call.credential, call.key)
        return answer, False

    def _desk(self, call: Call) -> Desk:
        person = call.credential.removeprefix(PERSON) if call.credential.startswith(PERSON) else None

        def emit(event: Event) -> str:
            name = self.sandbox.next_event_id(self.system.name)
            call.emitted.append((name, event))
            return name

        system = self.system
        return Desk(
            system.name,
            system.books,
            system.card,
            system.companies,
            call.actor,
            person,
            self.sandbox.business.now(),
            emit,
            self.sandbox,
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
        secret = call.operation.name == "token" or call.operation.name.startswith("subscription.")
        writes = call.operation.writes
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
            answer=kept_answer(answer)
            if answer is not None and not secret and (writes or answer.status >= 400)
            else None,
            answer_headers={name: value for name, value in answer.headers if name in ("etag", "location")}
            if answer
            else {},
            wait_s=wait,
            fault=hit,
        )
        record = self.sandbox.history.append(self.system.name, call.actor, exchange)
        for name, event in call.emitted:
            self.sandbox.emit(self.system.name, name, event)
        await self.sandbox.history.committed()
        if writes:
            self.sandbox.last_write_ns = self.sandbox.wire.ns()
        return record.seq

    async def _send(self, call: Call, send: Send, answer: Answer, seq: int, wait: float | None = None) -> None:
        extensions = call.scope.get("extensions", {})
        connected = extensions.get(CONNECTED, lambda: True)
        headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers]
        headers += [(name.encode(), call.headers[name].encode("latin-1")) for name in ECHOED if name in call.headers]
        headers += [
            (b"date", self.sandbox.http_date().encode()),
            (b"content-length", str(len(answer.body)).encode()),
        ]
        there = connected()
        if there:
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            await send({"type": "http.response.body", "body": answer.body})
            there = connected()
        status = answer.status if there else None
        told = Told(seq, "full" if there else "none", status, self.sandbox.wire.ns(), wait if there else None)
        self.sandbox.tell(self.system.name, told)
