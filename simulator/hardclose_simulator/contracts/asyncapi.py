"""The webhooks of one mock system as AsyncAPI 3.0: a channel per event, Standard Webhooks headers, the signature."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import msgspec

from hardclose_mocks.cards import ContractCard
from hardclose_mocks.pace import CI, REAL
from hardclose_mocks.server.credentials import Credentials
from hardclose_mocks.webhooks.signing import envelope, signed
from hardclose_simulator.contracts.event_schemas import HOME
from hardclose_simulator.contracts.event_tour import first_of_each
from hardclose_simulator.contracts.event_type import EventType
from hardclose_simulator.contracts.event_types import types_of

TITLES = {"erp": "ERP", "procurement": "procurement", "expense": "expense"}
SCHEMA_FORMAT = "application/schema+json;version=draft-2020-12"
MEDIA_TYPE = "application/cloudevents+json"
BINDING = "0.3.0"

_HEADERS: dict[str, Any] = {
    "type": "object",
    "description": "Standard Webhooks 1.0.",
    "required": ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature"],
    "properties": {
        "content-type": {"const": f"{MEDIA_TYPE}; charset=UTF-8"},
        "webhook-id": {
            "type": "string",
            "minLength": 1,
            "description": "The id of the message; the same at every retry, and the same as `id` in the envelope.",
        },
        "webhook-timestamp": {
            "type": "string",
            "pattern": "^[0-9]+$",
            "description": "When this attempt was signed: whole seconds since 1970.",
        },
        "webhook-signature": {
            "type": "string",
            "pattern": "^v1,[A-Za-z0-9+/]+={0,2}( [a-z0-9]+,[A-Za-z0-9+/]+={0,2})*$",
            "description": "One or more signatures with a blank between them; one that fits is enough.",
        },
    },
}
_SECURITY: dict[str, Any] = {
    "type": "httpApiKey",
    "in": "header",
    "name": "webhook-signature",
    "description": (
        "HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>` with the secret of the subscription (`whsec_` and "
        "base64), as `v1,<base64>`. The body is signed as it is sent: verify before parsing. Refuse what was signed "
        "further from now than the tolerance of the contract card."
    ),
}


def asyncapi(system: str, release: str = "v1") -> dict[str, Any]:
    """The whole document."""
    kinds = types_of(system)
    return {
        "asyncapi": "3.0.0",
        "id": f"{HOME}/neutral/{system}/{release}/asyncapi.yaml",
        "info": {
            "title": f"hardclose {TITLES[system]} events (neutral dialect)",
            "version": release.removeprefix("v"),
            "description": _description(system),
            "contact": {"name": "hardclose", "url": "https://hardclose.dev"},
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "tags": [{"name": "webhooks", "description": "Events that are posted to subscribers."}],
        },
        "defaultContentType": MEDIA_TYPE,
        "servers": {
            "receiver": {
                "host": "{receiver}",
                "protocol": "http",
                "description": "Your receiver: the address that was subscribed.",
                "variables": {"receiver": {"default": "127.0.0.1:9000", "description": "Host and port."}},
                "security": [{"$ref": "#/components/securitySchemes/standardWebhooks"}],
            }
        },
        "channels": {kind.name: _channel(kind) for kind in kinds},
        "operations": {f"send.{kind.name}": _operation(kind) for kind in kinds},
        "components": {
            "securitySchemes": {"standardWebhooks": _SECURITY},
            "schemas": {"StandardWebhooksHeaders": _HEADERS},
            "messages": {kind.name: _message(kind) for kind in kinds},
        },
    }


def _description(system: str) -> str:
    card = ContractCard(system, CI).document()["webhooks"]
    schedules = [", ".join(f"{wait:g}" for wait in pace.webhook_schedule_s) for pace in (CI, REAL)]
    return (
        f"What the {TITLES[system]} system posts to its subscribers (`POST /v1/webhook-subscriptions`).\n\n"
        "- At least once, in no order, and perhaps never: the sender may drop. Read the lists too.\n"
        "- A 2xx answer is a promise: the event is yours from then on. Anything else is a failure.\n"
        f"- Answer within {CI.webhook_timeout_s:g} s (pace `ci`) or {REAL.webhook_timeout_s:g} s (pace `real`).\n"
        f"- After a failure it comes again, {schedules[0]} s later (pace `ci`), or {schedules[1]} s later (pace "
        "`real`); then it is given up.\n"
        f"- The tolerance of timestamps is {card['tolerance_s']} s, either way.\n"
        "- Within a release, types, fields and envelope attributes may be added: ignore what you do not know.\n"
        "- No event is larger than 3 MiB. Batches are never sent.\n"
    )


def _channel(kind: EventType) -> dict[str, Any]:
    return {
        "address": None,
        "title": kind.name,
        "description": f"{kind.says} Posted to every address that subscribed to `{kind.name}` or to `*`.",
        "messages": {"event": {"$ref": f"#/components/messages/{kind.name}"}},
    }


def _operation(kind: EventType) -> dict[str, Any]:
    return {
        "action": "send",
        "title": kind.name,
        "summary": kind.says,
        "description": _about(kind),
        "channel": {"$ref": f"#/channels/{kind.name}"},
        "messages": [{"$ref": f"#/channels/{kind.name}/messages/event"}],
        "bindings": {"http": {"method": "POST", "bindingVersion": BINDING}},
    }


def _about(kind: EventType) -> str:
    if kind.document is not None:
        data = f"`data` is {kind.subject} as it was right after"
        return f"`subject` is the number of {kind.subject}; {data}, in the words of the API."
    data = "`data` says what changed" if kind.always else "`data` is empty"
    return f"`subject` is the number of {kind.subject}; {data}."


def _message(kind: EventType) -> dict[str, Any]:
    return {
        "name": kind.name,
        "title": kind.name,
        "summary": kind.says,
        "contentType": MEDIA_TYPE,
        "correlationId": {"location": "$message.header#/webhook-id", "description": "The idempotency key."},
        "headers": {"$ref": "#/components/schemas/StandardWebhooksHeaders"},
        "payload": {
            "schemaFormat": SCHEMA_FORMAT,
            "schema": {"$ref": f"./events/{kind.name}.schema.json"},
        },
        "examples": [_example(kind)],
    }


def _example(kind: EventType) -> dict[str, Any]:
    """As real books emitted it, signed with the dummy secret of the default sandbox."""
    event = first_of_each()[kind.key]
    body = msgspec.json.encode(envelope(event, kind.system, event.id))
    secret = Credentials().webhook_secret(kind.system)
    headers = signed(event.id, body, secret, event.at.astimezone(UTC))
    summary = "As it was emitted; signed over the compact JSON with the secret that `hardclose env` prints."
    return {"name": "emitted", "summary": summary, "headers": headers, "payload": msgspec.json.decode(body)}
