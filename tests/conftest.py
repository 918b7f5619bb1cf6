"""What all tests share: drawn examples repeat, so that red stays red. `HYPOTHESIS_PROFILE=search` draws anew."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from .postgres import PostgresServer, running

settings.register_profile("repeat", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real server; a test that stops it starts it again."""
    with running() as server:
        yield server
