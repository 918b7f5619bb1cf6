"""The manifest's schema says the same as its reader: editors and hardclose agree."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hardclose_mocks.history.codec import plain
from hardclose_simulator.manifest import KEYS, Manifest, ManifestError, manifest_of, manifest_schema

TAKEN: list[dict[str, Any]] = [
    {},
    {"mode": "poll", "poll_interval_s": 2.5},
    {"poll_interval_s": 0, "batch_interval_s": 60, "retry_interval_s": 1},
    {"max_concurrency": 1, "posting": "one_to_one", "closed_period": "park"},
    {"health": "/up", "webhook_path": "/in/{system}", "exceptions": None},
    {"name": "close engine", "owner": "finance-it@example.com"},
]
REFUSED: list[dict[str, Any]] = [
    {"modes": "poll"},
    {"mode": "push"},
    {"poll_interval_s": -1},
    {"poll_interval_s": "5"},
    {"poll_interval_s": True},
    {"max_concurrency": 0},
    {"max_concurrency": 2.5},
    {"closed_period": "drop"},
    {"health": "up"},
    {"health": None},
    {"exceptions": "exceptions"},
    {"name": 7},
]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(manifest_schema())


@pytest.mark.parametrize("values", TAKEN, ids=str)
def test_both_take_what_is_right(values: dict[str, Any]) -> None:
    manifest_of(values, "manifest.yaml")
    Draft202012Validator(manifest_schema()).validate(values)


@pytest.mark.parametrize("values", REFUSED, ids=str)
def test_both_refuse_what_is_wrong(values: dict[str, Any]) -> None:
    with pytest.raises(ManifestError):
        manifest_of(values, "manifest.yaml")
    assert not Draft202012Validator(manifest_schema()).is_valid(values)


def test_every_key_is_explained_with_its_default() -> None:
    properties = manifest_schema()["properties"]
    assert tuple(properties) == KEYS
    assert {key: one["default"] for key, one in properties.items()} == plain(Manifest())
    assert all(one["description"].endswith(".") for one in properties.values())
