"""What all neutral routes share: answers, preconditions, words for errors; and the companies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, cast

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from hardclose_mocks.desk import SCOPE_KEY, Answer, Desk
from hardclose_mocks.dialects.neutral.refusals import Problem, invalid, protocol_problem, to_problem
from hardclose_mocks.dialects.neutral.wire import answers
from hardclose_mocks.dialects.neutral.wire.values import instant
from hardclose_mocks.dialects.neutral.wire.worded import worded_bytes
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.refusals import Refused

ETAG = r'^(W/)?"[0-9]{1,18}"$'
"""One ETag of ours, as If-Match may name it. Weak ones count as strong there."""


class Problematic(Exception):  # it is an answer
    """Raised by routes to answer with a problem that is no business refusal."""

    def __init__(self, problem: Problem, name: str) -> None:
        super().__init__(problem.detail)
        self.problem, self.name = problem, name


def desk(request: Request) -> Desk:
    return cast(Desk, request.scope[SCOPE_KEY])


def send(answer: Answer) -> Response:
    response = Response(answer.body, answer.status)
    for name, value in answer.headers:
        response.headers[name] = value
    return response


def reply(payload: Any, status: int = 200, **headers: str) -> Response:
    return _reply(msgspec.json.encode(payload), status, **headers)


def _reply(content: bytes, status: int, **headers: str) -> Response:
    response = Response(content, status, media_type="application/json")
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def protocol_error(kind: str, detail: str, **extra: Any) -> Problematic:
    return Problematic(protocol_problem(kind, detail, extra), kind)


def one(request: Request, number: str, kind: type, encode: Callable[[Any, Company], Mapping[str, Any]]) -> Response:
    """A document by number, with its version as ETag; 404 where there is none of that kind."""
    at = desk(request)
    document = at.find(number)
    if document is None or not isinstance(document, kind):
        raise protocol_error("not_found", f"there is no {number} here")
    at.serve([document])
    etag = f'"{document.version}"'
    if _known(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers={"ETag": etag})
    return _reply(worded_bytes(document, encode, at.companies[document.company]), 200, ETag=etag)


def _known(if_none_match: str, etag: str) -> bool:
    """Whether the list of ETags holds this one; weak ones count (RFC 9110, 13.1.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or tags == {"*"}


def after(
    request: Request, number: str, encode: Callable[[Any, Company], Mapping[str, Any]], status: int = 200
) -> Response:
    """The document a command just made or changed."""
    at = desk(request)
    document = at.books.find(number)
    assert document is not None, f"{number} was made and is not there"
    headers = {"ETag": f'"{document.version}"'}
    if status == 201:
        headers["Location"] = f"{request.scope['path']}/{number}"
    return _reply(worded_bytes(document, encode, at.companies[document.company]), status, **headers)


def expected_version(request: Request) -> int | None:
    """The version If-Match asks for; `*` and its absence ask for none."""
    header = request.headers.get("if-match")
    if header is None or header.strip() == "*":
        return None
    if not re.fullmatch(ETAG, header.strip()):
        raise protocol_error("malformed", f'If-Match {header[:40]} is no ETag of ours; they look like "3"')
    return int(header.strip().removeprefix("W/").strip('"'))


def refused(at: Desk, no: Refused) -> Answer:
    """A business rule said no."""
    at.refusal = at.refusal or type(no.refusal).__name__
    return to_problem(no.refusal).answer()


def problematic(at: Desk, wrong: Problematic) -> Answer:
    """Something else than a business rule did."""
    at.refusal = wrong.name
    return wrong.problem.answer(*((("www-authenticate", "Bearer"),) if wrong.problem.status == 401 else ()))


def not_valid(at: Desk, errors: Iterable[Mapping[str, Any]]) -> Answer:
    """Pydantic's errors; the first part of each `loc` says that it is about the body."""
    at.refusal = "Invalid"
    return invalid(
        [{"pointer": "/" + "/".join(map(str, one["loc"][1:])), "detail": str(one["msg"])} for one in errors]
    ).answer()


def add_error_words(app: FastAPI) -> None:
    """Refusals, validation errors and routing misses, all as problems; and the Allow header of all matching routes."""

    @app.exception_handler(Refused)
    async def say_no(request: Request, no: Refused) -> Response:
        return send(refused(desk(request), no))

    @app.exception_handler(Problematic)
    async def say_wrong(request: Request, wrong: Problematic) -> Response:
        return send(problematic(desk(request), wrong))

    @app.exception_handler(RequestValidationError)
    async def say_not_valid(request: Request, wrong: RequestValidationError) -> Response:
        at = desk(request)
        if any(one["type"] == "json_invalid" for one in wrong.errors()):
            at.refusal = "malformed"
            return send(protocol_problem("malformed", "the body is not JSON").answer())
        return send(not_valid(at, wrong.errors()))

    @app.exception_handler(HTTPException)
    async def missed(request: Request, wrong: HTTPException) -> Response:
        kind = {404: "not_found", 405: "method_not_allowed"}.get(wrong.status_code, "malformed")
        desk(request).refusal = kind
        problem = protocol_problem(kind, f"{request.method} {request.url.path} is not offered here")
        if kind != "method_not_allowed":
            return send(problem.answer())
        return send(problem.answer(("allow", ", ".join(_methods_of(app, request)))))


def _methods_of(app: FastAPI, request: Request) -> list[str]:
    """Of a path by its own name, else of those with a variable in its place: as OpenAPI reads paths."""
    meeting = [route for route in app.router.routes if route.matches(request.scope)[0] is not Match.NONE]
    named = [route for route in meeting if getattr(route, "path", None) == request.url.path]
    return list(dict.fromkeys(m for route in named or meeting for m in sorted(getattr(route, "methods", None) or ())))


def company_wire(company: Company, now: datetime) -> answers.Company:
    return {
        "code": company.code,
        "name": company.name,
        "base_currency": company.currency,
        "time_zone": company.zone,
        "fiscal_year_starts": company.fiscal_year_starts,
        "fiscal_calendar": company.calendar,
        "business_date": company.business_date(now).isoformat(),
        "business_time": instant(now, company),
    }


def add_company_routes(app: FastAPI) -> None:
    @app.get("/v1/companies", operation_id="company.list", tags=["companies"])
    async def companies(request: Request) -> Response:
        at = desk(request)
        return reply({"items": [company_wire(one, at.at) for one in at.companies.values()], "next_cursor": None})

    @app.get("/v1/companies/{code}", operation_id="company.get", tags=["companies"])
    async def company(request: Request, code: str) -> Response:
        """With its current business date: an integration takes dates from here, never from its host."""
        at = desk(request)
        if code not in at.companies:
            raise protocol_error("not_found", f"there is no company {code}")
        return reply(company_wire(at.companies[code], at.at))
