"""Whatever arrives, a neutral system answers in its own words and never breaks; and the history folds to the books."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardclose_mocks.dialects.neutral.wire.erp import create_purchase_order, post_expense
from hardclose_mocks.dialects.neutral.wire.sources import create_report, create_requisition
from hardclose_mocks.history.records import Acted, Exchange
from hardclose_mocks.kernel.books import open_books
from hardclose_mocks.server.restore import redo
from hardclose_mocks.server.sandbox import SYSTEMS

from ...kernel import small_world
from ...kernel.small_world import MASTER
from ...sandboxes import OPENED, Office, in_process, virtually

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
WORDS = (
    "0001-01-01 9999-12-31 -0.00 9999999999999.99 -9999999999999 DE01 US01 JP01 EUR JPY KWD P1 CC1 V19 S1 "
    "EP-DE01-000001 PO-DE01-000001 R-1 Q-1 paid rejected"
)
TEMPTING: list[Any] = [*WORDS.split(), "\u0000", "", 10**30, 1e308, -1, [], {}, None]
VALUES = st.sampled_from(TEMPTING) | JSON
NUMBERS = st.sampled_from(
    ["R-1", "Q-1", "EP-DE01-000001", "PO-DE01-000001", "DE01", "S1", "\u00fc", "..", "%", " "]
) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
QUERIES = st.dictionaries(
    st.sampled_from(["limit", "cursor", "updated_since", "status", "company", "reference", "module", "x"]),
    st.sampled_from(["1", "0", "open", "DE01", "2026-11-23T06:00:00Z", "MHx8", "\u00fc", ""])
    | st.text(max_size=5).filter(str.isprintable),
    max_size=2,
)
HEADERS = st.dictionaries(
    st.sampled_from(["if-match", "if-none-match", "idempotency-key"]),
    st.sampled_from(['"1"', "*", "", "k", '"x"']),
    max_size=2,
)
GOOD: dict[str, list[dict[str, Any]]] = {
    "erp": [
        post_expense(small_world.posting()),
        create_purchase_order(small_world.order()),
        {"posting_date": "2026-11-30", "reason": "wrong"},
        {"company": "DE01", "cost_center": "CC1", "amount": "1", "currency": "EUR", "on": "2026-11-30"},
    ],
    "expense": [create_report(small_world.report()), {"state": "posted", "document": "EP-1"}, {"reason": "no"}, {}],
    "procurement": [
        create_requisition(small_world.requisition()),
        {"state": "parked", "reason": "no"},
        {"on_behalf_of": "lead"},
    ],
}


@st.composite
def bodies(draw: st.DrawFn, system: str) -> Any:
    """A good body with a few values replaced, or anything."""
    if draw(st.integers(0, 9)) == 0:
        return draw(JSON)
    body = _copied(draw(st.sampled_from(GOOD[system])))
    for _ in range(draw(st.integers(0, 2))):
        inner = body
        while isinstance(inner, dict | list) and inner:
            keys: list[Any] = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
            key = draw(st.sampled_from(keys))
            below = inner[key]
            if not (isinstance(below, dict | list) and below) or draw(st.integers(0, 3)) == 0:
                inner[key] = draw(VALUES)
                break
            inner = below
    return body


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(one) for name, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value


def operations(office: Office, system: str) -> list[tuple[str, str]]:
    paths = office.sandbox.systems[system].application.openapi()["paths"]
    return [(method.upper(), path) for path, item in paths.items() for method in item]


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_request_breaks_a_system_and_the_history_folds_to_its_books(system: str) -> None:
    @settings(max_examples=10, deadline=None)
    @given(st.data())
    @virtually
    async def holds(data: st.DataObject) -> None:
        async with in_process(rate=60.0) as office:
            offered = operations(office, system)
            for _ in range(12):
                method, path = data.draw(st.sampled_from(offered))
                number = quote(data.draw(NUMBERS), safe="")
                filled = path.replace("{number}", number).replace("{code}", number).replace("{id}", number)
                who = data.draw(st.sampled_from(["integration", "person:lead", "person:employee"]))
                request: dict[str, Any] = {"params": data.draw(QUERIES), "headers": data.draw(HEADERS)}
                if method in ("POST", "PUT"):
                    request["json"] = data.draw(bodies(system))
                answer = await office.call(method, filled, system, who=who, **request)
                assert answer.status_code < 500, (method, filled, request, answer.text)
                if answer.status_code >= 400 and "/oauth/" not in filled:
                    assert answer.headers["content-type"] == "application/problem+json", (method, filled, answer.text)
                    assert answer.json()["status"] == answer.status_code
            _check_folds(office, system)

    holds()


def _check_folds(office: Office, system: str) -> None:
    folded = open_books(system, MASTER, OPENED)
    for record in office.sandbox.history.records:
        body = record.body
        done = body.carried if isinstance(body, Exchange) else (body.carried,) if isinstance(body, Acted) else ()
        for one in done:
            redo(folded, system, one, record.actor, record.seq)
    assert folded.digest() == office.sandbox.systems[system].books.digest()
