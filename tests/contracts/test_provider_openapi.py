"""The offline, bi-directional check: what the reference relies on is in the OpenAPI the running systems serve, and in
the AsyncAPI description of their webhooks.

By `@pactflow/openapi-pact-comparator`; skipped, loudly, where there is no npm to install it with."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hardclose_simulator.contracts.pact_verification import RELEASES

from ..mocks.sandboxes import in_process, virtually
from .consumer_side import COMMITTED, CONSUMER
from .foreign import http, write
from .npm import installed

PACKAGE, VERSION = "@pactflow/openapi-pact-comparator", "2.3.1"
KNOWN = {("a report is posted a second time where references are unique", "existing")}
"""Members of a problem that its schema allows by `additionalProperties: true`: the comparator wants them named."""


@pytest.fixture(scope="module")
def comparator() -> Path:
    return installed(PACKAGE, VERSION) / ".bin" / "opc"


def compared(comparator: Path, pact: Path, *descriptions: str | Path) -> list[dict[str, Any]]:
    """Every incompatibility it finds."""
    done = subprocess.run([comparator, *descriptions, pact], capture_output=True, text=True, check=False)
    assert done.stdout.strip(), done.stderr
    (line,) = done.stdout.splitlines()
    told = json.loads(line)
    return list(told if isinstance(told, list) else told["results"])


def without_content_types(pact: Path, folder: Path) -> Path:
    """Pact keeps a message's content type among its metadata; the comparator takes those for headers of the event."""
    content = json.loads(pact.read_text(encoding="utf-8"))
    for one in content["interactions"]:
        one.get("metadata", {}).pop("contentType", None)
    copy = folder / pact.name
    copy.write_text(json.dumps(content), encoding="utf-8")
    return copy


def served(folder: Path, system: str) -> Path:
    path = folder / f"{system}.json"

    @virtually
    async def ask() -> None:
        async with in_process() as office:
            answer = await office.call("GET", "/openapi.json", system, who=None)
            path.write_bytes(answer.content)

    ask()
    return path


@pytest.mark.parametrize("system", ["erp", "expense", "procurement"])
def test_what_the_reference_relies_on_is_described(tmp_path: Path, comparator: Path, system: str) -> None:
    pact = without_content_types(COMMITTED / f"{CONSUMER}-hardclose-{system}.json", tmp_path)
    events = COMMITTED.parent / "neutral" / system / RELEASES[-1] / "asyncapi.yaml"
    found = compared(comparator, pact, "--oas", served(tmp_path, system), "--asyncapi", events)
    unexplained = [
        f"{one['mockDetails']['interactionDescription']}: {one['message']}"
        for one in found
        if one["type"] == "error"  # a match is told too
        and not any(
            one["mockDetails"]["interactionDescription"] == description and member in one["message"]
            for description, member in KNOWN
        )
    ]
    assert unexplained == []


def test_a_pact_that_relies_on_what_nobody_described_is_found(tmp_path: Path, comparator: Path) -> None:
    says = {"items": [{"code": "DE01", "chart_of_accounts": "SKR03"}]}
    folder = write(tmp_path / "pacts", http("companies are read", ask=("GET", "/v1/companies"), answer=200, says=says))
    (pact,) = folder.iterdir()
    (found,) = compared(comparator, pact, "--oas", served(tmp_path, "erp"))
    assert found["code"] == "response.body.incompatible"
    assert "chart_of_accounts" in found["message"]
