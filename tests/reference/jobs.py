"""Source documents as the source systems send them, and jobs made of them."""

from __future__ import annotations

from typing import Any

from hardclose_reference.job import Job


def report_sent(number: str = "R-1", **changes: Any) -> dict[str, Any]:
    """An approved expense report over 119.00, one line split over two cost centres."""
    shares = [
        {"cost_center": "CC1", "project": "P1", "net": "60.00", "tax": "11.40"},
        {"cost_center": "CC2", "project": None, "net": "40.00", "tax": "7.60"},
    ]
    line = {"account": "6200", "text": "Train", "spent_on": "2026-11-20", "tax_code": "V19", "allocations": shares}
    return {
        "number": number,
        "company": "DE01",
        "employee": "employee",
        "currency": "EUR",
        "text": "Fair in Lyon",
        "lines": [line],
        "total": "119.00",
        "status": "approved",
        "revision": 1,
        "version": 3,
        "approved_at": "2026-11-30T23:30:00.000+01:00",
        "updated_at": "2026-11-30T23:30:00.000+01:00",
        **changes,
    }


def requisition_sent(number: str = "Q-1", *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An approved requisition, of two pieces at 50.00 unless said otherwise."""
    return {
        "number": number,
        "company": "DE01",
        "requester": "buyer",
        "supplier": "S1",
        "currency": "EUR",
        "text": "Licences",
        "lines": list(lines or (order_line(),)),
        "total": "100.00",
        "status": "approved",
        "revision": 1,
        "version": 3,
        "approved_at": "2026-11-30T23:30:00.000+01:00",
        "updated_at": "2026-11-30T23:30:00.000+01:00",
        **changes,
    }


def order_line(price: str = "50.00", quantity: int = 2, cost_center: str = "CC1") -> dict[str, Any]:
    return {
        "text": "Licence",
        "quantity": quantity,
        "unit_price": price,
        "account": "6310",
        "cost_center": cost_center,
        "tax_code": "V19",
        "project": None,
    }


def job(number: str = "R-1", kind: str = "expense_report", **changes: Any) -> Job:
    sent = report_sent(number) if kind == "expense_report" else requisition_sent(number)
    made = Job(kind, number, 1, sent)
    for name, value in changes.items():
        setattr(made, name, value)
    return made
