"""Two- and three-way match of one invoice line: what was ordered, received and invoiced, within tolerances."""

from __future__ import annotations

from collections.abc import Iterable

from hardclose_mocks.kernel.lines import InvoiceLine, OrderLine
from hardclose_mocks.kernel.master import Tolerances

WHOLE = 10_000
"""Basis points."""
SEVERITY = ("missing_receipt", "quantity", "price", "matched", "not_required")
GOOD = ("matched", "not_required")


def line_match(
    line: InvoiceLine, ordered: OrderLine, *, two_way: bool, received: int, invoiced: int, tolerances: Tolerances
) -> str:
    """`invoiced` is cumulated up to and with this invoice. Two-way lines are compared with what was ordered."""
    if not two_way and received <= 0:
        return "missing_receipt"
    covered = ordered.quantity if two_way else received
    if invoiced * WHOLE > covered * (WHOLE + tolerances.quantity_bp):
        return "quantity"
    off = abs(line.unit_price - ordered.unit_price)
    if off > tolerances.price_minor or off * WHOLE > ordered.unit_price * tolerances.price_bp:
        return "price"
    return "not_required" if two_way else "matched"


def worst(matches: Iterable[str]) -> str:
    """Of all lines; not_required if there are none."""
    return min(matches, key=SEVERITY.index, default="not_required")


def may_be_received(ordered: int, tolerances: Tolerances) -> int:
    """Pieces of a line, all receipts together."""
    return ordered * (WHOLE + tolerances.over_delivery_bp) // WHOLE
