"""Webhook subscriptions behind the wire: made, renewed, listed, ended; and the log of deliveries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from hardclose_mocks.clock import NS
from hardclose_mocks.history.records import Subscribed
from hardclose_mocks.webhooks.outbox import LIVE, webhook_id

if TYPE_CHECKING:
    from hardclose_mocks.server.sandbox import Sandbox

DELIVERIES_SHOWN = 200


@dataclass(slots=True)
class Subscriptions:
    """What the routes ask, as they answer it."""

    sandbox: Sandbox

    def create(self, system: str, url: str, types: tuple[str, ...]) -> dict[str, Any]:
        """Registers a receiver; the secret is the system's own, the same for all its subscriptions."""
        number = self.sandbox.outbox.created + 1
        made = Subscribed(f"sub_{system}_{number}", url, types, expires_ns=self._end_ns(system))
        self._note(system, made)
        return {**self._public(made), "secret": self.sandbox.admission.signing_secret(system)["secret"]}

    def renew(self, system: str, subscription_id: str) -> dict[str, Any] | None:
        """Live from now on for a whole life, whatever had ended it; None where there is none of that name."""
        known = self._mine(system, subscription_id)
        if known is None:
            return None
        renewed = replace(known, state="renewed", expires_ns=self._end_ns(system), note="")
        self._note(system, renewed)
        return self._public(renewed)

    def delete(self, system: str, subscription_id: str) -> bool:
        known = self._mine(system, subscription_id)
        if known is None:
            return False
        self._note(system, replace(known, state="deleted", note=""))
        return True

    def disable(self, system: str, why: str) -> None:
        """F34: all that are live."""
        for owner, one in list(self.sandbox.outbox.subscriptions.values()):
            if owner == system and one.state in LIVE:
                self._note(system, replace(one, state="disabled", note=why))

    def known(self, system: str, subscription_id: str) -> bool:
        return self._mine(system, subscription_id) is not None

    def listing(self, system: str) -> list[dict[str, Any]]:
        return [self._public(one) for owner, one in self.sandbox.outbox.subscriptions.values() if owner == system]

    def deliveries(self, system: str) -> list[dict[str, Any]]:
        """The last 200 attempts of the genuine sender, newest first: of forgers and faults it knows nothing."""
        log = reversed(self.sandbox.outbox.log)
        mine = (tried for owner, tried in log if owner == system and tried.label == "genuine")
        return [
            {
                "event": tried.event,
                "message": webhook_id(tried.event, tried.message),
                "subscription": tried.subscription,
                "subject": tried.subject,
                "revision": tried.revision,
                "attempt": tried.attempt,
                "status": tried.status,
                "outcome": tried.outcome,
                "started_ns": tried.started_ns,
                "ended_ns": tried.ended_ns,
                "next_ns": tried.next_ns,
            }
            for tried in islice(mine, DELIVERIES_SHOWN)
        ]

    def _mine(self, system: str, subscription_id: str) -> Subscribed | None:
        owner, subscription = self.sandbox.outbox.subscriptions.get(subscription_id, ("", None))
        return subscription if owner == system else None

    def _note(self, system: str, subscription: Subscribed) -> None:
        self.sandbox.outbox.subscribe(system, subscription)
        self.sandbox.note(system, subscription)
        self.sandbox.dispatcher.wake()

    def _end_ns(self, system: str) -> int | None:
        life_s = self.sandbox.systems[system].card.subscriptions.life_s
        return None if life_s is None else self.sandbox.wire.ns() + round(life_s * NS)

    def _public(self, subscription: Subscribed) -> dict[str, Any]:
        wire, ends = self.sandbox.wire, subscription.expires_ns
        expires = None if ends is None else wire.utc() + timedelta(seconds=(ends - wire.ns()) / NS)
        return {
            "id": subscription.id,
            "url": subscription.url,
            "types": list(subscription.types),
            "state": "active" if subscription.state in LIVE else subscription.state,
            "expires_at": None if expires is None else expires.isoformat(timespec="milliseconds"),
        }
