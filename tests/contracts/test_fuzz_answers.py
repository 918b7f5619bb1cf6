"""Exact answers, traces of a crash, and the fuzzer that is not installed."""

from __future__ import annotations

import subprocess
import sys
from copy import deepcopy
from typing import Any

import pytest

from hardclose_simulator.contracts.openapi_answers import close_answers

SCHEMAS: dict[str, Any] = {
    "Line": {
        "type": "object",
        "properties": {"text": {"type": "string"}, "next": {"$ref": "#/components/schemas/Line"}},
    },
    "Order": {
        "type": "object",
        "properties": {
            "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
            "note": {"type": "object", "properties": {"by": {"type": "string"}}},
            "free": {"type": "object", "properties": {"a": {}}, "additionalProperties": True},
            "either": {"oneOf": [{"type": "object", "properties": {"b": {}}}, {"type": "null"}]},
            "spread": {"allOf": [{"type": "object"}], "properties": {"c": {}}},
            "shown": {"type": "object", "properties": {"d": {}}, "example": {"properties": {"e": 1}}},
        },
    },
}


def described() -> dict[str, Any]:
    order = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
    return {
        "paths": {"/orders": {"post": {"requestBody": deepcopy(order), "responses": {"201": deepcopy(order)}}}},
        "components": {"schemas": deepcopy(SCHEMAS)},
    }


def test_a_request_keeps_its_schema_while_the_answer_gets_an_exact_one() -> None:
    document = described()
    close_answers(document)
    post = document["paths"]["/orders"]["post"]
    asked = post["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    told = post["responses"]["201"]["content"]["application/json"]["schema"]["$ref"]
    assert (asked, told) == ("#/components/schemas/Order", "#/components/schemas/OrderExact")
    assert {name: document["components"]["schemas"][name] for name in SCHEMAS} == SCHEMAS


def test_every_object_in_an_answer_is_closed_but_those_that_say_what_else_may_be_there() -> None:
    document = described()
    close_answers(document)
    order = document["components"]["schemas"]["OrderExact"]
    fields = order["properties"]
    assert order["additionalProperties"] is False
    assert fields["note"]["additionalProperties"] is False
    assert fields["either"]["oneOf"][0]["additionalProperties"] is False
    assert fields["free"]["additionalProperties"] is True
    assert "additionalProperties" not in fields["spread"], "allOf may name more"
    assert fields["shown"]["example"] == {"properties": {"e": 1}}, "an example is no schema"
    assert fields["lines"]["items"] == {"$ref": "#/components/schemas/LineExact"}
    line = document["components"]["schemas"]["LineExact"]
    assert line["properties"]["next"] == {"$ref": "#/components/schemas/LineExact"}, "a schema may refer to itself"


@pytest.mark.parametrize(
    ("body", "shows"),
    [
        ('Traceback (most recent call last):\n  File "app.py", line 1', True),
        ("java.lang.NullPointerException\n\tat com.acme.Orders.post(Orders.java:42)", True),
        ("TypeError: x\n    at post (/srv/app/orders.js:12:7)", True),
        ("panic: x\n\ngoroutine 1 [running]:", True),
        ("System.Exception: x\n   at Acme.Orders.Post(String id) in /src/Orders.cs:line 12", True),
        ("/srv/app/orders.rb:12:in `post': x (RuntimeError)", True),
        ('{"detail": "at most 5 lines at a time; see Traceback in the manual"}', False),
        ('{"text": "meet at Orders.java street"}', False),
    ],
)
def test_a_stack_trace_is_known_by_its_language(body: str, shows: bool) -> None:
    pytest.importorskip("schemathesis")
    from hardclose_simulator.contracts.fuzz_checks import TRACES

    assert bool(TRACES.search(body)) is shows


def test_without_schemathesis_the_command_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['schemathesis'] = None; sys.argv[0] = 'hardclose'; "
        "from hardclose_simulator.cli.main import main; main()"
    )
    words = ["contracts", "fuzz", "--sut", "http://127.0.0.1:9"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip() == "hardclose: this needs schemathesis: pip install 'hardclose[contracts]'"
