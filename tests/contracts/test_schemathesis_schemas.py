"""Request schemas mean the same to whoever reads the description and to the systems that read the requests."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel, ValidationError

from hardclose_mocks.dialects.neutral.quirks import NeutralDialect
from hardclose_mocks.server.sandbox import SYSTEMS

schemathesis = pytest.importorskip("schemathesis")
from schemathesis import GenerationMode  # noqa: E402  # only where it is installed
from schemathesis.core.parameters import ParameterLocation  # noqa: E402

HOW = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[*HealthCheck],
    print_blob=False,
)


def bodies() -> Iterator[Any]:
    """System, path, method and the model that its route reads the body with."""
    for system in SYSTEMS:
        for route in NeutralDialect().application(system).routes:
            hints = typing.get_type_hints(getattr(route, "endpoint", object))
            if isinstance(model := hints.get("body"), type) and issubclass(model, BaseModel):
                (method,) = route.methods
                yield pytest.param(system, route.path, method, model, id=f"{method} {route.path}")


@cache
def described(system: str) -> Any:
    return schemathesis.openapi.from_dict(NeutralDialect().application(system).openapi())


def drawn(system: str, path: str, method: str, mode: GenerationMode) -> Any:
    return described(system)[path][method].as_strategy(generation_mode=mode)


@pytest.mark.parametrize(("system", "path", "method", "model"), [*bodies()])
def test_what_the_description_calls_valid_is_read(system: str, path: str, method: str, model: type[BaseModel]) -> None:
    @HOW
    @given(case=drawn(system, path, method, GenerationMode.POSITIVE))
    def reads(case: Any) -> None:
        model.model_validate_json(json.dumps(case.body))

    reads()


@pytest.mark.parametrize(("system", "path", "method", "model"), [*bodies()])
def test_what_it_calls_invalid_is_not(system: str, path: str, method: str, model: type[BaseModel]) -> None:
    refused = 0

    @HOW
    @given(case=drawn(system, path, method, GenerationMode.NEGATIVE))
    def refuses(case: Any) -> None:
        nonlocal refused
        if case.meta is None or not case.meta.is_negative_at(ParameterLocation.BODY):
            return  # it is another part of the request that is wrong
        refused += 1
        content = case.body if isinstance(case.body, bytes) else json.dumps(case.body)
        with pytest.raises(ValidationError):
            model.model_validate_json(content)

    refuses()
    assert refused, "no invalid body was drawn"
