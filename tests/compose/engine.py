"""A Docker engine of the test's own, with a base image made of Debian's packages: no registry of images is needed.

Flags that let `dockerd` run without systemd, bridges and firewall rules; everything runs on the host's network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_S = 30.0
BASE = "hardclose-test-base:py3"
FLAGS = (
    "--iptables=false",
    "--ip6tables=false",
    "--bridge=none",
    "--storage-driver",
    "overlay2",
    "--oom-score-adjust=0",
)


def missing() -> str:
    """Why no engine can be started here, in words; empty if one can."""
    if os.geteuid() != 0:
        return "starting a Docker engine needs root"
    absent = [name for name in ("dockerd", "docker", "debootstrap") if shutil.which(name) is None]
    return (
        f"{', '.join(absent)} not installed; on Debian: apt-get install docker.io debootstrap iptables"
        if absent
        else ""
    )


@contextmanager
def engine(folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which `docker` speaks to it; stopped at the end, and nothing of it is left mounted."""
    socket = f"unix://{folder / 'docker.sock'}"
    command = ["dockerd", "--data-root", folder / "data", "--exec-root", folder / "exec", "--pidfile", folder / "pid"]
    with (folder / "engine.log").open("wb") as log:
        process = subprocess.Popen([*map(str, command), "-H", socket, *FLAGS], stdout=log, stderr=log)
    environment = {**os.environ, "DOCKER_HOST": socket}
    try:
        until = time.monotonic() + START_S
        while subprocess.run(["docker", "version"], env=environment, capture_output=True).returncode:
            alive = process.poll() is None and time.monotonic() < until
            assert alive, (folder / "engine.log").read_text()[-2000:]
            time.sleep(0.2)
        yield environment
    finally:
        process.terminate()
        process.wait(START_S)
        subprocess.run(["umount", str(folder / "exec" / "netns" / "default")], capture_output=True)


def base_image(folder: Path, environment: dict[str, str]) -> str:
    """A minimal Debian with Python, from its packages."""
    rootfs = folder / "rootfs"
    packages = "--include=python3-minimal,python3-venv,ca-certificates"
    made = ["debootstrap", "--variant=minbase", packages, "bookworm", str(rootfs), "http://deb.debian.org/debian"]
    subprocess.run(made, check=True, capture_output=True)
    with subprocess.Popen(["tar", "-C", str(rootfs), "-c", "."], stdout=subprocess.PIPE) as packed:
        subprocess.run(
            ["docker", "import", "-", BASE], stdin=packed.stdout, env=environment, check=True, capture_output=True
        )
    return BASE


def wheels(root: Path, folder: Path) -> None:
    """Everything the image installs, as wheels: a build step without a package registry finds it there."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "-d",
        str(folder),
        "-c",
        "constraints.txt",
        ".",
        "hatchling",
    ]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    for own in folder.glob("hardclose-*"):
        own.unlink()
