"""Contents kept as their bytes read, compare and hash like the objects they are."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardclose_mocks.history.codec import check_chained, encode_body, plain, to_json
from hardclose_mocks.history.packed import Packed
from hardclose_mocks.history.records import Emitted, Exchange, Record
from hardclose_mocks.history.store import read, save_records
from hardclose_simulator.run.recipe import from_scenario
from hardclose_simulator.run.virtual import play_virtually
from hardclose_simulator.scenario import load

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_a_packed_object_is_the_object(value: dict[str, object]) -> None:
    packed = Packed(to_json(value))
    assert packed == value
    assert (len(packed), set(packed), repr(packed)) == (len(value), set(value), repr(packed.unpacked()))
    assert to_json({"inside": packed}) == to_json({"inside": value})
    assert plain({"inside": packed}) == {"inside": packed.unpacked()}
    assert pickle.loads(pickle.dumps(packed)) == copy.deepcopy(packed) == value


def test_nothing_else_that_is_no_json_gets_into_a_history() -> None:
    for shown in (to_json, plain):
        with pytest.raises(NotImplementedError, match="object is no JSON"):
            shown({"inside": object()})


@pytest.fixture(scope="module")
def played() -> list[Record]:
    return play_virtually(from_scenario(load("smoke"), 1, "T1"), "webhooks")


def test_a_stored_run_is_the_run_that_was_played(tmp_path: Path, played: list[Record]) -> None:
    save_records(tmp_path / "history.sqlite", played)
    again = read(tmp_path / "history.sqlite")
    check_chained(again)
    assert any(isinstance(one.body, Emitted) and isinstance(one.body.data, Packed) for one in again)
    assert any(isinstance(one.body, Exchange) and isinstance(one.body.answer, Packed) for one in again)
    for here, there in zip(played, again, strict=True):
        assert (here.h, encode_body(here)) == (there.h, encode_body(there))
