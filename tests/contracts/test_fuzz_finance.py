"""The finance service's description, and what the fuzzer makes of a right implementation and of a wrong one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from jsonschema import Draft202012Validator

from .finance_service import DEFECTS, SPEC, TOKEN, FinanceService, served
from .fuzzed import fuzzed
from .npm import installed

pytest.importorskip("schemathesis")
RULESET = Path(__file__).parents[2] / "contracts" / "spectral.yaml"
SELDOM = {"GET /v1/purchase-orders/{number}", "GET /v1/purchase-orders/{number}/invoice-status"}
"""Behind three links: a short campaign may not get to each of them."""
PLANTED = {
    "forgets_keys": ("POST /v1/requisitions", "same_key_same_answer"),
    "crashes": ("POST /v1/requisitions", "no_trace_of_a_crash"),
    "takes_anything": ("POST /v1/requisitions", "Schema-violating request accepted"),
    "ignores_versions": ("PUT /v1/requisitions/{number}/decision", "stale_version_is_refused"),
    "always_sends": ("GET /v1/requisitions/{number}", "known_version_is_not_sent_again"),
    "remembers_refusals": ("PUT /v1/requisitions/{number}/decision", "RefusalChangesNothing"),
}


def options(url: str, *more: str) -> tuple[str, ...]:
    hands = ("--reset", f"{url}/_test/reset", "--books", f"{url}/_test/digest")
    return ("--sut", url, "--spec", str(SPEC), *hands, "--exact-bodies", "--format", "json", *more)


@pytest.mark.wall
def test_a_right_one_passes_and_all_of_it_was_tried() -> None:
    with served(FinanceService()) as url:
        done = fuzzed(*options(url, "--examples", "4"), more={"HARDCLOSE_FUZZ_AUTH": f"bearer:{TOKEN}"})
    (outcome,) = json.loads(done.out)["targets"]
    assert (done.code, outcome["failures"], outcome["errors"]) == (0, [], [])
    assert outcome["tested"] == 7
    assert set(outcome["never_done"]) <= SELDOM


@pytest.mark.wall
def test_each_planted_defect_is_found_and_shown_with_a_request(tmp_path: Path) -> None:
    assert PLANTED.keys() == DEFECTS.keys()
    junit = tmp_path / "fuzz.xml"
    with served(FinanceService(*DEFECTS)) as url:
        words = options(url, "--examples", "4", "--auth", f"bearer:{TOKEN}", "--junit", str(junit))
        done = fuzzed(*words)
    assert done.code == 1
    assert TOKEN not in done.out + done.err, "a login is shown to nobody"
    (outcome,) = json.loads(done.out)["targets"]
    for operation, title in PLANTED.values():
        found = [one for one in outcome["failures"] if one["operation"] == operation and title in one["title"]]
        assert found, f"{title} of {operation} was not found"
        assert found[0]["request"].startswith("curl -X ")
        assert url in found[0]["request"]
    assert int(ElementTree.parse(junit).getroot()[0].get("failures", 0)) > 0


# --- the description itself --------------------------------------------------------------------------------------


def test_the_ruleset_has_nothing_to_say_of_the_description() -> None:
    spectral = installed("@stoplight/spectral-cli", "6.16.3") / ".bin" / "spectral"
    done = subprocess.run(
        [spectral, "lint", "--ruleset", RULESET, "--format", "json", "--quiet", SPEC], capture_output=True, text=True
    )
    assert json.loads(done.stdout) == []


def test_its_examples_are_as_its_schemas_say() -> None:
    document = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    service = FinanceService()
    checked = 0
    for item in document["paths"].values():
        for operation in item.values():
            if not isinstance(operation, dict) or "requestBody" not in operation:
                continue
            media = operation["requestBody"]["content"]["application/json"]
            schema = service._inlined({"$ref": media["schema"]["$ref"]})
            for example in media["examples"].values():
                Draft202012Validator(schema).validate(example["value"])
                checked += 1
    assert checked == 5


def test_it_has_the_five_operations_of_a_finance_service() -> None:
    document = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    named: set[Any] = {
        one["operationId"] for item in document["paths"].values() for one in item.values() if isinstance(one, dict)
    }
    assert named >= {
        "create_requisition",
        "validate_budget",
        "create_purchase_order",
        "sync_approval_decision",
        "get_invoice_status",
    }
