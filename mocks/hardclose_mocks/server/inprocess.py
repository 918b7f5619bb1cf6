"""HTTP without a network: a client transport that calls ASGI applications, timeouts and drops included."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, MutableMapping
from typing import Any

import httpx2

from hardclose_mocks.server.calls import CONNECTED, CUT, DROP


class InProcessTransport(httpx2.AsyncBaseTransport):
    """Routes requests by host name to ASGI applications. Honours the read timeout; a dropped connection raises
    ReadError as a real one would; a caller that left stops nothing that had begun."""

    def __init__(self, applications: Mapping[str, Any]) -> None:
        self.applications = dict(applications)
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        application = self.applications.get(request.url.host)
        if application is None:
            raise httpx2.ConnectError(f"nobody listens at {request.url.host}", request=request)
        call = _Call(request, await request.aread())
        task = asyncio.get_running_loop().create_task(call.run(application))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        timeout = request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(timeout):
                await call.answered.wait()
        except TimeoutError:
            call.connected = False
            raise httpx2.ReadTimeout("no answer in time", request=request) from None
        except asyncio.CancelledError:
            call.connected = False
            raise
        if call.cut:
            raise httpx2.RemoteProtocolError("peer closed connection without sending complete body", request=request)
        if call.dropped:
            raise httpx2.ReadError("connection reset by peer", request=request)
        return httpx2.Response(call.status, headers=call.headers, content=b"".join(call.parts), request=request)

    async def aclose(self) -> None:
        """Shared between clients: closing one of them closes nothing."""


class _Call:
    def __init__(self, request: httpx2.Request, body: bytes) -> None:
        self.request, self.body = request, body
        self.answered = asyncio.Event()
        self.connected, self.dropped, self.cut = True, False, False
        self.status, self.headers, self.parts = 500, list[tuple[bytes, bytes]](), list[bytes]()

    async def run(self, application: Any) -> None:
        url = self.request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.request.method,
            "headers": [(name.lower(), value) for name, value in self.request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port or 80),
            "client": ("127.0.0.1", 1),
            "root_path": "",
            "state": {},
            "extensions": {DROP: self._drop, CUT: self._cut, CONNECTED: lambda: self.connected},
        }
        try:
            await application(scope, self._receive, self._send)
        finally:
            if not self.answered.is_set():
                self._drop()

    async def _receive(self) -> MutableMapping[str, Any]:
        if self.body is None:
            return {"type": "http.disconnect"}
        body, self.body = self.body, None  # type: ignore[assignment]  # handed out once
        return {"type": "http.request", "body": body, "more_body": False}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", []))
            return
        self.parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            self.answered.set()

    def _cut(self) -> None:
        self.connected, self.cut = False, True
        self.answered.set()

    def _drop(self) -> None:
        self.connected, self.dropped = False, True
        self.answered.set()
