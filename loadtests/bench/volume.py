"""Business at volume, each question in a process of its own: virtual days, and judging a large history.

    python loadtests/bench/volume.py days [SCENARIO]
    python loadtests/bench/volume.py play FILE [--records 100000]
    python loadtests/bench/volume.py judge FILE

One line of JSON each, processor time beside wall time: on a machine that others use, believe the former.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from hardclose_mocks.history.store import read, save_records
from hardclose_simulator.judge import judge
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import Scenario, load

MID_SIZE = Path(__file__).parent / "mid_size_day.yaml"
RECORDS_PER_FACT = 22
"""Of month-end with an event-driven integration: about as many come out as were asked for."""


def days(scenario: str) -> dict[str, Any]:
    """How fast its business days pass: systems, people, reference and history on one core."""
    story = load(scenario)
    recipe, passing = from_scenario(story, 1, "T1"), max(1, (story.ends - story.starts).days + 1)
    began, cpu_s = perf_counter(), process_time()
    records = play_virtually(recipe, "webhooks")
    wall_s, cpu_s = perf_counter() - began, process_time() - cpu_s
    return {
        "days": passing,
        "days_per_min": passing / wall_s * 60,
        "days_per_cpu_min": passing / cpu_s * 60,
        "records": len(records),
        "last_hash": records[-1].h,
        "peak_mb": _peak_mb(),
    }


def play(path: Path, records: int) -> dict[str, Any]:
    """Month-end with as many more expenses and requisitions as it takes, kept as a history of about so many records."""
    played = play_virtually(from_scenario(_scaled(records / RECORDS_PER_FACT), 1, "T1"), "webhooks")
    save_records(path, played)
    return {"records": len(played)}


def judge_stored(path: Path) -> dict[str, Any]:
    """What `hardclose judge` does with it: read, check the chain, fold the books, run every checker."""
    began, cpu_s, empty_mb = perf_counter(), process_time(), _peak_mb()
    records = read(path)
    read_s = process_time() - cpu_s
    verdict = judge(records)
    wall_s, cpu_s = perf_counter() - began, process_time() - cpu_s
    return {
        "records": len(records),
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "read_cpu_s": read_s,
        "peak_mb": _peak_mb(),
        "grown_mb": _peak_mb() - empty_mb,
        "exit_code": verdict.exit_code,
    }


def _scaled(facts: float) -> Scenario:
    story = load("month-end")
    flows = story.flows
    share = facts / (flows.expense.facts + flows.requisition.facts)
    more = {
        name: flow.model_copy(update={"facts": max(flow.facts, round(flow.facts * share))})
        for name, flow in flows.items()
    }
    return story.model_copy(update={"flows": flows.model_copy(update=more)})


def _peak_mb() -> float:
    """Most resident memory so far, in MB (10^6 bytes)."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) * 1024 / 1e6
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked = arguments.add_subparsers(dest="question", required=True)
    asked.add_parser("days").add_argument("scenario", nargs="?", default=str(MID_SIZE))
    playing = asked.add_parser("play")
    playing.add_argument("file", type=Path)
    playing.add_argument("--records", type=int, default=100_000)
    asked.add_parser("judge").add_argument("file", type=Path)
    told = arguments.parse_args()
    match told.question:
        case "days":
            found = days(told.scenario)
        case "play":
            found = play(told.file, told.records)
        case _:
            found = judge_stored(told.file)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
