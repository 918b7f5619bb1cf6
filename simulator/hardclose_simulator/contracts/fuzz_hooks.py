"""Loaded by schemathesis in its own process: logs in, draws better requests, and registers the checks of our own.

The one module that reads its brief from the environment: it is the entry point of that process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.auths import AuthContext
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case
from schemathesis.generation.meta import TestPhase
from schemathesis.hooks import HookContext
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.schemas import APIOperation

from hardclose_simulator.contracts import fuzz_checks
from hardclose_simulator.contracts.fuzz_brief import VARIABLE, Login, decoded
from hardclose_simulator.contracts.fuzz_flows import flows_of
from hardclose_simulator.contracts.fuzz_login import header_of
from hardclose_simulator.contracts.openapi_answers import close_answers

BRIEF = decoded(os.environ[VARIABLE])
FRESH, REFUSABLE, CALLER = "x-hardclose-fresh", "x-hardclose-refusable", "x-hardclose-caller"
"""Words a description may carry: a number that callers draw; a parameter whose well-formed values may be refused all
the same, such as a cursor; who calls."""
REFRESH_S = 300
AnyCase = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]


def _login_for(operation: Operation) -> Login | None:
    by_person = operation.definition.raw.get(CALLER) == "person"
    return (BRIEF.people if by_person else None) or BRIEF.login


LIVES = [0]
"""The target's lives: a reset begins another."""


def _session_of(operation: Operation) -> str:
    """What a token is good for: whose it is, and until when."""
    return f"{LIVES[-1]} {_login_for(operation)!r}"


def _start_anew() -> None:
    """The target as it was at first. Tokens of the life before are unknown to it."""
    assert BRIEF.reset is not None
    requests.post(BRIEF.reset, timeout=30).raise_for_status()
    LIVES.append(len(LIVES))
    fuzz_checks.after_reset()


if BRIEF.login is not None:

    @schemathesis.auth(refresh_interval=REFRESH_S, cache_by_key=lambda _, context: _session_of(context.operation))
    class LoggedIn:
        """A caller with a token; another where a person has to act."""

        def get(self, _: AnyCase, context: AuthContext) -> tuple[str, str]:
            login = _login_for(context.operation)
            assert login is not None
            return login.header, header_of(login)

        def set(self, case: AnyCase, data: tuple[str, str], _: AuthContext) -> None:
            case.headers[data[0]] = data[1]


# --- better requests -------------------------------------------------------------------------------------------


@schemathesis.hook
def before_load_schema(_: HookContext, raw_schema: dict[str, Any]) -> None:
    if BRIEF.closed_bodies:
        close_answers(raw_schema)


@schemathesis.hook
def after_load_schema(_: HookContext, schema: Any) -> None:
    flows_of(schema, begin=_start_anew if BRIEF.reset is not None else None)


@schemathesis.hook
def map_query(context: HookContext, query: dict[str, Any] | None) -> dict[str, Any] | None:
    """An invented cursor is nobody's: it is left to links to fill it with one that was told."""
    invented = _refusable(context.operation) if query and context.operation is not None else set()
    return {name: value for name, value in (query or {}).items() if name not in invented} if invented else query


@schemathesis.hook
def filter_failure(_: HookContext, failure: Failure, case: AnyCase, response: Response) -> bool:
    """Where it was invented all the same, refusing it is right."""
    invented = _refusable(case.operation) & case.query.keys()
    return not (isinstance(failure, RejectedPositiveData) and invented and response.status_code == 400)


def _refusable(operation: Operation) -> set[str]:
    return {one.name for one in operation.query if one.definition.get(REFUSABLE) is True}


@schemathesis.hook
def before_call(_: HookContext, case: AnyCase, __: dict[str, Any]) -> None:
    """Words in examples that stand for what only this run knows."""
    if BRIEF.placed and isinstance(case.body, dict) and BRIEF.placed.keys() & {*map(str, case.body.values())}:
        case.body = {name: BRIEF.placed.get(str(value), value) for name, value in case.body.items()}


@schemathesis.hook
def flatmap_case(_: HookContext, case: AnyCase) -> st.SearchStrategy[AnyCase]:
    """Every second valid body, and most in flows, is one of the examples with its numbers drawn anew: what a schema
    alone allows is refused by the first business rule it meets, and nothing behind it would be tried."""
    examples = _examples(case)
    if not examples or case.meta is None or case.meta.generation.mode.is_negative:
        return st.just(case)
    assert case.media_type is not None
    fields = _described(case.operation, case.media_type).get("properties", {})
    drawn = {name: _texts(field) for name, field in fields.items() if field.get(FRESH) is True}
    from_example = st.builds(_with_body, st.just(case), st.sampled_from(examples), st.fixed_dictionaries(drawn))
    often = 4 if case.meta.phase.name is TestPhase.STATEFUL else 1
    return st.one_of(st.just(case), *[from_example] * often)


def _examples(case: AnyCase) -> list[dict[str, Any]]:
    return [
        example
        for alternative in case.operation.body
        if alternative.media_type == case.media_type
        for example in alternative.examples
        if isinstance(example, dict)
    ]


def _with_body(case: AnyCase, example: dict[str, Any], fresh: dict[str, str]) -> AnyCase:
    case.body = {**example, **fresh}
    return case


def _described(operation: Operation, media_type: str) -> Mapping[str, Any]:
    """The schema of the body as the description has it: the fuzzer's own copies are rewritten."""
    document = operation.schema.raw_schema
    body = _resolved(document, operation.definition.raw.get("requestBody", {}))
    return _resolved(document, body.get("content", {}).get(media_type, {}).get("schema", {}))


def _resolved(document: Mapping[str, Any], part: Any) -> Mapping[str, Any]:
    while isinstance(part, dict) and str(part.get("$ref", "")).startswith("#/"):
        place: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            place = place.get(name, {})
        part = place
    return part if isinstance(part, dict) else {}


def _texts(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    low, high = schema.get("minLength", 1), schema.get("maxLength", 40)
    pattern = schema.get("pattern", "^[A-Z0-9]{8}$")
    return st.from_regex(pattern, fullmatch=True).filter(lambda text: low <= len(text) <= high)


fuzz_checks.register(BRIEF)
