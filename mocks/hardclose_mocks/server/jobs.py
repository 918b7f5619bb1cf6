"""Jobs that accepted requests left behind (202): pending, then done, failed or partly done; some stay pending."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

DONE, FAILED, PARTLY, PENDING = "done", "failed", "partly", "pending"


@dataclass(slots=True)
class Job:
    """`status` and `result` are what the request would have been answered with, None while it is pending."""

    id: str
    operation: str
    state: str = PENDING
    status: int | None = None
    result: Any = None

    def end(self, status: int, result: Any) -> None:
        self.state, self.status, self.result = state_of(status, result), status, result


def state_of(status: int, result: Any) -> str:
    """What a job came to, by the answer its request would have had."""
    if status >= 400:
        return FAILED
    rows = result.get("results") if isinstance(result, dict) else None
    return PARTLY if rows and any(row["status"] >= 400 for row in rows) else DONE


@dataclass(slots=True)
class Jobs:
    """By system and id. Folded from the history."""

    run_tag: str
    _jobs: dict[tuple[str, str], Job] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def next_id(self, system: str) -> str:
        return f"job_{self.run_tag}_{system}_{sum(home == system for home, _ in self._jobs) + 1}"

    def open(self, system: str, job: Job) -> Job:
        self._jobs[system, job.id] = job
        return job

    def find(self, system: str, job_id: str) -> Job | None:
        return self._jobs.get((system, job_id))

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Needs a running loop."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
