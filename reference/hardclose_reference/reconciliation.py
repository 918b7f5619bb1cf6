"""Compares what we believe with what the ERP holds: counts, money, differences. Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hardclose_reference.client import SystemClient
from hardclose_reference.job import POSTED, Job
from hardclose_reference.store import Store
from hardclose_reference.targets import TARGETS


async def reconcile(erp: SystemClient, store: Store) -> dict[str, Any]:
    """Per kind of source document: jobs by state, posted money by currency, and every difference with its reason."""
    report: dict[str, Any] = {}
    for kind, target in TARGETS.items():
        jobs = [job for job in store.jobs() if job.kind == kind]
        there: dict[str, list[Mapping[str, Any]]] = {}
        async for document in erp.items(target.erp_path, {}):
            if document["status"] in ("posted", "issued") and not document.get("reverses"):
                there.setdefault(str(document["reference"]), []).append(document)
        money: dict[str, Decimal] = {}
        for job in jobs:
            if job.state == POSTED and not job.voided:
                currency = str(job.source["currency"])
                money[currency] = money.get(currency, Decimal(0)) + Decimal(job.source["total"])
        report[kind] = {
            "jobs": dict(sorted(Counter(job.state for job in jobs).items())),
            "posted": {currency: str(amount) for currency, amount in sorted(money.items())},
            "differences": [says for job in jobs if (says := _difference(job, there.get(job.number, [])))],
        }
    return report


def _difference(job: Job, there: list[Mapping[str, Any]]) -> str:
    """Empty where both agree."""
    numbers = ", ".join(str(document["number"]) for document in there)
    if len(there) > 1:
        return f"{job.number} stands {len(there)} times in the ERP: {numbers}"
    if job.state == POSTED and not job.voided and not there:
        return f"{job.number} was posted as {job.document}, which is not in the ERP"
    if job.state != POSTED and there and job.in_doubt_since is None:
        return f"{job.number} is {job.state} here and stands in the ERP as {numbers}"
    if there and Decimal(there[0]["total"]) != Decimal(job.source["total"]):
        return f"{job.number} is over {job.source['total']}, {numbers} over {there[0]['total']}"
    return ""
