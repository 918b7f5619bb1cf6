"""A small stand-in for a Pact Broker: as much of its HAL as the official command line and verifier ask for.

No real broker can be installed by pip or npm. This one keeps contracts and results in memory, and is no more than that:
every consumer version is on its main branch, and every selector finds the latest version of each pact."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hardclose_mocks.server.listen import bind


@dataclass
class Published:
    consumer: str
    provider: str
    version: str
    content: dict[str, Any]


@dataclass
class Broker:
    """`results` are what verifiers sent back, `asked` the requests so far. With a `token`, nobody else gets in."""

    url: str = ""
    token: str | None = None
    pacts: dict[tuple[str, str], Published] = field(default_factory=dict)
    results: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def application(self) -> Any:
        routes = [
            Route("/", self._index),
            Route("/contracts/publish", self._publish, methods=["POST"]),
            Route("/pacts/provider/{provider}/for-verification", self._for_verification, methods=["GET", "POST"]),
            Route("/pacts/provider/{provider}/branch/latest", self._latest),
            Route("/pacts/provider/{provider}/branch/{branch}/latest", self._latest),
            Route("/pacts/provider/{provider}/consumer/{consumer}/version/{version}", self._pact),
            Route("/pacts/provider/{provider}/consumer/{consumer}/results", self._result, methods=["POST"]),
            Route("/pacticipants/{provider}", self._pacticipant),
            Route("/pacticipants/{provider}/versions/{version}", self._version, methods=["GET", "PUT"]),
            Route("/pacticipants/{provider}/branches/{branch}/versions/{version}", self._version, methods=["PUT"]),
        ]
        app = Starlette(routes=routes)

        async def door(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                request = Request(scope)
                self.asked.append(f"{request.method} {request.url.path}")
                if self.token is not None and request.headers.get("authorization") != f"Bearer {self.token}":
                    await JSONResponse({"error": "who are you?"}, 401)(scope, receive, send)
                    return
            await app(scope, receive, send)

        return door

    # --- resources --------------------------------------------------------------------------------------------------

    async def _index(self, _: Request) -> Response:
        links = {
            "pb:publish-contracts": "/contracts/publish",
            "pb:provider-pacts-for-verification": "/pacts/provider/{provider}/for-verification",
            "pb:pacticipant": "/pacticipants/{pacticipant}",
        }
        return self._hal({}, links)

    async def _publish(self, request: Request) -> Response:
        told = await request.json()
        consumer, version = told["pacticipantName"], told["pacticipantVersionNumber"]
        for one in told["contracts"]:
            content = msgspec.json.decode(base64.b64decode(one["content"]))
            published = Published(consumer, one["providerName"], version, content)
            self.pacts[consumer, one["providerName"]] = published
        contracts = [{"href": self._of(one), "name": one.provider, "title": "Pact"} for one in self.pacts.values()]
        link = {"href": f"{self.url}/pacticipants/{quote(consumer)}", "name": consumer}
        links = {
            "pb:contracts": contracts,
            "pb:pacticipant": {**link, "title": consumer},
            "pb:pacticipant-version": {**link, "title": version},
            "pb:pacticipant-version-tags": [],
        }
        says = {
            "notices": [{"type": "success", "text": "published"}],
            "logs": [],
            "_embedded": {
                "pacticipant": {"name": consumer, "_links": {"self": link}},
                "version": {"number": version, "_links": {"self": {**link, "title": version}}},
            },
            "_links": links,
        }
        return JSONResponse(says, media_type="application/hal+json")

    async def _for_verification(self, request: Request) -> Response:
        mine = self._with(request.path_params["provider"])
        pacts = [
            {
                "shortDescription": "latest from main branch",
                "verificationProperties": {"pending": False, "notices": []},
                "_links": {"self": {"href": self._of(one), "name": f"{one.consumer} ({one.version})"}},
            }
            for one in mine
        ]
        return self._hal({"_embedded": {"pacts": pacts}}, {"self": request.url.path})

    async def _latest(self, request: Request) -> Response:
        mine = self._with(request.path_params["provider"])
        links = [{"href": self._of(one), "title": "Pact", "name": one.consumer} for one in mine]
        return JSONResponse({"_links": {"pb:pacts": links, "pacts": links}}, media_type="application/hal+json")

    async def _pact(self, request: Request) -> Response:
        one = self.pacts[request.path_params["consumer"], request.path_params["provider"]]
        names = {"pb:consumer": one.consumer, "pb:provider": one.provider}
        links: dict[str, Any] = {
            role: {"href": f"{self.url}/pacticipants/{quote(name)}", "name": name} for role, name in names.items()
        }
        links["pb:consumer-version"] = {"href": self._of(one), "name": one.version}
        results = f"{self.url}/pacts/provider/{quote(one.provider)}/consumer/{quote(one.consumer)}/results"
        links["pb:publish-verification-results"] = {"href": results}
        return JSONResponse({**one.content, "_links": links}, media_type="application/hal+json")

    async def _result(self, request: Request) -> Response:
        self.results.append(await request.json())
        return self._hal({}, {}, 201)

    async def _pacticipant(self, request: Request) -> Response:
        name = request.path_params["provider"]
        at = f"/pacticipants/{quote(name)}"
        links = {
            "self": at,
            "pb:version": at + "/versions/{version}",
            "pb:branch-version": at + "/branches/{branch}/versions/{version}",
        }
        return self._hal({"name": name, "mainBranch": "main"}, links)

    async def _version(self, request: Request) -> Response:
        return self._hal({"number": request.path_params["version"]}, {})

    # --- words ------------------------------------------------------------------------------------------------------

    def _with(self, provider: str) -> list[Published]:
        return [one for one in self.pacts.values() if one.provider == provider]

    def _of(self, one: Published) -> str:
        return f"{self.url}/pacts/provider/{quote(one.provider)}/consumer/{quote(one.consumer)}/version/{one.version}"

    def _hal(self, content: dict[str, Any], links: dict[str, str], status: int = 200) -> Response:
        named = {name: {"href": self.url + path, "templated": "{" in path} for name, path in links.items()}
        return JSONResponse({**content, "_links": named}, status, media_type="application/hal+json")


@contextmanager
def standing_in(token: str | None = None) -> Iterator[Broker]:
    """A broker on loopback, served by a thread of its own: the command line is a process, and blocks."""
    listener = bind("127.0.0.1", 0)
    broker = Broker(f"http://127.0.0.1:{listener.getsockname()[1]}", token)
    config = uvicorn.Config(broker.application(), log_level="critical", lifespan="off", interface="asgi3")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        yield broker
    finally:
        server.should_exit = True
        thread.join()
