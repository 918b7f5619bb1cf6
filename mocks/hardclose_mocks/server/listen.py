"""Real sockets: one uvicorn server per system and one for the control plane. Can drop a caller."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import struct
from collections.abc import Mapping
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hardclose_mocks.server.calls import CONNECTED, CUT, DROP

NO_LINGERING = struct.pack("ii", 1, 0)
PORTS = {"control": 18500, "erp": 18501, "procurement": 18502, "expense": 18503}


class PortTaken(OSError):
    """Somebody else listens there."""


class _OnePacket:
    """A transport whose writes of one loop tick leave together, so that head and body of an answer share a packet."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._parts = transport, list[bytes]()
        self._loop = asyncio.get_running_loop()

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)

    def _flush(self) -> None:
        if self._parts:
            data, self._parts = b"".join(self._parts), []
            self._transport.write(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        self._parts.clear()
        self._transport.abort()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class DroppingProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with what a fault needs: to break a connection off, to end it halfway, and to
    see who is still there.

    Sending nothing from ASGI makes uvicorn answer 500; only the protocol can reset the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_OnePacket(transport))  # type: ignore[arg-type]

    def on_message_begin(self) -> None:
        super().on_message_begin()
        extensions: dict[str, Any] = {DROP: self._drop, CUT: self._cut, CONNECTED: self._connected}
        self.scope["extensions"] = extensions

    def _drop(self) -> None:
        self.cycle.disconnected = True
        if self.transport.is_closing():
            return  # the caller left first, and its socket is gone
        # With nothing left to linger for, the kernel sends a reset and no orderly end.
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
        self.transport.abort()

    def _cut(self) -> None:
        """What was written still leaves; then the connection ends, whatever its head had promised."""
        self.cycle.disconnected = True
        self.transport.close()

    def _connected(self) -> bool:
        return not self.cycle.disconnected and not self.transport.is_closing()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Signals belong to the command that runs us."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises PortTaken in words."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as wrong:
        listener.close()
        raise PortTaken(
            f"{host}:{port} cannot be listened on ({wrong.strerror}); stop who does, or choose other ports"
        ) from wrong
    listener.listen(2048)
    listener.setblocking(False)
    return listener


class Listener:
    """Serves applications by name. `ports` of 0 are chosen freely; `urls` holds what came of it."""

    def __init__(self, applications: Mapping[str, Any], ports: Mapping[str, int], host: str = "127.0.0.1") -> None:
        self._applications, self._sockets = applications, {}
        self._servers: list[_Server] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.urls: dict[str, str] = {}
        try:
            for name in applications:
                self._sockets[name] = bind(host, ports.get(name, 0))
                shown = f"[{host}]" if ":" in host else host
                self.urls[name] = f"http://{shown}:{self._sockets[name].getsockname()[1]}"
        except PortTaken:
            for listener in self._sockets.values():
                listener.close()
            raise

    async def start(self) -> None:
        for name, application in self._applications.items():
            config = uvicorn.Config(
                application,
                http=DroppingProtocol,
                ws="none",
                lifespan="off",
                log_level="critical",
                access_log=False,
                date_header=False,
                server_header=False,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=1,
            )
            server = _Server(config)
            self._servers.append(server)
            self._tasks.append(asyncio.get_running_loop().create_task(server.serve(sockets=[self._sockets[name]])))
        while not all(server.started for server in self._servers):
            await asyncio.sleep(0.005)
        # Long-lived objects out of the collector's way: its full passes would stop every system at once. What survives
        # two young passes is documents and records, which live as long as the sandbox and hold no cycles.
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 2, 1_000)
        if _freeze_survivors not in gc.callbacks:
            gc.callbacks.append(_freeze_survivors)

    async def stop(self) -> None:
        for server in self._servers:
            server.should_exit = True
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _freeze_survivors(phase: str, told: dict[str, int]) -> None:
    if phase == "stop" and told["generation"] == 1:
        gc.freeze()


def free_port(host: str = "127.0.0.1") -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
