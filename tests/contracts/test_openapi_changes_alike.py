"""Comparing API descriptions: the same promise in other words is no change, and nothing that is gone goes unseen."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from hardclose_simulator.contracts.changes import Change
from hardclose_simulator.contracts.descriptions import served
from hardclose_simulator.contracts.openapi_changes import openapi_changes

from .orders_api import MONEY, Edit, Spec, answered, changed, create, put, spec


def same(edit: Edit) -> list[Change]:
    return [one for one in changed(edit) if one.code != "described-otherwise"]


def test_nothing_changed_is_no_change() -> None:
    assert openapi_changes(spec(), spec()) == []


def test_a_schema_under_another_name_is_the_same_promise() -> None:
    def renamed(it: Spec) -> None:
        it["components"]["schemas"]["PurchaseOrder"] = it["components"]["schemas"].pop("Order")
        told = {"$ref": "#/components/schemas/PurchaseOrder"}
        for responses in (
            create(it)["responses"]["201"],
            it["paths"]["/v1/orders/{number}"]["get"]["responses"]["200"],
        ):
            responses["content"]["application/json"]["schema"] = told

    assert same(renamed) == []
    assert [one.code for one in changed(renamed)] == ["described-otherwise"]


def test_a_schema_written_out_is_the_same_promise() -> None:
    assert same(lambda it: put(answered(it)["properties"], total=MONEY)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]},
            {"type": ["string", "null"], "maxLength": 5},
        ),
        ({"allOf": [{"$ref": "#/components/schemas/Money"}]}, {"$ref": "#/components/schemas/Money"}),
        ({"const": "v1"}, {"enum": ["v1"]}),
        ({"type": "string", "nullable": True}, {"type": ["null", "string"]}),
    ],
)
def test_another_spelling_of_a_schema_is_the_same_promise(before: Spec, after: Spec) -> None:
    old, new = spec(), spec()
    put(answered(old)["properties"], total=before)
    put(answered(new)["properties"], total=after)
    assert {one.code for one in openapi_changes(old, new)} == {"described-otherwise"}


def test_what_a_path_calls_its_parameters_is_nobodys_business() -> None:
    def renamed(it: Spec) -> None:
        item = it["paths"].pop("/v1/orders/{number}")
        item["get"]["parameters"][0]["name"] = "id"
        it["paths"]["/v1/orders/{id}"] = item

    assert same(renamed) == []


def test_a_schema_that_holds_itself_is_compared_once() -> None:
    def nested(it: Spec, most: int) -> None:
        parts = {"type": "array", "maxItems": most, "items": {"$ref": "#/components/schemas/Order"}}
        put(answered(it)["properties"], parts=parts)

    old, new = spec(), spec()
    nested(old, 5)
    nested(new, 9)
    found = openapi_changes(old, new)
    assert {(one.code, one.where) for one in found} == {
        ("bound-loosened", "response 201 /parts"),
        ("bound-loosened", "response 200 /parts"),
    }


def test_alternatives_are_told_apart_by_what_they_refer_to() -> None:
    old, new = spec(), spec()
    money = {"$ref": "#/components/schemas/Money"}
    put(answered(old)["properties"], total={"oneOf": [money, {"type": "string"}]})
    put(answered(new)["properties"], total={"oneOf": [{"type": "string"}, money, {"type": "integer"}]})
    found = [one for one in openapi_changes(old, new) if one.operation.startswith("GET")]
    assert [(one.code, one.after, one.breaking) for one in found] == [("alternative-added", {"type": "integer"}, True)]


def test_a_status_is_the_same_quoted_or_not() -> None:
    def unquoted(it: Spec) -> None:
        responses = create(it)["responses"]
        create(it)["responses"] = {int(status): response for status, response in responses.items()}

    assert same(unquoted) == []


# --- on the real descriptions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("system", ["erp", "procurement", "expense"])
def test_whatever_is_taken_out_of_a_real_description_is_told(system: str) -> None:
    """Every seventieth place of the whole document that may be missing, one at a time."""
    document = json.loads(json.dumps(served(system)))
    places = [path for path in places_of(document) if not needed(path)]
    for path in places[::70]:
        less = copy.deepcopy(document)
        here: Any = less
        for step in path[:-1]:
            here = here[step]
        del here[path[-1]]
        assert openapi_changes(document, less), path


def needed(path: tuple[Any, ...]) -> bool:
    """Without these it is no description: what others refer to, and what a parameter is called."""
    referred_to = path[0] == "components" and len(path) <= 3 and path[1:2] != ("securitySchemes",)
    named = path[-1] in ("name", "in") or (path[-1] == "$ref" and "parameters" in path)
    return referred_to or named or (path[-1] == "content" and "requestBody" in path)


def places_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield (*path, step)
        yield from places_of(value[step], (*path, step))
