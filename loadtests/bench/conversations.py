"""What the benchmark says to a server: read one of a few purchase orders, or create one and read it back."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from closed_loop import LOOPBACK, WrongAnswer

LINES = 4
"""Of an order: its body has about 1.3 KB, as the peers of this project were measured with."""
_NUMBER = re.compile(rb'"(?:number|id)": ?"?([^",\s}]+)')
"""Ours and the bare app's is `number`; other mock servers give an `id`."""
PATH = "/v1/purchase-orders"


@dataclass(frozen=True, slots=True)
class Masters:
    """What an order names: numbers of one company, all valid on `business_date`."""

    company: str = "DE01"
    currency: str = "EUR"
    business_date: str = "2026-11-02"
    supplier: str = "DE01-S01"
    account: str = "6310"
    tax_code: str = "V19"
    cost_centers: tuple[str, ...] = ("DE01-CC01",)


def order(masters: Masters, reference: str, cost_center: str) -> dict[str, Any]:
    """A purchase order of about 1.3 KB for a few euro, so that no budget ends before the benchmark does."""
    return {
        "company": masters.company,
        "reference": reference,
        "supplier": masters.supplier,
        "order_date": masters.business_date,
        "currency": masters.currency,
        "text": "Licences and small equipment for the branch office, delivery to the ramp at the back of the building",
        "lines": [
            {
                "text": f"Position {place + 1}: workstation licence, one year, supported on working days until 18:00",
                "quantity": 1 + place,
                "unit_price": f"{1 + place}.{25 * place:02}",
                "account": masters.account,
                "cost_center": cost_center,
                "project": None,
                "tax_code": masters.tax_code,
            }
            for place in range(LINES)
        ],
    }


class GetOne:
    """Reads the orders in turn, for ever."""

    asks = "get"

    def __init__(self, token: str, numbers: list[str]) -> None:
        self._requests: Iterator[bytes] = cycle([_get(token, number) for number in numbers])

    def request(self) -> bytes:
        return next(self._requests)

    def take(self, status: int, body: bytes) -> None:
        if status != 200 or len(body) < 100:
            raise WrongAnswer(f"GET of an order was answered {status}: {body[:300]!r}")


class CreateThenRead:
    """Creates orders with references of its own and reads each back by the number in the answer."""

    def __init__(self, token: str, masters: Masters, place: int) -> None:
        """`place` tells connections apart: no two may share it."""
        self._place, self._token, self.count, self._number, self._reference = place, token, 0, b"", b""
        placeholder = "R" * 24
        cost_center = masters.cost_centers[place % len(masters.cost_centers)]
        body = json.dumps(order(masters, placeholder, cost_center)).encode()
        before, after = body.split(placeholder.encode())
        self._before, self._after = _head("POST", PATH, token, len(body)) + before, after
        self.asks = "read"

    def request(self) -> bytes:
        if self.asks == "create":
            self.asks = "read"
            return _get(self._token, self._number.decode())
        self.asks = "create"
        self.count += 1
        self._reference = f"bench-{self._place:06}-{self.count:011}".encode()
        return self._before + self._reference + self._after

    def take(self, status: int, body: bytes) -> None:
        if self.asks == "create":
            number = _NUMBER.search(body)
            if status != 201 or number is None:
                raise WrongAnswer(f"the order {self._reference!r} was answered {status}: {body[:300]!r}")
            self._number = number[1]
        elif status != 200 or self._reference not in body:
            raise WrongAnswer(f"reading {self._number!r} back was answered {status}: {body[:300]!r}")


class AskConstant:
    """One small GET, for the generator's own ceiling."""

    asks = "get"

    def request(self) -> bytes:
        return b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

    def take(self, status: int, _: bytes) -> None:
        if status != 200:
            raise WrongAnswer(f"the constant answer was {status}")


def some_orders(port: int, token: str, masters: Masters, count: int = 20) -> list[str]:
    """Creates a few orders to read; their numbers."""
    numbers = []
    for place in range(count):
        cost_center = masters.cost_centers[place % len(masters.cost_centers)]
        created = call(port, PATH, token, order(masters, f"seed-{place:04}", cost_center))
        numbers.append(str(created.get("number") or created["id"]))
    return numbers


def masters_of(port: int, token: str) -> Masters:
    """Of the first company that may be bought for, as any integration would look them up."""
    company = call(port, "/v1/companies", token)["items"][0]
    code = company["code"]

    def all_of(path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = call(port, path, token)["items"]
        return [row for row in found if row.get("company") == code and not row.get("blocked")]

    return Masters(
        company=code,
        currency=company["base_currency"],
        business_date=company["business_date"],
        supplier=all_of("/v1/suppliers")[0]["number"],
        account=next(row["number"] for row in call(port, "/v1/accounts", token)["items"] if row["kind"] == "expense"),
        tax_code=all_of("/v1/tax-codes")[0]["code"],
        # The last two are bait for bad facts: one closed, one with next to no budget.
        cost_centers=tuple(row["number"] for row in all_of("/v1/cost-centers")[:-2]),
    )


def call(port: int, path: str, token: str = "", body: Any = None, method: str | None = None) -> Any:
    """One call by the standard library, off the clock. Raises urllib's HTTPError."""
    request = urllib.request.Request(f"http://{LOOPBACK}:{port}{path}", method=method)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if isinstance(body, bytes):
        request.data = body
    elif body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def _get(token: str, number: str) -> bytes:
    return _head("GET", f"{PATH}/{number}", token, None)


def _head(method: str, path: str, token: str, length: int | None) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Accept: application/json"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    lines += ["Content-Type: application/json", f"Content-Length: {length}"] if length is not None else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
