"""Standard Webhooks headers and signatures, by the `standardwebhooks` library; the CloudEvents 1.0 envelope."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from standardwebhooks import Webhook

from hardclose_mocks.history.records import Emitted

CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"


def envelope(event: Emitted, system: str, message: str) -> dict[str, Any]:
    """CloudEvents 1.0, structured mode; `company` and `revision` are extension attributes."""
    return {
        "specversion": "1.0",
        "id": message,
        "source": f"/hardclose/{system}",
        "type": event.type,
        "subject": event.subject,
        "time": event.at.isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json",
        "company": event.company,
        "revision": event.revision,
        "data": dict(event.data),
    }


def signed(message: str, body: bytes, secret: str, at: datetime) -> dict[str, str]:
    """The three Standard Webhooks headers over exactly these bytes; `at` is the wire clock's instant, whole seconds."""
    moment = at.replace(microsecond=0)
    return {
        "content-type": CONTENT_TYPE,
        "webhook-id": message,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, moment, body.decode()),
    }


def forged(
    how: str, event: Emitted, system: str, message: str, secret: str, wrong_secret: str, at: datetime
) -> tuple[dict[str, Any], bytes, dict[str, str]]:
    """A delivery that no genuine sender made.

    `invented`: a document that does not exist, signed with another secret. `altered`: ten times the money under the
    genuine signature. `stale`: genuine content under a genuine signature of ten minutes ago."""
    payload = envelope(event, system, message)
    if how == "invented":
        number = event.subject[:-1] + "X" + event.subject[-1:]
        payload = {**payload, "subject": number, "data": {**payload["data"], "number": number}}
        body = msgspec.json.encode(payload)
        return payload, body, signed(message, body, wrong_secret, at)
    if how == "altered":
        headers = signed(message, msgspec.json.encode(payload), secret, at)
        payload = {**payload, "data": _tenfold(payload["data"])}
        return payload, msgspec.json.encode(payload), headers
    body = msgspec.json.encode(payload)
    return payload, body, signed(message, body, secret, at - timedelta(minutes=10))


_MONEY = frozenset({"net", "tax", "total", "unit_price", "paid_amount"})


def _tenfold(data: Any) -> Any:
    """Every amount with its decimal point moved: 12.50 becomes 125.00 in the same currency."""
    if isinstance(data, list):
        return [_tenfold(one) for one in data]
    if not isinstance(data, dict):
        return data
    return {name: _times_ten(value) if name in _MONEY else _tenfold(value) for name, value in data.items()}


def _times_ten(amount: str) -> str:
    whole, point, cents = amount.partition(".")
    digits = whole + cents + "0"
    if not point:
        return digits
    return f"{digits[: -len(cents)].lstrip('0') or '0'}.{digits[-len(cents) :]}"
