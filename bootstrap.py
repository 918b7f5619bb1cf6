"""Sets hardclose up from a clean clone and runs its main job or its tests. Standard library only.

python3 bootstrap.py setup    the environment in .venv/, nothing else
python3 bootstrap.py demo     sets up, plays a month-end close, prints the verdict and where its report is
python3 bootstrap.py test     sets up, runs the tests; further arguments go to pytest
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
CONSTRAINTS = ROOT / "constraints.txt"
STAMP = VENV / "hardclose-setup"
NEEDS = (3, 11)


def say(text: str) -> None:
    print(f"bootstrap: {text}", file=sys.stderr, flush=True)


def run(*command: object) -> None:
    """Raises CalledProcessError when the command fails."""
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", PIP_DISABLE_PIP_VERSION_CHECK="1")
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, env=environment)


def wanted(extra: str) -> str:
    """What the environment must be made from; another answer than the stamp's means: install again."""
    parts = [extra, sys.version]
    parts += [(ROOT / name).read_text() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def make_environment() -> None:
    try:
        import venv
    except ImportError:
        sys.exit("bootstrap: Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv")
    try:
        venv.create(VENV, with_pip=True)
    except (subprocess.CalledProcessError, OSError) as wrong:
        sys.exit(
            f"bootstrap: no environment could be made in {VENV} ({wrong}); is the folder writable, and is ensurepip "
            "there? On Debian and Ubuntu: apt-get install python3-venv"
        )


def install(extra: str) -> None:
    """By uv where it can be had, by pip otherwise."""
    target = f"{ROOT}[{extra}]"
    pins = ("-c", CONSTRAINTS)
    try:
        run(PYTHON, "-m", "pip", "install", "-q", *pins, "uv")
        run(PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON, *pins, "-e", target)
    except (subprocess.CalledProcessError, FileNotFoundError):
        say("uv is not to be had here; pip does it, more slowly")
        try:
            run(PYTHON, "-m", "pip", "install", "-q", *pins, "-e", target)
        except subprocess.CalledProcessError:
            sys.exit(
                "bootstrap: the packages could not be installed; pip's own message is above. "
                "A package registry must be reachable, or pip configured for yours (PIP_INDEX_URL)."
            )


def setup(extra: str = "dev") -> None:
    if sys.version_info < NEEDS:
        sys.exit(f"bootstrap: hardclose needs Python {NEEDS[0]}.{NEEDS[1]} or newer; this is {sys.version.split()[0]}")
    if STAMP.exists() and PYTHON.exists() and STAMP.read_text() == wanted(extra):
        return
    began = time.monotonic()
    say(f"setting up {VENV.relative_to(ROOT)}/ (once)")
    if not PYTHON.exists():
        make_environment()
    install(extra)
    STAMP.write_text(wanted(extra))
    say(f"ready after {time.monotonic() - began:.0f} s")


def finish(*command: object) -> None:
    """Run it and leave with its exit code."""
    try:
        sys.exit(subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode)
    except KeyboardInterrupt:
        sys.exit(130)


def main(arguments: list[str]) -> None:
    match arguments:
        case ["setup"]:
            setup()
        case ["demo", *rest]:
            setup()
            finish(BIN / "hardclose", "run", "month-end", *rest)
        case ["test", *rest]:
            setup()
            finish(BIN / "pytest", "-n", "2", *rest)
        case _:
            print(__doc__.strip())
            sys.exit(0 if arguments in (["--help"], ["-h"]) else 2)


if __name__ == "__main__":
    main(sys.argv[1:])
