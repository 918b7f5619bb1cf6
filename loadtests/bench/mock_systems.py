"""The mock systems next to a bare FastAPI app, and other mock servers, in the same run: requests/s, latency, start-up,
memory.

    python loadtests/bench/mock_systems.py [--seconds 5] [--rounds 3] [--peers] [--format json]

One core for the server, another for the load generator; a fresh process per server and round, rounds interleaved,
medians. Absolute figures are this machine's: read the ratios, and look at `foreign load` before you believe anything.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from time import perf_counter, process_time
from typing import Any

from closed_loop import Conversation, Measured, WrongAnswer, measure
from conversations import AskConstant, CreateThenRead, GetOne, some_orders
from peers import to_be_had
from servers import BARE, CONSTANT, MOCKS, NoServer, Server, busy_s, cores, machine, serve

CONNECTIONS = 32
WARM_UP_S_MAX = 1.0
CAPPED_S = 0.7
"""For a server that stops at so many documents: its warm-up comes on top, and no server here makes as many in that."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the table: `ratio` says whether mock systems over bare app means anything."""

    name: str
    unit: str
    digits: int = 0
    ratio: bool = True


ROWS = {
    "get.per_s": Row("GET one order", "req/s"),
    "get.p50": Row("GET one order, p50", "ms", 2),
    "get.p99": Row("GET one order, p99", "ms", 2),
    "get.per_cpu_s": Row("GET one order", "req per CPU-second of the server"),
    "crud.per_s": Row("create, then read", "req/s, half of each"),
    "crud.create.p50": Row("create, p50", "ms", 2),
    "crud.create.p99": Row("create, p99", "ms", 2),
    "crud.read.p99": Row("read back, p99", "ms", 2),
    "crud.per_cpu_s": Row("create, then read", "req per CPU-second of the server"),
    "one.get.p50": Row("GET on one connection, p50", "ms", 3),
    "one.get.p99": Row("GET on one connection, p99", "ms", 3),
    "one.create.p50": Row("create on one connection, p50", "ms", 3),
    "one.create.p99": Row("create on one connection, p99", "ms", 3),
    "one.pieces": Row("reads from the socket per answer", "", 2, ratio=False),
    "start_s": Row("process spawn to first 200", "s", 2),
    "rss_idle": Row("memory, idle", "MB"),
    "rss_after": Row("memory after the load", "MB"),
    "orders": Row("orders made by then", "", 0, ratio=False),
}


@dataclass(slots=True)
class Series:
    """The figures of one server, one entry per round."""

    figures: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float | None) -> None:
        if value is not None:
            self.figures.setdefault(name, []).append(value)

    def median(self, name: str) -> float | None:
        return median(self.figures[name]) if name in self.figures else None


def benchmark(
    seconds: float, rounds: int, say: Callable[[str], None], others: Sequence[str] = (BARE,)
) -> dict[str, Any]:
    """All rounds of the mock systems and the others; the result as plain data. Raises NoServer or WrongAnswer."""
    measured = MOCKS, *others
    where = cores()
    if where.generator is not None:
        os.sched_setaffinity(0, {where.generator})
    series = {name: Series() for name in (*measured, CONSTANT)}
    began, ours = perf_counter(), _Ours()
    for number in range(1, rounds + 1):
        for name in measured:
            say(f"round {number} of {rounds}: {name}")
            with serve(name, where.server) as server:
                _measure(server, series[name], seconds, ours)
        with serve(CONSTANT, where.server) as server:
            found = ours.watch(server, lambda: measure(server.port, _many(AskConstant), seconds / 2, 0.2))
            series[CONSTANT].add("get.per_s", found.per_s)
            series[CONSTANT].add("generator_busy", found.busy)
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "method": {
            "rounds": rounds,
            "seconds_per_measurement": seconds,
            "connections": CONNECTIONS,
            "pinned": where.server is not None,
            "server_core": where.server,
            "took_s": round(perf_counter() - began, 1),
            "foreign_load": ours.foreign_load(),
            "generator_ceiling_per_s": series[CONSTANT].median("get.per_s"),
            "generator_busy_max": max(one for name in measured for one in series[name].figures["generator_busy"]),
        },
        "medians": {name: {row: series[name].median(row) for row in ROWS} for name in measured},
        "rounds": {name: one.figures for name, one in series.items()},
    }


def _measure(server: Server, series: Series, seconds: float, ours: _Ours) -> None:
    """Everything that is measured of one fresh server."""
    series.add("start_s", server.start_s)
    series.add("rss_idle", server.rss_mb())
    numbers = some_orders(server.port, server.token, server.masters)
    made = len(numbers)

    def run(name: str, talks: Sequence[Conversation], for_s: float) -> Measured:
        before, warm_up_s = server.cpu_s(), min(for_s, WARM_UP_S_MAX)
        found = ours.watch(server, lambda: measure(server.port, talks, for_s, warm_up_s))
        after = server.cpu_s()
        if before is not None and after is not None:
            # The warm-up was carried by the same processor time, so it is counted in proportion.
            series.add(f"{name}.per_cpu_s", found.per_s * (for_s + warm_up_s) / (after - before))
        series.add(f"{name}.per_s", found.per_s)
        series.add("generator_busy", found.busy)
        return found

    found = run("get", _many(lambda: GetOne(server.token, numbers)), seconds)
    series.add("get.p50", found.percentile(0.5))
    series.add("get.p99", found.percentile(0.99))

    def buyers() -> list[CreateThenRead]:
        return [CreateThenRead(server.token, server.masters, place) for place in range(CONNECTIONS)]

    if server.documents_max is not None:
        # Warm, then empty again, and for a time in which it does not get full.
        measure(server.port, buyers(), CAPPED_S, 0.0)
        server.empty()
    talks = buyers()
    found = run("crud", talks, seconds if server.documents_max is None else min(CAPPED_S, seconds))
    for asks in ("create", "read"):
        series.add(f"crud.{asks}.p50", found.percentile(0.5, asks))
        series.add(f"crud.{asks}.p99", found.percentile(0.99, asks))
    made += sum(talk.count for talk in talks)

    if server.documents_max is not None:
        server.empty()
        numbers = some_orders(server.port, server.token, server.masters)
    lone = CreateThenRead(server.token, server.masters, CONNECTIONS)
    one = run("one.crud", [lone], seconds / 2)
    made += lone.count
    series.add("one.create.p50", one.percentile(0.5, "create"))
    series.add("one.create.p99", one.percentile(0.99, "create"))
    one = run("one", [GetOne(server.token, numbers)], seconds / 2)
    series.add("one.get.p50", one.percentile(0.5))
    series.add("one.get.p99", one.percentile(0.99))
    series.add("one.pieces", one.pieces / one.answers)
    series.add("rss_after", server.rss_mb())
    series.add("orders", made)


