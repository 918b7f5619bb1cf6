"""Standard Webhooks headers and signatures, by the `standardwebhooks` library; the CloudEvents 1.0 envelope."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
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
    genuine signature, or another subject where there is no money. `stale`: genuine content under a genuine signature
    of ten minutes ago."""
    payload = envelope(event, system, message)
    if how == "invented":
        number = _another(event.subject)
        payload = {**payload, "subject": number, "data": {**payload["data"], "number": number}}
        body = msgspec.json.encode(payload)
        return payload, body, signed(message, body, wrong_secret, at)
    if how == "altered":
        headers = signed(message, msgspec.json.encode(payload), secret, at)
        richer = {**payload, "data": _tenfold(payload["data"])}
        altered = richer if richer != payload else {**payload, "subject": _another(event.subject)}
        return altered, msgspec.json.encode(altered), headers
    body = msgspec.json.encode(payload)
    return payload, body, signed(message, body, secret, at - timedelta(minutes=10))


def _another(number: str) -> str:
    return number[:-1] + "X" + number[-1:]


_MONEY = frozenset({"net", "tax", "total", "unit_price", "paid_amount", "debit", "credit", "amount", "available"})


def _tenfold(data: Any) -> Any:
    """Every amount with its decimal point moved: 12.50 becomes 125.00 in the same currency."""
    if isinstance(data, list):
        return [_tenfold(one) for one in data]
    if not isinstance(data, dict):
        return data
    return {name: _times_ten(value) if name in _MONEY else _tenfold(value) for name, value in data.items()}


def _times_ten(amount: str) -> str:
    _, _, decimals = amount.partition(".")
    return f"{Decimal(amount) * 10:.{len(decimals)}f}"
