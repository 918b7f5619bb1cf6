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

ERP_KINDS = {"payment": "", "supplier_invoice": "invoice", "goods_receipt": "receipt", "journal_entry": "accrual"}
"""Events about documents of ours that change in the ERP, and what those were made of. A payment is of several kinds."""
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

    def __init__(
        self,
        settings: Settings,
        store: Store,
        news: News,
        now: Callable[[], datetime],
        secret: Callable[[str], str] | None = None,
        look: Callable[[], None] = lambda: None,
        batch_max: Callable[[str], int] = lambda _: 1,
    ) -> None:
        """`secret` tells what a system signs with now, where that may change; `look` makes us read the lists soon;
        `batch_max` is how many events the system's card announces in one POST."""
        self._store, self.news, self._now, self._look, self._batch_max = store, news, now, look, batch_max
        self._secret = secret or (lambda system: settings.systems[system].webhook_secret)
        self._behaviour = settings.behaviour

    def take_event(self, system: str, headers: dict[str, str], body: bytes) -> bool:
        """Stores the event and what follows from it before anybody may acknowledge it. Raises Forged or Unreadable.

        Whether it was about anything that is our work."""
        events, work = self._verified(system, headers, body), False
        with self._store.all_or_nothing():
            for event in events:
                # In a batch each event has an id of its own; alone it is the delivery's.
                event_id = str(event.get("id", "")) if len(events) > 1 else headers.get("webhook-id", "")
                if self._store.keep_event(event_id, system, json.dumps(event)):
                    work = self._take(system, event, event_id) or work
        return work

    def _take(self, system: str, event: dict[str, Any], event_id: str) -> bool:
        data, kind = event.get("data"), str(event.get("type", "")).rpartition(".")[0]
        if not isinstance(data, dict):
            return False
        if "status" not in data and "number" in data:
            # It names a document and shows nothing of it: the lists do.
            self._look()
            return True
        if kind in kinds_of(system):
            self.news.take_document(kind, data, event_id if self._behaviour.same_document == "by_event" else "")
        elif system == "erp" and kind in ERP_KINDS:
            self.news.take_erp_document(ERP_KINDS[kind] or _paid_kind(data), data)
        elif system == "erp" and kind == "cost_center" and "revision" in data:
            self.news.take_cost_center(data)
        else:
            return False
        return True

    def _verified(self, system: str, headers: dict[str, str], body: bytes) -> list[dict[str, Any]]:
        """The event, or the events of a batch."""
        if self._behaviour.verify_signatures:
            self._check_signature(self._secret(system), headers, body)
        try:
            content = json.loads(body)
        except ValueError as wrong:
            raise Unreadable("not JSON") from wrong
        events = content if isinstance(content, list) and self._batch_max(system) > 1 else [content]
        if not events or not all(isinstance(one, dict) for one in events):
            raise Unreadable("not JSON objects: events come one at a time, unless the card says otherwise")
        return events

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


def _paid_kind(document: dict[str, Any]) -> str:
    """What was made into the document that an event of a payment shows: employees are paid, or suppliers."""
    return "invoice" if "supplier" in document or "match" in document else "expense_report"