def _many(talk: Callable[[], Conversation]) -> list[Conversation]:
    return [talk() for _ in range(CONNECTIONS)]


class _Ours:
    """Adds up what we and the servers used of the machine while measuring, so that the rest is somebody else's."""

    def __init__(self) -> None:
        self._wall_s = self._foreign_s = 0.0
        self._known = busy_s() is not None

    def watch(self, server: Server, work: Callable[[], Measured]) -> Measured:
        began, all_before, own_before, server_before = perf_counter(), busy_s(), process_time(), server.cpu_s()
        found = work()
        all_after, server_after = busy_s(), server.cpu_s()
        if all_before is None or all_after is None or server_before is None or server_after is None:
            self._known = False
            return found
        own = process_time() - own_before + server_after - server_before
        self._wall_s += perf_counter() - began
        self._foreign_s += max(0.0, all_after - all_before - own)
        return found

    def foreign_load(self) -> float | None:
        """Share of one core that others used meanwhile; 0.3 and more makes absolute figures worthless."""
        return round(self._foreign_s / self._wall_s, 2) if self._known and self._wall_s else None


# --- printing --------------------------------------------------------------------------------------------------


def table(result: dict[str, Any]) -> str:
    """As Markdown, good for a terminal and for a page. `ratio` is the mock systems' figure over the one before it."""
    medians = result["medians"]
    mocks, others = medians[MOCKS], [name for name in medians if name != MOCKS]
    lines = [("", "", MOCKS, *(cell for name in others for cell in (name, "ratio")))]
    for key, row in ROWS.items():
        if mocks[key] is None:
            continue
        cells = [f"{mocks[key]:,.{row.digits}f}"]
        for other in (medians[name][key] for name in others):
            cells.append("" if other is None else f"{other:,.{row.digits}f}")
            cells.append(f"{mocks[key] / other:.2f}" if row.ratio and other else "")
        lines.append((row.name, row.unit, *cells))
    return markdown(lines)


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """A table whose first line is its head and whose first two columns are words."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [_line(line, widths) for line in lines]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(text)


def _line(cells: Sequence[str], widths: list[int]) -> str:
    left = [cell.ljust(width) for cell, width in zip(cells[:2], widths[:2], strict=True)]
    return "| " + " | ".join([*left, *(c.rjust(w) for c, w in zip(cells[2:], widths[2:], strict=True))]) + " |"


def sentences(result: dict[str, Any]) -> str:
    """Machine, method, and what to beware of."""
    about, method = result["machine"], result["method"]
    foreign = method["foreign_load"]
    ceiling, busy = method["generator_ceiling_per_s"], method["generator_busy_max"]
    lines = [
        f"{result['measured_at'][:10]}: {about['cpu']}, {about['system']}, {about['python']}",
        f"medians of {method['rounds']} rounds, {method['seconds_per_measurement']:g} s each, "
        f"{method['connections']} kept connections; {'pinned' if method['pinned'] else 'NOT pinned'} to a core each",
        f"foreign load: {'unknown' if foreign is None else f'{foreign:.0%} of a core'}",
        f"the generator makes {ceiling:,.0f} req/s against a constant answer; at most {busy:.0%} of its core was used",
    ]
    if foreign is not None and foreign >= 0.3:
        lines.append("BEWARE: others were at work on this machine; believe at most the rows per CPU-second")
    if busy >= 0.9:
        lines.append("BEWARE: the generator was the bottleneck in some row")
    return "\n".join(lines)


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def main() -> int:
    """0; or 2 with a sentence when a server did not start or answered wrongly."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=5.0, help="per measurement, 0.2 to 60 (default 5)")
    arguments.add_argument("--rounds", type=int, default=3, help="1 to 9 (default 3)")
    arguments.add_argument("--peers", action="store_true", help="also other mock servers, installed by npm")
    arguments.add_argument("--format", choices=("text", "json"), default="text", help="what stdout carries")
    asked = arguments.parse_args()
    if not 0.2 <= asked.seconds <= 60 or not 1 <= asked.rounds <= 9:
        arguments.error("--seconds is from 0.2 to 60, --rounds from 1 to 9")
    others = (BARE, *(to_be_had(_say) if asked.peers else ()))
    try:
        result = benchmark(asked.seconds, asked.rounds, _say, others)
    except (NoServer, WrongAnswer) as wrong:
        print(f"mock_systems: {wrong}", file=sys.stderr)
        return 2
    if asked.format == "json":
        print(json.dumps(result, indent=2))
    else:
        print(table(result) + "\n\n" + sentences(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
