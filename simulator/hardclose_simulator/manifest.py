"""The integration's manifest: which legal style it is. It chooses among styles and switches no obligation off."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from hardclose_mocks.faults.catalogue import nearest
from hardclose_mocks.pace import Pace
from hardclose_simulator.scenario_yaml import YamlError, plain_yaml

HORIZON_BUSINESS_S = 72 * 3600.0
"""No declared interval counts for more than this, in business seconds: nobody declares his way out of the drain."""
QUIET_S_MIN = 1.0
_CHOICES = {
    "mode": ("hybrid", "webhook", "poll"),
    "posting": ("one_to_one",),
    "closed_period": ("either", "redate", "park"),
}
_NUMBERS = ("poll_interval_s", "batch_interval_s", "retry_interval_s")
_PATHS = ("health", "webhook_path", "exceptions", "validate_url")
_OPTIONAL = ("exceptions", "validate_url")
_MEANS = {
    "mode": "How it learns of documents: by webhooks, by polling lists, or both.",
    "poll_interval_s": "Longest time between two polls, wire seconds.",
    "batch_interval_s": "Longest time between two batches, wire seconds; 0 if it posts as it goes.",
    "retry_interval_s": "Longest wait before it tries something again, wire seconds.",
    "max_concurrency": "Callers per credential, those that wait included.",
    "posting": "How facts become documents.",
    "closed_period": "What it does with documents of a closed period: date them anew, park them, or either.",
    "health": "Path that answers once it is ready.",
    "webhook_path": "Path that takes webhooks; {system} is replaced by the name of the sending system.",
    "exceptions": "Path of its list of open exceptions; null if it has none.",
    "validate_url": "Path that is asked whether a document will go through, before it is submitted; null if none is.",
    "name": "Name of the integration, for reports.",
    "owner": "Who answers for it, for reports.",
}


class ManifestError(ValueError):
    """A manifest the user got wrong: the file, the key, and what would be right."""

    def __init__(self, path: Path | str, says: str, key: str = "") -> None:
        super().__init__(f"{path}: " + (f"'{key}': " if key else "") + says)
        self.path, self.key, self.says = path, key, says


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every key has a lenient default. `_s` are wire seconds.

    `mode`: hybrid, webhook or poll. `closed_period`: what it does with documents of a closed period: redate, park, or
    either. `max_concurrency` counts callers per credential, those that wait included. `exceptions` is None where it
    offers no such list, `validate_url` where it is not asked about documents. `{system}` in `webhook_path` is replaced
    by the name of the sending system."""

    mode: str = "hybrid"
    poll_interval_s: float = 5.0
    batch_interval_s: float = 0.0
    retry_interval_s: float = 5.0
    max_concurrency: int = 16
    posting: str = "one_to_one"
    closed_period: str = "either"
    health: str = "/"
    webhook_path: str = "/webhooks/{system}"
    exceptions: str | None = "/exceptions"
    validate_url: str | None = None
    name: str = ""
    owner: str = ""

    def quiet_s(self, pace: Pace, cards: Iterable[Mapping[str, Any]] = ()) -> float:
        """How long nothing may happen, wire seconds, before the drain counts as over. No shorter than the `cards`
        themselves make a caller wait."""
        longest = max(2 * self.poll_interval_s, 2 * self.batch_interval_s, self.retry_interval_s, QUIET_S_MIN)
        declared = min(longest, max(HORIZON_BUSINESS_S / pace.business_rate, QUIET_S_MIN))
        return max(declared, *(doubt_s(card) for card in cards), 0.0)


def doubt_s(card: Mapping[str, Any]) -> float:
    """How long a caller whose answer was lost may have to stand still, wire seconds: until it has given up, and then,
    where it can do no more than look, until a late commit is over and reads have caught up; under C2 until its key is
    forgotten before that; or until its job is over. 0 where no operation is like that."""
    patience_s = float(card.get("service_levels", {}).get("client_timeout_s", 0.0))
    waits_s = [_doubt_s(terms) for terms in card.get("operations", {}).values()]
    return max((wait_s + patience_s for wait_s in waits_s if wait_s), default=0.0)


