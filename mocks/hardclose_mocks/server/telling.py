"""How an answer leaves, or does not: whole, torn, in disguise, somebody else's, or nothing at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from hardclose_mocks.clock import NS
from hardclose_mocks.desk import Answer
from hardclose_mocks.faults.wire import Blow
from hardclose_mocks.history.records import Told
from hardclose_mocks.server.calls import CONNECTED, CUT, DROP, ECHOED, Call, Send

if TYPE_CHECKING:
    from hardclose_mocks.server.sandbox import Sandbox, System

BODILESS = (204, 304)
"""Statuses whose answers have no body and must not say how long it is (RFC 9110, 8.6)."""
PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Please sign in.</p></body></html>"
HOLDER = "person:colleague"
"""Who works on a document that is locked."""
LOOK_S = 0.25
"""How often silence looks whether the caller is still there, wire seconds."""


class Teller:
    """One system's. `told` is what goes into the history; it says who got what, never what was done."""

    def __init__(self, sandbox: Sandbox, system: System) -> None:
        self._sandbox, self._system = sandbox, system

    async def tell(self, call: Call, send: Send, answer: Answer, seq: int, wait: float | None = None) -> None:
        told = await self._told(call, send, answer, wait)
        self._sandbox.tell(self._system.name, told(seq))

    async def disguised(self, call: Call, send: Send, answer: Answer, seq: int) -> None:
        """The refusal, under a success status (F14)."""
        headers = tuple(one for one in answer.headers if one[0] != "content-type")
        mask = Answer(200, (("content-type", "application/json"), *headers), answer.body)
        told = await self._told(call, send, mask, None, form="problem")
        self._sandbox.tell(self._system.name, told(seq))

    async def end(self, call: Call, send: Send, blow: Blow, seq: int, answer: Answer | None = None) -> None:
        """What a blow leaves of the answer; `answer` is what the system itself would have said."""
        told = await self.struck(call, send, blow, answer)
        self._sandbox.tell(self._system.name, told(seq))

    async def struck(self, call: Call, send: Send, blow: Blow, answer: Answer | None = None) -> Callable[[int], Told]:
        """The same without a word in the history: that may come before what it is about."""
        match blow.instead:
            case None:
                return self._dropped(call)
            case "silence":
                return await self._silent(call, blow.lasts_s)
            case "page":
                page = Answer(200, (("content-type", "text/html; charset=utf-8"),), PAGE)
                return await self._told(call, send, page, None, form="page")
            case "cut" | "garbled" if answer is not None:
                return await self._torn(call, send, answer, cut=blow.instead == "cut")
            case name:
                return await self._told(call, send, self.in_front(blow, str(name)), blow.retry_after_s)

    def in_front(self, blow: Blow, name: str) -> Answer:
        """What something in front of the system says, or the system before it did anything."""
        says = "a gateway in front of this system answers" if name in GATEWAY else "nothing was done; come again"
        said = self._system.dialect.protocol_answer(name, says, {"holder": HOLDER} if name == "locked" else {})
        if blow.retry_after_s is None:
            return said
        return Answer(said.status, (*said.headers, ("retry-after", f"{blow.retry_after_s:.0f}")), said.body)

    # --- ways to end --------------------------------------------------------------------------------------------

    def _dropped(self, call: Call) -> Callable[[int], Told]:
        call.scope["extensions"][DROP]()
        ended_ns = self._sandbox.wire.ns()
        return lambda seq: Told(seq, "none", None, ended_ns)

    async def _silent(self, call: Call, open_s: float) -> Callable[[int], Told]:
        """Until the caller leaves, the run heals, or `open_s` is over."""
        until_ns = self._sandbox.wire.ns() + round(open_s * NS)
        connected = call.scope.get("extensions", {}).get(CONNECTED, lambda: True)
        while connected() and self._sandbox.faults_on and (left_ns := until_ns - self._sandbox.wire.ns()) > 0:
            await asyncio.sleep(min(LOOK_S, left_ns / NS))
        return self._dropped(call)

    async def _torn(self, call: Call, send: Send, answer: Answer, *, cut: bool) -> Callable[[int], Told]:
        """Cut off: the head promises more than comes. Garbled: a whole answer whose body is half of one."""
        half = answer.body[: max(1, len(answer.body) // 2)]
        there = _connected(call)
        if there:
            length = len(answer.body) if cut else len(half)
            await send(self._head(call, answer, length))
            await send({"type": "http.response.body", "body": half, "more_body": cut})
            if cut:
                call.scope["extensions"][CUT]()
        ended_ns, status = self._sandbox.wire.ns(), answer.status if there else None
        return lambda seq: Told(seq, "partial" if there else "none", status, ended_ns)

    async def _told(
        self, call: Call, send: Send, answer: Answer, wait: float | None, form: str = "answer"
    ) -> Callable[[int], Told]:
        there = await self.put(call, send, answer)
        ended_ns = self._sandbox.wire.ns()
        status, waits = (answer.status, wait) if there else (None, None)
        return lambda seq: Told(seq, "full" if there else "none", status, ended_ns, waits, form)

    async def put(self, call: Call, send: Send, answer: Answer) -> bool:
        """Hand the answer over; False if the caller has left."""
        if not _connected(call):
            return False
        await send(self._head(call, answer, len(answer.body)))
        await send({"type": "http.response.body", "body": answer.body})
        return _connected(call)

    def _head(self, call: Call, answer: Answer, length: int) -> dict[str, object]:
        headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers]
        headers += [(name.encode(), call.headers[name].encode("latin-1")) for name in ECHOED if name in call.headers]
        headers.append((b"date", self._sandbox.http_date().encode()))
        if answer.status not in BODILESS:
            headers.append((b"content-length", str(length).encode()))
        return {"type": "http.response.start", "status": answer.status, "headers": headers}


GATEWAY = ("bad_gateway", "gateway_timeout", "unavailable", "server_error")


def _connected(call: Call) -> bool:
    return bool(call.scope.get("extensions", {}).get(CONNECTED, lambda: True)())
