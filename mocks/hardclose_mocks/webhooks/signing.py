"""Standard Webhooks headers and signatures, by the `standardwebhooks` library; the CloudEvents 1.0 envelope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from standardwebhooks import Webhook

from hardclose_mocks.history.records import Emitted

CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"
BATCH_TYPE = "application/cloudevents-batch+json; charset=UTF-8"


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


def pointer(event: Emitted, system: str, message: str) -> dict[str, Any]:
    """The same envelope whose data names the document only: whoever needs more asks for it."""
    return {**envelope(event, system, message), "data": {"number": event.subject}}


def poison(system: str, batch: str, at: datetime) -> dict[str, Any]:
    """A member of a batch that is no business event: of a type nobody has heard of, and without data."""
    return {
        "specversion": "1.0",
        "id": f"{batch}-x",
        "source": f"/hardclose/{system}",
        "type": f"{system}.internal.reindexed",
        "time": at.isoformat(timespec="milliseconds"),
        "data": None,
    }


def signed(
    message: str,
    body: bytes,
    secret: str,
    at: datetime,
    *,
    former: Sequence[str] = (),
    content_type: str = CONTENT_TYPE,
) -> dict[str, str]:
    """The three Standard Webhooks headers over exactly these bytes; `at` is the wire clock's instant, whole seconds.

    While a `former` secret is still good there is a signature for each: receivers believe any of them."""
    moment = at.replace(microsecond=0)
    return {
        "content-type": content_type,
        "webhook-id": message,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(one).sign(message, moment, body.decode()) for one in (secret, *former)),
    }


def forged(
    how: str, event: Emitted, system: str, message: str, secret: str, wrong_secret: str, at: datetime
) -> tuple[dict[str, Any], bytes, dict[str, str]]:
    """A delivery that no genuine sender made.

    `invented`: a document that does not exist, signed with another secret. `altered`: ten times the money under the
    genuine signature, or another subject where there is no money. `stale`: genuine content under a genuine signature
    of ten minutes ago. `retired`: a document that does not exist, signed with the secret given as wrong, which was
    genuine once."""
    payload = envelope(event, system, message)
    if how in ("invented", "retired"):
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
