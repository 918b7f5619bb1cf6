"""From a source document to what the ERP wants to be sent. Pure; knows no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hardclose_reference.job import Job


def erp_document(job: Job) -> dict[str, Any]:
    """The request body. A moved posting keeps its original date in `accounting_date`."""
    day = job.posting_date or job.accounting_date
    head = {"company": job.source["company"], "reference": job.number, "currency": job.source["currency"]}
    moved_from = job.accounting_date if day != job.accounting_date else None
    match job.kind:
        case "expense_report":
            return {**head, "posting_date": day, "accounting_date": moved_from, **_expense_posting(job.source)}
        case "requisition":
            return {**head, "order_date": day, **_order(job.source)}
        case _:
            raise AssertionError(f"nothing in the ERP for a {job.kind}")


def _expense_posting(report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "employee": report["employee"],
        "text": report["text"],
        "lines": [_posting_line(line, share) for line in report["lines"] for share in line["allocations"]],
    }


def _order(requisition: Mapping[str, Any]) -> dict[str, Any]:
    return {name: requisition[name] for name in ("supplier", "text", "lines")}


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


def utc_day(job: Job) -> str:
    """The day it was in Greenwich at the final approval: what the host's clock says, and nobody's accounting date."""
    return datetime.fromisoformat(str(job.source["approved_at"])).astimezone(UTC).date().isoformat()


def budget_needs(job: Job) -> dict[str, str]:
    """What an order asks of each cost centre, as decimal text. Decimal, never float: it is money."""
    needs: dict[str, Decimal] = {}
    for line in job.source["lines"]:
        amount = int(line["quantity"]) * Decimal(line["unit_price"])
        needs[line["cost_center"]] = needs.get(line["cost_center"], Decimal(0)) + amount
    return {cost_center: str(amount) for cost_center, amount in needs.items()}
