"""Keeps our webhook subscriptions alive, and knows the secrets that deliveries are signed with now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from hardclose_reference.answers import InDoubt, Refused
from hardclose_reference.client import SystemClient
from hardclose_reference.settings import Settings
from hardclose_reference.store import Store

PATH = "/v1/webhook-subscriptions"
LOOK_S = 10.0
"""Between two looks at subscriptions that need no renewal, wire seconds: they may be disabled all the same."""
ASK_AGAIN_S = 1.0
"""No secret is asked for more often: whoever sends us forgeries shall not make us flood the sender."""


class Subscriptions:
    """Of all systems. Who takes no webhooks has none, and asks little."""

    def __init__(
        self, settings: Settings, clients: Mapping[str, SystemClient], store: Store, now: Callable[[], datetime]
    ) -> None:
        self._settings, self._clients, self._store, self._now = settings, clients, store, now
        self._asked: dict[str, float] = {}

    def look_again_s(self) -> float:
        """Often enough for the shortest life on the cards."""
        lives = [_life_s(client) for client in self._clients.values()]
        return min([LOOK_S, *(life / 4 for life in lives if life)])

    async def keep_alive(self) -> bool:
        """Renews what has ended, was disabled, or will end before the next look but one. Raises InDoubt or Refused.

        Whether one was not active: what it missed is in the lists."""
        gap = False
        for client in self._clients.values():
            listed = await client.call("GET", PATH, says=("items",))
            for one in listed["items"]:
                ends = one.get("expires_at")
                left_s = None if ends is None else (datetime.fromisoformat(ends) - self._now()).total_seconds()
                if one.get("state") != "active" or (left_s is not None and left_s < 2 * self.look_again_s()):
                    await client.call("POST", f"{PATH}/{one['id']}/renewal")
                    gap = gap or one.get("state") != "active"
        return gap

    def secret(self, system: str) -> str:
        return self._store.secret(f"{system}/webhook_secret") or self._settings.systems[system].webhook_secret

    async def has_new_secret(self, system: str) -> bool:
        """Asks, now and then, whether deliveries are signed with another secret than we know."""
        now = self._now().timestamp()
        if now - self._asked.get(system, 0.0) < ASK_AGAIN_S:
            return False
        self._asked[system] = now
        client = self._clients[system]
        told: list[str] = []
        try:
            listed = await client.call("GET", PATH, says=("items",))
            for one in listed["items"][:1]:
                answer = await client.call("GET", f"{PATH}/{one['id']}/secret", says=("secret",))
                told = [str(answer["secret"])]
        except (InDoubt, Refused):
            return False
        is_new = bool(told) and told[0] != self.secret(system)
        if is_new:
            self._store.keep_secret(f"{system}/webhook_secret", told[0])
        return is_new


def _life_s(client: SystemClient) -> float | None:
    life = client.card.get("webhooks", {}).get("subscription", {}).get("life_s")
    return None if life is None else float(life)
