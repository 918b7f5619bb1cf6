"""How work comes in by webhook: signed, kept, and only then acknowledged. What it means is `news`."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from hardclose_reference.news import News
from hardclose_reference.settings import Settings
from hardclose_reference.store import Store
from hardclose_reference.targets import kinds_of

PAID_EVENT = "payment.completed"
TOLERANCE_S = 300
"""An event signed longer ago than this, or this far ahead, is a replay: the card says so."""
DIGITS_MAX = 12
"""Seconds since 1970 need no more for the next thirty thousand years."""


class Forged(Exception):
    """Not signed by the sender, changed on the way, or too old."""


class Unreadable(Exception):
    """Genuine perhaps, but no event: acknowledged, it would be lost."""


class Intake:
    """Checks who says it, on the clock it is given, and keeps what was said."""

    def __init__(self, settings: Settings, store: Store, news: News, now: Callable[[], datetime]) -> None:
        self._settings, self._store, self._news, self._now = settings, store, news, now
        self._behaviour = settings.behaviour

    def take_event(self, system: str, headers: dict[str, str], body: bytes) -> bool:
        """Stores the event and what follows from it before anybody may acknowledge it. Raises Forged or Unreadable.

        Whether it was about anything that is our work."""
        event = self._verified(system, headers, body)
        with self._store.all_or_nothing():
            event_id = headers.get("webhook-id", "")
            if self._store.keep_event(event_id, system, body.decode()):
                return self._take(system, event, event_id)
        return False

    def _take(self, system: str, event: dict[str, Any], event_id: str) -> bool:
        data, (kind, _, change) = event.get("data", {}), str(event.get("type", "")).rpartition(".")
        if kind in kinds_of(system):
            self._news.take_document(kind, data, event_id if self._behaviour.same_document == "by_event" else "")
        elif system == "erp" and f"{kind}.{change}" == PAID_EVENT:
            self._news.take_erp_document(data)
        else:
            return False
        return True

    def _verified(self, system: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        if self._behaviour.verify_signatures:
            self._check_signature(self._settings.systems[system].webhook_secret, headers, body)
        try:
            content = json.loads(body)
        except ValueError as wrong:
            raise Unreadable("not JSON") from wrong
        if not isinstance(content, dict):
            raise Unreadable("not one JSON object: events come one at a time")
        return content

    def _check_signature(self, secret: str, headers: dict[str, str], body: bytes) -> None:
        """Standard Webhooks, on our own clock: the library's `verify` looks at the host's."""
        told = headers.get("webhook-timestamp", "")
        if not told.isdecimal() or len(told) > DIGITS_MAX or abs(self._now().timestamp() - int(told)) > TOLERANCE_S:
            raise Forged(f"timestamp {told[:20]!r} is not of now")
        signed_at = datetime.fromtimestamp(int(told), UTC)
        expected = Webhook(secret).sign(headers.get("webhook-id", ""), signed_at, body.decode("utf-8", "replace"))
        given = headers.get("webhook-signature", "").split()
        if not any(hmac.compare_digest(one.encode(), expected.encode()) for one in given):
            raise Forged("the signature is not the sender's")
