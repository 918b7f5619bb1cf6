"""`hardclose contracts fuzz` as people start it: in a process of its own, for as long as it takes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from ..simulator.cli.commands import HARDCLOSE, Done

ENOUGH_S = 200
"""On a machine that does nothing else it takes about ten."""


def fuzzed(*words: str, more: Mapping[str, str] | None = None) -> Done:
    """`more` are additional environment variables."""
    command = [*HARDCLOSE, "contracts", "fuzz", *words]
    environment = {**os.environ, **(more or {})}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=ENOUGH_S, check=False)
    return Done(done.returncode, done.stdout, done.stderr)
