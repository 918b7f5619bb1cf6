"""A running server over time: what another sandbox takes, and what many documents and much load leave in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from closed_loop import Conversation, measure
from conversations import CreateThenRead, GetOne, call, some_orders
from servers import MOCKS, Server, serve

CONNECTIONS = 32
PIECE_S = 5.0
RESETS = 9


class _Create(CreateThenRead):
    """Creates only."""

    def request(self) -> bytes:
        self.asks = "read"
        return super().request()


def extra_sandbox_ms(server: Server) -> float:
    """Median time in which a running server opens another sandbox in the place of its present one."""
    took = []
    for _ in range(RESETS):
        began = time.perf_counter()
        call(server.control, "/_hardclose/v1/reset", body=b"", method="POST")
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def grown(documents: int, seconds: float, core: int | None, say: Callable[[str], None]) -> dict[str, Any]:
    """Resident MB of a fresh server idle, with so many purchase orders, and after reading for `seconds`, twice."""
    with serve(MOCKS, core) as server:
        found: dict[str, Any] = {"idle_mb": server.rss_mb(), "extra_sandbox_ms": extra_sandbox_ms(server)}
    with serve(MOCKS, core) as server:
        buyers = [_Create(server.token, server.masters, place) for place in range(CONNECTIONS)]
        empty_mb, began, used_s = server.rss_mb(), time.perf_counter(), server.cpu_s() or 0.0
        while (made := sum(buyer.count for buyer in buyers)) < documents:
            say(f"{made:,} of {documents:,} documents")
            measure(server.port, buyers, min(PIECE_S, seconds), 0.0)
        found |= {
            "documents": made,
            "creates_per_s": made / (time.perf_counter() - began),
            "creates_per_cpu_s": made / max(0.01, (server.cpu_s() or 0.0) - used_s),
            "with_documents_mb": server.rss_mb(),
            "kb_per_document": (server.rss_mb() - empty_mb) * 1000 / made,
        }
        numbers = some_orders(server.port, server.token, server.masters)
        found["after_load_mb"], found["reads"] = [], []
        for _ in range(2):
            readers: list[Conversation] = [GetOne(server.token, numbers) for _ in range(CONNECTIONS)]
            found["reads"].append(measure(server.port, readers, seconds, 0.0).answers)
            found["after_load_mb"].append(server.rss_mb())
    return found
