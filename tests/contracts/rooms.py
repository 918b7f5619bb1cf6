"""A room whose states are set up by hand, in process: what a verifier would do, without one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import httpx2

from hardclose_mocks.server.inprocess import InProcessTransport
from hardclose_simulator.contracts.pact_room import Room


class Visit:
    """One interaction in a room. `wrong` is what the door would say."""

    def __init__(self, room: Room) -> None:
        self.room = room
        transport = InProcessTransport({"office": room.office, "door": room})
        self._client = httpx2.AsyncClient(transport=transport)

    async def given(self, sentence: str, **parameters: Any) -> dict[str, Any]:
        """The values the state hands back."""
        asked = {"action": "setup", "state": sentence, "params": parameters}
        answer = await self._client.post("http://office/state", json=asked)
        assert answer.status_code == 200, "anything else would make the verifier come again for minutes"
        return dict(answer.json())

    async def done(self) -> None:
        """The interaction is over; the next state begins another."""
        await self._client.post("http://office/state", json={"action": "teardown"})

    async def call(self, method: str, path: str, **request: Any) -> httpx2.Response:
        """As a consumer calls, with its dummy token."""
        headers = request.pop("headers", {"authorization": "Bearer of-the-consumer"})
        return await self._client.request(method, f"http://door{path}", headers=headers, **request)

    @property
    def wrong(self) -> str:
        return self.room.plays[-1].wrong or ""

    def document(self, system: str, number: str) -> Any:
        return self.room.world.sandbox.systems[system].books.find(number)


def visiting(system: str, visit: Any) -> None:
    """Runs an async story in a room of that system."""

    async def story() -> None:
        room = Room(system, lambda _, application: application)
        room.open()
        try:
            told: Coroutine[Any, Any, None] = visit(Visit(room))
            await told
        finally:
            await room.close()

    asyncio.run(story())
