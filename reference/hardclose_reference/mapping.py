"""From a source document to what the ERP wants to be sent. Pure; knows no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hardclose_reference.job import Job

SUPPLIER_FIELDS = ("name", "tax_id", "payment_terms_days", "contact", "bank_account")
"""What procurement owns of a supplier. Its `bank_account` is verified: a changed one is pending there until it is."""


def erp_document(job: Job) -> dict[str, Any]:
    """The request body. A moved posting keeps its original date in `accounting_date`."""
    source, head = job.source, {"company": job.source["company"], "reference": job.number}
    match job.kind:
        case "expense_report":
            return {**head, **_dates(job), "currency": source["currency"], **_expense_posting(source)}
        case "requisition":
            day = job.posting_date or job.accounting_date
            return {**head, "order_date": day, "currency": source["currency"], **_order(job)}
        case "supplier_request":
            return {**head, "currency": source["currency"], "revision": job.revision, **_supplier(source)}
        case "receipt":
            return {**head, **_dates(job), "order": job.numbers["order"], "lines": source["lines"]}
        case "invoice":
            return {**head, **_dates(job), "currency": source["currency"], **_invoice(job)}
        case "accrual":
            return {**head, **_dates(job), "currency": source["currency"], **_accrual(job)}
        case _:
            raise AssertionError(f"nothing in the ERP for a {job.kind}")


def _dates(job: Job) -> dict[str, Any]:
    day = job.posting_date or job.accounting_date
    return {"posting_date": day, "accounting_date": job.accounting_date if day != job.accounting_date else None}


def _expense_posting(report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "employee": report["employee"],
        "text": report["text"],
        "lines": [_posting_line(line, share) for line in report["lines"] for share in line["allocations"]],
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


def utc_day(job: Job) -> str:
    """The day it was in Greenwich at the final approval: what the host's clock says, and nobody's accounting date."""
    return datetime.fromisoformat(str(job.source["approved_at"])).astimezone(UTC).date().isoformat()


def _order(job: Job) -> dict[str, Any]:
    supplier = job.numbers.get("supplier", job.source["supplier"])
    return {"supplier": supplier, "text": job.source["text"], "lines": job.source["lines"]}


def _supplier(request: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: request[name] for name in SUPPLIER_FIELDS}, "bank_verified": bool(request["bank_account"])}


def _invoice(job: Job) -> dict[str, Any]:
    source = job.source
    return {
        **{name: source[name] for name in ("kind", "supplier_reference", "invoice_date", "due_on", "text", "lines")},
        "supplier": job.numbers.get("supplier", source["supplier"]),
        "order": job.numbers.get("order"),
        "credits": job.numbers.get("credits"),
    }


def _accrual(job: Job) -> dict[str, Any]:
    """Debit the expense, credit accrued liabilities."""
    source, amount = job.source, job.source["amount"]
    text = f"{job.number}: received for {source['requisition']}, not invoiced"
    expense = {"account": job.numbers["expense"], "cost_center": job.numbers["cost_center"], "debit": amount}
    return {
        "text": text,
        "reverse_on": source["reverse_on"],
        "lines": [
            {**expense, "credit": "0", "text": text},
            {"account": job.numbers["accrued"], "cost_center": None, "debit": "0", "credit": amount, "text": text},
        ],
    }


def budget_needs(job: Job) -> dict[str, str]:
    """What an order asks of each cost centre, as decimal text. Decimal, never float: it is money."""
    needs: dict[str, Decimal] = {}
    for line in job.source["lines"]:
        amount = int(line["quantity"]) * Decimal(line["unit_price"])
        needs[line["cost_center"]] = needs.get(line["cost_center"], Decimal(0)) + amount
    return {cost_center: str(amount) for cost_center, amount in needs.items()}
