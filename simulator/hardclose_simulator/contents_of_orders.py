"""What follows an order, to the minor unit: deliveries, invoice lines, every tolerance from both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from hardclose_mocks.kernel.commands import OrderLine
from hardclose_mocks.kernel.master import TaxCode
from hardclose_simulator.contents import ORDERED, Desk
from hardclose_simulator.planned import InvoiceItem

OVER_SHARE, UNDER_SHARE = 0.08, 0.2
"""What is delivered too much (the ERP takes a tenth) and too little, of a line."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One tolerance, exactly at it or one unit beyond. An order of `ordered` pieces at about `price`, of which
    `delivered` come and `invoiced` are charged, at `more_bp` basis points and `more` minor units above its price.
    `match` is what the ERP makes of the invoice at its defaults (5 % quantity, 2 % and 500 minor units price, 10 %
    over-delivery)."""

    name: str
    match: str
    ordered: int = 100
    price: int = 10_000
    delivered: int = 100
    invoiced: int = 100
    more_bp: int = 0
    more: int = 0


EDGE = (
    Edge("quantity, at", "matched", invoiced=105),
    Edge("quantity, beyond", "quantity", invoiced=106),
    Edge("price share, at", "matched", more_bp=200),
    Edge("price share, beyond", "price", more_bp=200, more=1),
    Edge("price share below, at", "matched", more_bp=-200),
    Edge("price share below, beyond", "price", more_bp=-200, more=-1),
    Edge("price absolute, at", "matched", ordered=10, price=100_000, delivered=10, invoiced=10, more=500),
    Edge("price absolute, beyond", "price", ordered=10, price=100_000, delivered=10, invoiced=10, more=501),
    Edge("over-delivery, at", "matched", delivered=110, invoiced=110),
    Edge("over-delivery, beyond", "missing_receipt", delivered=111),
)
"""In the order of the requisitions that take them."""


def edge_lines(desk: Desk, rng: Random, *, index: int, mark: str) -> tuple[OrderLine, ...]:
    """The one line of the order for the index-th edge (from 1); its price sets it apart and divides evenly."""
    edge = EDGE[index - 1]
    account = rng.choice(list(ORDERED))
    return (
        OrderLine(
            text=f"{rng.choice(ORDERED[account])} [{mark}.1]",
            quantity=edge.ordered,
            unit_price=edge.price + 50 * index,
            account=account,
            cost_center=rng.choice(desk.cost_centers).number,
            tax_code=rng.choice(desk.tax_codes).code,
        ),
    )


def delivered(lines: Sequence[OrderLine], *, deviates: float | None) -> tuple[int, ...]:
    """Pieces that come in all, by line. `deviates` below one half is too much where a line has ten pieces or more, else
    too little where it has five; None is as ordered."""
    if deviates is None:
        return tuple(line.quantity for line in lines)
    if deviates < 0.5:
        return tuple(line.quantity + int(line.quantity * OVER_SHARE) for line in lines)
    return tuple(line.quantity - (int(line.quantity * UNDER_SHARE) if line.quantity >= 5 else 0) for line in lines)


def split(pieces: Sequence[int], deliveries: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The pieces by delivery: (order line from 1, quantity), none empty; fewer deliveries where pieces are few."""
    parts: list[tuple[tuple[int, int], ...]] = []
    count = max(1, min(deliveries, max(pieces)))
    for place in range(count):
        lines = [
            (line, (place + 1) * quantity // count - place * quantity // count)
            for line, quantity in enumerate(pieces, 1)
        ]
        parts.append(tuple((line, quantity) for line, quantity in lines if quantity))
    return tuple(part for part in parts if part)


def invoice_lines(
    order: Sequence[OrderLine], pieces: Sequence[int], rates: dict[str, int], *, more_bp: int, more: int, mark: str
) -> tuple[InvoiceItem, ...]:
    """What a vendor charges for `pieces` of each line, at the order's price and `more` on top."""
    lines = []
    for number, (line, quantity) in enumerate(zip(order, pieces, strict=True), 1):
        if not quantity:
            continue
        price = max(1, line.unit_price + line.unit_price * more_bp // 10_000 + more)
        lines.append(
            InvoiceItem(
                order_line=number,
                account=line.account,
                cost_center=line.cost_center,
                text=f"{line.text.partition(' [')[0]} [{mark}.{number}]",
                quantity=quantity,
                unit_price=price,
                tax_code=line.tax_code,
                tax=tax_on(quantity * price, rates[line.tax_code]),
            )
        )
    return tuple(lines)


def free_lines(desk: Desk, rng: Random, *, total: int, mark: str) -> tuple[InvoiceItem, ...]:
    """One line of net `total` without an order."""
    account, code = rng.choice(list(ORDERED)), rng.choice(desk.tax_codes)
    return (
        InvoiceItem(
            order_line=None,
            account=account,
            cost_center=rng.choice(desk.cost_centers).number,
            text=f"{rng.choice(ORDERED[account])} [{mark}.1]",
            quantity=1,
            unit_price=total,
            tax_code=code.code,
            tax=tax_on(total, code.rate_bp),
        ),
    )


def tax_on(net: int, rate_bp: int) -> int:
    """Rounded half up, as invoices do."""
    return (2 * net * rate_bp + 10_000) // 20_000


def rates_of(codes: Sequence[TaxCode]) -> dict[str, int]:
    return {code.code: code.rate_bp for code in codes}
