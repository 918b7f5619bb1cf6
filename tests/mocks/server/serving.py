"""A server to be killed: `python -m tests.mocks.server.serving HISTORY CONTROL ERP PROCUREMENT EXPENSE` (ports)."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import sys
from pathlib import Path

import uvloop

from hardclose_mocks.clock import HostClock
from hardclose_mocks.control import control_application
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.places import open_history
from hardclose_mocks.pace import CI
from hardclose_mocks.server.listen import PORTS, Listener
from hardclose_mocks.server.sandbox import SYSTEMS
from hardclose_mocks.server.world import World

from ..sandboxes import setup

SCHEDULE_S = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
PACE = dataclasses.replace(CI, webhook_schedule_s=SCHEDULE_S, webhook_timeout_s=1.0, token_life_s=300.0)
SLOW = {"median_s": 0.05, "sigma": 1.0, "highest_s": 0.3}
RULES = (
    Rule("slow", "F03", "erp", share=0.5, parameters=SLOW),
    Rule("lost", "F01", "erp", ("expense_posting.create",), share=0.1),
    Rule("late", "F31", "expense", share=0.3, parameters={"mean_s": 0.3, "highest_s": 1.0}),
    Rule("again", "F30", "expense", share=0.3, parameters={"after_s": 0.2}),
)


async def serve(path: Path, ports: dict[str, int]) -> None:
    world = World(
        setup(*RULES, pace=PACE), HostClock(), lambda: open_history(path, os.environ.get("HARDCLOSE_HISTORY"))
    )
    urls: dict[str, str] = {}
    applications = {name: world.application(name) for name in SYSTEMS}
    applications["control"] = control_application(world, urls)
    listener = Listener(applications, ports)
    urls |= listener.urls
    await listener.start()
    if world.sandbox.phase != "play":
        world.sandbox.enter("play")
    world.sandbox.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    given = dict(zip(PORTS, map(int, sys.argv[2:]), strict=True))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1]), given))
