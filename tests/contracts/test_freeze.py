"""The contract files: they say what the running systems promise, and what changed is told change by change."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator
from standardwebhooks import Webhook

from hardclose_mocks.server.credentials import Credentials
from hardclose_mocks.server.sandbox import SYSTEMS
from hardclose_simulator.cli.contracts_freeze import told
from hardclose_simulator.contracts.descriptions import described, openapi, read, written
from hardclose_simulator.contracts.drift import FileDrift, changes_between, drift, freeze
from hardclose_simulator.contracts.event_types import EVENT_TYPES, types_of

from ..mocks.sandboxes import in_process, virtually
from ..simulator.cli.commands import hardclose

CONTRACTS = Path(__file__).parents[2] / "contracts"
HOME = PurePosixPath("neutral", "expense", "v1")
Edit = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def documents() -> dict[PurePosixPath, Any]:
    return {path: read(path, written(path, document)) for path, document in described().items()}


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frozen")
    freeze(folder)
    return folder


@pytest.fixture
def contracts(frozen: Path, tmp_path: Path) -> Path:
    """A folder of its own to edit."""
    for path in described():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text((frozen / path).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def edit(folder: Path, path: PurePosixPath, change: Edit) -> None:
    """As if the file had been frozen when the code still said so."""
    document = dict(read(path, (folder / path).read_text(encoding="utf-8")))
    change(document)
    (folder / path).write_text(written(path, document), encoding="utf-8")


# --- the files of this repository ------------------------------------------------------------------------------


def test_the_committed_files_say_what_the_code_promises() -> None:
    found = drift(CONTRACTS)
    assert not found, "\n".join(["", *told(found, Path("contracts"))])


@virtually
async def test_the_running_systems_serve_what_is_described() -> None:
    async with in_process() as office:
        for system in SYSTEMS:
            served = (await office.call("GET", "/openapi.json", system, who=None)).json()
            path = PurePosixPath("neutral", system, "v1", "openapi.yaml")
            committed = yaml.safe_load((CONTRACTS / path).read_text(encoding="utf-8"))
            assert changes_between(path, committed, openapi(system, served)) == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_openapi_description_is_valid(system: str, documents: dict[PurePosixPath, Any]) -> None:
    document = documents[PurePosixPath("neutral", system, "v1", "openapi.yaml")]
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1.")


# --- the webhooks as AsyncAPI ----------------------------------------------------------------------------------


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_event_has_a_channel_an_operation_and_a_message_with_its_schema(
    system: str, documents: dict[PurePosixPath, Any]
) -> None:
    home = PurePosixPath("neutral", system, "v1")
    document = documents[home / "asyncapi.yaml"]
    names = [kind.name for kind in types_of(system)]
    assert list(document["channels"]) == names
    assert list(document["operations"]) == [f"send.{name}" for name in names]
    for name in names:
        told_schema = document["components"]["messages"][name]["payload"]["schema"]["$ref"]
        assert documents[home / told_schema]["title"] == name


@pytest.mark.parametrize("key", EVENT_TYPES, ids=lambda key: "-".join(key))
def test_the_example_of_each_event_bears_a_signature_that_fits(
    key: tuple[str, str], documents: dict[PurePosixPath, Any]
) -> None:
    system, name = key
    document = documents[PurePosixPath("neutral", system, "v1", "asyncapi.yaml")]
    example = document["components"]["messages"][name]["examples"][0]
    headers = example["headers"]
    body = json.dumps(example["payload"], separators=(",", ":"), ensure_ascii=False)
    signed_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    signature = Webhook(Credentials().webhook_secret(system)).sign(headers["webhook-id"], signed_at, body)
    assert headers["webhook-signature"] == signature
    assert headers["webhook-id"] == example["payload"]["id"]
    schema = document["components"]["schemas"]["StandardWebhooksHeaders"]["properties"]
    for header in ("webhook-timestamp", "webhook-signature"):
        assert re.search(schema[header]["pattern"], headers[header])


# --- freezing --------------------------------------------------------------------------------------------------


def test_freezing_twice_writes_nothing_the_second_time(contracts: Path) -> None:
    assert freeze(contracts) == ([], [])
    assert drift(contracts) == []


def test_freezing_writes_what_changed_and_removes_what_nothing_promises(contracts: Path) -> None:
    gone = contracts / HOME / "events" / "expense_report.burnt.schema.json"
    gone.write_text("{}", encoding="utf-8")
    edit(contracts, HOME / "openapi.yaml", lambda it: it["info"].update(title="Old"))
    assert freeze(contracts) == ([str(HOME / "openapi.yaml")], [str(HOME / "events" / gone.name)])
    assert drift(contracts) == []
    assert not gone.exists()


def test_other_peoples_files_in_the_folder_are_left_alone(contracts: Path) -> None:
    for name in ("SOURCES.md", "neutral/expense/v1/notes.txt", "pacts/mine.json"):
        (contracts / name).parent.mkdir(exist_ok=True, parents=True)
        (contracts / name).write_text("mine", encoding="utf-8")
    assert drift(contracts) == []
    freeze(contracts)
    assert (contracts / "pacts/mine.json").read_text(encoding="utf-8") == "mine"


def test_files_have_no_anchors_and_read_back_as_they_were(frozen: Path, documents: dict[PurePosixPath, Any]) -> None:
    for path, document in documents.items():
        text = (frozen / path).read_text(encoding="utf-8")
        assert read(path, text) == document
        assert not re.search(r": [&*]id\d", text), path


# --- drift -----------------------------------------------------------------------------------------------------


def only(found: list[FileDrift]) -> FileDrift:
    assert len(found) == 1, found
    return found[0]


def test_a_change_in_an_operation_is_told_with_its_place_and_whether_it_breaks(contracts: Path) -> None:
    def formerly(it: dict[str, Any]) -> None:
        it["components"]["schemas"]["ExpenseReport"]["properties"]["cost_object"] = {"type": "string"}

    edit(contracts, HOME / "openapi.yaml", formerly)
    change = only(drift(contracts)).changes[0]
    assert (change.code, change.breaking) == ("property-removed", True)
    assert change.where.endswith("/cost_object")
    assert change.before == {"type": "string"}


@pytest.mark.parametrize(
    ("formerly", "code", "breaking"),
    [
        (lambda it: it["data"]["properties"].update(amount={"type": "string"}), "property-removed", True),
        (lambda it: it["data"]["properties"].pop("approved_at"), "type-narrowed", False),
        (lambda it: it["revision"].update(type="string"), "type-changed", True),
        (lambda it: it["subject"].update(description="x"), "words-changed", False),
    ],
)
def test_a_change_in_an_event_is_weighed_as_what_consumers_receive(
    contracts: Path, formerly: Edit, code: str, breaking: bool
) -> None:
    path = HOME / "events" / "expense_report.approved.schema.json"
    edit(contracts, path, lambda it: formerly(it["properties"]))
    found = only(drift(contracts))
    assert [(one.code, one.breaking, one.operation) for one in found.changes] == [
        (code, breaking, "expense_report.approved")
    ]


def test_an_event_that_is_no_longer_emitted_breaks_who_waits_for_it(contracts: Path) -> None:
    gone = contracts / HOME / "events" / "expense_report.burnt.schema.json"
    gone.write_text("{}", encoding="utf-8")
    found = only(drift(contracts))
    assert (found.state, found.changes[0].code, found.breaking) == ("stale", "event-removed", 1)


def test_a_channel_that_is_gone_or_a_header_that_changed_is_told(contracts: Path) -> None:
    def formerly(it: dict[str, Any]) -> None:
        it["channels"]["expense_report.burnt"] = copy.deepcopy(it["channels"]["expense_report.paid"])
        it["components"]["schemas"]["StandardWebhooksHeaders"]["properties"]["webhook-attempt"] = {"type": "string"}
        it["components"]["securitySchemes"]["standardWebhooks"]["name"] = "x-signature"

    edit(contracts, HOME / "asyncapi.yaml", formerly)
    changes = only(drift(contracts)).changes
    assert {one.code for one in changes} == {"event-removed", "property-removed", "security-scheme-changed"}


def test_a_file_edited_by_hand_differs_even_where_it_means_the_same(contracts: Path) -> None:
    file = contracts / HOME / "openapi.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "# see the wiki\n", encoding="utf-8")
    found = only(drift(contracts))
    assert (found.state, found.changes) == ("changed", ())
    assert "by hand" in found.says


def test_a_file_that_is_missing_or_no_description_is_told(contracts: Path) -> None:
    (contracts / HOME / "asyncapi.yaml").unlink()
    (contracts / HOME / "openapi.yaml").write_text("a: [", encoding="utf-8")
    (contracts / "neutral/erp/v1/openapi.yaml").write_text(
        "paths: {/v1/x: {get: {parameters: [{}]}}}", encoding="utf-8"
    )
    (contracts / "neutral/erp/v1/events/payment.completed.schema.json").write_text("[]", encoding="utf-8")
    states = {PurePosixPath(one.path).name: one.state for one in drift(contracts)}
    assert states == {
        "asyncapi.yaml": "missing",
        "openapi.yaml": "unreadable",
        "payment.completed.schema.json": "unreadable",
    }


# --- the command -----------------------------------------------------------------------------------------------


def test_the_command_writes_then_finds_nothing_to_say(tmp_path: Path) -> None:
    folder = str(tmp_path / "contracts")
    wrote = hardclose("contracts", "freeze", "--dir", folder)
    assert (wrote.code, wrote.out.count("written  ")) == (0, len(described()))
    again = hardclose("contracts", "freeze", "--check", "--dir", folder)
    assert (again.code, again.err) == (0, "")
    assert again.out == f"{folder} says what the code promises\n"


def test_a_drift_is_exit_code_1_and_reads_like_a_review(contracts: Path) -> None:
    def formerly(it: dict[str, Any]) -> None:
        it["components"]["schemas"]["ExpenseReportIn"]["properties"]["text"]["maxLength"] = 900

    edit(contracts, HOME / "openapi.yaml", formerly)
    done = hardclose("contracts", "freeze", "--check", "--dir", str(contracts))
    assert done.code == 1
    assert (
        "  BREAKS   POST /v1/expense-reports, request body /text: a limit was set or is tighter (bound-tightened)\n"
        "             before  maxLength 900\n"
        "             after   maxLength 500\n"
    ) in done.out
    assert "1 file differs from what the code promises; 1 change breaks consumers." in done.out
    assert f"hardclose contracts freeze --dir {contracts}, and review" in done.out


def test_json_says_the_same(contracts: Path) -> None:
    edit(contracts, HOME / "openapi.yaml", lambda it: it["paths"].update({"/v1/gone": {"get": {"operationId": "x"}}}))
    done = hardclose("contracts", "freeze", "--check", "--dir", str(contracts), "--format", "json")
    report = json.loads(done.out)
    assert (done.code, report["exit_code"], report["breaking"]) == (1, 1, 1)
    change = report["files"][0]["changes"][0]
    assert (change["code"], change["operation"], change["breaking"]) == ("operation-removed", "GET /v1/gone", True)


def test_without_a_folder_there_is_nothing_to_compare(tmp_path: Path) -> None:
    done = hardclose("contracts", "freeze", "--check", "--dir", str(tmp_path / "nowhere"))
    assert done.code == 2
    assert "makes it" in done.err
