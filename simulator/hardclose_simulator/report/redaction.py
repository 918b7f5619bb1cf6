"""Keeps credentials, and characters that could fool a reader's screen, out of every text of a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, cast

from hardclose_mocks.history.records import Record, TokenIssued
from hardclose_mocks.server.credentials import Credentials, token_hash
from hardclose_mocks.server.sandbox import SYSTEMS

HIDDEN = "[redacted]"
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters (an escape sequence repaints a terminal, XML forbids most), bidirectional overrides, halves of
surrogate pairs."""
_HEX = re.compile(r"\b[0-9a-f]{32}\b")
_SHAPES = (
    (re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]+"), HIDDEN),
    (re.compile(r"(?i)\b(authorization[\"']?\s*[:=]\s*[\"']?)(?:(?:bearer|basic)\s+)?[^\s\"',;]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]{12,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(basic\s+)[A-Za-z0-9+/=]{24,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b([\w-]*(?:secret|password|passwd|token|api[_-]?key)=)[^\s\"'&,;]+"), rf"\1{HIDDEN}"),
    # `"client_secret": "3f9a..."`; words such as `token: expired` stay.
    (
        re.compile(
            r"(?i)\b([\w-]*(?:secret|password|passwd|token|api[_-]?key)[\"']?\s*:\s*[\"']?)"
            r"(?=[^\s\"'&,;]*\d)[^\s\"'&,;]{8,}"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(://)[^/\s:@]+:[^/\s@]*@"), rf"\1{HIDDEN}@"),
)
T = TypeVar("T")


def redactor(records: Iterable[Record]) -> Callable[[str], str]:
    """What makes a text fit to be shown: no token this history issued, no secret of the sandbox, nothing shaped so.

    The history holds tokens as hashes only, and the integration may still repeat one in its own words."""
    issued = {record.body.token_hash for record in records if isinstance(record.body, TokenIssued)}
    secrets = re.compile("|".join(re.escape(secret) for secret in _secrets(Credentials())))

    def unless_issued(found: re.Match[str]) -> str:
        return HIDDEN if token_hash(found.group()) in issued else found.group()

    def shown(text: str) -> str:
        text = _HEX.sub(unless_issued, secrets.sub(HIDDEN, _UNSHOWN.sub("\ufffd", text.replace("\r\n", "\n"))))
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return text

    return shown


def redacted(value: T, shown: Callable[[str], str]) -> T:
    """The same value with every text in it made fit to be shown, however deep it lies."""
    return cast(T, _redacted(value, shown))


def _redacted(value: Any, shown: Callable[[str], str]) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, (tuple, list)):
        return type(value)(_redacted(one, shown) for one in value)
    if isinstance(value, Mapping):
        return {_redacted(name, shown): _redacted(one, shown) for name, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _redacted(getattr(value, field.name), shown) for field in fields(value)})
    return value


def _secrets(credentials: Credentials) -> list[str]:
    of_systems = [
        secret(system)
        for system in SYSTEMS
        for secret in (credentials.client_secret, credentials.webhook_secret, credentials.wrong_webhook_secret)
    ]
    return [*of_systems, credentials.person_secret(), credentials.control_token()]
