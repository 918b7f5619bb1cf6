"""Compares what we believe with what the ERP holds: counts, money, differences. Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hardclose_reference.client import SystemClient
from hardclose_reference.job import POSTED, UNDONE, Job
from hardclose_reference.store import Store
from hardclose_reference.targets import ALWAYS_READ, TARGETS


async def reconcile(erp: SystemClient, store: Store) -> dict[str, Any]:
    """Per kind of source document that the ERP takes and that was used: jobs by state, posted money by currency, and
    every difference with its reason."""
    report: dict[str, Any] = {}
    for kind, target in TARGETS.items():
        jobs = [job for job in store.jobs() if job.kind == kind]
        if not erp.offers(target.operation) or not (jobs or kind in ALWAYS_READ):
            continue
        there: dict[str, list[Mapping[str, Any]]] = {}
        async for document in erp.items(target.erp_path, {}):
            if document["status"] not in UNDONE and not document.get("reverses"):
                there.setdefault(str(document["reference"]), []).append(document)
        money: dict[str, Decimal] = {}
        for job in jobs:
            if job.state == POSTED and not job.voided and (worth := _worth(job.source)) is not None:
                currency = str(job.source["currency"])
                money[currency] = money.get(currency, Decimal(0)) + worth
        report[kind] = {
            "jobs": dict(sorted(Counter(job.state for job in jobs).items())),
            "posted": {currency: str(amount) for currency, amount in sorted(money.items())},
            "differences": [says for job in jobs if (says := _difference(job, there.get(job.number, [])))],
        }
    return report


def _worth(document: Mapping[str, Any]) -> Decimal | None:
    """None for what has no value of its own: suppliers, goods."""
    told = document.get("total", document.get("amount"))
    return None if told is None else Decimal(told)


def _difference(job: Job, there: list[Mapping[str, Any]]) -> str:
    """Empty where both agree. A supplier may have been there before, under another reference."""
    numbers = ", ".join(str(document["number"]) for document in there)
    if len(there) > 1:
        return f"{job.number} stands {len(there)} times in the ERP: {numbers}"
    if job.state == POSTED and not job.voided and not there and job.kind != "supplier_request":
        return f"{job.number} was posted as {job.document}, which is not in the ERP"
    if job.state != POSTED and there and job.in_doubt_since is None:
        return f"{job.number} is {job.state} here and stands in the ERP as {numbers}"
    worth, held = _worth(job.source), _worth(there[0]) if there else None
    if worth is not None and held is not None and worth != held:
        return f"{job.number} is over {worth}, {numbers} over {held}"
    return ""
