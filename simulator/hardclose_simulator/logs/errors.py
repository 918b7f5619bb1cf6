"""What is wrong with an event log, or with a file that goes with it."""

from __future__ import annotations

from pathlib import Path


class LogError(ValueError):
    """An event log, or a file that goes with it, the user got wrong: the file, the place, and what would be right."""

    def __init__(
        self, path: str | Path, *, line: int | None = None, case: str | None = None, key: str = "", says: str
    ) -> None:
        self.path, self.line, self.case, self.key, self.says = str(path), line, case, key, says
        place = [f"line {line}"] if line is not None else []
        place += [f"case '{case}'"] if case is not None else []
        place += [key] if key else []
        super().__init__(f"{path}: {', '.join(place)}: {says}" if place else f"{path}: {says}")
