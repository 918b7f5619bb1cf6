"""Makes webhook deliveries, good and bad, as they would come from a mock system or from somebody who says he is one."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from hardclose_mocks.history.records import Emitted
from hardclose_mocks.webhooks.signing import envelope, signed
from hardclose_simulator.contracts.event_tour import first_of_each

MAIN = {"expense": "expense_report.approved", "procurement": "requisition.approved", "erp": "payment.completed"}
"""The event of each system that integrations live on."""
BATCH = "application/cloudevents-batch+json; charset=UTF-8"
COMMON_BYTES = 64 * 1024
OVERSIZED_BYTES = 4 * 1024 * 1024
BURST = 20
OFF = timedelta(minutes=10)
"""Twice the tolerance of the contract card."""


@dataclass(frozen=True, slots=True)
class Request:
    """One POST, ready to be sent. `label` tells it from others of its case."""

    headers: Mapping[str, str]
    body: bytes
    label: str = ""


@dataclass(slots=True)
class Sender:
    """Makes deliveries as the mock systems make them. `tag` is borne by all its numbers and ids, so that a receiver
    which remembers the last check is not accused in the next. `now` is the receiver's time."""

    system: str
    secret: str
    now: Callable[[], datetime]
    tag: str
    events: Mapping[str, Emitted]
    """A real event of each type that this system emits."""
    _counter: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def of(cls, system: str, secret: str, now: Callable[[], datetime], tag: str) -> Sender:
        """Not within a running loop: books emit the events first."""
        events = {name: event for (home, name), event in first_of_each(tag).items() if home == system}
        return cls(system, secret, now, tag, events)

    def event(self, name: str = "") -> Emitted:
        """Of that type, about a document nobody has heard of yet."""
        event, place = self.events[name or MAIN[self.system]], next(self._counter)
        if "number" not in event.data:
            return event
        number = f"{event.subject}.{place}"
        return replace(event, subject=number, data={**event.data, "number": number})

    def content(self, event: Emitted | None = None, **attributes: Any) -> dict[str, Any]:
        """The envelope as it is sent, under a fresh id."""
        message = f"evt_{self.tag}_{self.system}_v{next(self._counter)}"
        return {**envelope(event or self.event(), self.system, message), **attributes}

    def sealed(
        self, content: Any, *, message: str = "", secret: str = "", ago: timedelta = timedelta(), label: str = ""
    ) -> Request:
        """Signed over exactly these bytes; what is no bytes yet is encoded as the systems do it."""
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)
        name = message or (content["id"] if isinstance(content, dict) else f"evt_{self.tag}_b{next(self._counter)}")
        return Request(signed(name, body, secret or self.secret, self.now() - ago), body, label)

    def another_secret(self) -> str:
        digest = hashlib.blake2b(self.secret.encode(), digest_size=24).digest()
        return "whsec_" + base64.b64encode(digest).decode()


Build = Callable[[Sender], list[Request]]


# --- good deliveries -------------------------------------------------------------------------------------------


def genuine(sender: Sender) -> list[Request]:
    return [sender.sealed(sender.content())]


def every_type(sender: Sender) -> list[Request]:
    return [sender.sealed(sender.content(sender.event(name)), label=name) for name in sender.events]


def same_id_again(sender: Sender) -> list[Request]:
    content = sender.content()
    return [sender.sealed(content, label=label) for label in ("the first time", "the second time")]


def new_id_again(sender: Sender) -> list[Request]:
    event = sender.event()
    return [sender.sealed(sender.content(event), label=label) for label in ("the first id", "the second id")]


def rotated(*, good_first: bool) -> Build:
    def build(sender: Sender) -> list[Request]:
        content = sender.content()
        good, other = sender.sealed(content), sender.sealed(content, secret=sender.another_secret())
        pair = [one.headers["webhook-signature"] for one in ((good, other) if good_first else (other, good))]
        return [Request({**good.headers, "webhook-signature": " ".join(pair)}, good.body)]

    return build


def other_version(sender: Sender) -> list[Request]:
    good = sender.sealed(sender.content())
    told = f"v1a,{base64.b64encode(bytes(64)).decode()} {good.headers['webhook-signature']}"
    return [Request({**good.headers, "webhook-signature": told}, good.body)]


def other_spelling(sender: Sender) -> list[Request]:
    event = sender.event()
    content = sender.content(replace(event, data={**event.data, "text": "Überführung nach Łódź"}))
    return [sender.sealed(msgspec.json.format(msgspec.json.encode(content), indent=4), message=content["id"])]


def capitals(sender: Sender) -> list[Request]:
    good = sender.sealed(sender.content())
    return [Request({name.title(): value for name, value in good.headers.items()}, good.body)]


def unknown_type(sender: Sender) -> list[Request]:
    kind = MAIN[sender.system].partition(".")[0] + ".archived"
    return [sender.sealed(sender.content(type=kind), label=kind)]


def extra_field(sender: Sender) -> list[Request]:
    event = sender.event()
    return [sender.sealed(sender.content(replace(event, data={**event.data, "sustainability": {"co2_g": 120}})))]


def extra_attribute(sender: Sender) -> list[Request]:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    return [sender.sealed(sender.content(dataschema="https://hardclose.dev/x", traceparent=trace, sequence="1"))]


def of_size(size: int) -> Build:
    def build(sender: Sender) -> list[Request]:
        """Padded by what every receiver has to ignore."""
        content = sender.content()
        empty = len(msgspec.json.encode({**content, "data": {**content["data"], "padding": ""}}))
        padded = {**content["data"], "padding": "x" * (size - empty)}
        return [sender.sealed({**content, "data": padded}, label=f"{size // 1024} KiB")]

    return build


def burst(sender: Sender) -> list[Request]:
    return [sender.sealed(sender.content(), label=f"{place + 1} of {BURST}") for place in range(BURST)]


# --- bad deliveries --------------------------------------------------------------------------------------------


def wrong_secret(sender: Sender) -> list[Request]:
    return [sender.sealed(sender.content(), secret=sender.another_secret())]


def altered_body(sender: Sender) -> list[Request]:
    good = sender.sealed(sender.content())
    content = msgspec.json.decode(good.body)
    content["subject"] = content["data"]["number"] = f"{content['subject']}X"
    return [Request(good.headers, msgspec.json.encode(content))]


def changed(sender: Sender, **headers: str | None) -> list[Request]:
    """Genuine but for some headers; None leaves one out."""
    good = sender.sealed(sender.content())
    told = {**good.headers, **{f"webhook-{name}": value for name, value in headers.items()}}
    return [Request({name: value for name, value in told.items() if value is not None}, good.body)]


def without(header: str) -> Build:
    return lambda sender: changed(sender, **{header: None})


def restamped(sender: Sender) -> list[Request]:
    old = sender.sealed(sender.content(), ago=OFF)
    return [Request({**old.headers, "webhook-timestamp": str(int(sender.now().timestamp()))}, old.body)]


def not_json(sender: Sender) -> list[Request]:
    return [
        sender.sealed(b'{"specversion":"1.0","type":"expense', label="torn off"),
        sender.sealed(b"<event/>", label="XML"),
        sender.sealed(b'"approved"', label="JSON, but no object"),
    ]


def batch(sender: Sender) -> list[Request]:
    kinds = sender.content(), sender.content(type="hardclose.unknown"), sender.content()
    one = sender.sealed([*kinds])
    return [Request({**one.headers, "content-type": BATCH}, one.body, "3 events, one of an unknown type")]
