"""Receivers of webhooks that a test can hold: they keep what arrived, and answer what they are told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery as the receiver saw it. `genuine`: signed with the system's secret, over this body, in time."""

    id: str
    type: str
    subject: str
    genuine: bool
    headers: Mapping[str, str]
    body: bytes
    content: Any
    """The body as JSON; None if it is none."""


class Receiver:
    """An address that takes webhooks of one system. Answers 204 unless told otherwise."""

    def __init__(self, url: str, secret: str) -> None:
        self.url, self._secret = url, secret
        self._answers: list[int] = []
        self._arrived: list[Arrival] = []
        self._change = threading.Condition()

    @property
    def deliveries(self) -> list[Arrival]:
        """What has arrived so far, the oldest first."""
        with self._change:
            return list(self._arrived)

    def answer(self, *statuses: int) -> None:
        """The statuses of the next answers, in this order; afterwards 204 again."""
        with self._change:
            self._answers.extend(statuses)

    def wait_for(
        self, count: int = 1, *, type: str | None = None, subject: str | None = None, timeout_s: float = 5.0
    ) -> list[Arrival]:
        """The deliveries of that type and subject, once there are `count`.

        Raises AssertionError after `timeout_s` wire seconds."""
        __tracebackhide__ = True

        def fitting() -> list[Arrival]:
            return [
                one for one in self._arrived if type in (None, one.type) and subject in (None, one.subject)
            ]  # fmt: skip

        with self._change:
            if self._change.wait_for(lambda: len(fitting()) >= count, timeout_s):
                return fitting()
            seen = ", ".join(f"{one.type} {one.subject}" for one in self._arrived) or "nothing"
            wanted = " ".join(part for part in (type, subject) if part) or "anything"
            raise AssertionError(
                f"after {timeout_s:g} s there were {len(fitting())} of {count} ({wanted}); arrived: {seen}"
            )

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Keep a delivery; the status to answer with."""
        try:
            content = json.loads(body)
        except ValueError:
            content = None
        told = content if isinstance(content, dict) else {}
        arrival = Arrival(
            id=headers.get("webhook-id", ""),
            type=str(told.get("type", "")),
            subject=str(told.get("subject", "")),
            genuine=self._genuine(headers, body),
            headers=headers,
            body=body,
            content=content,
        )
        with self._change:
            self._arrived.append(arrival)
            self._change.notify_all()
            return self._answers.pop(0) if self._answers else 204

    def _genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        try:
            Webhook(self._secret).verify(body, dict(headers))
        except (WebhookVerificationError, ValueError):
            return False
        return True


class Receivers:
    """All receivers of the present sandbox, behind one address. `url` is set once that is known."""

    def __init__(self) -> None:
        self.url = ""
        self._by_path: dict[str, Receiver] = {}
        self._made = 0

    def new(self, system: str, secret: str) -> Receiver:
        # Numbers are never given again: a late delivery of an earlier sandbox finds nobody.
        self._made += 1
        path = f"/{system}/{self._made}"
        self._by_path[path] = Receiver(self.url + path, secret)
        return self._by_path[path]

    def forget(self) -> None:
        self._by_path.clear()

    async def __call__(self, scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        parts, more = [], True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        receiver = self._by_path.get(scope["path"])
        status = receiver.take(headers, b"".join(parts)) if receiver is not None else 410
        headed = [] if status == 204 else [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": status, "headers": headed})
        await send({"type": "http.response.body", "body": b""})
