"""Makes the answers of an OpenAPI document exact: a field that a schema does not name is not allowed in an answer."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

SCHEMAS = "#/components/schemas/"
EXACT = "Exact"
"""Ending of the copies: a schema that requests use too keeps its own shape there."""


def close_answers(document: dict[str, Any]) -> None:
    """In place. Schemas that say themselves what else may be there (`additionalProperties`) stay as they are."""
    closing = _Closing(document.get("components", {}).get("schemas", {}))
    answers = [
        answer
        for item in document.get("paths", {}).values()
        for operation in item.values()
        if isinstance(operation, dict)
        for answer in operation.get("responses", {}).values()
    ]
    for answer in [*answers, *document.get("components", {}).get("responses", {}).values()]:
        for media in answer.get("content", {}).values():
            if "schema" in media:
                media["schema"] = closing.closed(media["schema"])
    closing.schemas.update(closing.copies)


class _Closing:
    def __init__(self, schemas: dict[str, Any]) -> None:
        self.schemas, self.copies = schemas, dict[str, Any]()

    def closed(self, schema: Any) -> Any:
        if isinstance(schema, list):
            return [self.closed(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        if str(schema.get("$ref", "")).startswith(SCHEMAS):
            return {**schema, "$ref": SCHEMAS + self._copied(schema["$ref"].removeprefix(SCHEMAS))}
        found = {name: _kept(name, value) or self.closed(value) for name, value in schema.items()}
        if "properties" in schema and "additionalProperties" not in schema and not _SPREAD & schema.keys():
            found["additionalProperties"] = False
        if isinstance(schema.get("properties"), dict):
            found["properties"] = {name: self.closed(value) for name, value in schema["properties"].items()}
        return found

    def _copied(self, name: str) -> str:
        copy = name + EXACT
        if copy not in self.copies and name in self.schemas:
            self.copies[copy] = {}  # first the name: schemas may refer to themselves
            self.copies[copy] = self.closed(self.schemas[name])
        return copy if copy in self.copies else name


_SPREAD = frozenset({"allOf", "anyOf", "oneOf", "if", "patternProperties", "unevaluatedProperties"})
"""With these a schema's own `properties` are not all there is."""


def _kept(name: str, value: Any) -> Any:
    """Values that are data, not schemas."""
    return deepcopy(value) if name in ("example", "examples", "default", "const", "enum", "required") else None
