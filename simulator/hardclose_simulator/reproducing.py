"""The command that plays a run again, from the run's own header."""

from __future__ import annotations

import shlex

from hardclose_mocks.history.records import Run

REFERENCE = "reference"


def reproduce_line(run: Run | None) -> str:
    """`Reproduce with: hardclose run ...`; empty for a history without a header."""
    if run is None:
        return ""
    words = ["hardclose", "run", run.scenario, "--seed", str(run.seed)]
    words += _log(run)
    words += _integration(run.sut)
    profiles = run.config.get("profiles")
    chosen = set(profiles.values()) if isinstance(profiles, dict) else set()
    if len(chosen) == 1 and chosen != {"C1"}:
        words += ["--profile", str(chosen.pop())]
    if run.mode == "virtual":
        words.append("--virtual")
    return "Reproduce with: " + shlex.join(words)


def _log(run: Run) -> list[str]:
    words: list[str] = []
    for name in ("log", "cases"):
        if name in run.config:
            words += [f"--{name}", str(run.config[name])]
    return words


def _integration(sut: str) -> list[str]:
    """`reference, polling, variant P09`, a URL, or a command line."""
    if sut == REFERENCE or sut.startswith(REFERENCE + ","):
        words: list[str] = []
        for part in (piece.strip() for piece in sut.split(",")[1:]):
            name, _, value = part.partition(" ")
            words += ["--variant", value] if name == "variant" else ["--style", part]
        return words
    if sut.startswith(("http://", "https://")):
        return ["--sut", sut]
    return ["--command", sut] if sut else []
