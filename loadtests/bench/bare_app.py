"""The measure of comparison: purchase orders in a dict behind FastAPI, the way the tutorial writes it.

Validates what the mock system validates of the shape of an order, and nothing of its sense: no token, no rules, no
history, no faults. Python's collector is left as it is, as in such an app it would be. `servers.py` runs it with
uvicorn.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    quantity: int
    unit_price: Decimal
    account: str
    cost_center: str
    project: str | None = None
    tax_code: str


class OrderIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    company: str
    reference: str
    supplier: str
    order_date: date
    currency: str
    text: str = ""
    lines: list[Line]


class Order(OrderIn):
    number: str
    total: Decimal
    status: str = "issued"
    version: int = 1
    created_at: datetime
    updated_at: datetime


app = FastAPI()
orders: dict[str, Order] = {}
_numbers = count(1)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "up"}


@app.post("/v1/purchase-orders", status_code=201)
async def create(body: OrderIn) -> Order:
    now = datetime.now(UTC)
    number = f"PO-{body.company}-{next(_numbers):06}"
    total = sum((line.quantity * line.unit_price for line in body.lines), Decimal())
    order = Order(**body.model_dump(), number=number, total=total, created_at=now, updated_at=now)
    orders[number] = order
    return order


@app.get("/v1/purchase-orders/{number}")
async def get(number: str) -> Order:
    if number not in orders:
        raise HTTPException(404, f"there is no {number}")
    return orders[number]
