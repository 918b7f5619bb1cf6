"""The control plane `/_hardclose/v1`: look at a sandbox, act in it, break it, reset it. Never faulted, never judged."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi_offline import FastAPIOffline
from pydantic import Field
from starlette.exceptions import HTTPException

from hardclose_mocks.clock import NS
from hardclose_mocks.control_checks import (
    ControlError,
    FaultIn,
    Strict,
    check_home,
    check_kind,
    check_names,
    check_operations,
    check_parameters,
    fits,
    system_of,
)
from hardclose_mocks.faults.catalogue import FAULTS, nearest
from hardclose_mocks.faults.plan import Rule
from hardclose_mocks.history.codec import HistoryError, from_plain, plain
from hardclose_mocks.history.records import KINDS, Record
from hardclose_mocks.kernel.books import COMMANDS, KINDS_OF
from hardclose_mocks.kernel.commands import Command
from hardclose_mocks.kernel.refusals import Refused
from hardclose_mocks.server.credentials import environment
from hardclose_mocks.server.world import World

PREFIX = "/_hardclose/v1"
YEAR_MAX = 2999
Verdict = Callable[[list[Record]], Awaitable[dict[str, Any]]]


def harness_version() -> str:
    """The installed version of hardclose; `0+unknown` from an uninstalled checkout."""
    try:
        return version("hardclose")
    except PackageNotFoundError:
        return "0+unknown"


class CommandIn(Strict):
    """`person` acts; `arguments` are the command's own fields, money in minor units."""

    system: str
    command: str
    arguments: dict[str, Any]
    person: str


class ClockIn(Strict):
    """`business` jumps there; `rate` is business seconds per wire second, 0 freezes."""

    business: datetime | None = None
    rate: Annotated[float | None, Field(ge=0, le=1_000_000)] = None


class WaitIn(Strict):
    kind: str
    count: Annotated[int, Field(ge=1)] = 1
    system: str | None = None
    where: dict[str, Any] = Field(default_factory=dict)
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 10.0


def control_application(
    world: World, urls: Mapping[str, str], *, verdict: Verdict | None = None, token: str | None = None
) -> FastAPI:
    """`token` is wanted as a bearer token once the control plane is bound beyond loopback."""
    app = FastAPIOffline(title="hardclose control plane", version=harness_version())

    @app.exception_handler(ControlError)
    async def problem(_: Request, wrong: ControlError) -> Response:
        return _problem(wrong.status, wrong.detail)

    @app.exception_handler(HTTPException)
    async def missed(request: Request, wrong: HTTPException) -> Response:
        what = f"{request.method} {request.url.path}"
        return _problem(wrong.status_code, f"{what} is not offered here; GET /openapi.json lists what is")

    @app.exception_handler(RequestValidationError)
    async def not_valid(_: Request, wrong: RequestValidationError) -> Response:
        return _problem(422, "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in wrong.errors()))

    async def allowed(request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        good = scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), (token or "").encode())
        if token is not None and not good:
            raise ControlError(401, "the control plane wants its token once it is bound beyond loopback")

    router = APIRouter(prefix=PREFIX, dependencies=[Depends(allowed)])
    _add_looks(router, world, urls, verdict)
    _add_hands(router, world)
    _add_history(router, world)
    app.include_router(router)
    return app


def _add_looks(router: APIRouter, world: World, urls: Mapping[str, str], verdict: Verdict | None) -> None:
    @router.get("/health")
    async def health() -> Response:
        return _json({"status": "up", "phase": world.sandbox.phase, "records": world.sandbox.history.length})

    @router.get("/version")
    async def version_() -> Response:
        return _json({"hardclose": harness_version()})

    @router.get("/env")
    async def env() -> Response:
        """The variables an integration is started with, and the contract cards."""
        cards = {name: system.card.document() for name, system in world.sandbox.systems.items()}
        return _json({"environment": environment(world.setup.credentials, dict(urls)), "contract_cards": cards})

    @router.get("/clock")
    async def clock() -> Response:
        business = world.sandbox.business
        return _json({"business": business.now(), "rate": business.rate, "wire_ns": world.sandbox.wire.ns()})

    @router.get("/books/{system}")
    async def books(system: str) -> Response:
        """Digest and number of documents."""
        home = system_of(world, system)
        return _json({"system": system, "digest": home.books.digest(), "documents": home.books.count()})

    @router.get("/books/{system}/{kind}")
    async def documents(system: str, kind: str) -> Response:
        """All documents of a kind, as the books hold them (minor units, UTC)."""
        home = system_of(world, system)
        if kind not in KINDS_OF[system]:
            raise ControlError(404, f"{system} holds no {kind!r}{nearest(kind, list(KINDS_OF[system]))}")
        return _json({"items": [plain(one) for one in home.books.changed(kind, None)]})

    @router.get("/verdict")
    async def verdict_() -> Response:
        """What the judge says of the history so far; liveness counts only after a drained run."""
        if verdict is None:
            raise ControlError(404, "this sandbox was started without a judge; use `hardclose judge PATH`")
        world.sandbox.snapshot()
        return _json(await verdict(list(world.sandbox.history.records)))


