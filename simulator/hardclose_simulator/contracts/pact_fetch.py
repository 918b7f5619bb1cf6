"""Pacts out of a broker as files, by the official command line: where each has to be looked at before it is played."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from hardclose_simulator.contracts.pact_files import PactError
from hardclose_simulator.contracts.pact_verifier import Source

FETCH_S_MAX = 120


def fetch(source: Source, provider: str, folder: Path) -> None:
    """The newest pacts with that provider, each a file of its own in the folder; none is no trouble.

    Raises PactError where there is no command line, or the broker gives nothing."""
    pact = shutil.which("pact", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))
    if pact is None:
        raise PactError("fetching pacts needs pact-python-cli; install it with: pip install 'hardclose[contracts]'")
    assert source.broker is not None, "there is a broker to fetch from"
    asked = [pact, "broker", "get-pacts", "--latest", "--provider", provider, "--broker-base-url", source.broker]
    asked += ["--download", "--download-dir", str(folder), "--retries", "0"]
    if source.consumer_branch:
        asked += ["--branch", source.consumer_branch]
    told = {
        "PACT_BROKER_TOKEN": source.token,
        "PACT_BROKER_USERNAME": source.username,
        "PACT_BROKER_PASSWORD": source.password,
    }
    environment = {**os.environ, **{name: value for name, value in told.items() if value}, "PACT_DO_NOT_TRACK": "true"}
    done = subprocess.run(  # noqa: S603  # the official command line, with our own arguments
        asked, capture_output=True, text=True, env=environment, timeout=FETCH_S_MAX, check=False
    )
    if done.returncode:
        says = (done.stderr.strip() or done.stdout.strip()).removeprefix("\u274c").strip()
        raise PactError(f"{source.says}: {says}")
