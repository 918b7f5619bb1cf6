"""What may change in a contract, by code, and on which side of the wire that breaks a consumer. Knows no documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REQUEST, RESPONSE = "request", "response"
"""Which way the content goes: from the consumer, who is broken by what is refused from now on, or to him, who is
broken by what he has never seen before. Events are responses that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Rule:
    says: str
    breaks: tuple[str, ...]
    """The sides on which it breaks consumers; none where it breaks nobody."""


_BOTH, _NONE = (REQUEST, RESPONSE), ()

RULES: Mapping[str, Rule] = {
    # schemas
    "type-narrowed": Rule("fewer types are allowed", (REQUEST,)),
    "type-widened": Rule("more types are possible", (RESPONSE,)),
    "type-changed": Rule("it has another type", _BOTH),
    "enum-value-removed": Rule("a value is not in the list any more", (REQUEST,)),
    "enum-value-added": Rule("a value is new in the list", (RESPONSE,)),
    "enum-imposed": Rule("only listed values are left", (REQUEST,)),
    "enum-dropped": Rule("any value is possible where some were listed", (RESPONSE,)),
    "bound-tightened": Rule("a limit was set or is tighter", (REQUEST,)),
    "bound-loosened": Rule("a limit is gone or wider", (RESPONSE,)),
    "form-imposed": Rule("a pattern or format was set", (REQUEST,)),
    "form-dropped": Rule("a pattern or format is gone", (RESPONSE,)),
    "form-changed": Rule("it has another pattern or format", _BOTH),
    "property-removed": Rule("the field is gone", _BOTH),
    "property-added": Rule("the field is new", _NONE),
    "property-added-required": Rule("the field is new, and required", (REQUEST,)),
    "property-required": Rule("the field is required now", (REQUEST,)),
    "property-optional": Rule("the field may be missing now", (RESPONSE,)),
    "unknown-fields-refused": Rule("unknown fields are refused now", (REQUEST,)),
    "unknown-fields-allowed": Rule("unknown fields are possible now", _NONE),
    "alternative-removed": Rule("one of the alternatives is gone", (REQUEST,)),
    "alternative-added": Rule("there is another alternative", (RESPONSE,)),
    "default-changed": Rule("left out, it means something else now", (REQUEST,)),
    "keyword-changed": Rule("a rule changed that this comparison cannot weigh", _BOTH),
    # operations
    "operation-removed": Rule("the operation is gone", _BOTH),
    "operation-added": Rule("the operation is new", _NONE),
    "operation-renamed": Rule("it has another operationId: generated clients call it by another name", _BOTH),
    "operation-deprecated": Rule("it is marked as deprecated, or no longer", _NONE),
    "parameter-removed": Rule("the parameter is gone", (REQUEST,)),
    "parameter-added": Rule("the parameter is new", _NONE),
    "parameter-added-required": Rule("the parameter is new, and required", (REQUEST,)),
    "parameter-required": Rule("the parameter is required now", (REQUEST,)),
    "parameter-optional": Rule("the parameter may be left out now", _NONE),
    "parameter-written-otherwise": Rule("the parameter is written in another style", (REQUEST,)),
    "body-removed": Rule("no body is taken any more", (REQUEST,)),
    "body-added": Rule("a body may be sent", _NONE),
    "body-required": Rule("a body is required now", (REQUEST,)),
    "body-optional": Rule("the body may be left out now", _NONE),
    "media-type-removed": Rule("the media type is gone", _BOTH),
    "media-type-added": Rule("the media type is new", _NONE),
    "success-removed": Rule("this success is not answered any more", (RESPONSE,)),
    "success-added": Rule("this success is new", _NONE),
    "failure-removed": Rule("this failure is not answered any more", _NONE),
    "failure-added": Rule("this failure is new", _NONE),
    "header-removed": Rule("the header is gone", (RESPONSE,)),
    "header-added": Rule("the header is new", _NONE),
    "header-optional": Rule("the header may be missing now", (RESPONSE,)),
    "header-required": Rule("the header is always there now", _NONE),
    "security-tightened": Rule("a way of logging in is gone", (REQUEST,)),
    "security-loosened": Rule("there is another way of logging in", _NONE),
    "security-scheme-changed": Rule("how to log in changed", (REQUEST,)),
    # events
    "event-removed": Rule("the event is not sent any more", (RESPONSE,)),
    "event-added": Rule("the event is new", _NONE),
    # words
    "words-changed": Rule("a title, description, example or link changed", _NONE),
    "described-otherwise": Rule("the same promises in another form", _NONE),
}


@dataclass(frozen=True, slots=True)
class Change:
    """`operation` is `POST /v1/orders`, an event's type, or empty for the whole; `where` a place in it:
    `request body /lines/[]/account`. `before` and `after` are None where there was or is nothing."""

    code: str
    operation: str
    where: str
    before: Any = None
    after: Any = None
    side: str = RESPONSE

    @property
    def breaking(self) -> bool:
        return self.side in RULES[self.code].breaks

    @property
    def says(self) -> str:
        return RULES[self.code].says

    def document(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "operation": self.operation,
            "where": self.where,
            "side": self.side,
            "before": self.before,
            "after": self.after,
            "breaking": self.breaking,
            "says": self.says,
        }
