"""How work comes in: signed webhooks, and lists read to the end. Both end in the same job, once per document."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from hardclose_reference.client import SystemClient
from hardclose_reference.mapping import TARGETS
from hardclose_reference.settings import Settings
from hardclose_reference.store import DUE, SUPERSEDED, Job, Store

TAKEN_BACK = ("draft", "submitted", "pending", "sent_back", "recalled", "rejected", "cancelled")
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
    """`wake` is called whenever there is something new to do."""

    def __init__(self, settings: Settings, store: Store, wake: Callable[[], None], now: Callable[[], datetime]) -> None:
        self._settings, self._store, self._wake, self._now = settings, store, wake, now
        self._behaviour = settings.behaviour

    def take_event(self, system: str, headers: dict[str, str], body: bytes) -> None:
        """Stores the event and what follows from it before anybody may acknowledge it. Raises Forged or Unreadable."""
        event = self._verified(system, headers, body)
        with self._store.all_or_nothing():
            event_id = headers.get("webhook-id", "")
            if self._store.keep_event(event_id, system, body.decode()):
                self._take(system, event, event_id)

    def _take(self, system: str, event: dict[str, Any], event_id: str) -> None:
        data = event.get("data", {})
        if system in TARGETS:
            self.take_document(system, data, event_id if self._behaviour.same_document == "by_event" else "")
        elif event.get("type") == PAID_EVENT:
            self.take_erp_document(data)

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

    def take_document(self, system: str, source: dict[str, Any], instance: str = "") -> None:
        """A source document in whatever state somebody told us of. Late and repeated news change nothing."""
        number, revision = str(source.get("number", "")), int(source.get("revision", 0))
        known = self._store.job(system, number, instance)
        if known is not None and known.revision > revision:
            return
        if source.get("status") == "approved" and (known is None or known.revision < revision):
            if known is not None and known.state != SUPERSEDED:
                reason = f"revision {revision} was approved, and revision {known.revision} is {known.state} already"
                self._store.raise_exception(system, number, reason, str(source["updated_at"]))
                return
            self._store.save(Job(system, number, revision, source, instance))
            self._wake()
        elif (
            source.get("status") in TAKEN_BACK
            and known is not None
            and known.state == DUE
            and known.in_doubt_since is None
            and int(source["version"]) > int(known.source["version"])
        ):
            known.state = SUPERSEDED
            self._store.save(known)

    def take_erp_document(self, document: dict[str, Any]) -> None:
        """What the ERP says of a document we made: paid, or reversed by somebody.

        It may be so before we know that it is ours: the answer that named it was lost, and we have not looked yet."""
        voided = document["status"] in ("reversed", "cancelled")
        for system in TARGETS:
            job = self._store.job(system, str(document.get("reference", "")))
            if job is None:
                continue
            perhaps_ours = job.document is None and job.in_doubt_since is not None and not document.get("reverses")
            ours = perhaps_ours or job.document == document.get("number")
            says = document.get("payment") == "paid", voided
            if ours and says != (job.paid, job.voided):
                job.paid, job.voided = says
                self._store.save(job)
                self._wake()


class Poller:
    """Reads lists from where it stopped. The cursor moves only after everything before it is stored."""

    def __init__(self, intake: Intake, store: Store, clients: dict[str, SystemClient], *, all_pages: bool) -> None:
        self._intake, self._store, self._clients, self._all_pages = intake, store, clients, all_pages

    async def look(self) -> None:
        """One look at every list; raises InDoubt or Refused where a list cannot be read."""
        for system, target in TARGETS.items():
            await self._read(system, target.list_path, {"status": "approved"}, self._take_source(system))
        for target in TARGETS.values():
            await self._read("erp", target.erp_path, {}, self._intake.take_erp_document)

    def _take_source(self, system: str) -> Callable[[dict[str, Any]], None]:
        return lambda source: self._intake.take_document(system, source)

    async def _read(
        self, system: str, path: str, query: dict[str, str], take: Callable[[dict[str, Any]], None]
    ) -> None:
        """`updated_since` is inclusive: the last second is read again, so that nobody falls between two looks."""
        client, since = self._clients[system], self._store.cursor(path)
        latest = since
        began = None if self._all_pages else await _system_time(client)
        async for item in client.items(path, {**query, **({"updated_since": since} if since else {})}):
            take(item)
            latest = began or str(item["updated_at"])
        if latest is not None and latest != since:
            self._store.move_cursor(path, latest)


async def _system_time(client: SystemClient) -> str:
    """Who takes the first page for the whole list goes on from the time of his look."""
    companies = await client.call("GET", "/v1/companies")
    return str(companies["items"][0]["business_time"])
