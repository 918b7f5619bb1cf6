"""Calls one system: its token, its card, and the waits it asks for. Knows no documents."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from hardclose_reference.answers import InDoubt, understood
from hardclose_reference.behaviour import Behaviour
from hardclose_reference.settings import Access
from hardclose_reference.tokens import Forgetful, Memory, NoToken, Tokens

AT_ONCE_S = 0.01
"""What a caller that calls again at once takes to do so."""
BREAKS_AFTER, BREAK_S = 5, 4.0
"""After so many failures in a row somebody with a breaker sends nothing for so long."""
HASTY_WAIT_S = 0.25
"""What a caller that hardly waits sleeps, whatever it was told."""


class SystemClient:
    """At most `callers` requests at a time. A Retry-After told to one of them holds for all."""

    def __init__(
        self,
        access: Access,
        behaviour: Behaviour,
        now: Callable[[], datetime],
        transport: httpx2.AsyncBaseTransport | None = None,
        memory: Memory | None = None,
    ) -> None:
        self._access, self._behaviour, self._now = access, behaviour, now
        self.timeout_s = 2.0
        self._http = httpx2.AsyncClient(
            base_url=access.url, transport=transport, timeout=self.timeout_s, trust_env=False, follow_redirects=False
        )
        self._slots = asyncio.Semaphore(behaviour.callers)
        self._quiet_until = datetime.min.replace(tzinfo=UTC)
        self._tokens = Tokens(access, behaviour, now, self._http, memory or Forgetful())
        self._idle = list(range(behaviour.callers))
        self._failures, self._closed_again = 0, 0.0
        self.card: Mapping[str, Any] = {}

    async def close(self) -> None:
        await self._http.aclose()

    async def learn(self) -> None:
        """Reads the contract card; raises InDoubt while the system is not there."""
        try:
            answer = await self._http.get("/.well-known/contract-card")
            answer.raise_for_status()
            card = answer.json()
            timeout_s = float(card["service_levels"]["client_timeout_s"])
        except (httpx2.HTTPError, ValueError, TypeError, KeyError) as wrong:
            raise InDoubt(f"no contract card: {wrong}") from wrong
        self.card, self.timeout_s, self._http.timeout = card, timeout_s, httpx2.Timeout(timeout_s)

    def terms(self, operation: str) -> Mapping[str, Any]:
        """What the card promises about an operation that writes."""
        terms: Mapping[str, Any] = self.card["operations"][operation]
        return terms

    def offers(self, operation: str) -> bool:
        return operation in self.card.get("operations", {})

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        says: Sequence[str] = (),
        leaving: Callable[[], None] = lambda: None,
    ) -> dict[str, Any]:
        """The answer's JSON, with the members `says` in it. Raises as `answers.understood`."""
        given = {**(headers or {}), **({"Idempotency-Key": key} if key else {})}
        request = {"json": body} if content is None else {"content": content}
        answer = await self._exchange(method, path, given, leaving, params=query, **request)
        return understood(f"{method} {path}", answer, says, by_status=self._behaviour.success == "by_status")

    async def fetch(self, path: str) -> bytes:
        """The bytes of a file. Raises as `call`."""
        answer = await self._exchange("GET", path, {}, lambda: None)
        if not answer.is_success:
            understood(f"GET {path}", answer)
        return answer.content

    async def items(self, path: str, query: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
        """Every entry of a list, page by page."""
        asked = dict(query)
        while True:
            page = await self.call("GET", path, query=asked, says=("items", "next_cursor"))
            for item in page["items"]:
                yield item
            if page["next_cursor"] is None or not self._behaviour.all_pages:
                return
            asked["cursor"] = page["next_cursor"]

    async def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], leaving: Callable[[], None], **request: Any
    ) -> httpx2.Response:
        """One answer that is not about waiting. Raises InDoubt without one; waits and comes again when told to.

        `leaving` is called the moment before each request leaves: all waiting is over then."""
        self._leave_it_alone(method, path)
        async with self._slots, self._caller() as caller:
            renewed = False
            while True:
                token = await self._our_turn(caller)
                authorized = {**headers, "Authorization": f"Bearer {token}"}
                leaving()
                try:
                    answer = await self._http.request(method, path, headers=authorized, **request)
                except httpx2.HTTPError as wrong:
                    self._note(failed=True)
                    raise InDoubt(f"{method} {path}: {wrong or type(wrong).__name__}") from wrong
                self._note(failed=answer.status_code >= 500)
                if answer.status_code == 401 and not renewed:
                    renewed = True
                    self._tokens.spent(caller, token)
                    continue
                if answer.status_code == 429 or "retry-after" in answer.headers:
                    await self._told_to_wait(answer)
                if answer.status_code >= 500 and self._behaviour.server_errors == "at_once":
                    await asyncio.sleep(AT_ONCE_S)
                    continue
                if answer.status_code != 429:
                    return answer

    # --- a breaker, for who has one -----------------------------------------------------------------------------

    def _note(self, *, failed: bool) -> None:
        self._failures = self._failures + 1 if failed else 0
        if self._behaviour.breaker and self._failures >= BREAKS_AFTER:
            self._closed_again = self._now().timestamp() + BREAK_S

    def _leave_it_alone(self, method: str, path: str) -> None:
        if self._now().timestamp() < self._closed_again:
            raise InDoubt(f"{method} {path}: not sent, the system has been failing")

    # --- waiting ------------------------------------------------------------------------------------------------

    async def _told_to_wait(self, answer: httpx2.Response) -> None:
        wait_s = _wait_s(answer, self._now())
        match self._behaviour.waiting:
            case "together":
                until = datetime.fromtimestamp(self._now().timestamp() + wait_s, UTC)
                self._quiet_until = max(self._quiet_until, until)
            case "alone":
                await asyncio.sleep(wait_s)
            case _:
                await asyncio.sleep(HASTY_WAIT_S)

    @asynccontextmanager
    async def _caller(self) -> AsyncIterator[int]:
        """Which of our callers this is."""
        mine = self._idle.pop(0)
        try:
            yield mine
        finally:
            self._idle.append(mine)

    async def _our_turn(self, caller: int) -> str:
        """A live token once no wait is open. Either may be over while we waited for the other."""
        while True:
            while (left_s := self._wait_left_s()) > 0:
                await asyncio.sleep(left_s)
            try:
                token = await self._tokens.current(caller)
            except NoToken as wrong:
                raise InDoubt(str(wrong)) from wrong
            if self._wait_left_s() <= 0:
                return token

    def _wait_left_s(self) -> float:
        return (self._quiet_until - self._now()).total_seconds()


def _wait_s(answer: httpx2.Response, now: datetime) -> float:
    """Retry-After in seconds or as an HTTP-date; a second where none was told, or none that can be read."""
    told = answer.headers.get("retry-after", "")
    try:
        wait_s = float(told)
    except ValueError:
        try:
            then = parsedate_to_datetime(told)
        except ValueError:
            return 1.0
        # An offset of -0000 makes it naive: the time is UTC all the same.
        wait_s = (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds()
    return max(0.0, wait_s) if math.isfinite(wait_s) else 1.0
