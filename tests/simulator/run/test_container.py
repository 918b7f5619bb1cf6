"""An integration in a container: what is told where there is none. The real thing is in tests/compose."""

from __future__ import annotations

import asyncio

import pytest

from hardclose_simulator.run.container import ContainerSut
from hardclose_simulator.run.sut import SutError


def test_without_an_engine_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(SutError, match="no Docker engine answers"):
        asyncio.run(ContainerSut("http://127.0.0.1:9000", "integration").start({}))


def test_an_address_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(SutError, match="is no address"):
        ContainerSut("localhost:9000", "integration")
