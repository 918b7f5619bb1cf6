"""Everything that hardclose promises of its speed, measured in one run and printed as tables of ratios.

    python loadtests/bench/all.py [--seconds 5] [--rounds 3] [--documents 100000] [--records 100000] [--no-peers]

Some minutes; with `--records 1000000` a quarter of an hour more. What the machine was doing meanwhile is told with it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from closed_loop import WrongAnswer
from growth import grown
from mock_systems import benchmark, markdown, sentences, table
from peers import to_be_had
from servers import BARE, HERE, MOCKS, NoServer

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Goal:
    """`figure` finds what was measured; `least` says whether the goal is a floor."""

    what: str
    unit: str
    goal: float
    figure: Callable[[dict[str, Any]], float | None]
    least: bool = False
    digits: int = 0


def _ours(key: str) -> Callable[[dict[str, Any]], float | None]:
    return lambda found: found["servers"]["medians"][MOCKS][key]


GOALS = (
    Goal("create, then read, 32 connections", "req/s", 5_000, _ours("crud.per_s"), least=True),
    Goal("the same", "req per CPU-second of the server", 5_000, _ours("crud.per_cpu_s"), least=True),
    Goal("create, 32 connections, p99", "ms", 20, _ours("crud.create.p99"), digits=1),
    Goal("GET on one connection, p50", "ms", 1, _ours("one.get.p50"), digits=2),
    Goal("create on one connection, p50", "ms", 1, _ours("one.create.p50"), digits=2),
    Goal("all systems up", "s", 0.5, _ours("start_s"), digits=2),
    Goal("an extra sandbox in a running server", "ms", 10, lambda found: found["growth"]["extra_sandbox_ms"], digits=1),
    Goal("memory, idle", "MB", 80, lambda found: found["growth"]["idle_mb"]),
    Goal("memory per document", "KB", 3, lambda found: found["growth"]["kb_per_document"], digits=1),
    Goal(
        "memory, second repeated load over first",
        "ratio",
        1.02,
        lambda found: found["growth"]["after_load_mb"][1] / found["growth"]["after_load_mb"][0],
        digits=3,
    ),
    Goal("mid-size business days", "per minute", 20, lambda found: found["days"]["days_per_min"], least=True, digits=1),
    Goal("the same", "per CPU-minute", 20, lambda found: found["days"]["days_per_cpu_min"], least=True, digits=1),
    Goal("judging, per million records", "CPU-s", 60, lambda found: _per_million(found, "cpu_s"), digits=1),
    Goal("the same", "MB", 2_147, lambda found: _per_million(found, "grown_mb")),
)
"""One line per promise. Two GiB are 2,147 MB."""


def _per_million(found: dict[str, Any], key: str) -> float:
    return float(found["judge"][key] * 1_000_000 / found["judge"]["records"])


def everything(asked: argparse.Namespace, say: Say) -> dict[str, Any]:
    """All of it as plain data. Raises NoServer, WrongAnswer, CalledProcessError."""
    others = (BARE, *(to_be_had(say) if asked.peers else ()))
    found: dict[str, Any] = {"servers": benchmark(asked.seconds, asked.rounds, say, others)}
    found["growth"] = grown(asked.documents, asked.seconds, found["servers"]["method"]["server_core"], say)
    say("virtual days of a mid-size company")
    found["days"] = _asked("days", *asked.story)
    with tempfile.TemporaryDirectory(prefix="hardclose-bench-") as folder:
        history = str(Path(folder) / "history.sqlite")
        say(f"playing a history of about {asked.records:,} records")
        _asked("play", history, "--records", str(asked.records))
        say("judging it")
        found["judge"] = _asked("judge", history)
    return found


def _asked(*words: str) -> dict[str, Any]:
    """What volume.py says."""
    done = subprocess.run([sys.executable, str(HERE / "volume.py"), *words], capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def goals(found: dict[str, Any]) -> str:
    """Each promise with what was measured; a ratio above 1 is better than promised."""
    lines = [("", "", "goal", "measured", "ratio")]
    for one in GOALS:
        figure = one.figure(found)
        if figure is None:
            lines.append((one.what, one.unit, f"{one.goal:g}", "unknown", ""))
            continue
        # A run too small to grow by a megabyte grew by nothing: there is no ratio to that.
        ratio = f"{figure / one.goal if one.least else one.goal / figure:.2f}" if figure > 0 else ""
        lines.append((one.what, one.unit, f"{one.goal:,g}", f"{figure:,.{one.digits}f}", ratio))
    return markdown(lines)


def volumes(found: dict[str, Any]) -> str:
    """What the rows per document and per million were found with."""
    grew, judged, days = found["growth"], found["judge"], found["days"]
    loads = zip(grew["after_load_mb"], grew["reads"], strict=True)
    after = ", ".join(f"{mb:.0f} MB after {reads:,} reads" for mb, reads in loads)
    return (
        f"memory: {grew['idle_mb']:.0f} MB idle, {grew['with_documents_mb']:.0f} MB with {grew['documents']:,} "
        f"documents, {after}\n"
        f"judged: {judged['records']:,} records in {judged['wall_s']:.1f} s ({judged['cpu_s']:.1f} CPU-s), "
        f"{judged['peak_mb']:,.0f} MB at most\n"
        f"played: {days['days']} days of {days['records']:,} records, {days['peak_mb']:,.0f} MB at most"
    )


def main() -> int:
    """0; or 2 with a sentence when something did not start, answered wrongly or ended badly."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=5.0, help="per measurement, 0.2 to 60 (default 5)")
    arguments.add_argument("--rounds", type=int, default=3, help="1 to 9 (default 3)")
    arguments.add_argument("--documents", type=int, default=100_000, help="for memory, 100 to 1000000")
    arguments.add_argument("--records", type=int, default=100_000, help="to judge, 5000 to 2000000")
    arguments.add_argument("--story", nargs=1, default=[], help="scenario whose days are played, if not the mid-size")
    arguments.add_argument("--no-peers", dest="peers", action="store_false", help="leave other mock servers out")
    arguments.add_argument("--format", choices=("text", "json"), default="text", help="what stdout carries")
    asked = arguments.parse_args()
    if not 0.2 <= asked.seconds <= 60 or not 1 <= asked.rounds <= 9:
        arguments.error("--seconds is from 0.2 to 60, --rounds from 1 to 9")
    if not 100 <= asked.documents <= 1_000_000 or not 5_000 <= asked.records <= 2_000_000:
        arguments.error("--documents is from 100 to 1000000, --records from 5000 to 2000000")
    try:
        found = everything(asked, lambda line: print(line, file=sys.stderr))
    except (NoServer, WrongAnswer) as wrong:
        print(f"all: {wrong}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as wrong:
        print(f"all: {wrong}\n{wrong.stderr[-2000:]}", file=sys.stderr)
        return 2
    if asked.format == "json":
        print(json.dumps(found, indent=2))
    else:
        print(goals(found), table(found["servers"]), volumes(found), sentences(found["servers"]), sep="\n\n")
        load = os.getloadavg()
        print(f"load of the machine at the end, 1, 5 and 15 minutes: {', '.join(f'{one:.1f}' for one in load)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
