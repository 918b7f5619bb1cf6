"""Parameters, headers and refusals that operations share, by the names under which they refer to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from hardclose_mocks.desk import KEY
from hardclose_mocks.dialects.neutral.description.schemas import reference
from hardclose_mocks.dialects.neutral.routes.shared import ETAG
from hardclose_mocks.dialects.neutral.wire.values import SHA256
from hardclose_mocks.kernel.periods import MODULES

Part = dict[str, Any]

PARAMETERS: dict[str, Part] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and the same request get the same answer, and nothing is done twice. Honoured "
        "where the contract card says so; lives as long as the card says. A UUID will do, bare or quoted.",
        "schema": {"type": "string", "pattern": KEY},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag of the version that was read. Another one now: 412, and nothing is changed.",
        "schema": {"anyOf": [{"const": "*"}, {"type": "string", "pattern": ETAG}]},
        "example": '"1"',
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "ETags that the caller holds. The present one among them: 304, and no body.",
        "schema": {"type": "string"},
        "example": '"1"',
    },
    "Limit": {
        "name": "limit",
        "in": "query",
        "description": "Documents per page. More than the contract card's `limit_max` is taken for that.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
        "example": 20,
    },
    "Cursor": {
        "name": "cursor",
        "in": "query",
        "description": "`next_cursor` of the page before, as it was.",
        "x-hardclose-refusable": True,
        "schema": {"type": "string", "minLength": 1},
    },
    "UpdatedSince": {
        "name": "updated_since",
        "in": "query",
        "description": "Changed in this business instant or later.",
        "schema": {"type": "string", "format": "date-time"},
        "example": "2026-11-01T00:00:00+01:00",
    },
    "Company": {
        "name": "company",
        "in": "query",
        "description": "Company code.",
        "schema": {"type": "string"},
        "example": "DE01",
    },
    "Supplier": {
        "name": "supplier",
        "in": "query",
        "description": "Supplier number.",
        "schema": {"type": "string"},
        "example": "DE01-S01",
    },
    "Reference": {
        "name": "reference",
        "in": "query",
        "description": "The external reference. Only where the contract card says so (`reference_search`), else 400.",
        "x-hardclose-refusable": True,
        "schema": {"type": "string"},
    },
    "FileName": {
        "name": "name",
        "in": "query",
        "required": True,
        "description": "The file's name.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        "example": "ticket.pdf",
    },
    "FileDigest": {
        "name": "sha256",
        "in": "query",
        "description": "SHA-256 of the body, hexadecimal. What arrives otherwise is refused.",
        "x-hardclose-refusable": True,
        "schema": {"type": "string", "pattern": SHA256},
    },
    "Module": {
        "name": "module",
        "in": "query",
        "description": "All unless given.",
        "schema": {"type": "string", "enum": [*MODULES]},
        "example": "expense",
    },
}

HEADERS: dict[str, Part] = {
    "ETag": {
        "description": "The document's version, for `If-Match` and `If-None-Match`.",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
        "example": '"1"',
    },
    "ContentETag": {
        "description": "The SHA-256 of the content, hexadecimal.",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[0-9a-f]{64}"$'},
    },
    "Location": {
        "description": "Where the new document is.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "CacheControl": {"description": "Tokens are not stored.", "required": True, "schema": {"const": "no-store"}},
    "Challenge": {
        "description": "How to authenticate (RFC 9110, 11.6.1).",
        "required": True,
        "schema": {"type": "string"},
        "example": 'Bearer error="invalid_token"',
    },
    "RetryAfter": {
        "description": "Seconds, or an HTTP date on this system's clock. Not every system tells.",
        "schema": {"type": "string", "pattern": "^([0-9]+|[A-Z][a-z]{2}, .* GMT)$"},
        "example": "2",
    },
    "RateLimit": {
        "description": "What is left (`r`) and in how many seconds it is refilled (`t`).",
        "schema": {"type": "string"},
        "example": '"default";r=0;t=2',
    },
    "RateLimitPolicy": {
        "description": "Quota (`q`) per window (`w`, seconds).",
        "schema": {"type": "string"},
        "example": '"default";q=25;w=1',
    },
}
_NAMES = {
    "CacheControl": "Cache-Control",
    "Challenge": "WWW-Authenticate",
    "ContentETag": "ETag",
    "RetryAfter": "Retry-After",
    "RateLimitPolicy": "RateLimit-Policy",
}


class Refusing(NamedTuple):
    """How a status reads in the description: its name there, what it means, the problem types it comes with."""

    name: str
    says: str
    types: tuple[str, ...]
    headers: tuple[str, ...] = ()

    @property
    def described(self) -> str:
        return f"{self.says}: {', '.join(self.types)}."


_LOST = "what became of the request is unknown"
REFUSALS: dict[int, Refusing] = {
    400: Refusing("Malformed", "Not readable", ("malformed", "filter-not-supported")),
    401: Refusing("Unauthorized", "No valid token", ("unauthorized",), ("Challenge",)),
    403: Refusing(
        "Forbidden",
        "By the approval matrix, or to this client for now",
        ("not-allowed", "insufficient-scope"),
    ),
    404: Refusing("NotFound", "No such thing", ("not-found", "unknown-document")),
    409: Refusing(
        "Conflict",
        "Not possible in this state",
        ("wrong-state", "duplicate-reference", "older-revision", "key-in-progress", "record-changed"),
    ),
    412: Refusing("Changed", "Changed meanwhile", ("version-mismatch",)),
    413: Refusing("TooLarge", "The body is larger than this system takes", ("too-large",)),
    422: Refusing(
        "Refused",
        "Refused by a business rule, or not a valid request; nothing has changed",
        (
            "invalid",
            "period-closed",
            "unknown-master",
            "blocked-master",
            "not-valid-on",
            "budget-exceeded",
            "unbalanced",
            "not-validated",
            "merged-master",
            "over-delivery",
            "key-reused",
        ),
    ),
    423: Refusing("Locked", "Somebody else works on it; nothing was done", ("locked",)),
    429: Refusing(
        "TooMany",
        "Too many requests",
        ("rate-limited", "concurrency-limited", "quota-exhausted"),
        ("RetryAfter", "RateLimit", "RateLimitPolicy"),
    ),
    500: Refusing("Crashed", f"This system broke; {_LOST}", ("server-error",)),
    502: Refusing("BadGateway", f"A gateway in front answers; {_LOST}", ("bad-gateway",)),
    503: Refusing("Unavailable", "Not now", ("unavailable",), ("RetryAfter",)),
    504: Refusing("GatewayTimeout", f"A gateway in front answers; {_LOST}", ("gateway-timeout",)),
}
ALWAYS = (401, 429, 500, 502, 503, 504)
"""What a caller with a token must reckon with everywhere."""


def headers(names: Iterable[str]) -> Part:
    return {_NAMES.get(name, name): {"$ref": f"#/components/headers/{name}"} for name in names}


def refusals() -> dict[str, Part]:
    return {
        one.name: {
            "description": one.described,
            **({"headers": headers(one.headers)} if one.headers else {}),
            "content": {"application/problem+json": {"schema": reference("Problem")}},
        }
        for one in REFUSALS.values()
    }


def choice(name: str, values: Iterable[str], says: str) -> Part:
    """A filter by name; `values` are all it can be, none where that is not known."""
    offered = [*values]
    if not offered:
        return {"name": name, "in": "query", "description": says, "schema": {"type": "string"}}
    schema = {"type": "string", "enum": offered}
    return {"name": name, "in": "query", "description": says, "schema": schema, "example": offered[0]}
