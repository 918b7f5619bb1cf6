"""Tools from npm for tests: pinned, installed once below `.hardclose/npm`; a test without npm is skipped, loudly."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2] / ".hardclose" / "npm"


def installed(package: str, version: str) -> Path:
    """The `node_modules` that holds it. Skips the test where there is no npm, or no registry."""
    folder = HOME / f"{package.rpartition('/')[2]}-{version}"
    found = folder / "node_modules"
    if found.exists():
        return found
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"there is no npm here, which would install {package}@{version}")
    HOME.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME) as fresh:
        options = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix", fresh]
        done = subprocess.run(
            [npm, "install", *options, f"{package}@{version}"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"npm cannot install {package}@{version} here: {done.stderr.strip()[-300:]}")
        folder.mkdir(exist_ok=True)
        # Another worker may have been faster: then his stays, and ours goes with its folder.
        with contextlib.suppress(OSError):
            (Path(fresh) / "node_modules").rename(found)
    return found
