"""Strategies for record bodies of every kind, read off their fields: a new kind is drawn without a word here."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from hardclose_mocks.history import records
from hardclose_mocks.history.records import KINDS, Body

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | FLOATS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def bodies(kind: str | None = None) -> st.SearchStrategy[Body]:
    """Bodies of that kind, or of any."""
    if kind is not None:
        return typing.cast("st.SearchStrategy[Body]", _built(KINDS[kind]))
    return st.one_of([bodies(name) for name in KINDS])


def _built(kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind, vars(records))
    return st.builds(kind, **{field.name: _of(hints[field.name]) for field in dataclasses.fields(kind)})


def _of(hint: Any) -> st.SearchStrategy[Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return JSON
    if origin in (types.UnionType, typing.Union):
        return st.one_of([_of(one) for one in inner])
    if origin is tuple:
        if inner[-1] is Ellipsis:
            return st.lists(_of(inner[0]), max_size=3).map(tuple)
        return st.tuples(*map(_of, inner))
    if origin is Mapping:
        return st.dictionaries(_of(inner[0]), _of(inner[1]), max_size=3)
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        return _built(hint)
    return {
        str: TEXT,
        int: INTEGERS,
        float: FLOATS,
        bool: st.booleans(),
        datetime: INSTANTS,
        type(None): st.none(),
    }[hint]
