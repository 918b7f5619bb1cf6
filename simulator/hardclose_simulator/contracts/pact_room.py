"""The room in which a pact's interactions are played, one after another, each on a sandbox of its own.

It answers the verifier's calls that set up states and hand over messages, and keeps the door of the system: there the
consumer's dummy credentials are exchanged for live ones, and what was really said is noted."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hardclose_mocks.clock import HostClock
from hardclose_mocks.desk import Answer
from hardclose_mocks.history.records import Emitted
from hardclose_mocks.server.calls import read_body, run_application
from hardclose_mocks.server.sandbox import SYSTEMS
from hardclose_mocks.server.world import World
from hardclose_simulator.contracts.ground import ground
from hardclose_simulator.contracts.provider_states import state_of
from hardclose_simulator.contracts.sentences import Said, StateError
from hardclose_simulator.contracts.stage import Stage

Wrap = Callable[[str, Any], Any]
"""A system's name and its ASGI application, to the one that is verified in its place."""
DELIVERY_S = 20.0
LOGINS = ("/oauth/token", "/oauth/rotate")
SEEN_CHARACTERS = 600
_SECRET = re.compile(r'("(?:access_token|secret)":)"[^"]*"')


@dataclass(slots=True)
class Play:
    """One interaction. `wrong` is why its states could not be set up; `ours` whether that is our fault."""

    given: list[str] = field(default_factory=list)
    """The states in the pact's words, with what stands beside them."""
    said: list[Said] = field(default_factory=list)
    wrong: str | None = None
    ours: bool = False
    seen: list[str] = field(default_factory=list)


