"""Kinds of documents as a table: where one is offered, how it is made, found, listed and changed. The routes and their
description are both made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.responses import Response

from hardclose_mocks.dialects.neutral.description import examples
from hardclose_mocks.dialects.neutral.description.examples import Examples
from hardclose_mocks.dialects.neutral.routes.direct import Direct
from hardclose_mocks.dialects.neutral.routes.paging import Filter, listing
from hardclose_mocks.dialects.neutral.routes.shared import after, desk, expected_version, one, protocol_error
from hardclose_mocks.dialects.neutral.wire import answers
from hardclose_mocks.dialects.neutral.wire.erp import ReversalIn
from hardclose_mocks.dialects.neutral.wire.values import Wire
from hardclose_mocks.kernel.commands import Command
from hardclose_mocks.kernel.master import Company
from hardclose_mocks.kernel.refusals import NotAllowed, Refused, UnknownDocument

Encode = Callable[[Any, Company], Mapping[str, Any]]
COMPANY = {"company": Filter(lambda document: document.company)}
BY_REFERENCE = {"reference": Filter(lambda document: document.reference)}


def status_filter(*statuses: str) -> dict[str, Filter]:
    return {"status": Filter(lambda document: document.status, statuses)}


def source_filters(statuses: tuple[str, ...]) -> dict[str, Filter]:
    """What lists of the source systems are narrowed by."""
    return {
        **COMPANY,
        **status_filter(*statuses),
        "posting_state": Filter(lambda document: document.posting.state, answers.POSTING_STATES),
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for something to be done to the document in the path."""

    request: Request
    resource: Resource
    number: str
    body: Any

    @property
    def version(self) -> int | None:
        """The version that If-Match asks for."""
        return expected_version(self.request)

    @property
    def document(self) -> Any:
        """As it stands. Raises Refused(UnknownDocument), or a 404 where the number is of something else."""
        found, resource = desk(self.request).books.find(self.number), self.resource
        if found is None:
            raise Refused(UnknownDocument(resource.kind, self.number))
        if not isinstance(found, resource.document):
            raise protocol_error("not_found", f"there is no {resource.words} {self.number}")
        return found

    def person(self, action: str) -> str:
        """The human behind the credential; an integration may never approve or reject."""
        at = desk(self.request)
        if at.person is None:
            rule = "only people approve, reject and send back; log in as person:<id>"
            raise Refused(NotAllowed(at.actor, action, rule))
        return at.person


@dataclass(frozen=True, slots=True)
class Creation:
    """`POST` of the collection. The body's `command()` is what is asked for; where `reference` counts it takes
    `unique_reference`, which the contract card decides."""

    body: type[Wire]
    summary: str
    bodies: Examples
    leads: tuple[str, ...]
    names_documents: bool = False
    """The body names other documents, which may not be there."""
    by_reference: bool = False
    """The ERP draws the number, and `reference` is the source's; else whoever fills in the form draws the number."""


@dataclass(frozen=True, slots=True)
class Action:
    """`method` of the document, or of what is `under` it. `leads` are the actions that go on from there."""

    name: str
    under: str
    summary: str
    command: Callable[[Asked], Command]
    body: type[Wire] | None = None
    bodies: Examples | None = None
    leads: tuple[str, ...] = ("get",)
    method: str = "POST"
    says: str | None = None
    if_match: bool = False
    by_person: bool = False


def reversal(summary: str, command: Callable[[str, date, str, int | None], Command]) -> Action:
    """The same for all documents of the ERP that are posted."""
    return Action(
        "reverse",
        "/reversal",
        summary,
        lambda asked: command(asked.number, asked.body.posting_date, asked.body.reason, asked.version),
        ReversalIn,
        examples.REVERSALS,
        if_match=True,
    )


@dataclass(frozen=True, slots=True)
class Resource:
    """`kind` is what operations are named after, `answer` its schema, `example` a number that examples make.
    `get_leads` are the actions offered to whoever has read one."""

    kind: str
    path: str
    document: type
    encode: Encode
    answer: str
    example: str
    filters: Mapping[str, Filter]
    creation: Creation | None = None
    actions: tuple[Action, ...] = ()
    get_leads: tuple[str, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict)
    """More about an operation than its summary, by its last name."""

    @property
    def words(self) -> str:
        return self.kind.replace("_", " ")

    @property
    def tag(self) -> str:
        return (self.words[:-1] + "ie" if self.words.endswith("y") else self.words) + "s"

    @property
    def by_reference(self) -> bool:
        return self.creation is not None and self.creation.by_reference

    def operation(self, name: str) -> str:
        """Of this kind, unless the name bears another."""
        return name if "." in name else f"{self.kind}.{name}"


def add_resource(app: FastAPI, resource: Resource) -> None:
    """Its routes, each under the operation id `<kind>.<name>`."""
    if resource.creation is not None:
        _add_creation(app, resource, resource.creation)

    async def page(request: Request) -> Response:
        return listing(request, resource.kind, resource.encode, list_filters(request, resource))

    async def get(request: Request, number: str) -> Response:
        return one(request, number, resource.document, resource.encode)

    _add(app, resource, "GET", "", "list", page)
    _add(app, resource, "GET", "/{number}", "get", get)
    for action in resource.actions:
        _add_action(app, resource, action)


def list_filters(request: Request, resource: Resource) -> Mapping[str, Filter]:
    """Search by reference is offered only where the card says so."""
    if not resource.by_reference:
        return resource.filters
    if "reference" in request.query_params and not desk(request).card.terms_of(resource.operation("create")).searchable:
        raise protocol_error(
            "filter_not_supported", "this endpoint cannot be searched by reference; see the contract card"
        )
    return {**resource.filters, **BY_REFERENCE}


def _add_creation(app: FastAPI, resource: Resource, creation: Creation) -> None:
    async def create(request: Request, body: Any) -> Response:
        at = desk(request)
        unique = at.card.terms_of(resource.operation("create")).unique_reference
        done = at.do(body.command(unique_reference=unique) if creation.by_reference else body.command())
        return after(request, cast(str, done.document), resource.encode, 201)

    create.__annotations__["body"] = creation.body
    _add(app, resource, "POST", "", "create", create, status=201)


def _add_action(app: FastAPI, resource: Resource, action: Action) -> None:
    async def bare(request: Request, number: str) -> Response:
        return await told(request, number, None)

    async def told(request: Request, number: str, body: Any) -> Response:
        await desk(request).do_validated(action.command(Asked(request, resource, number, body)))
        return after(request, number, resource.encode)

    told.__annotations__["body"] = action.body
    route = bare if action.body is None else told
    _add(app, resource, action.method, "/{number}" + action.under, action.name, route, says=action.says)


def _add(
    app: FastAPI,
    resource: Resource,
    method: str,
    under: str,
    name: str,
    route: Callable[..., Any],
    *,
    status: int = 200,
    says: str | None = None,
) -> None:
    app.add_api_route(
        resource.path + under,
        route,
        methods=[method],
        operation_id=resource.operation(name),
        tags=[resource.tag],
        status_code=status,
        description=says or resource.says.get(name),
    )
    wanted = {name: kind for name, kind in route.__annotations__.items() if name != "return"}
    app.state.direct[resource.operation(name)] = Direct(route, wanted.get("body"), "number" in wanted)
