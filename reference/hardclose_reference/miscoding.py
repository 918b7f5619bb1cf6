"""What several mutants make of a request body: the wrong payee, account, reference, cents or order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hardclose_reference.job import Job

DEFAULT_ACCOUNT = "6300"


def as_sent(body: dict[str, Any], job: Job, others: Iterable[Job], how: str) -> dict[str, Any]:
    """`how` is the switch `sends`; `as_approved` leaves the body alone. `others` are all jobs there are."""
    match how:
        case "to_the_approver" if "employee" in body:
            return {**body, "employee": job.source["approvals"][-1]["approver"]}
        case "one_account":
            return {**body, "lines": [{**line, "account": DEFAULT_ACCOUNT} for line in body["lines"]]}
        case "one_reference":
            return {**body, "reference": "INTEGRATION"}
        case "reference_by_amount":
            return {**body, "reference": _first_like(job, others).number}
        case "no_order_lines" if "supplier_reference" in body:
            return {**body, "lines": [{**line, "order_line": None} for line in body["lines"]]}
        case "floats" if "employee" in body:
            return {**body, "lines": [_reckoned(line) for line in body["lines"]]}
        case _:
            return body


def _first_like(job: Job, others: Iterable[Job]) -> Job:
    """The first job of the same kind, person and amount: the mutant's idea of which document this is."""
    alike = [one for one in others if one.kind == job.kind and _face(one.source) == _face(job.source)]
    return min(alike, key=lambda one: one.number, default=job)


def _face(source: Mapping[str, Any]) -> tuple[Any, ...]:
    return source["company"], source.get("employee") or source.get("supplier"), source["total"]


def _reckoned(line: Mapping[str, Any]) -> dict[str, Any]:
    """The tax of each line reckoned anew in binary floats from a rate, as spreadsheets do."""
    net, tax = float(line["net"]), float(line["tax"])
    if not tax:
        return dict(line)
    places = len(line["net"].partition(".")[2])
    rate = round(tax / net, 2)
    return {**line, "tax": f"{net * rate:.{places}f}"}
