"""Records to canonical JSON and back; a chain that notices every change."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardclose_mocks.history.codec import (
    START,
    HistoryError,
    chain,
    check_chained,
    decode,
    encode_body,
    from_plain,
    plain,
    to_json,
)
from hardclose_mocks.history.records import KINDS, Body, Phase, Record
from hardclose_mocks.kernel.commands import PostExpense, SetPeriod

from ..kernel.small_world import posting
from .drawn_records import INSTANTS, INTEGERS, TEXT, bodies

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def reread(record: Record) -> Record:
    body = encode_body(record)
    at = record.business.isoformat()
    return decode(record.seq, record.kind, record.wire_ns, at, record.system, record.actor, body, record.h)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_record_comes_back_as_it_was(kind: str) -> None:
    @settings(max_examples=40, deadline=None)
    @given(bodies(kind), st.integers(0, 2**31), INTEGERS, INSTANTS, TEXT, TEXT)
    def holds(body: Body, seq: int, wire_ns: int, business: datetime, system: str, actor: str) -> None:
        record = Record(seq, wire_ns, business, system, actor, body, h="ab")
        again = reread(record)
        assert again == record
        assert again.kind == kind
        assert encode_body(again) == encode_body(record)
        assert chain(START, again, encode_body(again)) == chain(START, record, encode_body(record))

    holds()


@given(st.dictionaries(TEXT, TEXT, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_canonical_json_does_not_depend_on_the_order_of_keys(content: dict[str, str], shuffler: Any) -> None:
    names = list(content)
    shuffler.shuffle(names)
    assert to_json({name: content[name] for name in names}) == to_json(content)


@given(bodies(), st.data())
@settings(max_examples=60, deadline=None)
def test_the_chain_notices_a_change_of_anything(body: Body, data: st.DataObject) -> None:
    record = Record(3, 17, NOON, "erp", "integration", body)
    mine = chain("00ff", record, encode_body(record))
    changes: list[dict[str, Any]] = [
        {"seq": 4},
        {"wire_ns": 18},
        {"business": NOON.replace(microsecond=1)},
        {"system": "expense"},
        {"actor": "person:lead"},
        {
            "body": data.draw(
                bodies().filter(lambda other: encode_body(Record(3, 17, NOON, "", "", other)) != encode_body(record))
            )
        },
    ]
    for change in changes:
        other = dataclasses.replace(record, **change)
        assert chain("00ff", other, encode_body(other)) != mine, change
    assert chain("00fe", record, encode_body(record)) != mine


def test_plain_and_back_is_the_same_command() -> None:
    command = posting()
    assert from_plain(plain(command), PostExpense) == command
    assert plain(command)["posting_date"] == "2026-11-30"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"company": "DE01"}, "missing required field `module`"),
        ({"company": "DE01", "module": "expense", "year": "2026", "period": 1, "state": "open"}, r"\$\.year"),
        ("open", "not a SetPeriod"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_field(value: Any, says: str) -> None:
    with pytest.raises(HistoryError, match=says):
        from_plain(value, SetPeriod)


def good(**changes: Any) -> dict[str, Any]:
    row = {
        "seq": 7, "kind": "Phase", "wire_ns": 1, "business": NOON.isoformat(), "system": "sandbox", "actor": "harness",
        "body": b'{"name":"chaos"}', "h": "ab",
    }  # fmt: skip
    return {**row, **changes}


def test_a_good_row_is_a_record() -> None:
    assert decode(**good()) == Record(7, 1, NOON, "sandbox", "harness", Phase("chaos"), "ab")


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "Quake"},
        {"body": b'{"name":'},
        {"body": b"{}"},
        {"body": b'{"name":17}'},
        {"body": b'\xff\xfe{"name":"chaos"}'},
        {"body": b'{"name":"\xff"}'},
        {"body": None},
        {"body": 17},
        {"kind": "Card", "body": b'{"card":{"a":' + b"[" * 100_000},
        {"business": "yesterday"},
        {"business": "2026-11-30T12:00:00"},
        {"business": None},
        {"wire_ns": "soon"},
        {"wire_ns": None},
        {"system": None},
        {"h": None},
    ],
    ids=lambda changes: " ".join(changes),
)
def test_a_row_that_makes_no_record_is_named_by_its_number(changes: dict[str, Any]) -> None:
    with pytest.raises(HistoryError, match=r"record 7 "):
        decode(**good(**changes))


def chained(*names: str) -> list[Record]:
    last, records = START, []
    for seq, name in enumerate(names):
        bare = Record(seq, seq, NOON, "sandbox", "harness", Phase(name))
        last = chain(last, bare, encode_body(bare))
        records.append(dataclasses.replace(bare, h=last))
    return records


def test_a_chain_is_unbroken_or_says_where_it_breaks() -> None:
    records = chained("warm-up", "chaos", "heal", "drain")
    check_chained(records)
    check_chained(records[:2])
    with pytest.raises(HistoryError, match="record 1 is missing: the history goes on with 2"):
        check_chained([records[0], *records[2:]])
    with pytest.raises(HistoryError, match="record 0 is missing"):
        check_chained(records[1:])
    edited = dataclasses.replace(records[2], actor="somebody else")
    with pytest.raises(HistoryError, match=r"record 2 \(Phase\) was changed after it was written"):
        check_chained([*records[:2], edited, records[3]])
    foreign = chained("warm-up", "calm", "heal", "drain")
    with pytest.raises(HistoryError, match="record 2"):
        check_chained([*foreign[:2], *records[2:]])
