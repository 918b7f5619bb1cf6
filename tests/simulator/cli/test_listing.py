"""`hardclose list` and `hardclose schema`: complete, a line each, and JSON that means what the files mean."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from hardclose_mocks.faults.catalogue import FAULTS
from hardclose_reference.legal import LEGAL
from hardclose_reference.manifest import manifest as reference_manifest
from hardclose_reference.mutants import MUTANTS
from hardclose_simulator.checkers.catalogue import OBLIGATIONS
from hardclose_simulator.judge import judge
from hardclose_simulator.manifest import KEYS
from hardclose_simulator.report.json_report import to_json
from hardclose_simulator.report.model import RunInfo, build_model
from hardclose_simulator.scenario import available

from ..checkers.script import history
from .commands import hardclose, spawned

NAMES = {
    "scenarios": [one.name for one in available()],
    "faults": list(FAULTS),
    "obligations": list(OBLIGATIONS),
    "mutants": [*MUTANTS, *LEGAL],
}


@pytest.mark.parametrize("kind", NAMES)
def test_text_has_a_line_for_each(kind: str) -> None:
    done = hardclose("list", kind)
    head, *lines = done.out.splitlines()
    assert [line.split()[0] for line in lines] == NAMES[kind]
    assert head.split()[0] in ("name", "id")
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("kind", NAMES)
def test_json_has_an_entry_for_each(kind: str) -> None:
    found: list[dict[str, Any]] = json.loads(hardclose("list", kind, "--format", "json").out)
    assert [one["name" if kind == "scenarios" else "id"] for one in found] == NAMES[kind]
    assert all(len(one) >= 3 for one in found)


def test_a_fault_is_named_carried_and_explained_in_its_line_also_when_piped() -> None:
    lines = {line.split()[0]: line for line in spawned("list", "faults", more={"COLUMNS": "40"}).out.splitlines()}
    for fault in FAULTS.values():
        assert fault.name in lines[fault.id]
        assert f" {fault.carrier} " in lines[fault.id]
        assert lines[fault.id].endswith(fault.says)


def test_a_legal_variant_breaks_nothing_and_a_mutant_something() -> None:
    lines = {line.split()[0]: line for line in hardclose("list", "mutants").out.splitlines()}
    assert all(lines[name].endswith("nothing: legal") for name in LEGAL)
    assert all(lines[name].endswith(" ".join(MUTANTS[name].breaks)) for name in MUTANTS)


def test_scenarios_are_listed_unless_something_else_is_asked_for() -> None:
    assert hardclose("list").out == hardclose("list", "scenarios").out


def test_a_kind_there_is_not_is_refused_with_those_there_are() -> None:
    done = hardclose("list", "fault")
    assert done.code == 2
    assert all(kind in done.err for kind in NAMES)


# --- schemas ---------------------------------------------------------------------------------------------------


def schema(file: str) -> dict[str, Any]:
    done = hardclose("schema", file)
    assert done.code == 0
    found: dict[str, Any] = json.loads(done.out)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    return found


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        here = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return here.union(*(references(value) for value in node.values()))
    return set().union(*(references(value) for value in node)) if isinstance(node, list) else set()


@pytest.mark.parametrize("file", ["scenario", "manifest", "report"])
def test_every_reference_of_a_schema_leads_somewhere(file: str) -> None:
    found = schema(file)
    assert references(found) <= {f"#/$defs/{name}" for name in found.get("$defs", {})}


def test_the_scenario_schema_knows_every_key_that_a_scenario_uses() -> None:
    known = set(schema("scenario")["properties"])
    for one in available():
        assert set(yaml.safe_load(one.path.read_text())) <= known


def test_the_manifest_schema_knows_every_key() -> None:
    assert set(schema("manifest")["properties"]) == set(KEYS)


def plain_dates(value: Any) -> Any:
    """YAML reads dates as such, JSON has none."""
    if isinstance(value, dict):
        return {key: plain_dates(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain_dates(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


@pytest.mark.parametrize("path", [one.path for one in available()], ids=lambda path: path.stem)
def test_a_validator_of_json_schema_accepts_the_scenarios_there_are(path: Path) -> None:
    jsonschema.validate(plain_dates(yaml.safe_load(path.read_text())), schema("scenario"))


def test_a_validator_of_json_schema_refuses_what_we_refuse() -> None:
    story = plain_dates(yaml.safe_load(available()[0].path.read_text()))
    for wrong in ({**story, "tittle": "x"}, {key: value for key, value in story.items() if key != "title"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema("scenario"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"mode": "push"}, schema("manifest"))


def test_a_validator_of_json_schema_accepts_manifests_and_reports() -> None:
    for style in ("webhooks", "polling"):
        jsonschema.validate(dict(reference_manifest(style, None)), schema("manifest"))
    records = history("09:00 fact E-1\n33:00 audit")
    report = to_json(build_model(records, judge(records), RunInfo(None, records[-1].h, None)))
    jsonschema.validate(json.loads(json.dumps(report)), schema("report"))
