"""The whole OpenAPI document of one neutral system: what FastAPI derived from the routes, told to the end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from hardclose_mocks.dialects.neutral.description import examples
from hardclose_mocks.dialects.neutral.description.operations import OPERATIONS, TAGS, Words, extra
from hardclose_mocks.dialects.neutral.description.parts import (
    ALWAYS,
    HEADERS,
    PARAMETERS,
    REFUSALS,
    Part,
    headers,
    refusals,
)
from hardclose_mocks.dialects.neutral.description.schemas import LIST, PAGE, reference, schemas

PROSE = """\
A mock system of hardclose: it plays the {name} of an enterprise, with the failures real ones have.

- Ask `POST /oauth/token` for a bearer token; `hardclose env` prints the client id and secret. People log in alike, as
  `person:<id>`; what is marked `x-hardclose-caller: person` is refused to integrations.
- What this system promises is on `/.well-known/contract-card`: whether keys are honoured, references unique, limits.
- Refusals are problems (RFC 9457); switch on `type`. A refusal has changed nothing.
- Amounts are decimal strings. Instants bear the company's own offset. Ignore fields you do not know.
- `traceparent` and `X-Correlation-Id` are echoed.
"""
_CLIENT = {"client_id": {"type": "string"}, "client_secret": {"type": "string"}}
_FORMS = {
    "token": {
        "type": "object",
        "properties": {
            "grant_type": {"type": "string", "enum": ["client_credentials", "refresh_token"]},
            "refresh_token": {"type": "string"},
            **_CLIENT,
        },
        "required": ["grant_type"],
    },
    "client.rotate": {"type": "object", "properties": _CLIENT},
}
_SECURITY_SCHEMES: Part = {
    "clientCredentials": {
        "type": "oauth2",
        "description": "A token lives as long as the contract card says.",
        "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}},
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token got before."},
}
_LOGINS = ("token", "client.rotate")
_PUBLIC = (*_LOGINS, "card")
_FILE: Part = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


def described(raw: dict[str, Any], system: str, name: str) -> dict[str, Any]:
    """`raw` as FastAPI made it; `name` is what the system is called in prose."""
    paths = {
        path: {method: _operation(path, one, system) for method, one in item.items()}
        for path, item in raw["paths"].items()
    }
    tags = {tag for item in paths.values() for one in item.values() for tag in one["tags"]}
    document: dict[str, Any] = {
        "openapi": raw["openapi"],
        "info": {
            **raw["info"],
            "description": PROSE.format(name=name),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "contact": {"name": "hardclose"},
        },
        "servers": [{"url": "/", "description": "The system this description was asked of."}],
        "security": [{"clientCredentials": []}, {"bearer": []}],
        "tags": [{"name": tag, "description": TAGS[tag]} for tag in TAGS if tag in tags],
        "paths": paths,
    }
    asked = {schema: _untitled(one) for schema, one in raw["components"]["schemas"].items()}
    parts = {
        "schemas": {**asked, **schemas()},
        "parameters": PARAMETERS,
        "headers": HEADERS,
        "responses": refusals(),
    }
    return {**document, "components": {**_used(document, parts), "securitySchemes": _SECURITY_SCHEMES}}


def _operation(path: str, raw: dict[str, Any], system: str) -> dict[str, Any]:
    words = OPERATIONS[raw["operationId"]]
    one: dict[str, Any] = {
        "operationId": raw["operationId"],
        "tags": raw["tags"],
        "summary": words.summary + ".",
        **({"description": raw["description"]} if "description" in raw else {}),
        **extra(words),
        **({"security": []} if raw["operationId"] in _PUBLIC else {}),
    }
    asked = [_in_path(name, words) for name in re.findall(r"\{(\w+)\}", path)]
    asked += [{"$ref": f"#/components/parameters/{ask}"} if isinstance(ask, str) else ask for ask in words.asks]
    if asked:
        one["parameters"] = asked
    if body := _body(raw, words, system):
        one["requestBody"] = body
    one["responses"] = {**_success(raw, words), **_refused(raw, words, "{" in path)}
    return one


def _in_path(name: str, words: Words) -> Part:
    schema = {"type": "string", "minLength": 1, "maxLength": 80}
    example = words.example if isinstance(words.example, str | None) else words.example[name]
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": example}


def _body(raw: dict[str, Any], words: Words, system: str) -> Part | None:
    if raw["operationId"] in _LOGINS:
        named = {"integration": {"value": examples.login(raw["operationId"], system)}}
        return {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": _FORMS[raw["operationId"]], "examples": named}},
        }
    if words.upload:
        return {"required": True, "description": "The file, under its own type.", "content": _FILE}
    named = {name: {"value": body} for name, body in (words.bodies or {}).items()}
    if "requestBody" not in raw:
        return None
    schema = raw["requestBody"]["content"]["application/json"]["schema"]
    return {"required": True, "content": {"application/json": {"schema": schema, "examples": named}}}


def _success(raw: dict[str, Any], words: Words) -> dict[str, Part]:
    status = next(one for one in raw["responses"] if one.startswith("2"))
    answered: Part = {"description": "Done." if words.answer is None else _called(words.answer)}
    if words.download:
        answered = {
            "description": "The file, under its own type.",
            "content": {"*/*": _FILE["application/octet-stream"]},
        }
    if words.headers:
        answered["headers"] = headers(words.headers)
    if words.answer is not None:
        answered["content"] = {"application/json": {"schema": reference(words.answer)}}
    if words.leads:
        answered["links"] = {lead: _link(raw["operationId"], words, lead) for lead in words.leads}
    return {status: answered, **(_ACCEPTED if words.may_be_job else {})}


_ACCEPTED: dict[str, Part] = {
    "202": {
        "description": "Accepted, where the contract card says `asynchronous`; the job tells what became of it.",
        "headers": headers(("Location",)),
        "content": {"application/json": {"schema": reference("Job")}},
    }
}


def _called(schema: str) -> str:
    kind = re.sub("(?<=[a-z])(?=[A-Z])", " ", schema.removesuffix(PAGE).removesuffix(LIST)).lower()
    return f"{kind.capitalize()}s." if schema.endswith((PAGE, LIST)) else f"The {kind}."


def _link(operation: str, source: Words, lead: str) -> Part:
    """To an operation upon the document that was answered, or to the making of another that names it by its kind."""
    if lead.endswith(".create"):
        return {"operationId": lead, "requestBody": {operation.partition(".")[0]: "$response.body#/number"}}
    name = "id" if lead.startswith("subscription") else "number"
    parameters = {f"path.{name}": f"$response.body#/{name}"}
    if "IfMatch" in OPERATIONS[lead].asks and "ETag" in source.headers:
        parameters["header.If-Match"] = "$response.header.ETag"
    return {"operationId": lead, "parameters": parameters}


def _refused(raw: dict[str, Any], words: Words, has_path: bool) -> dict[str, Part]:
    if raw["operationId"] in _LOGINS:
        return _token_refusals()
    more = () if raw["operationId"] in _PUBLIC else (*ALWAYS, *words.refuses, *((404,) if has_path else ()))
    found: dict[str, Part] = {}
    for status in sorted(set(more)):
        if status == 304:
            found["304"] = {"description": "As the caller holds it.", "headers": headers(("ETag",))}
        else:
            found[str(status)] = {"$ref": f"#/components/responses/{REFUSALS[status].name}"}
    return found


def _token_refusals() -> dict[str, Part]:
    refusal = {"application/json": {"schema": reference("TokenRefusal")}}
    problem = {"application/problem+json": {"schema": reference("Problem")}}
    return {
        "400": {
            "description": "Not readable, or a grant that is not offered or no longer good.",
            "content": refusal | problem,
        },
        "401": {
            "description": "Wrong client id or secret: invalid_client.",
            "headers": headers(("Challenge",)),
            "content": refusal,
        },
        "413": {"$ref": "#/components/responses/TooLarge"},
        **{str(status): {"$ref": f"#/components/responses/{REFUSALS[status].name}"} for status in (500, 502, 503, 504)},
    }


def _untitled(schema: Any) -> Any:
    """Without the titles that only repeat names."""
    if isinstance(schema, list):
        return [_untitled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: {field: _untitled(one) for field, one in value.items()} if name == "properties" else _untitled(value)
        for name, value in schema.items()
        if name != "title"
    }


def _used(document: dict[str, Any], parts: dict[str, dict[str, Part]]) -> dict[str, dict[str, Part]]:
    """Those parts that are referred to, directly or by others."""
    wanted: dict[tuple[str, str], None] = {}
    waiting = [*_references(document)]
    while waiting:
        place = waiting.pop()
        if place not in wanted:
            wanted[place] = None
            waiting += _references(parts[place[0]][place[1]])
    return {kind: {name: one for name, one in named.items() if (kind, name) in wanted} for kind, named in parts.items()}


def _references(part: Any) -> Iterator[tuple[str, str]]:
    yield from re.findall(r'"#/components/(\w+)/(\w+)"', json.dumps(part))
