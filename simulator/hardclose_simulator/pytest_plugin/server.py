"""The mock systems of one test process: a thread with an event loop of its own, on free loopback ports.

Its addresses and credentials outlive every sandbox that is opened behind them."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar, cast

import httpx2
import uvloop

from hardclose_mocks.clock import HostClock
from hardclose_mocks.control import PREFIX, control_application
from hardclose_mocks.history.codec import plain
from hardclose_mocks.history.records import Record
from hardclose_mocks.history.store import MemoryStore, Store
from hardclose_mocks.kernel.refusals import Refused
from hardclose_mocks.server.inprocess import InProcessTransport
from hardclose_mocks.server.listen import Listener
from hardclose_mocks.server.sandbox import SYSTEMS, Sandbox, Setup
from hardclose_mocks.server.world import World
from hardclose_simulator.pytest_plugin.receivers import Receivers
from hardclose_simulator.pytest_plugin.usage import UsageError

T = TypeVar("T")


class SandboxServer:
    """`urls` are the addresses of control plane, systems, and the receivers of webhooks. Raises PortTaken."""

    def __init__(self, setup: Setup, ports: Mapping[str, int]) -> None:
        self.receivers = Receivers()
        self.urls: dict[str, str] = {}
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="hardclose", daemon=True)
        self._thread.start()
        try:
            self.call(self._start(setup, ports))
        except BaseException:
            self._end()
            raise

    @property
    def sandbox(self) -> Sandbox:
        return self._world.sandbox

    @property
    def setup(self) -> Setup:
        return self._world.setup

    # --- from the test's thread ---------------------------------------------------------------------------------

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Have it done on the server's loop; its result or its exception."""
        __tracebackhide__ = True
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except (UsageError, Refused) as said:
            words = said
        except BaseException:
            future.cancel()
            raise
        # Meant for the test: where among our threads it was said is of no interest there.
        raise words.with_traceback(None) from None

    def ask(self, question: Callable[[], T]) -> T:
        """The answer of a plain function that was called on the server's loop: nothing happens meanwhile."""
        __tracebackhide__ = True

        async def asked() -> T:
            return question()

        return self.call(asked())

    def later(self, after_s: float, act: Callable[[], object]) -> None:
        """On the server's loop, so many wire seconds from now."""
        self._loop.call_soon_threadsafe(lambda: self._loop.call_later(after_s, act))

    def open(self, setup: Setup, store: Store | None = None) -> Sandbox:
        """A fresh sandbox behind the same addresses, at rest."""
        self.receivers.forget()
        return self.call(self._world.open(setup, store))

    def control(self, method: str, path: str, **request: Any) -> Any:
        """What the control plane answers, as plain JSON. Raises UsageError in its words."""
        __tracebackhide__ = True

        async def asked() -> httpx2.Response:
            return await self._client.request(method, f"http://control{PREFIX}{path}", **request)

        answer = self.call(asked())
        if answer.status_code >= 400:
            raise UsageError(answer.json()["detail"])
        return answer.json() if answer.content else None

    def stop(self) -> None:
        self.call(self._stop())
        self._end()

    # --- on the server's thread ---------------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _start(self, setup: Setup, ports: Mapping[str, int]) -> None:
        self._world = World(setup, HostClock(), transport=_Lasting())
        control = control_application(self._world, self.urls, verdict=_verdict)
        applications = {name: self._world.application(name) for name in SYSTEMS}
        listener = Listener({"control": control, **applications, "receivers": self.receivers}, ports)
        self.urls |= listener.urls
        self.receivers.url = listener.urls["receivers"]
        thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
        await listener.start()
        # The listener tunes the collector for a process of its own; this one belongs to somebody's tests.
        gc.set_threshold(*thresholds)
        if not frozen:
            gc.unfreeze()
        self._listener = listener
        self._client = httpx2.AsyncClient(transport=InProcessTransport({"control": control}), timeout=None)

    async def _stop(self) -> None:
        await self._client.aclose()
        await self._listener.stop()
        await self.sandbox.stop()
        self.sandbox.history.close()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _Lasting(httpx2.AsyncHTTPTransport):
    """Carries the deliveries of one sandbox after the other: loading the host's certificates takes longer than opening
    a sandbox. Whoever closes it closes nothing."""

    def __init__(self) -> None:
        super().__init__(limits=httpx2.Limits(max_connections=200, max_keepalive_connections=20), trust_env=False)

    async def aclose(self) -> None:
        """See above; `stop` closes it in the end."""

    async def __aexit__(self, *_: object) -> None:
        """Likewise."""


class Finished(MemoryStore):
    """The history of a run that is over, for a sandbox that shows how its books ended."""

    def __init__(self, records: list[Record]) -> None:
        self._records = records

    def load(self) -> list[Record]:
        return list(self._records)


async def _verdict(records: list[Record]) -> dict[str, Any]:
    from hardclose_simulator.judge import judge

    return cast(dict[str, Any], plain(judge(records)))
