"""One mock system as a test holds it: its address, clients with credentials, and its books."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any, Literal, overload

import httpx2

from hardclose_mocks.clock import NS
from hardclose_mocks.kernel.books import KINDS_OF
from hardclose_mocks.kernel.documents import Document, ExpensePosting, ExpenseReport, PurchaseOrder, Requisition
from hardclose_mocks.server.sandbox import Sandbox
from hardclose_simulator.pytest_plugin.server import SandboxServer
from hardclose_simulator.pytest_plugin.usage import UsageError, nearest_of

LOOK_S = 0.01


class MockSystem:
    """`client` calls as the integration: what it does is recorded and judged. `person(id)` calls as somebody."""

    def __init__(self, name: str, server: SandboxServer) -> None:
        self.name, self._server = name, server
        self._clients: dict[str, httpx2.Client] = {}

    @property
    def url(self) -> str:
        return self._server.urls[self.name]

    @property
    def client(self) -> httpx2.Client:
        """Logged in with the integration's credentials; logs in again by itself."""
        return self._client_of(self._server.setup.credentials.client_id(self.name))

    def person(self, person: str) -> httpx2.Client:
        """Logged in as that person. Raises UsageError for somebody who is not there."""
        __tracebackhide__ = True
        people = [one.id for one in self._server.setup.master.people]
        if person not in people:
            raise UsageError(f"there is no person {person!r}{nearest_of(person, people)}")
        return self._client_of(f"person:{person}")

    @property
    def card(self) -> dict[str, Any]:
        """The contract card: what this system promises its callers."""
        return self._server.sandbox.systems[self.name].card.document()

    @overload
    def documents(self, kind: Literal["expense_posting"]) -> list[ExpensePosting]: ...
    @overload
    def documents(self, kind: Literal["purchase_order"]) -> list[PurchaseOrder]: ...
    @overload
    def documents(self, kind: Literal["expense_report"]) -> list[ExpenseReport]: ...
    @overload
    def documents(self, kind: Literal["requisition"]) -> list[Requisition]: ...
    @overload
    def documents(self, kind: str) -> list[Any]: ...
    def documents(self, kind: str) -> list[Any]:
        """As the books hold them, in the order of their last change: minor units, UTC. Raises UsageError."""
        __tracebackhide__ = True
        self._check_kind(kind)
        return self._server.ask(lambda: self._held(kind))

    def find(self, number: str) -> Document | None:
        return self._server.ask(lambda: self._server.sandbox.systems[self.name].books.find(number))

    def wait_for(self, kind: str, count: int = 1, *, timeout_s: float = 10.0, **where: Any) -> list[Any]:
        """The documents with these fields (`reference="R-1"`), once there are `count`.

        Raises AssertionError after `timeout_s` wire seconds, UsageError for a field that is not theirs."""
        __tracebackhide__ = True
        self._check_kind(kind)
        known = _FIELDS[kind]
        for name in where:
            if name not in known:
                raise UsageError(f"{kind} has no field {name!r}{nearest_of(name, known)}")
        found = self._server.call(self._come(kind, count, timeout_s, where))
        if len(found) >= count:
            return found
        asked = ", ".join(f"{name}={value!r}" for name, value in where.items()) or "any"
        there = ", ".join(one.number for one in self.documents(kind)) or "none"
        seen = f"{len(found)} of {count} {kind} ({asked})"
        raise AssertionError(f"after {timeout_s:g} s {self.name} held {seen}; all it held: {there}")

    def __repr__(self) -> str:
        held = ", ".join(f"{len(self.documents(kind))} {kind}" for kind in KINDS_OF[self.name])
        return f"<{self.name} {self.url}: {held}>"

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    async def _come(self, kind: str, count: int, timeout_s: float, where: dict[str, Any]) -> list[Any]:
        """Enough of them, or what there was when the time was over."""
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout_s
        while True:
            found = [
                one for one in self._held(kind) if all(getattr(one, name) == value for name, value in where.items())
            ]
            if len(found) >= count or loop.time() >= until:
                return found
            await asyncio.sleep(LOOK_S)

    def _held(self, kind: str) -> list[Any]:
        return list(self._server.sandbox.systems[self.name].books.changed(kind))

    def _check_kind(self, kind: str) -> None:
        __tracebackhide__ = True
        if kind not in KINDS_OF[self.name]:
            raise UsageError(f"{self.name} holds no {kind!r}{nearest_of(kind, KINDS_OF[self.name])}")

    def _client_of(self, credential: str) -> httpx2.Client:
        if credential not in self._clients:
            # Loopback without TLS: building a certificate store for it would cost more than all the rest.
            self._clients[credential] = httpx2.Client(
                base_url=self.url,
                auth=_Bearer(self._server, self.name, credential),
                timeout=10.0,
                trust_env=False,
                verify=False,
            )
        return self._clients[credential]


_FIELDS = {
    "expense_posting": tuple(ExpensePosting.__dataclass_fields__),
    "purchase_order": tuple(PurchaseOrder.__dataclass_fields__),
    "expense_report": tuple(ExpenseReport.__dataclass_fields__),
    "requisition": tuple(Requisition.__dataclass_fields__),
}


class _Bearer(httpx2.Auth):
    """A token asked of the sandbox itself, so that no fault strikes the login; renewed before it ends."""

    def __init__(self, server: SandboxServer, system: str, credential: str) -> None:
        self._server, self._system, self._credential = server, system, credential
        self._token, self._expires_ns = "", 0
        self._home: Sandbox | None = None

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        sandbox = self._server.sandbox
        if sandbox is not self._home or sandbox.wire.ns() >= self._expires_ns:
            self._token = self._server.ask(lambda: self._issued(sandbox))
            self._home = sandbox
            self._expires_ns = sandbox.wire.ns() + round((sandbox.pace.token_life_s - 1) * NS)
        request.headers["authorization"] = f"Bearer {self._token}"
        yield request

    def _issued(self, sandbox: Sandbox) -> str:
        credentials = sandbox.setup.credentials
        integration = self._credential == credentials.client_id(self._system)
        secret = credentials.client_secret(self._system) if integration else credentials.person_secret()
        token = sandbox.admission.token(self._system, self._credential, secret)
        assert token is not None, f"{self._credential} has the sandbox's own secret"
        return token
