"""The state folder of a sandbox: whose it is, its histories, and where its systems listen while they are up."""

from __future__ import annotations

import fcntl
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hardclose_mocks.history.codec import HistoryError
from hardclose_mocks.history.places import open_history, pointer, there
from hardclose_mocks.history.store import Store
from hardclose_simulator.cli.results import history_url
from hardclose_simulator.scenario import Scenario


class StateError(ValueError):
    """A folder that cannot hold this sandbox now; the message says what to do."""


@dataclass(slots=True)
class StateFolder:
    """`history.sqlite` is the present history; `history-1.sqlite` and so on are those that a reset closed."""

    path: Path
    _opened: int = field(default=0)

    def new_store(self) -> Store:
        """The history there is, or a new one; after a reset always a new one, with the old one beside it."""
        present = self.path / "history.sqlite"
        if self._opened and there(present):
            place = 1
            while there(earlier := self.path / f"history-{place}.sqlite"):
                place += 1
            if present.exists():
                present.rename(earlier)
            else:
                pointer(present).rename(pointer(earlier))
        self._opened += 1
        return open_history(present, history_url())

    @contextmanager
    def claimed(self, scenario: Scenario, seed: int) -> Iterator[None]:
        """Ours alone, and of the scenario and seed that it was opened with. Raises StateError or HistoryError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("w")
        except OSError as wrong:
            raise HistoryError(f"{self.path} cannot hold a sandbox's state: {wrong.strerror}") from wrong
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StateError(
                    f"{self.path} is in use by another `hardclose up`; stop that one, or choose another folder "
                    "with --state"
                ) from None
            self._check(scenario, seed)
            try:
                yield
            finally:
                (self.path / "addresses.json").unlink(missing_ok=True)

    def _check(self, scenario: Scenario, seed: int) -> None:
        """The books fold from the masters they opened with; others would make other books of the same history."""
        origin = {"scenario": scenario.name, "seed": seed, "scenario_hash": scenario.digest()}
        file = self.path / "origin.json"
        before, begun = _read(file), there(self.path / "history.sqlite")
        if begun and before is None:
            raise StateError(
                f"{self.path} holds the history of a run, not of a sandbox: `hardclose judge {self.path}` looks into "
                "it; choose another folder with --state"
            )
        if not begun:
            file.write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")
        elif before is not None and before != origin:
            same = (before.get("scenario"), before.get("seed")) == (scenario.name, seed)
            what = "which has changed since" if same else f"not with {scenario.name}, seed {seed}"
            raise StateError(
                f"{self.path} was opened with {before.get('scenario')}, seed {before.get('seed')}, {what}; choose "
                "another folder with --state, or remove this one to begin anew"
            )

    # --- while it is up -----------------------------------------------------------------------------------------

    def announce(self, urls: Mapping[str, str]) -> None:
        """For `hardclose env`: where the systems listen, until this sandbox stops."""
        (self.path / "addresses.json").write_text(json.dumps(dict(urls), indent=2) + "\n", encoding="utf-8")

    def addresses(self) -> dict[str, str] | None:
        """Where the systems listen; None unless they are up now."""
        urls = _read(self.path / "addresses.json")
        if urls is None or not _answers(str(urls.get("control", ""))):
            return None  # a killed `up` could not take its addresses away
        return {name: str(url) for name, url in urls.items()}

    def origin(self) -> tuple[str, int] | None:
        """Name of the scenario and seed that it was opened with."""
        found = _read(self.path / "origin.json")
        return (str(found["scenario"]), int(found["seed"])) if found and {"scenario", "seed"} <= set(found) else None


def _read(file: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), 1).close()
    except OSError:
        return False
    return True
