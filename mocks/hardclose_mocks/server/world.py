"""The sandbox that is open now, behind addresses that outlive it: a reset opens another in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2

from hardclose_mocks.clock import WireClock
from hardclose_mocks.history.store import MemoryStore, Store
from hardclose_mocks.server.restore import restore
from hardclose_mocks.server.sandbox import Sandbox, Setup


class World:
    """Opens a sandbox on a store: fresh where the store is empty, folded back where it is not."""

    def __init__(
        self,
        setup: Setup,
        wire: WireClock,
        new_store: Callable[[], Store] = MemoryStore,
        transport: httpx2.AsyncBaseTransport | None = None,
        *,
        keep: bool = True,
    ) -> None:
        """Histories are kept in memory too, or, as somebody's play may last for weeks, in their store alone."""
        self.setup, self._wire, self._new_store, self._transport = setup, wire, new_store, transport
        self._keep = keep
        self.sandbox = self._opened(new_store())

    def application(self, system: str) -> Any:
        """An ASGI application that always means the present sandbox."""

        async def application(scope: Any, receive: Any, send: Any) -> None:
            await self.sandbox.edges[system](scope, receive, send)

        return application

    async def open(self, setup: Setup, store: Store | None = None) -> Sandbox:
        """Close this sandbox, its history kept where it is, and open another in its place, at rest: no phase entered,
        nothing delivered yet. A store that holds a history brings the sandbox back as it was at its end."""
        await self.sandbox.stop()
        self.sandbox.history.close()
        self.setup = setup
        self.sandbox = self._opened(store or self._new_store())
        return self.sandbox

    async def reset(self) -> None:
        """Open a fresh sandbox from the same setup, in the phase the present one is in, and start it."""
        phase = self.sandbox.phase
        await self.open(self.setup)
        self.sandbox.enter(phase, "reset")
        self.sandbox.start()

    def _opened(self, store: Store) -> Sandbox:
        sandbox = Sandbox(self.setup, self._wire, store, transport=self._transport, keep=self._keep)
        if sandbox.history.length:
            restore(sandbox)
        else:
            sandbox.open()
        return sandbox
