"""JSON Schemas (2020-12) of the events, CloudEvents envelope included: made of the dialect's own answer types.

What is published is open: fields and attributes may be added within a release, and consumers ignore what they do not
know. What we emit is held to more: nothing that the schema does not name (see `unnamed`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from hardclose_mocks.dialects.neutral.description.schemas import ANSWERS
from hardclose_mocks.dialects.neutral.routes.table import RESOURCES
from hardclose_simulator.contracts.event_type import INSTANT, TEXT, EventType
from hardclose_simulator.contracts.schema_changes import flat

DRAFT = "https://json-schema.org/draft/2020-12/schema"
HOME = "https://hardclose.dev/contracts"
"""Names schemas; nothing is fetched from there."""
_TYPES = {answer.__name__: answer for answer in ANSWERS}
DOCUMENTS: Mapping[str, type] = {
    **{resource.kind: _TYPES[resource.answer] for resource in RESOURCES},
    "attachment": _TYPES["Attachment"],
}
"""What documents look like, by kind."""
REQUIRED = ("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "company", "revision", "data")


def event_schema(kind: EventType, release: str = "v1") -> dict[str, Any]:
    """The schema of one event type; complete in itself."""
    data, definitions = _data(kind)
    return {
        "$schema": DRAFT,
        "$id": f"{HOME}/neutral/{kind.system}/{release}/events/{kind.name}.schema.json",
        "title": kind.name,
        "description": kind.says,
        "type": "object",
        "required": [*REQUIRED],
        "properties": {
            "specversion": {"const": "1.0", "description": "CloudEvents 1.0, JSON format, structured mode."},
            "id": {**TEXT, "description": "The same as the webhook-id header; the same at every retry."},
            "source": {"const": f"/hardclose/{kind.system}"},
            "type": {"const": kind.name},
            "subject": {**TEXT, "description": f"The number of {kind.subject}."},
            "time": {**INSTANT, "description": "When it happened, in business time."},
            "datacontenttype": {"const": "application/json"},
            "company": {**TEXT, "description": "Extension attribute: the company it happened in."},
            "revision": {
                "type": "integer",
                "minimum": 1,
                "description": "Extension attribute: the revision of the source document; 1 where it has none.",
            },
            "data": data,
        },
        **({"$defs": definitions} if definitions else {}),
    }


def _data(kind: EventType) -> tuple[dict[str, Any], dict[str, Any]]:
    always = {name: dict(schema) for name, schema in kind.always.items()}
    if kind.document is None:
        says = "What changed." if always else "Empty: the subject says it all."
        return {"type": "object", "description": says, "required": [*always], "properties": always}, {}
    kinds = (kind.document,) if isinstance(kind.document, str) else kind.document
    documents = [_document(one) for one in kinds]
    definitions: dict[str, Any] = {}
    for document in documents:
        definitions |= document.pop("$defs", {}) | {document["title"]: document}
    says = "The document as it was right after the event, in the words of the API."
    references = [{"$ref": f"#/$defs/{document['title']}"} for document in documents]
    data: dict[str, Any] = {**(references[0] if len(references) == 1 else {"anyOf": references}), "description": says}
    if always:
        added = [member for member in always if any(member not in one["properties"] for one in documents)]
        data |= {"required": added} if added else {}
        data["properties"] = always
    return data, definitions


def _document(kind: str) -> dict[str, Any]:
    """As the dialect describes its answers; what it refers to is in `$defs`."""
    described = _adapter(kind).json_schema(mode="serialization", ref_template="#/$defs/{model}")
    told: dict[str, Any] = _without_echoes(described)
    return told


def _without_echoes(schema: Any, name: str = "") -> Any:
    """Without titles that only repeat the name of their member: reviewers read these files."""
    if isinstance(schema, list):
        return [_without_echoes(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    members = schema.get("properties", {})
    told = {key: _without_echoes(value) for key, value in schema.items() if key != "properties"}
    if members:
        told["properties"] = {key: _without_echoes(value, key) for key, value in members.items()}
    if name and told.get("title") == name.replace("_", " ").title():
        del told["title"]
    return told


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(DOCUMENTS[kind])


def unnamed(schema: Mapping[str, Any], content: Any) -> Iterator[str]:
    """Pointers to members of the content that its schema does not name: what a drifting emitter adds in silence."""
    yield from _unnamed(schema, content, schema, "")


def _unnamed(schema: Mapping[str, Any], content: Any, document: Mapping[str, Any], pointer: str) -> Iterator[str]:
    told = flat(schema, document)
    if branches := told.pop("anyOf", None):
        # Whatever fits best is what was meant.
        meant = [
            {**one, "properties": {**one.get("properties", {}), **told.get("properties", {})}}
            for one in (flat(branch, document) for branch in branches)
        ]
        yield from min(([*_unnamed(one, content, document, pointer)] for one in meant), key=len)
        return
    if isinstance(content, list) and "items" in told:
        for place, one in enumerate(content):
            yield from _unnamed(told["items"], one, document, f"{pointer}/{place}")
    if not isinstance(content, dict):
        return
    for name, value in content.items():
        if name not in told.get("properties", {}):
            yield f"{pointer}/{name}"
        else:
            yield from _unnamed(told["properties"][name], value, document, f"{pointer}/{name}")
