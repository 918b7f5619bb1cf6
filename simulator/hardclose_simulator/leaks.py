"""Secrets where they do not belong: in addresses, bodies, references, keys and reasons that the integration wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hardclose_mocks.history.codec import to_json
from hardclose_mocks.history.records import ExceptionSeen, Exchange, Record, TokenIssued
from hardclose_mocks.server.credentials import Credentials, token_hash
from hardclose_mocks.server.sandbox import SYSTEMS
from hardclose_simulator.attempts import INTEGRATION

LOGINS = ("token", "client.rotate", "subscription.secret")
"""Operations whose bodies are there to carry a secret; their addresses are not."""
GENERATIONS = 10
_SUSPECT = re.compile(rb"whsec_|[0-9a-f]{32}")
_HEX = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_WEBHOOK = re.compile(r"\bwhsec_[A-Za-z0-9+/]{16,}=*")


def leaks(records: Sequence[Record]) -> Iterator[tuple[int, str, str]]:
    """Record number, what kind of secret, and where it stood; each record once."""
    own = _own_secrets(Credentials())
    tokens = {record.body.token_hash for record in records if isinstance(record.body, TokenIssued)}
    for record in records:
        written = _written(record)
        if not written or not _SUSPECT.search(written):
            continue
        for where, text in _texts_of(record):
            kind = _secret_in(text, own, tokens)
            if kind:
                yield record.seq, kind, where
                break


def _written(record: Record) -> bytes:
    """All the integration wrote there in one piece; most of it is innocent, and told so at one glance."""
    body = record.body
    if isinstance(body, ExceptionSeen):
        return to_json((body.source, body.reason, body.raw))
    if isinstance(body, Exchange) and record.actor == INTEGRATION:
        return to_json((body.path, body.query, body.key, body.headers, body.body))
    return b""


def _own_secrets(credentials: Credentials) -> Mapping[str, str]:
    """Client secrets of the sandbox, first and later ones, by themselves."""
    return {
        credentials.client_secret(system, generation): f"the client secret for {system}"
        for system in SYSTEMS
        for generation in range(GENERATIONS)
    }


def _secret_in(text: str, own: Mapping[str, str], tokens: set[str]) -> str:
    if _WEBHOOK.search(text):
        return "a webhook secret"
    for word in _HEX.findall(text):
        if word in own:
            return own[word]
        if token_hash(word) in tokens:
            return "an access token"
    return ""


def _texts_of(record: Record) -> Iterator[tuple[str, str]]:
    """What the integration wrote there, and where."""
    body = record.body
    if isinstance(body, ExceptionSeen):
        yield from (("its list of exceptions", text) for text in (body.source, body.reason, *_texts(body.raw)))
    elif isinstance(body, Exchange) and record.actor == INTEGRATION:
        yield from (("the address of a request", text) for text in (body.path, *_texts(body.query)))
        yield from (("a header", text) for text in (body.key or "", *_texts(body.headers)))
        if body.op not in LOGINS:
            yield from (("the body of a request", text) for text in _texts(body.body))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield str(name)
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)
