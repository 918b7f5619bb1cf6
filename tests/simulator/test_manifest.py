"""The manifest: lenient defaults, strict words."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from hardclose_mocks.pace import CI, REAL
from hardclose_simulator.manifest import Manifest, ManifestError, load_manifest, manifest_of, manifest_schema


def written(folder: Path, text: str, name: str = "manifest.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_everything_is_lenient() -> None:
    manifest = load_manifest(None)
    assert manifest == Manifest()
    assert (manifest.mode, manifest.max_concurrency, manifest.closed_period) == ("hybrid", 16, "either")


def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    yaml = written(tmp_path, "mode: poll\npoll_interval_s: 2.5\nexceptions: null\n")
    json = written(tmp_path, '{"mode": "poll", "poll_interval_s": 2.5, "exceptions": null}', "manifest.json")
    assert load_manifest(yaml) == load_manifest(json) == Manifest(mode="poll", poll_interval_s=2.5, exceptions=None)


def test_an_empty_file_is_no_file(tmp_path: Path) -> None:
    assert load_manifest(written(tmp_path, "")) == Manifest()


def test_a_path_on_the_command_line_wins(tmp_path: Path) -> None:
    path = written(tmp_path, "webhook_path: /in/{system}\n")
    assert load_manifest(path, webhook_path="/hooks").webhook_path == "/hooks"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mod: poll", "'mod': no such key; try 'mode'"),
        ("mode: webhok", "'mode': no choice 'webhok'; try 'webhook'"),
        ("poll_interval_s: soon", "'poll_interval_s': 'soon' is not a number of seconds"),
        ("poll_interval_s: -1", "is not a number of seconds"),
        ("max_concurrency: 0", "is not a number of callers"),
        ("max_concurrency: true", "is not a number of callers"),
        ("health: up", "is not a path"),
        ("- mode", "a manifest is a mapping of keys"),
        ("mode: [", "not valid YAML"),
    ],
)
def test_mistakes_are_named_with_file_and_key(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ManifestError) as no:
        load_manifest(path)
    assert words in str(no.value)
    assert str(path) in str(no.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        load_manifest(tmp_path / "none.yaml")


def test_the_quiet_time_is_the_longest_declared_interval() -> None:
    assert Manifest().quiet_s(CI) == 10.0
    assert Manifest(poll_interval_s=1, retry_interval_s=8).quiet_s(CI) == 8.0
    assert Manifest(batch_interval_s=20).quiet_s(CI) == 40.0
    assert Manifest(poll_interval_s=0, retry_interval_s=0).quiet_s(CI) == 1.0


def test_nobody_declares_his_way_out_of_the_drain() -> None:
    """72 business hours are 60 s at pace ci."""
    assert manifest_of({"batch_interval_s": 10_000}, "test").quiet_s(CI) == 60.0
    assert manifest_of({"batch_interval_s": 10_000}, "test").quiet_s(REAL) == 20_000.0


def test_the_schema_knows_the_same_keys_and_defaults() -> None:
    written_schema = manifest_schema()
    assert written_schema["additionalProperties"] is False
    assert {key: one["default"] for key, one in written_schema["properties"].items()} == asdict(Manifest())
    assert written_schema["properties"]["mode"]["enum"] == ["hybrid", "webhook", "poll"]
    assert written_schema["properties"]["exceptions"]["type"] == ["string", "null"]
