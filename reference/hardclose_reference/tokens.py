"""Gets and keeps the access token of one system, and the secrets behind it, through every change the vendor makes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx2

from hardclose_reference.behaviour import Behaviour
from hardclose_reference.settings import Access

TOKEN_MARGIN_S = 1.0
"""A token this close to its end is renewed first."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class NoToken(Exception):
    """The token endpoint did not let us in, or did not answer."""


class Memory(Protocol):
    """Keeps secrets over restarts; an empty one is none."""

    def secret(self, name: str) -> str: ...

    def keep_secret(self, name: str, value: str) -> None: ...


class Forgetful:
    """Keeps them for as long as the process lives."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def secret(self, name: str) -> str:
        return self._kept.get(name, "")

    def keep_secret(self, name: str, value: str) -> None:
        self._kept[name] = value


@dataclass(frozen=True, slots=True)
class Wallet:
    token: str = ""
    ends: datetime = LONG_AGO


class Tokens:
    """One token for all callers; one of them renews it, the others wait for it: no stampede when it ends."""

    def __init__(
        self,
        access: Access,
        behaviour: Behaviour,
        now: Callable[[], datetime],
        http: httpx2.AsyncClient,
        memory: Memory,
    ) -> None:
        self._access, self._behaviour, self._now, self._http, self._memory = access, behaviour, now, http, memory
        self._wallets: dict[int, Wallet] = defaultdict(Wallet)
        self._own_refresh: dict[int, str] = {}
        self._renewing: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def current(self, caller: int) -> str:
        """A live token for that caller. Raises NoToken."""
        mine = self._place(caller)
        async with self._renewing[mine]:
            wallet = self._wallets[mine]
            if not wallet.token or (wallet.ends - self._now()).total_seconds() < TOKEN_MARGIN_S:
                self._wallets[mine] = wallet = await self._renewed(mine)
            return wallet.token

    def spent(self, caller: int, token: str) -> None:
        """It was refused. Another caller may have come back with a new one meanwhile."""
        mine = self._place(caller)
        if self._wallets[mine].token == token:
            self._wallets[mine] = replace(self._wallets[mine], token="")

    def _place(self, caller: int) -> int:
        return caller if self._behaviour.tokens == "each" else 0

    # ------------------------------------------------------------------------------------------------------------

    async def _renewed(self, mine: int) -> Wallet:
        refresh = self._refresh_token(mine)
        if refresh:
            # Good for once: whatever comes of it, it is not sent again.
            self._keep_refresh_token(mine, "")
            try:
                return self._granted(mine, await self._ask(grant_type="refresh_token", refresh_token=refresh))
            except _Turned as no:
                if no.error != "invalid_grant":
                    raise
        try:
            return await self._log_in(mine)
        except _Turned as no:
            if no.error != "invalid_client" or not await self._collect():
                raise
        return await self._log_in(mine)

    async def _log_in(self, mine: int) -> Wallet:
        granted = await self._ask(grant_type="client_credentials")
        if granted.get("client_secret_expires_at"):
            # It was replaced, and still opens the door: fetch the new one while that is so.
            await self._collect()
        return self._granted(mine, granted)

    def _granted(self, mine: int, granted: dict[str, Any]) -> Wallet:
        try:
            token, life_s = str(granted["access_token"]), float(granted["expires_in"])
        except (ValueError, TypeError, KeyError) as wrong:
            raise NoToken(f"no token: {wrong} in the answer") from wrong
        self._keep_refresh_token(mine, str(granted.get("refresh_token", "")))
        return Wallet(token, datetime.fromtimestamp(self._now().timestamp() + life_s, UTC))

    def _refresh_token(self, mine: int) -> str:
        shared = self._memory.secret("refresh_token")
        return shared if self._behaviour.tokens == "shared" else self._own_refresh.get(mine, shared)

    def _keep_refresh_token(self, mine: int, token: str) -> None:
        if self._behaviour.tokens == "shared":
            self._memory.keep_secret("refresh_token", token)
            return
        self._own_refresh[mine] = token
        if token and not self._memory.secret("refresh_token"):
            self._memory.keep_secret("refresh_token", token)

    async def _collect(self) -> bool:
        """Fetch the secret that took the place of ours. False if ours is the present one, or unknown there."""
        answer = await self._post(_beside(self._access.token_url, "rotate"))
        if not answer.is_success:
            return False
        try:
            told = str(answer.json()["client_secret"])
        except (ValueError, TypeError, KeyError):
            return False
        is_new = told != self._client_secret
        self._memory.keep_secret("client_secret", told)
        return is_new

    @property
    def _client_secret(self) -> str:
        return self._memory.secret("client_secret") or self._access.client_secret

    async def _ask(self, **form: str) -> dict[str, Any]:
        answer = await self._post(self._access.token_url, **form)
        try:
            content = answer.json()
        except ValueError as wrong:
            raise NoToken(f"no token: {answer.status_code} without JSON") from wrong
        if isinstance(content, dict) and answer.status_code in (400, 401):
            raise _Turned(str(content.get("error", answer.status_code)))
        if not isinstance(content, dict) or not answer.is_success:
            raise NoToken(f"no token: {answer.status_code}")
        return content

    async def _post(self, url: str, **form: str) -> httpx2.Response:
        client = {"client_id": self._access.client_id, "client_secret": self._client_secret}
        try:
            return await self._http.post(url, data={**form, **client})
        except httpx2.HTTPError as wrong:
            raise NoToken(f"no token: {wrong or type(wrong).__name__}") from wrong


class _Turned(NoToken):
    """A definite no, by its name in RFC 6749."""

    def __init__(self, error: str) -> None:
        super().__init__(f"no token: {error}")
        self.error = error


def _beside(token_url: str, name: str) -> str:
    """The endpoint beside the token endpoint."""
    return f"{token_url.rsplit('/', 1)[0]}/{name}"
