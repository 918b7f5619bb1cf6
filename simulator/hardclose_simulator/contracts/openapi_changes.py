"""What changed between two OpenAPI 3.1 descriptions of one system, operation by operation, and whether that breaks
anybody. It says what could break; the pacts of consumers say who does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hardclose_simulator.contracts.changes import REQUEST, RESPONSE, Change
from hardclose_simulator.contracts.schema_changes import Comparison, Place, at_pointer

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
WORDS = ("summary", "description", "tags", "externalDocs", "servers", "callbacks")
_Object = Mapping[str, Any]
_Parameters = Mapping[tuple[str, str], _Object]
"""By where they are and what they are called."""


def openapi_changes(before: _Object, after: _Object) -> list[Change]:
    """Every difference in what is promised, in the order of the paths. Empty only if both are equal."""
    found = list(_Descriptions(before, after).changes())
    if not found and before != after:
        pointer, old, new = first_difference(before, after)
        found.append(Change("described-otherwise", "", pointer, old, new))
    return found


class _Descriptions:
    def __init__(self, before: _Object, after: _Object) -> None:
        self._before, self._after = before, after
        self._schemas = Comparison(before, after)

    def changes(self) -> Iterator[Change]:
        for name in sorted({*self._before, *self._after} - {"paths", "components", "security"}):
            old, new = self._before.get(name), self._after.get(name)
            if old != new:
                yield Change("words-changed", "", name, old, new)
        yield from self._schemes()
        old_operations, new_operations = _operations(self._before), _operations(self._after)
        for key, old in old_operations.items():
            new = new_operations.get(key)
            if new is None:
                yield Change("operation-removed", old["name"], "", old["operation"].get("operationId"), None, REQUEST)
            else:
                yield from self._operation(old, new)
        for key, new in new_operations.items():
            if key not in old_operations:
                yield Change("operation-added", new["name"], "", None, new["operation"].get("operationId"), REQUEST)

    def _schemes(self) -> Iterator[Change]:
        old, new = (one.get("components", {}).get("securitySchemes", {}) for one in (self._before, self._after))
        for name in dict.fromkeys([*old, *new]):
            if old.get(name) == new.get(name):
                continue
            # A scheme that nobody used before binds nobody until an operation asks for it.
            code = "security-loosened" if name not in old else "security-scheme-changed"
            yield Change(code, "", f"security scheme {name}", old.get(name), new.get(name), REQUEST)

    def _operation(self, old: _Object, new: _Object) -> Iterator[Change]:
        name, before, after = old["name"], old["operation"], new["operation"]
        if before.get("operationId") != after.get("operationId"):
            yield Change("operation-renamed", name, "", before.get("operationId"), after.get("operationId"), REQUEST)
        if before.get("deprecated", False) != after.get("deprecated", False):
            told = before.get("deprecated", False), after.get("deprecated", False)
            yield Change("operation-deprecated", name, "", *told, REQUEST)
        for word in WORDS:
            if before.get(word) != after.get(word):
                yield Change("words-changed", name, word, before.get(word), after.get(word), REQUEST)
        yield from self._security(name, before, after)
        yield from self._parameters(name, old["parameters"], new["parameters"])
        yield from self._bodies(name, before, after)
        yield from self._responses(name, _by_status(before), _by_status(after))

    def _security(self, name: str, before: _Object, after: _Object) -> Iterator[Change]:
        """Each entry is one way of logging in; no entry at all means that nobody has to."""
        old, new = (
            operation.get("security", document.get("security", [])) or [{}]
            for operation, document in ((before, self._before), (after, self._after))
        )
        for way in old:
            if way not in new:
                yield Change("security-tightened", name, "security", way or "no login", None, REQUEST)
        for way in new:
            if way not in old:
                yield Change("security-loosened", name, "security", None, way or "no login", REQUEST)

    # --- what goes in -------------------------------------------------------------------------------------------

    def _parameters(self, name: str, old: _Parameters, new: _Parameters) -> Iterator[Change]:
        for key, before in old.items():
            place = Place(name, _label(before), REQUEST)
            if key not in new:
                yield place.change("parameter-removed", before.get("schema"))
                continue
            after = new[key]
            must = before.get("required", False), after.get("required", False)
            if must[0] != must[1]:
                words = ["required" if one else "optional" for one in must]
                yield place.change("parameter-required" if must[1] else "parameter-optional", *words)
            for style in ("style", "explode", "allowReserved"):
                if before.get(style) != after.get(style):
                    shown = [f"{style} {one.get(style)}" for one in (before, after)]
                    yield place.change("parameter-written-otherwise", *shown)
            for word in ("description", "example", "examples", "deprecated"):
                if before.get(word) != after.get(word):
                    yield place.about(word).change("words-changed", before.get(word), after.get(word))
            yield from self._schemas.compare(before.get("schema", {}), after.get("schema", {}), place)
        for key, after in new.items():
            if key not in old:
                code = "parameter-added-required" if after.get("required") else "parameter-added"
                yield Place(name, _label(after), REQUEST).change(code, None, after.get("schema"))

    def _bodies(self, name: str, before: _Object, after: _Object) -> Iterator[Change]:
        old = _resolved(before.get("requestBody"), self._before)
        new = _resolved(after.get("requestBody"), self._after)
        place = Place(name, "request body", REQUEST)
        if old is None or new is None:
            if old is not None:
                yield place.change("body-removed", list(old["content"]))
            elif new is not None:
                code = "body-required" if new.get("required") else "body-added"
                yield place.change(code, None, list(new["content"]))
            return
        if old.get("required", False) != new.get("required", False):
            yield place.change("body-required" if new.get("required") else "body-optional")
        if old.get("description") != new.get("description"):
            yield place.change("words-changed", old.get("description"), new.get("description"))
        yield from self._contents(old.get("content", {}), new.get("content", {}), place)

    # --- what comes out -----------------------------------------------------------------------------------------

    def _responses(self, name: str, old: _Object, new: _Object) -> Iterator[Change]:
        for status in dict.fromkeys([*old, *new]):
            place = Place(name, f"response {status}", RESPONSE)
            good = "success" if status.startswith("2") else "failure"
            before, after = _resolved(old.get(status), self._before), _resolved(new.get(status), self._after)
            if before is None or after is None:
                told = [one and one.get("description") for one in (before, after)]
                yield place.change(f"{good}-removed" if after is None else f"{good}-added", *told)
                continue
            for word in ("description", "links"):
                if before.get(word) != after.get(word):
                    yield place.about(word).change("words-changed", before.get(word), after.get(word))
            yield from self._headers(before.get("headers", {}), after.get("headers", {}), place)
            yield from self._contents(before.get("content", {}), after.get("content", {}), place)

    def _headers(self, old: _Object, new: _Object, place: Place) -> Iterator[Change]:
        names = {name.lower(): name for name in [*old, *new]}
        before = {name.lower(): _resolved(one, self._before) or {} for name, one in old.items()}
        after = {name.lower(): _resolved(one, self._after) or {} for name, one in new.items()}
        for key, name in names.items():
            here = place._replace(part=f"{place.part} header {name}")
            if key not in after:
                yield here.change("header-removed", before[key].get("schema"))
            elif key not in before:
                yield here.change("header-added", None, after[key].get("schema"))
            else:
                must = [one.get("required", False) for one in (before[key], after[key])]
                if must[0] != must[1]:
                    yield here.change("header-required" if must[1] else "header-optional")
                if before[key].get("description") != after[key].get("description"):
                    yield here.change("words-changed", before[key].get("description"), after[key].get("description"))
                yield from self._schemas.compare(before[key].get("schema", {}), after[key].get("schema", {}), here)

    def _contents(self, old: _Object, new: _Object, place: Place) -> Iterator[Change]:
        for kind in dict.fromkeys([*old, *new]):
            # One media type needs no mention; several do.
            here = place if len({*old, *new}) == 1 else place._replace(part=f"{place.part} as {kind}")
            if kind not in new:
                yield here.change("media-type-removed", kind, None)
            elif kind not in old:
                yield here.change("media-type-added", None, kind)
            else:
                yield from self._schemas.compare(old[kind].get("schema", {}), new[kind].get("schema", {}), here)
                for word in ("example", "examples"):
                    if old[kind].get(word) != new[kind].get(word):
                        yield here.about(word).change("words-changed", old[kind].get(word), new[kind].get(word))


def _operations(document: _Object) -> dict[tuple[str, str], dict[str, Any]]:
    """By method and path; what a path's parameters are called is nobody's business."""
    found = {}
    for path, item in document.get("paths", {}).items():
        names = re.findall(r"\{([^}]*)\}", path)
        for method in METHODS:
            if method in item:
                operation = item[method]
                parameters = {}
                for one in (*item.get("parameters", ()), *operation.get("parameters", ())):
                    parameter = _resolved(one, document) or {}
                    parameters[_identity(parameter, names)] = parameter
                key = method, re.sub(r"\{[^}]*\}", "{}", path)
                found[key] = {"name": f"{method.upper()} {path}", "operation": operation, "parameters": parameters}
    return found


def _identity(parameter: _Object, path_names: Sequence[str]) -> tuple[str, str]:
    place, name = str(parameter["in"]), str(parameter["name"])
    if place == "path" and name in path_names:
        return place, str(path_names.index(name))
    return place, name.lower() if place == "header" else name


def _label(parameter: _Object) -> str:
    return f"{parameter['in']} parameter {parameter['name']}"


def _by_status(operation: _Object) -> dict[str, Any]:
    """YAML reads a status that nobody quoted as a number."""
    return {str(status): response for status, response in operation.get("responses", {}).items()}


def _resolved(described: Any, document: _Object) -> dict[str, Any] | None:
    if described is None:
        return None
    return at_pointer(document, described["$ref"]) if "$ref" in described else dict(described)


def first_difference(before: Any, after: Any, pointer: str = "") -> tuple[str, Any, Any]:
    """The pointer to the first place where two documents part, and what stands there in each."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            if before.get(name) != after.get(name):
                return first_difference(before.get(name), after.get(name), f"{pointer}/{name}")
    return pointer or "/", before, after
