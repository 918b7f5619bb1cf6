"""The command that plays a run again, from the run's own header."""

from __future__ import annotations

import shlex

from hardclose_mocks.history.records import Run

REFERENCE = "reference"
OPTIONS = ("log", "cases", "activities", "manifest", "webhook_path", "port_base", "container")
"""Keys of the header's `config` that are options of `hardclose run` with one value each."""


def reproduce_line(run: Run | None) -> str:
    """`Reproduce with: hardclose run ...`; empty for a history without a header."""
    if run is None:
        return ""
    # A scenario of one's own was asked for by its file, not by its name.
    words = ["hardclose", "run", str(run.config.get("scenario", run.scenario)), "--seed", str(run.seed)]
    words += _options(run)
    words += _integration(run.sut)
    profiles = run.config.get("profiles")
    chosen = set(profiles.values()) if isinstance(profiles, dict) else set()
    if len(chosen) == 1 and chosen != {"C1"}:
        words += ["--profile", str(chosen.pop())]
    if run.mode == "virtual":
        words.append("--virtual")
    return "Reproduce with: " + shlex.join(words)


def _options(run: Run) -> list[str]:
    words: list[str] = []
    for name in OPTIONS:
        if name in run.config:
            words += [f"--{name.replace('_', '-')}", str(run.config[name])]
    columns = run.config.get("columns")
    for column in columns if isinstance(columns, list) else ():
        words += ["--column", str(column)]
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
