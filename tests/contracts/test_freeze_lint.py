"""The frozen descriptions before other people's rulers: spectral's rulesets, and AsyncAPI's own schema.

The tools come from npm; where they cannot be had these tests are skipped, and say so."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from hardclose_mocks.server.sandbox import SYSTEMS
from hardclose_simulator.contracts.drift import freeze

from .npm import installed

RULESET = Path(__file__).parents[2] / "contracts" / "spectral.yaml"


@pytest.fixture(scope="module")
def spectral() -> Path:
    return installed("@stoplight/spectral-cli", "6.16.3") / ".bin" / "spectral"


@pytest.fixture(scope="module")
def asyncapi_schema() -> dict[str, Any]:
    folder = installed("@asyncapi/specs", "6.11.1")
    path = folder / "@asyncapi" / "specs" / "schemas" / "3.0.0-without-$id.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frozen")
    freeze(folder)
    return folder / "neutral"


def linted(spectral: Path, *files: Path) -> set[tuple[str, str, str]]:
    """File, rule and place of everything that it has to say."""
    asked = [spectral, "lint", "--ruleset", RULESET, "--format", "json", "--quiet", *files]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.stdout.strip(), done.stderr
    found = json.loads(done.stdout)
    return {(Path(one["source"]).name, one["code"], ".".join(map(str, one["path"]))) for one in found}


def test_the_ruleset_has_nothing_to_say(spectral: Path, frozen: Path) -> None:
    files = [frozen / system / "v1" / name for system in SYSTEMS for name in ("openapi.yaml", "asyncapi.yaml")]
    assert linted(spectral, *files) == set()


def test_the_ruleset_sees_what_is_wrong(spectral: Path, frozen: Path, tmp_path: Path) -> None:
    shutil.copytree(frozen / "expense" / "v1", tmp_path / "v1")
    openapi, asyncapi = tmp_path / "v1" / "openapi.yaml", tmp_path / "v1" / "asyncapi.yaml"
    wrong = yaml.safe_load(openapi.read_text(encoding="utf-8"))
    create = wrong["paths"]["/v1/expense-reports"]["post"]
    del create["operationId"]
    create["summary"] = "no sentence"
    wrong["paths"]["/v1/companies"]["get"]["responses"]["403"] = {"description": "No", "content": {"text/html": {}}}
    openapi.write_text(yaml.safe_dump(wrong, sort_keys=False), encoding="utf-8")
    wrong = yaml.safe_load(asyncapi.read_text(encoding="utf-8"))
    wrong["operations"]["send.expense_report.paid"]["channel"]["$ref"] = "#/channels/nowhere"
    asyncapi.write_text(yaml.safe_dump(wrong, sort_keys=False), encoding="utf-8")
    assert {(name, code) for name, code, _ in linted(spectral, openapi, asyncapi)} >= {
        ("openapi.yaml", "operation-operationId"),
        ("openapi.yaml", "operation-summary"),
        ("openapi.yaml", "refusals-are-problems"),
        ("asyncapi.yaml", "invalid-ref"),
    }


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_webhooks_are_valid_by_asyncapis_own_schema(
    system: str, asyncapi_schema: dict[str, Any], frozen: Path
) -> None:
    document = yaml.safe_load((frozen / system / "v1" / "asyncapi.yaml").read_text(encoding="utf-8"))
    validator = Draft7Validator(asyncapi_schema)
    assert [f"{one.json_path}: {one.message[:200]}" for one in validator.iter_errors(document)] == []
    for broken in ({**document, "asyncapi": "2.6.0"}, {**document, "operations": {"x": {"action": "shout"}}}):
        assert not validator.is_valid(broken)
