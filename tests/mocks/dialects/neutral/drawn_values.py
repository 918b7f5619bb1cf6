"""Values as anybody may put them into a request, and what a request is."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st

from hardclose_mocks.kernel.money import EXPONENTS

S = st.SearchStrategy
NUMBERS = st.text(string.ascii_letters + string.digits + "._:-", min_size=1, max_size=20).filter(
    lambda one: one[0] != "."
)
REFERENCES = NUMBERS | st.text(string.ascii_letters + string.digits + "._:/-", min_size=1, max_size=80)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
REASONS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
DAYS = st.dates(date(1000, 1, 1))
CURRENCIES = st.sampled_from(sorted(EXPONENTS))
VERSIONS = st.none() | st.integers(1, 999)
WHOLE_UNITS_MAX = 10**12


def minor_units(currency: str) -> S[int]:
    most = WHOLE_UNITS_MAX * 10 ** EXPONENTS[currency]
    return st.integers(-1000, 1000) | st.integers(-most, most)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; `person` is who has to ask, if it must be a person."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    version: int | None = None
    person: str | None = None
