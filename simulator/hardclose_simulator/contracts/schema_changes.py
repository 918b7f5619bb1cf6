"""What changed between two JSON Schemas (2020-12, as in OpenAPI 3.1), told from the side the content comes from.

Two schemas are compared by what they allow: references, `allOf` and nullable alternatives are looked through, so that
the same promise in another spelling is no change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from hardclose_simulator.contracts.changes import Change

Schema = Mapping[str, Any]
TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
FORMS = ("pattern", "format", "contentEncoding", "contentMediaType")
WORDS = ("title", "description", "example", "examples", "deprecated", "readOnly", "writeOnly", "externalDocs", "xml")
ALTERNATIVES = ("anyOf", "oneOf")
_WEIGHED = frozenset(
    {
        *LOWER, *UPPER, *FORMS, *WORDS, *ALTERNATIVES, "type", "nullable", "enum", "const", "properties", "required",
        "additionalProperties", "unevaluatedProperties", "items", "default", "$defs", "$id", "$schema", "$comment",
        "discriminator",
    }
)  # fmt: skip


class Place(NamedTuple):
    """Where in a contract something stands, and which way its content goes: in which part of which operation, and
    under which path within."""

    operation: str
    part: str
    side: str
    path: str = ""

    def within(self, step: str) -> Place:
        return self._replace(path=f"{self.path}/{step}")

    def about(self, word: str) -> Place:
        """Not what stands there, but what is said about it."""
        return self._replace(path=f"{self.path} {word}")

    def change(self, code: str, before: Any = None, after: Any = None) -> Change:
        return Change(code, self.operation, " ".join(f"{self.part} {self.path}".split()), before, after, self.side)


class Comparison:
    """`before` and `after` are the documents in which references are looked up."""

    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self._before, self._after = before, after
        self._under_way: set[tuple[str, str]] = set()

    def compare(self, before: Schema | bool, after: Schema | bool, place: Place) -> Iterator[Change]:
        names = _reference(before), _reference(after)
        if names in self._under_way:
            return
        recursive = any(names)
        if recursive:
            self._under_way.add(names)
        try:
            yield from self._plain(flat(before, self._before), flat(after, self._after), place)
        finally:
            if recursive:
                self._under_way.discard(names)

    def _plain(self, before: Schema, after: Schema, place: Place) -> Iterator[Change]:
        if before == after and not _refers(before):
            return
        yield from _types(before, after, place)
        yield from _values(before, after, place)
        yield from _bounds(before, after, place)
        yield from _forms(before, after, place)
        yield from self._properties(before, after, place)
        yield from self._others(before, after, place)
        if "items" in before and "items" in after:
            yield from self.compare(before["items"], after["items"], place.within("[]"))
        elif "items" in before or "items" in after:
            code = "form-dropped" if "items" in before else "form-imposed"
            yield place.within("[]").change(code, before.get("items"), after.get("items"))
        for keyword in ALTERNATIVES:
            yield from self._alternatives(keyword, before.get(keyword, ()), after.get(keyword, ()), place)

    def _properties(self, before: Schema, after: Schema, place: Place) -> Iterator[Change]:
        old, new = before.get("properties", {}), after.get("properties", {})
        must_before, must_after = set(before.get("required", ())), set(after.get("required", ()))
        for name in old:
            here = place.within(name)
            if name not in new:
                yield here.change("property-removed", old[name])
                continue
            yield from self.compare(old[name], new[name], here)
            if name in must_after - must_before:
                yield here.change("property-required", "optional", "required")
            elif name in must_before - must_after:
                yield here.change("property-optional", "required", "optional")
        for name in new:
            if name not in old:
                code = "property-added-required" if name in must_after else "property-added"
                yield place.within(name).change(code, None, new[name])
        yield from self._unknown_fields(before, after, place)

    def _unknown_fields(self, before: Schema, after: Schema, place: Place) -> Iterator[Change]:
        old, new = before.get("additionalProperties", True), after.get("additionalProperties", True)
        here = place.within("*")
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from self.compare(old, new, here)
        elif (old is False) != (new is False):
            yield here.change("unknown-fields-allowed" if old is False else "unknown-fields-refused", old, new)
        elif old != new:
            yield here.change("form-imposed" if old is True else "form-dropped", old, new)

    def _alternatives(self, keyword: str, before: Any, after: Any, place: Place) -> Iterator[Change]:
        """Alternatives are told apart by what they refer to, else by their types."""
        old, new = _named(before), _named(after)
        if not old or not new:
            if old or new:
                yield place.change("form-dropped" if old else "form-imposed", list(before) or None, list(after) or None)
            return
        for name in old:
            if name in new:
                yield from self.compare(old[name], new[name], place.within(f"({keyword} {name})"))
            else:
                yield place.change("alternative-removed", old[name], None)
        for name in new:
            if name not in old:
                yield place.change("alternative-added", None, new[name])

    def _others(self, before: Schema, after: Schema, place: Place) -> Iterator[Change]:
        for word in WORDS:
            if before.get(word) != after.get(word):
                yield place.about(word).change("words-changed", before.get(word), after.get(word))
        if before.get("default") != after.get("default"):
            yield place.change("default-changed", before.get("default"), after.get("default"))
        for keyword in sorted({*before, *after} - _WEIGHED):
            if before.get(keyword) != after.get(keyword):
                yield place.change("keyword-changed", {keyword: before.get(keyword)}, {keyword: after.get(keyword)})


# --- one keyword at a time -------------------------------------------------------------------------------------


def _types(before: Schema, after: Schema, place: Place) -> Iterator[Change]:
    old, new = _allowed(before), _allowed(after)
    if old != new:
        code = "type-narrowed" if new < old else "type-widened" if old < new else "type-changed"
        yield place.change(code, before.get("type"), after.get("type"))


def _allowed(schema: Schema) -> frozenset[str]:
    told = schema.get("type")
    types = TYPES if told is None else frozenset([told] if isinstance(told, str) else told)
    return types | {"integer"} if "number" in types else types


def _values(before: Schema, after: Schema, place: Place) -> Iterator[Change]:
    old, new = _listed(before), _listed(after)
    if old is None or new is None:
        if old is not None:
            yield place.change("enum-dropped", old, None)
        elif new is not None:
            yield place.change("enum-imposed", None, new)
        return
    for value in old:
        if value not in new:
            yield place.change("enum-value-removed", value, None)
    for value in new:
        if value not in old:
            yield place.change("enum-value-added", None, value)


def _listed(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _bounds(before: Schema, after: Schema, place: Place) -> Iterator[Change]:
    for keyword in (*LOWER, *UPPER):
        old, new = before.get(keyword), after.get(keyword)
        if old == new:
            continue
        tighter = old is None or (new is not None and (new > old if keyword in LOWER else new < old))
        shown = [None if value is None else f"{keyword} {value}" for value in (old, new)]
        yield place.change("bound-tightened" if tighter else "bound-loosened", *shown)


def _forms(before: Schema, after: Schema, place: Place) -> Iterator[Change]:
    for keyword in FORMS:
        old, new = before.get(keyword), after.get(keyword)
        if old != new:
            code = "form-imposed" if old is None else "form-dropped" if new is None else "form-changed"
            yield place.change(code, old and f"{keyword} {old}", new and f"{keyword} {new}")


# --- looking through -------------------------------------------------------------------------------------------


def flat(schema: Schema | bool, document: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without its outermost reference, `allOf` and nullable alternative. False becomes `enum: []`."""
    if isinstance(schema, bool):
        return {} if schema else {"enum": []}
    one = dict(schema)
    while "$ref" in one:
        target = at_pointer(document, one.pop("$ref"))
        one = _both(target, one)
    joined: dict[str, Any] = {}
    for part in one.pop("allOf", ()):
        joined = _both(joined, flat(part, document))
    one = _both(joined, one)
    for keyword in ALTERNATIVES:
        parts = [part for part in one.get(keyword, ()) if part != {"type": "null"}]
        if len(parts) == 1 and len(one[keyword]) == 2:
            told = flat(parts[0], document)
            types = told.get("type", [])
            kinds = [types] if isinstance(types, str) else list(types)
            if kinds:
                del one[keyword]
                one = {**told, "type": [*kinds, "null"], **one}
                if "enum" in told and None not in told["enum"]:
                    one["enum"] = [*told["enum"], None]
    if one.pop("nullable", False) and isinstance(one.get("type"), str):
        one["type"] = [one["type"], "null"]
    return one