def _add_hands(router: APIRouter, world: World) -> None:
    @router.post("/commands")
    async def command(body: CommandIn) -> Response:
        """Act as a person: put a command to a system's books."""
        system_of(world, body.system)
        known = COMMANDS[body.system]
        if body.command not in known:
            raise ControlError(
                422, f"{body.system} knows no command {body.command!r}{nearest(body.command, list(known))}"
            )
        check_names(body.command, "argument", body.arguments, known[body.command])
        try:
            asked: Command = from_plain(body.arguments, known[body.command])
        except HistoryError as wrong:
            raise ControlError(422, f"arguments: {wrong}") from wrong
        try:
            done = await world.sandbox.act(body.system, asked, f"person:{body.person}")
        except Refused as no:
            return _json({"refused": type(no.refusal).__name__, **plain(no.refusal)}, 409)
        return _json({"document": done.document, "version": done.version, "events": [one.type for one in done.events]})

    @router.put("/clock")
    async def set_clock(body: ClockIn) -> Response:
        business = world.sandbox.business
        to = body.business
        if to is not None:
            if to.tzinfo is None:
                says = f"business {to.isoformat()} has no offset; write it like 2026-11-30T08:00:00+01:00"
                raise ControlError(422, says)
            if to < business.now():
                raise ControlError(422, f"business time is {business.now().isoformat()} and does not run backwards")
            if to.year > YEAR_MAX:
                raise ControlError(422, f"business time ends with the year {YEAR_MAX}, not with {to.year}")
        world.sandbox.set_clock(to, business.rate if body.rate is None else body.rate)
        await world.sandbox.history.committed()
        return _json({"business": business.now(), "rate": business.rate})

    @router.get("/faults")
    async def faults() -> Response:
        """Those that may strike: planned ones, and by hand those whose time to live is not over."""
        now = world.sandbox.wire.ns()
        return _json({"items": [plain(rule) for rule in world.sandbox.plan.rules if rule.lives(now)]})

    @router.post("/faults")
    async def add_fault(body: FaultIn) -> Response:
        sandbox = world.sandbox
        system_of(world, body.system)
        kind = FAULTS.get(body.fault)
        if kind is None:
            raise ControlError(422, f"no fault {body.fault!r}{nearest(body.fault, list(FAULTS))}")
        if kind.carrier not in ("wire", "delivery"):
            raise ControlError(
                422, f"{kind.id} ({kind.name}) is carried by {kind.carrier}; only a scenario can plan it"
            )
        if kind.on_card:
            raise ControlError(422, f"{kind.id} ({kind.name}) stands on the contract card; only a scenario can plan it")
        check_operations(world, kind, body)
        check_parameters(sandbox.pace, kind, body.parameters)
        rule = Rule(
            id=f"hand-{sandbox.history.length}",
            fault=body.fault,
            system=body.system,
            operations=tuple(body.operations),
            share=body.share,
            until_ns=sandbox.wire.ns() + round(body.ttl_s * NS) if body.ttl_s is not None else None,
            aimed=sandbox.plain_subject(body.aimed) if body.aimed else None,
            nth=body.nth,
            parameters=body.parameters,
        )
        sandbox.add_rule(rule)
        await sandbox.history.committed()
        return _json(plain(rule), 201)

    @router.delete("/faults/{rule_id}")
    async def remove_fault(rule_id: str) -> Response:
        if not world.sandbox.remove_rule(rule_id):
            raise ControlError(404, f"there is no rule {rule_id}; GET {PREFIX}/faults lists them")
        await world.sandbox.history.committed()
        return Response(status_code=204)

    @router.post("/reset")
    async def reset() -> Response:
        """A fresh sandbox from the same setup, on a history of its own."""
        await world.reset()
        return _json({"status": "up", "records": world.sandbox.history.length})


def _add_history(router: APIRouter, world: World) -> None:
    @router.get("/history")
    async def find(kind: str | None = None, system: str | None = None, after: int = -1, limit: int = 100) -> Response:
        """Records after `after`, oldest first, at most 1000."""
        check_kind(kind)
        check_home(world, system)
        found = (one for one in world.sandbox.history.since(max(0, after + 1)) if fits(one, kind, system, {}))
        taken = islice(found, max(1, min(limit, 1000)))
        return _json({"items": [{"kind": one.kind, **plain(one)} for one in taken]})

    @router.get("/history/count")
    async def count(kind: str | None = None, system: str | None = None) -> Response:
        check_kind(kind)
        check_home(world, system)
        return _json({"count": sum(fits(one, kind, system, {}) for one in world.sandbox.history.records)})

    @router.post("/history/wait")
    async def wait(body: WaitIn) -> Response:
        """Until `count` records of the kind hold `where` (equal body fields), or 408 at `timeout_s` wire seconds."""
        check_kind(body.kind)
        check_home(world, body.system)
        check_names(body.kind, "field", body.where, KINDS[body.kind])
        history, looked_at, seen = world.sandbox.history, 0, 0
        try:
            async with asyncio.timeout(body.timeout_s):
                while True:
                    if history is not world.sandbox.history:  # a reset opened another one
                        history, looked_at, seen = world.sandbox.history, 0, 0
                    if looked_at < history.length:
                        for one in history.since(looked_at):
                            seen += fits(one, body.kind, body.system, body.where)
                            looked_at = one.seq + 1
                    if seen >= body.count:
                        return _json({"count": seen})
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise ControlError(408, f"after {body.timeout_s} s there were {seen} of {body.count} {body.kind}") from None


def _json(payload: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(payload), status, media_type="application/json")


def _problem(status: int, detail: str) -> Response:
    body = msgspec.json.encode({"type": "about:blank", "title": "Control plane", "status": status, "detail": detail})
    return Response(body, status, media_type="application/problem+json")
