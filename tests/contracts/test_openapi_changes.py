"""Comparing API descriptions: each change is found, named, and weighed by the way its content goes."""

from __future__ import annotations

import pytest

from hardclose_simulator.contracts.changes import REQUEST, RESPONSE, RULES, Change

from .orders_api import Edit, Spec, answered, changed, create, put, sent, undone

REQUIRED_FIELD = {"cost_center": {"type": "string"}}
PLANTED: dict[str, tuple[Edit, str, str]] = {
    "request: an enum value is gone": (
        lambda it: sent(it)["properties"]["kind"]["enum"].remove("service"),
        "enum-value-removed",
        "request body /kind",
    ),
    "request: a longest length is set": (
        lambda it: put(sent(it)["properties"]["text"], maxLength=40),
        "bound-tightened",
        "request body /text",
    ),
    "request: a new field is required": (
        lambda it: (put(sent(it)["properties"], **REQUIRED_FIELD), sent(it)["required"].append("cost_center")),
        "property-added-required",
        "request body /cost_center",
    ),
    "response: a field is gone": (
        lambda it: answered(it)["properties"].pop("total"),
        "property-removed",
        "response 201 /total",
    ),
    "response: a field has another type": (
        lambda it: put(answered(it)["properties"]["number"], type="string"),
        "type-changed",
        "response 201 /number",
    ),
    "response: an enum value is new": (
        lambda it: answered(it)["properties"]["state"]["enum"].append("parked"),
        "enum-value-added",
        "response 201 /state",
    ),
    "a path is gone": (lambda it: it["paths"].pop("/v1/reports"), "operation-removed", ""),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_each_planted_breaking_change_is_found_named_and_placed(planted: str) -> None:
    edit, code, where = PLANTED[planted]
    found = changed(edit)
    assert (found[0].code, found[0].where) == (code, where)
    assert all(one.breaking for one in found)


def test_all_planted_changes_at_once_are_all_found_and_nothing_else() -> None:
    def everything(it: Spec) -> None:
        for edit, _, _ in PLANTED.values():
            edit(it)

    found = changed(everything)
    assert {one.code for one in found} == {code for _, code, _ in PLANTED.values()}
    assert all(one.breaking for one in found)
    # The read answers the same order: it loses and gains what the write's answer does.
    reads = [one.code for one in found if one.operation == "GET /v1/orders/{number}"]
    assert sorted(reads) == ["enum-value-added", "property-removed", "type-changed"]


MIRRORED: dict[str, tuple[Edit, str]] = {
    "request: an enum value is new": (
        lambda it: sent(it)["properties"]["kind"]["enum"].append("limit"),
        "enum-value-added",
    ),
    "response: an enum value is gone": (
        lambda it: answered(it)["properties"]["state"]["enum"].remove("cancelled"),
        "enum-value-removed",
    ),
    "request: a new field may be left out": (
        lambda it: put(sent(it)["properties"], **REQUIRED_FIELD),
        "property-added",
    ),
    "response: a new field": (lambda it: put(answered(it)["properties"], **REQUIRED_FIELD), "property-added"),
    "response: a longest length is set": (
        lambda it: put(answered(it)["properties"]["state"], maxLength=9),
        "bound-tightened",
    ),
    "request: a field needs not be told any more": (lambda it: sent(it)["required"].clear(), "property-optional"),
    "response: a field is always there": (lambda it: answered(it)["required"].append("total"), "property-required"),
    "an operation is new": (
        lambda it: put(it["paths"], **{"/v1/x": {"get": {"operationId": "x", "responses": {}}}}),
        "operation-added",
    ),
    "a failure is new": (lambda it: put(create(it)["responses"], **{"429": {"description": "Wait"}}), "failure-added"),
    "a failure is gone": (lambda it: create(it)["responses"].pop("409"), "failure-removed"),
    "a parameter is new": (
        lambda it: create(it)["parameters"].append({"name": "x", "in": "query", "schema": {}}),
        "parameter-added",
    ),
    "a description says it better": (lambda it: put(create(it), description="Makes one."), "words-changed"),
    "another way of logging in": (
        lambda it: put(create(it), security=[{"bearer": []}, {"basic": []}]),
        "security-loosened",
    ),
    "unknown fields are allowed": (lambda it: put(sent(it), additionalProperties=True), "unknown-fields-allowed"),
}


@pytest.mark.parametrize("mirrored", MIRRORED)
def test_what_takes_nothing_from_a_consumer_is_told_and_breaks_nothing(mirrored: str) -> None:
    edit, code = MIRRORED[mirrored]
    found = changed(edit)
    assert {one.code for one in found} == {code}
    assert not any(one.breaking for one in found)


BREAKING: dict[str, tuple[Edit, str]] = {
    "response: a field may be missing": (lambda it: answered(it)["required"].remove("state"), "property-optional"),
    "request: a field must be told": (lambda it: sent(it)["required"].append("text"), "property-required"),
    "request: money is a number of minor units": (
        lambda it: put(it["components"]["schemas"]["Money"]["properties"]["amount"], type="integer"),
        "type-changed",
    ),
    "response: a whole number may have decimals": (
        lambda it: put(answered(it)["properties"]["number"], type="number"),
        "type-widened",
    ),
    "response: a field may be null": (
        lambda it: put(answered(it)["properties"]["number"], type=["integer", "null"]),
        "type-widened",
    ),
    "a parameter is gone": (lambda it: create(it)["parameters"].pop(), "parameter-removed"),
    "a header is required": (lambda it: put(create(it)["parameters"][0], required=True), "parameter-required"),
    "a success is gone": (
        lambda it: put(create(it)["responses"], **{"202": create(it)["responses"].pop("201")}),
        "success-removed",
    ),
    "the Location is not told any more": (
        lambda it: create(it)["responses"]["201"]["headers"].clear(),
        "header-removed",
    ),
    "another media type": (
        lambda it: put(create(it)["requestBody"], content={"application/xml": {}}),
        "media-type-removed",
    ),
    "an operation bears another name": (lambda it: put(create(it), operationId="orders_create"), "operation-renamed"),
    "the login is another": (lambda it: put(create(it), security=[{"basic": []}]), "security-tightened"),
    "request: a rule nobody here can weigh": (
        lambda it: put(sent(it), propertyNames={"pattern": "^[a-z]+$"}),
        "keyword-changed",
    ),
    "request: the meaning of silence changed": (
        lambda it: put(sent(it)["properties"]["text"], default="none"),
        "default-changed",
    ),
}


@pytest.mark.parametrize("breaking", BREAKING)
def test_what_a_consumer_relies_on_breaks_him(breaking: str) -> None:
    edit, code = BREAKING[breaking]
    assert code in {one.code for one in changed(edit) if one.breaking}


@pytest.mark.parametrize("name", [*PLANTED, *MIRRORED, *BREAKING])
def test_no_edit_goes_unseen_in_either_direction(name: str) -> None:
    edit = {**PLANTED, **MIRRORED, **BREAKING}[name][0]
    assert changed(edit)
    assert undone(edit)


# --- the table of rules ----------------------------------------------------------------------------------------


def test_a_rule_is_direction_aware_where_its_content_can_go_both_ways() -> None:
    narrowing = {"type-narrowed", "enum-value-removed", "bound-tightened", "property-required"}
    widening = {"type-widened", "enum-value-added", "bound-loosened", "property-optional"}
    for code in narrowing | widening:
        sides = [Change(code, "", "", side=side).breaking for side in (REQUEST, RESPONSE)]
        assert sides == [code in narrowing, code in widening]


def test_every_rule_says_something_a_reader_understands_without_its_code() -> None:
    for code, rule in RULES.items():
        assert len(rule.says.split()) > 2, code
        assert code not in rule.says
