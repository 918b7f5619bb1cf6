"""The second project's environment, made once for all processes of a test run."""

from __future__ import annotations

import pytest

from .team import Team, install


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Team:
    base = tmp_path_factory.getbasetemp()
    return install((base if worker_id == "master" else base.parent) / "team")