class Room:
    """`plays` are the interactions so far, in the order the verifier played them. The room itself is the ASGI
    application that is verified; `office` is the one that sets up states and hands over messages."""

    def __init__(self, system: str, wrap: Wrap) -> None:
        self.system, self.plays = system, list[Play]()
        self.world = World(ground(), HostClock())
        self.stage = Stage(self.world.sandbox)
        self._application = wrap(system, self.world.application(system))
        self._between = True
        self._inbox: list[tuple[dict[str, str], bytes]] = []
        self._arrived = asyncio.Event()
        self.inbox_url = ""
        """Where this room hears webhooks; known once it listens."""
        self.office = Starlette(
            routes=[
                Route("/state", self._state, methods=["POST"]),
                Route("/messages", self._messages, methods=["POST"]),
                Route("/inbox", self._delivery, methods=["POST"]),
            ]
        )

    def open(self) -> None:
        self.world.sandbox.enter("play")
        self.world.sandbox.start()

    async def close(self) -> None:
        await self.world.sandbox.stop()
        self.world.sandbox.history.close()

    # --- states ---------------------------------------------------------------------------------------------------

    async def _state(self, request: Request) -> Response:
        """Always a 2xx: the verifier would take anything else for a hiccup and come again for minutes. What went wrong
        is told by the door, at once."""
        asked = await request.json()
        if asked.get("action") == "teardown":
            self._between = True
            return JSONResponse({})
        if self._between:
            self.plays.append(Play())
            self._between = False
        return JSONResponse(await self._given(self.plays[-1], str(asked.get("state") or ""), asked.get("params") or {}))

    async def _given(self, play: Play, sentence: str, beside: dict[str, Any]) -> dict[str, Any]:
        try:
            if sentence:
                play.given.append(_with_parameters(sentence, beside))
                play.said.append(state_of(sentence, beside))
            return await self._set_up(play) if play.wrong is None else {}
        except StateError as wrong:
            play.wrong = f"given '{sentence}': {wrong}"
        except Exception as wrong:  # the edge of a server: what our own states do wrong is reported, not retried
            play.wrong, play.ours = f"given '{sentence}': {type(wrong).__name__}: {wrong}", True
        return {}

    async def _set_up(self, play: Play, *, listening: bool = False) -> dict[str, Any]:
        """A fresh sandbox that opens and is worked in as all states so far say; their values."""
        setup = ground()
        for said in play.said:
            if said.state.opens is not None:
                setup = said.state.opens(setup, **said.values_for(said.state.opens))
        self.world.setup = setup
        await self.world.reset()
        self.stage = Stage(self.world.sandbox)
        if listening:
            self._inbox.clear()
            for system in SYSTEMS:
                self.world.sandbox.subscriptions.create(system, self.inbox_url, ("*",))
        values: dict[str, Any] = {}
        for said in play.said:
            if said.state.acts is not None:
                values |= await said.state.acts(self.stage, **said.values_for(said.state.acts))
        return values

    # --- messages -------------------------------------------------------------------------------------------------

    async def _delivery(self, request: Request) -> Response:
        self._inbox.append((dict(request.headers), await request.body()))
        self._arrived.set()
        return Response(status_code=204)

    async def _messages(self, request: Request) -> Response:
        """What our outbox really delivers in these states: the body as it arrived, the headers as metadata."""
        play, asked = self.plays[-1], await request.json()
        if play.wrong is None:
            try:
                await self._set_up(play, listening=True)
                headers, body = await self._delivered(self._wanted(str(asked.get("description", ""))))
            except StateError as wrong:
                play.wrong = str(wrong)
        if play.wrong is not None:
            return _problem(play.wrong)
        play.seen.append(f"sent {_shortened(body)}")
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        metadata = {"contentType": headers["content-type"], **{name: headers[name] for name in names}}
        told = base64.b64encode(json.dumps(metadata).encode()).decode()
        return Response(body, headers={"content-type": headers["content-type"], "pact-message-metadata": told})

    def _wanted(self, description: str) -> Emitted:
        """The newest event whose type the description names (`expense_report.approved`, or in plain words), else the
        newest of all."""
        sent = [
            one.body
            for one in self.world.sandbox.history.records
            if one.system == self.system and isinstance(one.body, Emitted)
        ]
        if not sent:
            raise StateError(f"with these states {self.system} sends no event; give one in which something happens")
        named = [one for one in sent if _spaced(one.type) in _spaced(description)]
        return (named or sent)[-1]

    async def _delivered(self, event: Emitted) -> tuple[dict[str, str], bytes]:
        try:
            async with asyncio.timeout(DELIVERY_S):
                while True:
                    for headers, body in self._inbox:
                        if headers.get("webhook-id") == event.id:
                            return headers, body
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise StateError(f"{event.type} was not delivered within {DELIVERY_S:.0f} s") from None

    # --- the door -------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The door: an ASGI application in front of the system."""
        body = await read_body(receive)
        if body is None or not self.plays:
            return
        play = self.plays[-1]
        if play.wrong is None:
            try:
                answer = await self._answer(play, scope, body)
            except Exception as wrong:  # the edge of a server: our fault must not look like the system's
                play.wrong, play.ours = f"{type(wrong).__name__}: {wrong}", True
        if play.wrong is not None:
            await _problem(play.wrong)(scope, receive, send)
            return
        named = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        named.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": named})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, play: Play, scope: Any, body: bytes) -> Answer:
        scope, body = self._dressed(scope, body)
        if self.stage.again:
            await run_application(self._application, dict(scope), body)
        answer = await run_application(self._application, scope, body)
        told = f"{scope['method']} {scope['path']}{_query(scope)} answered {answer.status} {_shortened(answer.body)}"
        play.seen.append(told.rstrip())
        return answer

    def _dressed(self, scope: Any, body: bytes) -> tuple[Any, bytes]:
        """With live credentials in place of the consumer's dummies, wherever it brought any."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        token_endpoint = scope["path"] in LOGINS
        if token_endpoint and "client_secret" in (form := dict(parse_qsl(body.decode("utf-8", "replace")))):
            client, secret = self.stage.credentials(self.system)
            body = urlencode({**form, "client_id": client, "client_secret": secret}).encode()
            headers["content-length"] = str(len(body))
        told = headers.get("authorization", "")
        if token_endpoint and told.lower().startswith("basic "):
            basic = ":".join(self.stage.credentials(self.system))
            headers["authorization"] = f"Basic {base64.b64encode(basic.encode()).decode()}"
        elif told:
            live = "expired" if self.stage.expired else self.stage.bearer(self.system)
            headers["authorization"] = f"Bearer {live}"
        named = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        return {**scope, "headers": named}, body


def _problem(says: str) -> JSONResponse:
    """In place of an answer: the states could not be set up."""
    return JSONResponse({"title": "The provider state was not set up", "detail": says}, 500)


def _with_parameters(sentence: str, beside: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name} {value}" for name, value in beside.items())
    return f"{sentence} ({told})" if told else sentence


def _query(scope: Any) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return f"?{query}" if query else ""


def _shortened(body: bytes) -> str:
    """For people, without what nobody should read."""
    text = _SECRET.sub(r'\1"..."', body.decode("utf-8", "replace"))
    return text if len(text) <= SEEN_CHARACTERS else f"{text[:SEEN_CHARACTERS]}..."


def _spaced(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").replace(".", " ").split())
