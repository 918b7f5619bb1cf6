"""A yes is what says what was asked for; a no is a no under any status; whatever says neither is a doubt."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from hardclose_reference.answers import Accepted, InDoubt, Refused, understood

CLOSED = {"type": "https://x/problems/period-closed", "title": "Closed", "status": 422, "detail": "it is closed"}


def answer(status: int, body: Any = None, **headers: str) -> httpx2.Response:
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return httpx2.Response(status, content=content, headers=headers)


def test_a_success_with_what_was_asked_for_is_a_yes() -> None:
    assert understood("POST /x", answer(201, {"number": "EP-1"}), ["number"]) == {"number": "EP-1"}


@pytest.mark.parametrize(
    "body",
    [None, b'{"number": "EP-', b"<html>maintenance</html>", [1], {"state": "pending"}, b"\xff"],
    ids=["nothing", "torn", "a page", "a list", "something else", "no text"],
)
@pytest.mark.parametrize("status", [200, 201])
def test_a_success_that_does_not_say_so_is_a_doubt(status: int, body: Any) -> None:
    with pytest.raises(InDoubt):
        understood("POST /x", answer(status, body), ["number"])


def test_a_refusal_under_a_success_status_is_a_refusal() -> None:
    with pytest.raises(Refused, match="it is closed") as no:
        understood("POST /x", answer(200, CLOSED), ["number"])
    assert (no.value.status, no.value.slug) == (422, "period-closed")


def test_an_error_of_the_system_under_a_success_status_is_a_doubt() -> None:
    with pytest.raises(InDoubt, match="503"):
        understood("POST /x", answer(200, {**CLOSED, "status": 503}), ["number"])


def test_a_document_that_happens_to_have_a_status_is_no_refusal() -> None:
    document = {"number": "EP-1", "status": "posted", "type": "posting", "title": "Fair"}
    assert understood("GET /x", answer(200, document), ["number"]) == document


@pytest.mark.parametrize(
    ("status", "slug"), [(500, ""), (504, ""), (408, ""), (425, ""), (409, "key-in-progress"), (423, "locked")]
)
def test_what_may_yet_be_done_is_a_doubt(status: int, slug: str) -> None:
    with pytest.raises(InDoubt):
        understood("POST /x", answer(status, {"type": f"x/{slug}"}))


def test_a_definite_no_carries_what_the_system_says() -> None:
    with pytest.raises(Refused) as no:
        understood("POST /x", answer(409, {"type": "x/duplicate-reference", "existing": "EP-7"}))
    assert (no.value.slug, no.value.problem["existing"]) == ("duplicate-reference", "EP-7")


def test_what_is_accepted_is_not_done() -> None:
    with pytest.raises(Accepted) as later:
        understood("POST /x", answer(202, {"state": "pending"}, location="/v1/jobs/7"), ["number"])
    assert later.value.path == "/v1/jobs/7"
