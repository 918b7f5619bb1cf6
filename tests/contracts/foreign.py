"""Pacts of other people's consumers, as files: written by hand, as no library of ours had a part in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from hardclose_simulator.cli.main import app

JSON = "application/json"
State = str | tuple[str, Mapping[str, Any]]


def http(
    description: str,
    *given: State,
    ask: tuple[str, str],
    answer: int,
    says: Any = None,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    rules: Mapping[str, Any] | None = None,
    content_type: str = JSON,
) -> dict[str, Any]:
    """One HTTP interaction of specification 4, with a dummy token unless `headers` say otherwise.

    `rules` are matching rules of the answer's body, by path: a match type, or a whole matcher."""
    request: dict[str, Any] = {"method": ask[0], "path": ask[1].partition("?")[0]}
    if query := ask[1].partition("?")[2]:
        request["query"] = {name: [value] for name, _, value in (part.partition("=") for part in query.split("&"))}
    named = {"Authorization": "Bearer of-the-consumer"} if headers is None else headers
    request["headers"] = {name: [value] for name, value in named.items()}
    if body is not None:
        request["body"] = _body(body, content_type)
        request["headers"]["Content-Type"] = [content_type]
    response: dict[str, Any] = {"status": answer}
    if says is not None:
        response["body"] = _body(says, JSON)
    if rules:
        matchers = {path: rule if isinstance(rule, dict) else {"match": rule} for path, rule in rules.items()}
        response["matchingRules"] = {
            "body": {path: {"combine": "AND", "matchers": [one]} for path, one in matchers.items()}
        }
    return {
        "type": "Synchronous/HTTP",
        "description": description,
        "providerStates": _states(given),
        "request": request,
        "response": response,
    }


def message(description: str, *given: State, says: Any, rules: Mapping[str, str] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "Asynchronous/Messages",
        "description": description,
        "providerStates": _states(given),
        "contents": _body(says, "application/cloudevents+json"),
        "metadata": {"contentType": "application/cloudevents+json"},
    }
    if rules:
        found["matchingRules"] = {
            "body": {path: {"combine": "AND", "matchers": [{"match": rule}]} for path, rule in rules.items()}
        }
    return found


def write(
    folder: Path, *interactions: Mapping[str, Any], consumer: str = "close-engine", provider: str = "Acme ERP"
) -> Path:
    """One pact file, named as people name them; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pact = {
        "consumer": {"name": consumer},
        "provider": {"name": provider},
        "interactions": list(interactions),
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    (folder / f"{consumer}-{provider}.json".replace(" ", "-")).write_text(json.dumps(pact), encoding="utf-8")
    return folder


def contracts(*words: str | Path, **environment: str) -> Result:
    """`hardclose contracts ...` as somebody types it, on a wide terminal."""
    return CliRunner().invoke(
        app, ["contracts", *map(str, words)], env={"COLUMNS": "200", "PACT_BROKER_TOKEN": "", **environment}
    )


def _body(content: Any, content_type: str) -> dict[str, Any]:
    return {"content": content, "contentType": content_type, "encoded": False}


def _states(given: tuple[State, ...]) -> list[dict[str, Any]]:
    return [{"name": one} if isinstance(one, str) else {"name": one[0], "params": dict(one[1])} for one in given]
