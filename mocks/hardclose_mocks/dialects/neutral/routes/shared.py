"""What all neutral systems share: answers, paging, preconditions, tokens, companies, the card."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from hardclose_mocks.desk import SCOPE_KEY, Answer, Desk
from hardclose_mocks.dialects.neutral.refusals import Problem, invalid, protocol_problem, to_problem
from hardclose_mocks.dialects.neutral.wire.values import instant
from hardclose_mocks.kernel.documents import Document
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.refusals import Refused

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": title, "content": {"application/problem+json": {"schema": {"type": "object"}}}}
    for status, title in (
        (400, "Not readable, or a filter this endpoint does not offer"),
        (401, "No valid token"),
        (403, "Not allowed"),
        (404, "No such document"),
        (409, "Not possible in this state"),
        (412, "Changed meanwhile"),
        (413, "Request too large"),
        (422, "Refused by a business rule, or not a valid request"),
        (429, "Too many requests"),
        (503, "Service unavailable"),
    )
}


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
    response = Response(msgspec.json.encode(payload), status, media_type="application/json")
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def protocol_error(kind: str, detail: str, **extra: Any) -> Problematic:
    return Problematic(protocol_problem(kind, detail, extra), kind)


def one(request: Request, number: str, kind: type, encode: Callable[[Any, Company], dict[str, Any]]) -> Response:
    """A document by number, with its version as ETag; 404 where there is none of that kind."""
    at = desk(request)
    document = at.books.find(number)
    if document is None or not isinstance(document, kind):
        raise protocol_error("not_found", f"there is no {number} here")
    at.serve([document])
    etag = f'"{document.version}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return reply(encode(document, at.companies[document.company]), ETag=etag)


def after(
    request: Request, number: str, encode: Callable[[Any, Company], dict[str, Any]], status: int = 200
) -> Response:
    """The document a command just made or changed."""
    at = desk(request)
    document = at.books.find(number)
    assert document is not None, f"{number} was made and is not there"
    headers = {"ETag": f'"{document.version}"'}
    if status == 201:
        headers["Location"] = f"{request.url.path}/{number}"
    return reply(encode(document, at.companies[document.company]), status, **headers)


def expected_version(request: Request) -> int | None:
    """The version If-Match asks for; `*` and its absence ask for none."""
    header = request.headers.get("if-match")
    if header is None or header.strip() == "*":
        return None
    try:
        return int(header.strip().removeprefix("W/").strip('"'))
    except ValueError:
        raise protocol_error("malformed", f'If-Match {header} is no ETag of ours; they look like "3"') from None


def listing(
    request: Request,
    kind: str,
    encode: Callable[[Any, Company], dict[str, Any]],
    filters: Mapping[str, Callable[[Any], str]],
    only: Callable[[Any], bool] = lambda _: True,
) -> Response:
    """A page in (updated_at, number) order. The cursor names the last document of the page before."""
    at, query = desk(request), dict(request.query_params)
    limit = _limit(query.pop("limit", None), at.card.page_default, at.card.page_max)
    cursor = query.pop("cursor", None)
    since = _since(query.pop("updated_since", None))
    last = _read_cursor(cursor) if cursor else None
    for name in query:
        if name not in filters:
            raise protocol_error("filter_not_supported", f"no filter {name!r}; there are {', '.join(sorted(filters))}")
    start = max((one for one in (since, last[0] if last else None) if one is not None), default=None)
    page: list[Document] = []
    more = False
    for document in at.books.changed(kind, start):
        if last is not None and (document.updated_at, document.number) <= last:
            continue
        if not only(document) or any(filters[name](document) != value for name, value in query.items()):
            continue
        if len(page) == limit:
            more = True
            break
        page.append(document)
    at.serve(page, {name: str(value) for name, value in request.query_params.items()})
    return reply(
        {
            "items": [encode(document, at.companies[document.company]) for document in page],
            "next_cursor": _write_cursor(page[-1]) if more else None,
        }
    )


def _limit(text: str | None, default: int, highest: int) -> int:
    if text is None:
        return min(default, highest)
    if not text.isdecimal() or int(text) < 1:
        raise protocol_error("malformed", f"limit {text!r} is not a number from 1 to {highest}")
    return min(int(text), highest)


def _since(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise protocol_error("malformed", f"updated_since {text!r} is not an instant like 2026-11-30T08:00:00+01:00")
    return moment.astimezone(UTC).replace(microsecond=0)


def _write_cursor(document: Document) -> str:
    return base64.urlsafe_b64encode(f"{document.updated_at.isoformat()}|{document.number}".encode()).decode()


def _read_cursor(text: str) -> tuple[datetime, str]:
    try:
        moment, number = base64.urlsafe_b64decode(text.encode()).decode().split("|", 1)
        instant_ = datetime.fromisoformat(moment)
        if instant_.tzinfo is None:
            raise ValueError(moment)
        return instant_, number
    except (ValueError, binascii.Error):
        raise protocol_error("malformed", "cursor is not one of ours; take next_cursor from the page before") from None


def add_shared_routes(app: FastAPI) -> None:
    """Token endpoint and contract card."""

    @app.post("/oauth/token", operation_id="token", tags=["access"], responses={400: PROBLEMS[400], 401: PROBLEMS[401]})
    async def token(request: Request) -> Response:
        """OAuth 2.0 client credentials (RFC 6749, 4.4): form body, or HTTP Basic for the client."""
        form = await request.form()
        client, secret = str(form.get("client_id", "")), str(form.get("client_secret", ""))
        header = request.headers.get("authorization", "")
        if header.lower().startswith("basic "):
            try:
                client, _, secret = base64.b64decode(header[6:]).decode().partition(":")
            except (ValueError, binascii.Error):
                raise protocol_error("malformed", "the Basic credentials are not base64") from None
        if form.get("grant_type") != "client_credentials":
            return reply({"error": "unsupported_grant_type"}, 400)
        at = desk(request)
        issued = at.control.issue_token(at.system, client, secret)
        if issued is None:
            return reply({"error": "invalid_client"}, 401)
        return reply(
            {"access_token": issued, "token_type": "Bearer", "expires_in": at.card.pace.token_life_s},
            cache_control="no-store",
        )

    @app.get("/.well-known/contract-card", operation_id="card", tags=["access"])
    async def card(request: Request) -> Response:
        """What this system promises its callers. No login."""
        return reply(desk(request).card.document())


def add_error_words(app: FastAPI) -> None:
    """Refusals, validation errors and routing misses, all as problems; and the Allow header of all matching routes."""

    @app.exception_handler(Refused)
    async def refused(request: Request, no: Refused) -> Response:
        at = desk(request)
        at.refusal = at.refusal or type(no.refusal).__name__
        return send(to_problem(no.refusal).answer())

    @app.exception_handler(Problematic)
    async def problematic(request: Request, wrong: Problematic) -> Response:
        desk(request).refusal = wrong.name
        headers = (("www-authenticate", "Bearer"),) if wrong.problem.status == 401 else ()
        return send(wrong.problem.answer(*headers))

    @app.exception_handler(RequestValidationError)
    async def not_valid(request: Request, wrong: RequestValidationError) -> Response:
        errors = [
            {"pointer": "/" + "/".join(map(str, one["loc"][1:])), "detail": str(one["msg"])} for one in wrong.errors()
        ]
        if any(one["type"] == "json_invalid" for one in wrong.errors()):
            desk(request).refusal = "malformed"
            return send(protocol_problem("malformed", "the body is not JSON").answer())
        desk(request).refusal = "Invalid"
        return send(invalid(errors).answer())

    @app.exception_handler(HTTPException)
    async def missed(request: Request, wrong: HTTPException) -> Response:
        kind = {404: "not_found", 405: "method_not_allowed"}.get(wrong.status_code, "malformed")
        desk(request).refusal = kind
        problem = protocol_problem(kind, f"{request.method} {request.url.path} is not offered here")
        if kind != "method_not_allowed":
            return send(problem.answer())
        allowed: list[str] = []
        for route in app.router.routes:
            match, _ = route.matches({**request.scope, "method": request.method})
            if match is not Match.NONE:
                allowed.extend(sorted(getattr(route, "methods", None) or ()))
        return send(problem.answer(("allow", ", ".join(dict.fromkeys(allowed)))))


def company_wire(company: Company, now: datetime) -> dict[str, Any]:
    return {
        "code": company.code,
        "name": company.name,
        "base_currency": company.currency,
        "time_zone": company.zone,
        "fiscal_year_starts": company.fiscal_year_starts,
        "business_date": company.business_date(now).isoformat(),
        "business_time": instant(now, company),
    }


def add_company_routes(app: FastAPI) -> None:
    @app.get("/v1/companies", operation_id="company.list", tags=["companies"], responses=PROBLEMS)
    async def companies(request: Request) -> Response:
        at = desk(request)
        return reply({"items": [company_wire(one, at.at) for one in at.companies.values()], "next_cursor": None})

    @app.get("/v1/companies/{code}", operation_id="company.get", tags=["companies"], responses=PROBLEMS)
    async def company(request: Request, code: str) -> Response:
        """With its current business date: an integration takes dates from here, never from its host."""
        at = desk(request)
        if code not in at.companies:
            raise protocol_error("not_found", f"there is no company {code}")
        return reply(company_wire(at.companies[code], at.at))
