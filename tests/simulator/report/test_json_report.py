"""The JSON report and its published schema."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hardclose_simulator.report.json_report import report_schema, to_json
from hardclose_simulator.verdict import Status

from .runs import KINDS, TWICE, everything, report


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(report_schema())
    assert report_schema()["title"] == "hardclose.report/1"


@pytest.mark.parametrize("kind", KINDS)
def test_every_report_fits_its_schema(kind: str) -> None:
    written = json.loads(json.dumps(to_json(everything()[kind])))
    Draft202012Validator(report_schema()).validate(written)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda written: written.pop("verdict"),
        lambda written: written["verdict"].pop("exit_code"),
        lambda written: written["findings"][0].pop("timeline"),
        lambda written: written["findings"][0]["money"].update(amount=120.0),
        lambda written: written["obligations"][0].update(status="MAYBE"),
        lambda written: written.update(schema="hardclose.report/2"),
    ],
    ids=["no verdict", "no exit code", "no timeline", "money as a float", "unknown status", "another schema"],
)
def test_the_schema_refuses_what_is_no_report(spoil: Any) -> None:
    written = to_json(everything()["fail"])
    spoil(written)
    assert not Draft202012Validator(report_schema()).is_valid(written)


def test_the_report_names_its_schema_first() -> None:
    assert next(iter(to_json(everything()["pass"]).items())) == ("schema", "hardclose.report/1")


def test_money_adds_up_and_is_never_a_float() -> None:
    for line in to_json(everything()["busy and guilty"])["reconciliation"]:
        sums: dict[str, Decimal] = {}
        for name in ("posted_once", "duplicated", "lost", "parked", "superseded", "unknown"):
            for amount in line[name]["money"]:
                assert isinstance(amount["amount"], str)
                sums[amount["currency"]] = sums.get(amount["currency"], Decimal(0)) + Decimal(amount["amount"])
        assert sums == {amount["currency"]: Decimal(amount["amount"]) for amount in line["intended"]["money"]}


def test_a_finding_is_whole() -> None:
    (finding,) = to_json(report(TWICE))["findings"]
    assert finding["money"] == {"amount": "120.00", "currency": "EUR"}
    assert finding["reproduce"].startswith("Reproduce with: hardclose run script --seed 7")
    evidence = [entry for entry in finding["timeline"] if entry["evidence"]]
    assert {entry["seq"] for entry in evidence} <= set(finding["evidence"])
    assert evidence[0]["business"].endswith(("Z", "+00:00"))


def test_every_status_is_told() -> None:
    told = {line["status"] for kind in KINDS for line in to_json(everything()[kind])["obligations"]}
    assert told == {status.value for status in Status}


def test_planned_and_fired_are_both_there() -> None:
    faults = {line["rule"]: line for line in to_json(everything()["busy and guilty"])["faults"]}
    assert faults["F07.outage"]["starts"] is not None
    assert 0 < faults["F07.outage"]["fired"] <= faults["F07.outage"]["chances"]
    assert faults["F01.aimed"]["aimed_at"] == ["E-5", "E-9"]
