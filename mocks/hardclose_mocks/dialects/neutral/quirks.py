"""The neutral dialect as the server sees it: its operations, its answers to protocol trouble, its event payloads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline

from hardclose_mocks.desk import Answer, JobView, Operation, Route
from hardclose_mocks.dialects.neutral.description.document import described
from hardclose_mocks.dialects.neutral.refusals import protocol_problem
from hardclose_mocks.dialects.neutral.routes.access import add_access_routes, client_of
from hardclose_mocks.dialects.neutral.routes.attachments import UPLOADS
from hardclose_mocks.dialects.neutral.routes.erp import add_erp_routes
from hardclose_mocks.dialects.neutral.routes.expense import add_expense_routes
from hardclose_mocks.dialects.neutral.routes.jobs import add_job_routes, job_wire
from hardclose_mocks.dialects.neutral.routes.procurement import add_procurement_routes
from hardclose_mocks.dialects.neutral.routes.shared import add_company_routes, add_error_words
from hardclose_mocks.dialects.neutral.routes.table import ENCODERS, SUBJECTS
from hardclose_mocks.dialects.neutral.routes.webhooks import add_webhook_routes
from hardclose_mocks.dialects.neutral.wire.worded import worded
from hardclose_mocks.kernel.documents import Document
from hardclose_mocks.kernel.master import Company

_SYSTEMS: dict[str, Callable[[FastAPI], None]] = {
    "erp": add_erp_routes,
    "procurement": add_procurement_routes,
    "expense": add_expense_routes,
}
_Table = dict[tuple[str, int, str], list[tuple[re.Pattern[str], Operation]]]
"""By method, number of slashes, and the second part of the path: few patterns are left to try."""
_TITLES = {"erp": "ERP", "procurement": "Procurement", "expense": "Expense"}
_PUBLIC = frozenset({"card", "token", "client.rotate", "openapi", "docs"})
_READS_BY_POST = frozenset({"budget.check", "token", "client.rotate"})


class NeutralDialect:
    """Plain REST over each system."""

    name = "neutral"

    def application(self, system: str) -> FastAPI:
        return _application(system)[0]

    def direct(self, system: str, operation: str) -> Route | None:
        found: Route | None = _application(system)[0].state.direct.get(operation)
        return found

    def operation(self, system: str, method: str, path: str) -> tuple[Operation, str]:
        for pattern, operation in _application(system)[1].get((method, path.count("/"), _head(path)), ()):
            if found := pattern.match(path):
                return operation, next(iter(found.groups()), "") or ""
        name = (
            "openapi"
            if path == "/openapi.json"
            else "docs"
            if path.startswith(("/docs", "/redoc", "/static"))
            else "unknown"
        )
        return Operation(name, public=name in _PUBLIC), ""

    def operations(self, system: str) -> list[str]:
        return sorted(operation.name for table in _application(system)[1].values() for _, operation in table)

    def client(self, headers: Mapping[str, str], body: bytes) -> str:
        try:
            return client_of(headers, body)[0]
        except ValueError:
            return ""

    def protocol_answer(self, kind: str, detail: str, extra: Mapping[str, Any]) -> Answer:
        headers = (("www-authenticate", 'Bearer error="invalid_token"'),) if kind == "unauthorized" else ()
        return protocol_problem(kind, detail, extra).answer(*headers)

    def accepted(self, job: JobView) -> Answer:
        headers = (("content-type", "application/json"), ("location", f"/v1/jobs/{job.id}"))
        return Answer(202, headers, msgspec.json.encode(job_wire(job)))

    def event_data(self, document: Document, company: Company) -> dict[str, Any]:
        return dict(worded(document, ENCODERS[type(document)], company))


@cache
def _application(system: str) -> tuple[FastAPI, _Table]:
    """The FastAPI application of one system, documentation pages without a CDN included, and its operations by method,
    read off the routes. All state is in the desk, so that one serves every sandbox of this process."""
    app = FastAPIOffline(
        title=f"hardclose {_TITLES[system]} (neutral dialect)",
        version="1",
    )
    app.state.direct = {}
    app.router.redirect_slashes = False  # what is not described is not there
    add_error_words(app)
    add_access_routes(app)
    add_webhook_routes(app)
    add_company_routes(app)
    add_job_routes(app)
    _SYSTEMS[system](app)
    undescribed = app.openapi

    def openapi() -> dict[str, Any]:
        """Made when somebody asks: it takes as long as everything else that a start does."""
        if app.openapi_schema is None:
            app.openapi_schema = described(undescribed(), system, _TITLES[system])
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    table: _Table = {}
    for route in app.routes:
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        path, name = route.path, str(route.operation_id)
        pattern = re.compile("^" + re.sub(r"\{\w+\}", "([^/]+)", path) + "$")
        for method in sorted(route.methods or ()):
            key = method, path.count("/"), _head(path)
            table.setdefault(key, []).append((pattern, _operation(name, method, "{" in path)))
    return app, table


def _head(path: str) -> str:
    """`purchase-orders` of `/v1/purchase-orders/PO-1`. No path of ours has a variable there."""
    parts = path.split("/", 3)
    return parts[2] if len(parts) > 2 else path


def _operation(name: str, method: str, has_number: bool) -> Operation:
    writes = method not in ("GET", "HEAD") and name not in _READS_BY_POST
    if name in SUBJECTS:
        subject = SUBJECTS[name]
    elif has_number:
        subject = "path"
    else:
        subject = "body" if writes or name == "budget.check" else "credential"
    return Operation(name, writes=writes, public=name in _PUBLIC, subject=subject, upload=name in UPLOADS)