def at_pointer(document: Mapping[str, Any], reference: str) -> dict[str, Any]:
    """What a local reference means; raises KeyError where nothing is there."""
    here: Any = document
    for step in reference.removeprefix("#").strip("/").split("/"):
        here = here[step.replace("~1", "/").replace("~0", "~")]
    return dict(here)


def _both(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """What must be as both say: the second is narrower, and what it says beside a reference adds to it."""
    merged = {**first, **second}
    if "properties" in first or "properties" in second:
        old, new = first.get("properties", {}), second.get("properties", {})
        joined = {name: {"allOf": [old[name], new[name]]} for name in old if name in new and old[name] != new[name]}
        merged["properties"] = {**old, **new, **joined}
    if "type" in first and "type" in second:
        both = _allowed(first) & _allowed(second)
        merged["type"] = sorted(both) if len(both) != 1 else next(iter(both))
    if "required" in first or "required" in second:
        merged["required"] = [*dict.fromkeys([*first.get("required", ()), *second.get("required", ())])]
    return merged


def _reference(schema: Schema | bool) -> str:
    return str(schema.get("$ref", "")) if isinstance(schema, Mapping) else ""


def _refers(value: Any) -> bool:
    """Equal words may mean different things where they refer to what has changed."""
    if isinstance(value, Mapping):
        return "$ref" in value or any(_refers(one) for one in value.values())
    return isinstance(value, list) and any(_refers(one) for one in value)


def _named(alternatives: Any) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for one in alternatives:
        name = _reference(one).rpartition("/")[2] or str(one.get("title") or one.get("const") or one.get("type", "any"))
        named[name if name not in named else f"{name}.{len(named)}"] = one
    return named
