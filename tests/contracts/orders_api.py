"""A small purchase order API to change: one write, one read, and an operation that may go."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hardclose_simulator.contracts.changes import Change
from hardclose_simulator.contracts.openapi_changes import openapi_changes

Spec = dict[str, Any]
Edit = Callable[[Spec], object]

MONEY = {"type": "object", "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}}}
ORDER = {
    "type": "object",
    "required": ["number", "state"],
    "properties": {
        "number": {"type": "integer"},
        "state": {"type": "string", "enum": ["issued", "cancelled"]},
        "total": {"$ref": "#/components/schemas/Money"},
    },
}
REQUESTED = {
    "type": "object",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {
        "kind": {"type": "string", "enum": ["standard", "service"]},
        "text": {"type": "string"},
        "total": {"$ref": "#/components/schemas/Money"},
    },
}


def spec() -> Spec:
    """A purchase order API with one write, one read and one operation that will go."""
    return copy.deepcopy(
        {
            "openapi": "3.1.0",
            "info": {"title": "Orders", "version": "1"},
            "security": [{"bearer": []}],
            "paths": {
                "/v1/orders": {
                    "post": {
                        "operationId": "order.create",
                        "parameters": [
                            {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}},
                            {"name": "dry_run", "in": "query", "schema": {"type": "boolean"}},
                        ],
                        "requestBody": {"required": True, "content": {"application/json": {"schema": REQUESTED}}},
                        "responses": {
                            "201": {
                                "description": "Made",
                                "headers": {"Location": {"required": True, "schema": {"type": "string"}}},
                                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
                            },
                            "409": {"description": "Not now"},
                        },
                    }
                },
                "/v1/orders/{number}": {
                    "get": {
                        "operationId": "order.get",
                        "parameters": [
                            {"name": "number", "in": "path", "required": True, "schema": {"type": "string"}}
                        ],
                        "responses": {
                            "200": {
                                "description": "It",
                                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
                            }
                        },
                    }
                },
                "/v1/reports": {"get": {"operationId": "report.list", "responses": {"200": {"description": "All"}}}},
            },
            "components": {
                "schemas": {"Order": ORDER, "Money": MONEY},
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def changed(edit: Edit) -> list[Change]:
    after = spec()
    edit(after)
    return openapi_changes(spec(), after)


def undone(edit: Edit) -> list[Change]:
    """The same edit, taken back."""
    before = spec()
    edit(before)
    return openapi_changes(before, spec())


def sent(it: Spec) -> Spec:
    return it["paths"]["/v1/orders"]["post"]["requestBody"]["content"]["application/json"]["schema"]


def answered(it: Spec) -> Spec:
    return it["components"]["schemas"]["Order"]


def create(it: Spec) -> Spec:
    return it["paths"]["/v1/orders"]["post"]


def put(where: Spec, **values: Any) -> None:
    where.update(values)
