"""Request bodies that work in a sandbox opened with the companies DE01, US01 and JP01, as `hardclose up` opens one."""

from __future__ import annotations

from typing import Any

Body = dict[str, Any]
Examples = dict[str, Body]


def _posting_line(company: str, net: str, tax_code: str, tax: str, **more: Any) -> Body:
    return {
        "account": "6200",
        "cost_center": f"{company}-CC01",
        "project": None,
        "net": net,
        "tax_code": tax_code,
        "tax": tax,
        "text": "",
        **more,
    }


POSTINGS: Examples = {
    "train": {
        "company": "DE01",
        "reference": "R-2026-1101",
        "posting_date": "2026-11-30",
        "currency": "EUR",
        "employee": "DE01-employee1",
        "text": "Customer visit in Hamburg",
        "lines": [
            _posting_line("DE01", "100.00", "V19", "19.00", text="Train"),
            _posting_line("DE01", "80.00", "V07", "5.60", account="6210", project="DE01-P01", text="Hotel"),
        ],
    },
    "yen": {
        "company": "JP01",
        "reference": "R-2026-1102",
        "posting_date": "2026-11-30",
        "accounting_date": "2026-11-29",
        "currency": "JPY",
        "employee": "JP01-employee1",
        "lines": [_posting_line("JP01", "12000", "J10", "1200", text="Shinkansen")],
    },
}
REVERSALS: Examples = {"wrong-employee": {"posting_date": "2026-11-30", "reason": "Posted for the wrong employee"}}
REASONS: Examples = {"no-need": {"reason": "No longer needed"}}
BUDGET_CHECKS: Examples = {
    "enough": {
        "company": "DE01",
        "cost_center": "DE01-CC01",
        "amount": "1500.00",
        "currency": "EUR",
        "on": "2026-11-30",
    }
}


def _order_line(company: str, price: str, tax_code: str, **more: Any) -> Body:
    return {
        "text": "Licence",
        "quantity": 2,
        "unit_price": price,
        "account": "6310",
        "cost_center": f"{company}-CC02",
        "project": None,
        "tax_code": tax_code,
        **more,
    }


BATCHES: Examples = {"one": {"rows": [POSTINGS["train"]]}}
ORDERS: Examples = {
    "licences": {
        "company": "DE01",
        "reference": "Q-2026-1101",
        "supplier": "DE01-S01",
        "order_date": "2026-11-30",
        "currency": "EUR",
        "text": "Two licences",
        "lines": [_order_line("DE01", "450.00", "V19")],
    },
    "dollars": {
        "company": "US01",
        "reference": "Q-2026-1102",
        "supplier": "US01-S02",
        "order_date": "2026-11-29",
        "currency": "USD",
        "lines": [_order_line("US01", "99.95", "U0", quantity=10, account="6500", text="Headsets")],
    },
}
REQUISITIONS: Examples = {
    "licences": {
        "number": "Q-2026-1103",
        "company": "DE01",
        "requester": "DE01-buyer1",
        "supplier": "DE01-S01",
        "currency": "EUR",
        "text": "Two licences",
        "lines": [_order_line("DE01", "450.00", "V19")],
    }
}
REVISED_REQUISITIONS: Examples = {
    "one-more": {"text": "Three licences", "lines": [_order_line("DE01", "450.00", "V19", quantity=3)]}
}


def _expense_line(net: str, tax: str, paid: str, **more: Any) -> Body:
    return {
        "account": "6200",
        "text": "Train",
        "spent_on": "2026-11-20",
        "tax_code": "V19",
        "paid_amount": paid,
        "paid_currency": "EUR",
        "rate": "1",
        "allocations": [{"cost_center": "DE01-CC01", "project": None, "net": net, "tax": tax}],
        **more,
    }


_SHARED_TAXI = _expense_line(
    "0",
    "0",
    "35.70",
    text="Taxi",
    allocations=[
        {"cost_center": "DE01-CC01", "project": None, "net": "20.00", "tax": "3.80"},
        {"cost_center": "DE01-CC02", "project": "DE01-P01", "net": "10.00", "tax": "1.90"},
    ],
)
REPORTS: Examples = {
    "trip": {
        "number": "R-2026-1103",
        "company": "DE01",
        "employee": "DE01-employee1",
        "currency": "EUR",
        "text": "Customer visit in Hamburg",
        "lines": [_expense_line("100.00", "19.00", "119.00"), _SHARED_TAXI],
    },
    "abroad": {
        "number": "R-2026-1104",
        "company": "DE01",
        "employee": "DE01-employee1",
        "currency": "EUR",
        "lines": [
            _expense_line("92.00", "0.00", "100.00", paid_currency="USD", rate="0.92", tax_code="V00", text="Taxi")
        ],
    },
}
REVISED_REPORTS: Examples = {"cheaper": {"text": "Economy", "lines": [_expense_line("80.00", "15.20", "95.20")]}}
APPROVALS: Examples = {"own-name": {"on_behalf_of": None}}
WRITE_BACKS: Examples = {
    "posted": {"state": "posted", "document": "EP-DE01-000001"},
    "parked": {"state": "parked", "reason": "period-closed: waits for the period to be opened"},
}
SUBSCRIPTIONS: Examples = {"all": {"url": "http://127.0.0.1:9000/webhooks/erp", "types": ["*"]}}


def login(operation: str, system: str) -> Body:
    """The secret is a dummy too, but no description should teach to write one down."""
    return {
        **({"grant_type": "client_credentials"} if operation == "token" else {}),
        "client_id": f"integration-{system}",
        "client_secret": "as `hardclose env` prints it",
    }
