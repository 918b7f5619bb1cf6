"""The short way to a route: what comes by the thousand passes by the framework and meets the same functions.

FastAPI finds the route again, solves its dependencies and wraps its answer, for two thirds of a request's time; the
edge knows the operation already. The routes, the bodies' models and the words for errors are the very ones FastAPI is
given, and what is not plain (no body where one is wanted, something other than an object) takes the long way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError

from hardclose_mocks.desk import SCOPE_KEY, Answer
from hardclose_mocks.dialects.neutral.routes.shared import Problematic, not_valid, problematic, refused
from hardclose_mocks.kernel.refusals import Refused


@dataclass(frozen=True, slots=True)
class Direct:
    """A route function with the model of its body, and whether it wants the number in the path."""

    route: Callable[..., Awaitable[Response]]
    body: type[BaseModel] | None
    numbered: bool

    async def __call__(self, scope: MutableMapping[str, Any], number: str, parsed: Any) -> Answer | None:
        """The answer, or None for what has to take the long way."""
        if self.body is not None and not isinstance(parsed, dict):
            return None
        at = scope[SCOPE_KEY]
        given: dict[str, Any] = {"number": number} if self.numbered else {}
        try:
            if self.body is not None:
                given["body"] = self.body.model_validate(parsed)
        except ValidationError as wrong:
            return not_valid(at, [{**one, "loc": ("body", *one["loc"])} for one in wrong.errors()])
        try:
            response = await self.route(Request(scope), **given)
        except Refused as no:
            return refused(at, no)
        except Problematic as wrong:
            return problematic(at, wrong)
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in response.raw_headers
            if name != b"content-length"
        )
        return Answer(response.status_code, headers, bytes(response.body))
