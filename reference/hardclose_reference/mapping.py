"""From a source document to what the ERP wants to be sent. Pure; knows no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hardclose_reference.store import Job


@dataclass(frozen=True, slots=True)
class Target:
    """Where documents of one source go. `list_path` is the source's list, `erp_path` the ERP's."""

    list_path: str
    operation: str
    erp_path: str
    module: str
    date_field: str


TARGETS: Mapping[str, Target] = {
    "expense": Target(
        "/v1/expense-reports", "expense_posting.create", "/v1/expense-postings", "expense", "posting_date"
    ),
    "procurement": Target(
        "/v1/requisitions", "purchase_order.create", "/v1/purchase-orders", "purchasing", "order_date"
    ),
}


def erp_document(job: Job) -> dict[str, Any]:
    """The request body. A moved posting keeps its original date in `accounting_date`."""
    source, day = job.source, job.posting_date or job.accounting_date
    head = {"company": source["company"], "reference": job.number, "currency": source["currency"]}
    if job.system == "expense":
        return {
            **head,
            "posting_date": day,
            "accounting_date": job.accounting_date if day != job.accounting_date else None,
            "employee": source["employee"],
            "text": source["text"],
            "lines": [_posting_line(line, share) for line in source["lines"] for share in line["allocations"]],
        }
    return {
        **head,
        "order_date": day,
        "supplier": source["supplier"],
        "text": source["text"],
        "lines": source["lines"],
    }


def _posting_line(line: Mapping[str, Any], share: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "account": line["account"],
        "tax_code": line["tax_code"],
        "text": line["text"],
        "cost_center": share["cost_center"],
        "project": share["project"],
        "net": share["net"],
        "tax": share["tax"],
    }


def budget_needs(job: Job) -> dict[str, str]:
    """What an order asks of each cost centre, as decimal text. Decimal, never float: it is money."""
    needs: dict[str, Decimal] = {}
    for line in job.source["lines"]:
        amount = int(line["quantity"]) * Decimal(line["unit_price"])
        needs[line["cost_center"]] = needs.get(line["cost_center"], Decimal(0)) + amount
    return {cost_center: str(amount) for cost_center, amount in needs.items()}
