"""Where results go: a folder per run, and a link to the last one."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from itertools import count
from pathlib import Path

from hardclose_mocks.history.codec import HistoryError

HISTORY = "HARDCLOSE_HISTORY"


def history_url() -> str | None:
    """The PostgreSQL address that histories go to; None is a SQLite file each."""
    return os.environ.get(HISTORY) or None


def results_folder(home: Path, seed: int) -> Path:
    """<home>/<time>-<seed>, and a number behind it where that is taken. Raises HistoryError in words."""
    stem = f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-{seed}"
    if (latest := home / "latest").exists() and not latest.is_symlink():
        raise HistoryError(f"{latest} is no link to the last run; move it away, or choose another --results")
    folder, numbers = home / stem, count(2)
    while True:
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            folder = home / f"{stem}.{next(numbers)}"
        except OSError as wrong:
            raise HistoryError(
                f"the results cannot be written to {folder} ({wrong.strerror}); choose another folder with --results"
            ) from wrong


def point_latest(home: Path, folder: Path) -> None:
    """Where it cannot be a link it is left out: the verdict is worth more."""
    new = home / f".latest-{folder.name}"
    with contextlib.suppress(OSError):
        new.symlink_to(folder.name)
        os.replace(new, home / "latest")