def _doubt_s(terms: Mapping[str, Any]) -> float:
    job = terms.get("asynchronous") or {}
    job_s = float(job.get("done_within_s", 0.0))
    look_s = float(terms.get("late_commit_s", 0.0)) + float(terms.get("read_lag_s", 0.0))
    match terms.get("profile"):
        case "C4" | "C5" | "C6":
            return look_s + job_s
        case "C2":
            return look_s + job_s + float(terms.get("idempotency_key", {}).get("life_s", 0.0))
        case _:
            return job_s


KEYS = tuple(field.name for field in fields(Manifest))


def load_manifest(path: Path | None, *, webhook_path: str | None = None) -> Manifest:
    """The manifest of a YAML or JSON file, the defaults without one. Raises ManifestError."""
    manifest = Manifest() if path is None else manifest_of(_read(path), path)
    if webhook_path is None:
        return manifest
    _check("webhook_path", webhook_path, "--webhook-path")
    return replace(manifest, webhook_path=webhook_path)


def manifest_of(values: Mapping[str, Any], where: Path | str) -> Manifest:
    """A manifest from plain values; `where` is named in errors. Raises ManifestError."""
    for key, value in values.items():
        if key not in KEYS:
            raise ManifestError(where, f"no such key{nearest(str(key), list(KEYS))}", key=str(key))
        _check(key, value, where)
    return Manifest(**values)


def manifest_schema() -> dict[str, Any]:
    """JSON Schema of a manifest file, for editors. It accepts what `manifest_of` accepts."""
    kinds: dict[str, dict[str, Any]] = {key: {"enum": list(choices)} for key, choices in _CHOICES.items()}
    kinds |= {key: {"type": "number", "minimum": 0} for key in _NUMBERS}
    kinds |= {key: {"type": "string", "pattern": "^/"} for key in _PATHS}
    kinds |= {key: {"type": ["string", "null"], "pattern": "^/"} for key in _OPTIONAL}
    kinds["max_concurrency"] = {"type": "integer", "minimum": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Manifest",
        "description": "Which legal style an integration declares. Every key may be left out.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            field.name: {**kinds.get(field.name, {"type": "string"}), **_explained(field.name, field.default)}
            for field in fields(Manifest)
        },
    }


def _explained(key: str, default: Any) -> dict[str, Any]:
    return {"description": _MEANS[key], "default": default}


def _read(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        values = json.loads(text) if path.suffix == ".json" else plain_yaml(text)
    except (OSError, UnicodeDecodeError) as no:
        raise ManifestError(path, f"cannot be read: {no}") from no
    except json.JSONDecodeError as broken:
        raise ManifestError(
            path, f"line {broken.lineno}, column {broken.colno}: not valid JSON: {broken.msg}"
        ) from broken
    except YamlError as broken:
        raise ManifestError(path, str(broken)) from broken
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ManifestError(path, "a manifest is a mapping of keys, such as 'mode: webhook'")
    return values


def _check(key: str, value: Any, where: Path | str) -> None:
    """Raises ManifestError for a value the key cannot have."""
    if key in _CHOICES:
        if value not in _CHOICES[key]:
            raise ManifestError(where, f"no choice {value!r}{nearest(str(value), list(_CHOICES[key]))}", key=key)
    elif key in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
            raise ManifestError(where, f"{value!r} is not a number of seconds, 0 or more", key=key)
    elif key == "max_concurrency":
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ManifestError(where, f"{value!r} is not a number of callers, 1 or more", key=key)
    elif key in _PATHS:
        if value is None and key in _OPTIONAL:
            return
        if not isinstance(value, str) or not value.startswith("/"):
            raise ManifestError(where, f"{value!r} is not a path; it begins with '/'", key=key)
    elif not isinstance(value, str):
        raise ManifestError(where, f"{value!r} is not text", key=key)
